"""Rivals: customers leave when someone else courts them."""

from ibis import _

from features.language.declare import Reason, count
from features.language.rows import signals


class Rivals(Reason):
    """Someone else is courting them."""

    action = "Have their rep and a manager visit them before the rival does"

    competitors_seen = count(
        signals.where(_.kind == "competitor_seen"),
        days=(90, 180),
        risk="rises",
        says="{value:# sighting} of a competitor with them in {days} days",
    )
    recommendations = count(
        signals.where(_.kind.isin(["referral", "reference"])),
        days=720,
        risk="falls",
        says="{value:# recommendation} from them in {days} days",
    )
