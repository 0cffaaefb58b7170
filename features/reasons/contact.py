"""Contact: customers leave when all they hear from us is an invoice."""

from ibis import _

from features.language.declare import (
    QUARTER,
    YEAR,
    Reason,
    count,
    days_since_last,
    distinct,
    feature,
    in_windows,
    share,
)
from features.language.measure import Measure
from features.language.of_days import DaysAfter, GapsLonger
from features.language.of_rows import Count, DaysSinceFirst, DaysSinceLast
from features.language.rows import contacts, placed

spoken = contacts.where(_.channel.isin(["visit", "meeting", "call", "email", "event"]))
QUIET_DAYS = 60  # the rule of thumb: speak with every customer at least this often


START_DAYS = 90  # in which a new customer makes up its mind


def _days_known(window: int) -> Measure:
    """With a new account the usual pace is that since the first word."""
    return DaysSinceFirst(spoken).clip(window, YEAR)


class Contact(Reason):
    """They do not hear from us."""

    action = "Call them this week and ask how things are going"

    days_since_contact = days_since_last(spoken, risk="rises", says="Nobody has spoken with them for {value:# day}")
    days_since_visit = days_since_last(
        contacts.where(_.channel.isin(["visit", "meeting"])), risk="rises", says="{value:# day} since anyone met them"
    )
    conversations = count(
        spoken, days=(30, QUARTER, YEAR), risk="falls", says="{value:# conversation} with them in {days} days"
    )
    conversations_trend = feature(
        conversations[QUARTER] * (_days_known(QUARTER) / QUARTER) / conversations[YEAR],
        "ratio",
        risk="falls",
        says="We speak with them at {value:.0%} of the year's usual pace",
    )
    conversations_pace = in_windows(
        lambda window: Count(spoken, days=window) * (_days_known(window) / window) / Count(spoken, days=YEAR),
        "ratio",
        days=(30, 60, 180),
        risk="falls",
        says="In {days} days we spoke with them at {value:.0%} of the year's usual pace",
    )
    share_of_touches_invoices = share(
        contacts.where(_.channel == "invoice"),
        of=contacts,
        days=YEAR,
        risk="rises",
        says="{value:.0%} of all contacts with them in {days} days were invoices",
    )
    quiet_spells = in_windows(
        lambda window: GapsLonger(spoken, than=QUIET_DAYS, days=window),
        "count",
        days=YEAR,
        risk="rises",
        says=f"{{value:# breach/breaches}} in {{days}} days of the rule to speak with them every {QUIET_DAYS} days",
    )
    is_quiet = feature(
        DaysSinceLast(spoken) > QUIET_DAYS,
        "yes/no",
        risk="rises",
        says=f"Nobody has spoken with them for {{days_since_contact:# day}}; the rule is at most {QUIET_DAYS}",
    )
    days_in_touch_at_start = feature(
        DaysAfter(spoken, since=DaysSinceFirst(placed), days=START_DAYS),
        "count",
        risk="falls",
        says=f"We were in touch with them on {{value:# day}} in the first {START_DAYS} after their first order",
    )
    people_in_touch = distinct(spoken, "rep_id", days=180)
