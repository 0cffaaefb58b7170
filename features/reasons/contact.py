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
from features.language.in_force import OfCurrent
from features.language.measure import IfGiven, Measure
from features.language.of_days import DaysAfter, GapsLonger
from features.language.of_rows import Count, DaysSinceFirst, DaysSinceLast
from features.language.of_words import DaysSinceAnySpoke, DaysUnspoken, KindsOfSpeakers
from features.language.rows import contacts, placed, rep_history, signals
from features.language.sentence import NONE_OR

spoken = contacts.where(_.channel.isin(["visit", "meeting", "call", "email", "event"]))
# What they begin keeps no rule of ours; where nobody wrote down who began, we did.
began = spoken.where(_.direction.fill_null("outbound") == "outbound")
from_them = contacts.where(_.direction == "inbound")
printed = contacts.where(_.channel.isin(["invoice", "newsletter"]))
changed = signals.where(_.kind.isin(["contact_left", "reorganised", "acquired", "moving"]))
QUIET_DAYS = 60  # the rule of thumb: begin a word with every customer at least this often
START_DAYS = 90  # in which a new customer makes up its mind
USED_TO_BEGIN = 3  # words of theirs in a year, from which on they count as having begun them

since_we_began = IfGiven(DaysSinceLast(began), DaysSinceLast(spoken))
first_order = DaysSinceFirst(placed)
days_before_first_order = DaysAfter(spoken, since=first_order + START_DAYS, days=START_DAYS)
days_after_first_order = DaysAfter(spoken, since=first_order, days=START_DAYS)
# What somebody does for us counts as it is on as_of, and only where a history says since when.
is_manager = DaysSinceLast(rep_history.where(_.role == "management")).equals(DaysSinceLast(rep_history))


def _days_known(window: int) -> Measure:
    """With a new account the usual pace is that since the first word."""
    return DaysSinceFirst(spoken).clip(window, YEAR)


class Contact(Reason):
    """They do not hear from us."""

    action = "Ring them with no invoice and no offer in hand: ask how they get on with what they bought"

    days_since_contact = days_since_last(spoken, risk="rises", says="Nobody has spoken with them for {value:# day}")
    days_since_visit = days_since_last(
        contacts.where(_.channel.isin(["visit", "meeting"])), risk="rises", says="{value:# day} since anyone met them"
    ).then("Go and see them with no offer in hand: ask how they get on with what they bought")
    conversations = count(
        spoken, days=(30, QUARTER, YEAR), risk="falls", says="{value:# conversation} with them in {days} days"
    )
    conversations_trend = feature(
        conversations[QUARTER] * (_days_known(QUARTER) / QUARTER) / conversations[YEAR],
        "ratio",
        risk="falls",
        says=f"Nobody has spoken with them in {QUARTER} days{NONE_OR}"
        "We speak with them at {value:.0%} of the year's usual pace",
    )
    conversations_pace = in_windows(
        lambda window: Count(spoken, days=window) * (_days_known(window) / window) / Count(spoken, days=YEAR),
        "ratio",
        days=(30, 60, 180),
        risk="falls",
        says=f"Nobody has spoken with them in {{days}} days{NONE_OR}"
        "In {days} days we spoke with them at {value:.0%} of the year's usual pace",
    )
    share_of_touches_invoices = share(
        printed,
        of=contacts,
        days=YEAR,
        risk="rises",
        says="{value:.0%} of all contacts with them in {days} days were invoices and newsletters",
    )
    only_invoices = feature(
        # From the day after the last word on, within a year.
        DaysAfter(printed, since=(DaysSinceLast(spoken) - 1).clip(0, YEAR).filled(YEAR), days=YEAR),
        "count",
        risk="rises",
        says="Since anyone last spoke with them they heard of us {value:# time}, by invoice or newsletter only",
    )
    quiet_spells = in_windows(
        lambda window: IfGiven(
            GapsLonger(began, than=QUIET_DAYS, days=window), GapsLonger(spoken, than=QUIET_DAYS, days=window)
        ),
        "count",
        days=YEAR,
        risk="rises",
        says=f"In {{days}} days we never let more than {QUIET_DAYS} days pass without getting in touch with them"
        f"{NONE_OR}"
        f"{{value:# time}} in {{days}} days we let more than {QUIET_DAYS} days pass without getting in touch with them",
    )
    is_quiet = feature(
        since_we_began > QUIET_DAYS,
        "yes/no",
        risk="rises",
        says=f"For more than {QUIET_DAYS} days we have not got in touch with them",
    )
    days_since_we_called = days_since_last(
        began, risk="rises", says="The last conversation that we began with them was {value:# day} ago"
    )
    share_of_talk_we_began = share(
        began,
        of=spoken,
        days=180,
        risk="falls",
        says="We began {value:.0%} of the conversations with them in {days} days",
    )
    they_fell_silent = feature(
        # A year's words of theirs, all of them before the last quarter.
        (Count(from_them, days=YEAR) >= USED_TO_BEGIN) * Count(from_them, days=QUARTER).equals(0),
        "yes/no",
        risk="rises",
        says=f"They used to get in touch by themselves, and have not for {QUARTER} days",
    ).then("They used to get in touch by themselves: ring whoever did, and ask what has changed")
    days_in_touch_at_start = feature(
        days_after_first_order,
        "count",
        risk="falls",
        says=f"We were in touch with them on {{value:# day}} in the first {START_DAYS} after their first order",
    ).grows(START_DAYS)
    days_in_touch_before = feature(days_before_first_order, "count")
    after_to_before_sale = feature(
        # Known once as many days have passed since the sale as are counted before it.
        (days_after_first_order / days_before_first_order).only_if(first_order >= START_DAYS),
        "ratio",
        risk="falls",
        says=f"In touch on {{days_in_touch_before:# day}} of the {START_DAYS} before they bought, "
        "on {days_in_touch_at_start:# day} of as many after",
    )
    people_in_touch = distinct(spoken, "rep_id", days=180)
    people_of_theirs_in_touch = distinct(
        spoken, "person", days=180, risk="falls", says="We spoke with {value:# person/people} of theirs in {days} days"
    ).then("Get to know another person at theirs: ask whom you know to bring one along")
    contacts_left = count(
        signals.where(_.kind == "contact_left"),
        days=YEAR,
        risk="rises",
        says="{value:# person/people} whom we knew left them in {days} days",
    ).then("Somebody whom we knew has left them: find out who follows, and go and meet them")
    days_change_unspoken = feature(
        DaysUnspoken(changed, days=YEAR, word=since_we_began),
        "days",
        risk="rises",
        says="Things changed at theirs {value:# on}, and we have not got in touch since",
    ).then("Things changed at theirs: ring whoever is in charge now, and ask what it means for them")
    functions_in_touch = in_windows(
        lambda window: KindsOfSpeakers(spoken, kind=OfCurrent(rep_history, column="role"), days=window),
        "count",
        days=180,
        risk="falls",
        says="{value:# function} of ours spoke with them in {days} days",
    ).then("Have somebody else of ours ring them too: whoever looks after their orders, or a manager")
    days_since_manager = feature(
        DaysSinceAnySpoke(spoken, which=is_manager),
        "days",
        risk="rises",
        says="{value:# day} since a manager of ours spoke with them",
    ).then("Have a manager ring them, with no offer in hand: ask how things work out for them")
