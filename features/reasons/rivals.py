"""Rivals: customers leave when someone else courts them."""

from ibis import _

from features.language.declare import Reason, count, days_since_last
from features.language.rows import signals

seen = signals.where(_.kind == "competitor_seen")


class Rivals(Reason):
    """Someone else is courting them."""

    action = "Ask what they were offered; visit this week"

    competitors_seen = count(
        seen,
        days=(90, 180, 360),
        risk="rises",
        says="{value:# sighting} of a competitor with them in {days} days",
    )
    days_since_competitor_seen = days_since_last(
        seen, risk="falls", says="A competitor was last seen with them {value:# on}"
    )
