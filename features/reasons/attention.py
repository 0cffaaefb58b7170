"""Attention: customers leave when they feel too small for us."""

from features.language.declare import YEAR, Reason, feature, in_windows
from features.language.in_force import REP
from features.language.measure import Measure
from features.language.of_rows import CENTS, Amount, Count
from features.language.rows import placed, prospecting
from features.language.shared import Pooled, at_rep
from features.reasons.contact import spoken

rep_spoke = spoken.by("rep_id")
active = Count(placed, days=YEAR).clip(0, 1)


is_active = active > 0
# Beside the mean of the book and not beside what they buy: an account that buys little would otherwise have more than
# its share however seldom anybody speaks with it.


def _beside_the_book(number: Measure, scale: int = 1) -> Measure:
    """An account's number beside the mean of the active accounts of its rep; missing where it is no active one."""
    of_active = number.only_if(is_active)
    return of_active / (Pooled(of_active, by=REP, scale=scale) / Pooled(active, by=REP))


class Attention(Reason):
    """We are busy with others."""

    action = "Give them a fixed hour in their rep's week, the first of them this week"

    accounts_of_rep = feature(
        Pooled(active, by=REP), "count", risk="rises", says="Their rep looks after {value:# active account}"
    )
    rep_prospecting_share = in_windows(
        lambda window: at_rep(
            Count(prospecting, days=window) / (Count(prospecting, days=window) + Count(rep_spoke, days=window))
        ),
        "share",
        days=(60, 90),
        risk="rises",
        says="{value:.0%} of their rep's contacts in {days} days were with prospects",
    )
    attention_in_book = in_windows(
        lambda window: _beside_the_book(Count(spoken, days=window)),
        "ratio",
        days=(90, 180),
        risk="falls",
        says="In {days} days they got {value:.0%} of the conversations that their rep's accounts have on average",
    ).grows()
    size_in_book = (
        feature(
            _beside_the_book(Amount(placed, of="amount", days=YEAR), scale=CENTS),
            "ratio",
            says="They buy {value:.0%} of what their rep's accounts buy on average",
        )
        .tells("low")
        .grows(YEAR)
    )
