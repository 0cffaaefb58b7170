"""Contract: customers leave when nobody asks what they get out of it until it is up for renewal."""

from ibis import _

from features.language import of_terms
from features.language.declare import YEAR, Reason, feature, in_windows
from features.language.measure import IfGiven, Measure
from features.language.of_days import DaysAfter
from features.language.of_notices import NoticesForGood
from features.language.of_rows import Count, DaysSinceLast
from features.language.of_terms import OfContracts
from features.language.rows import contracts
from features.language.sentence import NONE_OR
from features.reasons.contact import spoken

# One that renews itself has no end in sight until notice is given; notice ends no contract before its time.
days_to_end = OfContracts(of_terms.days_to_end, ("ends_on",))
annual_value = OfContracts(of_terms.annual_value, ("annual_value",))
a_year_ago = OfContracts(of_terms.annual_value_a_year_ago, ("annual_value",))
renewed, ended = contracts.at("renewed_at"), contracts.at("ends_on")
since_renewal = DaysSinceLast(renewed)
run_out = ended.where(_.renews.fill_null("no") != "yes")
NEAR_DAYS = 60  # before a renewal, in which everybody calls


def _ended(days: int) -> Measure:
    """How many contracts ran out in the last `days`. One that renews itself does not, though its first term ends."""
    return IfGiven(Count(run_out, days=days), Count(ended, days=days))


class Contract(Reason):
    """Their contract is left to itself."""

    action = "Ask what they got out of it; the renewal comes later"

    days_to_contract_end = feature(
        days_to_end,
        "days",
        risk="falls",
        says=f"Their contract ends today{NONE_OR}{{value:# day}} until their contract ends",
    ).shows("contract_end")
    days_to_renewal = (
        feature(
            OfContracts(of_terms.days_to_renewal, ("ends_on", "renews")),
            "days",
            says=f"Their contract renews itself today{NONE_OR}{{value:# day}} until their contract renews itself",
        )
        .shows("contract_end")
        .tells("low")
    )
    has_notice = (
        feature(
            OfContracts(of_terms.has_notice, ("cancelled_at",)),
            "yes/no",
            risk="rises",
            says="Notice was given, and no other contract goes on",
        )
        .shows("contract_end")
        .then("Ask what made them give notice, and what would keep them", pressing=True)
    )
    contract_value_trend = feature(
        annual_value / a_year_ago,
        "ratio",
        risk="falls",
        says="Their contracts are worth {value:.0%} of what they were a year ago",
    ).then("Ask what they use less of than a year ago, and what would serve them better")
    cancellations = in_windows(
        # A plan that another one replaces is no contract that they cancelled.
        lambda window: NoticesForGood(days=window),
        "count",
        days=720,
        risk="rises",
        says="{value:# contract} cancelled in {days} days",
    ).shows("contract_end")
    renewals = in_windows(
        # Missing of whom nothing could have been renewed: a first term of two years is no reproach.
        lambda window: Count(renewed, days=window).only_if(Count(renewed, days=window) + _ended(window)),
        "count",
        days=720,
        risk="falls",
        says="{value:# renewal} in {days} days",
    )
    share_of_talk_near_renewal = feature(
        DaysAfter(spoken, since=since_renewal + NEAR_DAYS, days=NEAR_DAYS)
        / DaysAfter(spoken, since=since_renewal + YEAR, days=YEAR),
        "share",
        risk="rises",
        says=f"{{value:.0%}} of the year's talk with them fell in the last {NEAR_DAYS} days before they renewed",
    ).then("Ring them now, with no contract in hand: ask how things work out for them")
