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


def _share_of_reps_touches(window: int) -> Measure:
    return Count(spoken, days=window) / Pooled(Count(spoken, days=window), by=REP)


def _share_of_reps_revenue() -> Measure:
    revenue = Amount(placed, of="amount", days=YEAR)
    return revenue / Pooled(revenue, by=REP, scale=CENTS)


class Attention(Reason):
    """We are busy with others."""

    action = "Give them a fixed slot in the rep's week"

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
    attention_for_revenue = feature(
        _share_of_reps_touches(180) / _share_of_reps_revenue(),
        "ratio",
        risk="falls",
        says="For what they buy they get {value:.0%} of the attention that their rep's accounts get on average",
    )
