"""Attention: customers leave when they feel too small for us."""

from features.language.declare import Reason, at_rep, feature, in_windows
from features.language.measures import Measure, Pooled, Sum
from features.language.rows import placed, prospecting
from features.reasons.contact import spoken

active = Sum(placed, days=360).clip(0, 1)
cents = 100


def _share_of_reps_touches(window: int) -> Measure:
    return Sum(spoken, days=window) / Pooled(Sum(spoken, days=window), by="rep_id")


def _share_of_reps_revenue() -> Measure:
    revenue = Sum(placed, days=360, amount="amount")
    return revenue / Pooled(revenue, by="rep_id", scale=cents)


class Attention(Reason):
    """We are busy with others."""

    action = "Give them a fixed slot in the rep's week"

    accounts_of_rep = feature(
        Pooled(active, by="rep_id"), "count", risk="rises", says="Their rep looks after {value:# active account}"
    )
    rep_prospecting_share = in_windows(
        lambda window: at_rep(
            Sum(prospecting, days=window) / (Sum(prospecting, days=window) + Sum(spoken.by("rep_id"), days=window))
        ),
        "share",
        days=90,
        risk="rises",
        says="{value:.0%} of their rep's contacts in {days} days were with prospects",
    )
    attention_for_revenue = feature(
        _share_of_reps_touches(180) / _share_of_reps_revenue(),
        "ratio",
        risk="falls",
        says="For what they buy they get {value:.0%} of the attention that their rep's accounts get on average",
    )
