"""Calls: customers leave when nobody rings back."""

from ibis import _

from features.language.declare import Reason, count, feature, mean, oldest_open, still_open
from features.language.measures import Sum
from features.language.rows import calls

returned = calls.once("returned_at")
MINUTES = 60


class Calls(Reason):
    """Their calls are not returned."""

    action = "Return their calls today"

    calls_from_them = count(calls, days=(90, 360))
    unreturned_calls = still_open(
        calls,
        until="returned_at",
        days=90,
        risk="rises",
        says="In {days} days {value:# call} of theirs went unreturned",
    )
    share_of_calls_unreturned = feature(
        1 - Sum(returned, days=360) / Sum(calls, days=360),
        "share",
        risk="rises",
        says="Of their {calls_from_them_360d:# call} in 360 days {value:.0%} went unreturned",
    )
    oldest_open_call = oldest_open(
        calls,
        until="returned_at",
        days=180,
        risk="rises",
        says="They have waited {value:# day} for us to ring back",
    )
    hours_until_returned = mean(
        returned,
        _.returned_at.delta(_.called_at, unit="minute"),
        "hours",
        days=360,
        per=MINUTES,
        risk="rises",
        says="It took us {value:,.1f} hours on average to ring them back",
    )
