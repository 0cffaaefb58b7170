"""Service: customers leave when what they bought does not work."""

from ibis import _

from features.language.declare import Reason, count, feature, mean, oldest_open, still_open
from features.language.of_words import DaysUnspoken
from features.language.rows import tickets
from features.reasons.contact import since_we_began

resolved = tickets.once("resolved_at")


class Service(Reason):
    """It does not work as it should."""

    action = "Ask whether it works now, and stand by them until it does"

    tickets_opened = count(tickets, days=(90, 360), risk="rises", says="{value:# ticket} in {days} days")
    open_tickets = still_open(
        tickets, until="resolved_at", days=360, risk="rises", says="{value:# ticket} open now"
    ).then(
        "Ring and say who works on what is open, and by when it will be solved",
        suits=("oldest_open_ticket", "days_ticket_unspoken"),
        pressing=True,
    )
    oldest_open_ticket = oldest_open(
        tickets,
        until="resolved_at",
        days=360,
        risk="rises",
        says="They have waited {value:# since} for an open ticket to be solved",
    )
    days_ticket_unspoken = feature(
        DaysUnspoken(tickets, until="resolved_at", days=360, word=since_we_began),
        "days",
        risk="rises",
        says="A ticket of theirs has been open {value:# since}, without a word from us",
    )
    severe_tickets = count(
        tickets.where(_.severity.isin(["high", "critical"])),
        days=360,
        risk="rises",
        says="{value:# severe ticket} in {days} days",
    )
    tickets_reopened = count(
        tickets.once("reopened_at"), days=360, risk="rises", says="{value:# ticket} had to be reopened in {days} days"
    )
    days_to_resolve = mean(
        resolved,
        _.resolved_at.delta(_.opened_at, unit="day"),
        "days",
        days=(180, 360),
        risk="rises",
        says="It took us {value:# in days} on average to solve their tickets",
    )
