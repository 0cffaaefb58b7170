"""Calls: customers leave when nobody rings back."""

from ibis import _

from features.language.declare import YEAR, Reason, count, feature, in_windows, mean, oldest_open, still_open
from features.language.of_rows import Count
from features.language.rows import calls

returned = calls.once("returned_at")
MINUTES = 60


class Calls(Reason):
    """Their calls are not returned."""

    action = "Return their calls today"

    calls_from_them = count(calls, days=(30, 90, YEAR))
    unreturned_calls = still_open(
        calls,
        until="returned_at",
        days=(90, 180),
        risk="rises",
        says="In {days} days {value:# call} of theirs went unreturned",
    )
    share_of_calls_unreturned = feature(
        1 - Count(returned, days=YEAR) / Count(calls, days=YEAR),
        "share",
        risk="rises",
        says=f"Of their {{calls_from_them_{YEAR}d:# call}} in {YEAR} days {{value:.0%}} went unreturned",
    )
    share_of_recent_calls_unreturned = in_windows(
        lambda window: 1 - Count(returned, days=window) / Count(calls, days=window),
        "share",
        days=60,
        risk="rises",
        says="{value:.0%} of their calls in {days} days went unreturned",
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
        days=(60, YEAR),
        per=MINUTES,
        risk="rises",
        says="It took us {value:,.1f} hours on average to ring them back",
    )
