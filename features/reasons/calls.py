"""Calls: customers leave when nobody rings back."""

from collections.abc import Callable

from ibis import _

from features.language.declare import YEAR, Reason, feature, in_windows, still_open
from features.language.measure import IfGiven, Measure
from features.language.of_rows import Amount, Count, OldestOpen
from features.language.rows import Rows, calls
from features.language.sentence import NONE_OR

MINUTES = 60
rung = calls.where(_.channel.fill_null("call") == "call")
OF_ALL = "[, of {calls_from_them_{days}d:#} in all]"
asked = calls.where(_.channel.isin(["email", "quote", "document"]))


def _of_calls(make: Callable[[Rows], Measure]) -> Measure:
    """A measure of calls alone where the source tells them from other requests, and else of all rows."""
    return IfGiven(make(rung), make(calls))


def _number(window: int) -> Measure:
    return _of_calls(lambda rows: Count(rows, days=window))


def _returned(window: int) -> Measure:
    return _of_calls(lambda rows: Count(rows.once("returned_at"), days=window))


def _hours(window: int) -> Measure:
    minutes = _.returned_at.delta(_.called_at, unit="minute")
    total = _of_calls(lambda rows: Amount(rows.once("returned_at"), of=minutes, days=window))
    return total / _returned(window) / MINUTES


class Calls(Reason):
    """Their calls are not returned."""

    action = "Ring them: say who answers their calls from now on, and how soon"

    calls_from_them = in_windows(_number, "count", days=(30, 90, 180, YEAR))
    unreturned_calls = in_windows(
        lambda window: _number(window).without(_returned(window)),
        "count",
        days=(90, 180),
        risk="rises",
        says=f"In {{days}} days no calls of theirs went unreturned{OF_ALL}{NONE_OR}"
        f"In {{days}} days {{value:# call}} of theirs went unreturned{OF_ALL}"
        "[; the oldest open one has waited {oldest_open_call:# since}]",
    )
    share_of_calls_unreturned = feature(
        1 - _returned(YEAR) / _number(YEAR),
        "share",
        risk="rises",
        # Not since when the oldest one waits, which is that of half a year.
        says=f"{{value:.0%}} of their calls in {YEAR} days went unreturned[, of {{calls_from_them_{YEAR}d:#}} in all]",
    )
    share_of_recent_calls_unreturned = in_windows(
        lambda window: 1 - _returned(window) / _number(window),
        "share",
        days=60,
        risk="rises",
        says="{value:.0%} of their calls in {days} days went unreturned"
        "[; {unreturned_calls_90d:# unreturned call} in 90 days]",
    )
    oldest_open_call = feature(
        _of_calls(lambda rows: OldestOpen(rows, until="returned_at", days=180)).clip(0).filled(0),
        "days",
        risk="rises",
        says="They have waited {value:# since} for us to ring back",
    ).then("Ring them back today: they called {value:# on}", pressing=True)
    hours_until_returned = in_windows(
        _hours,
        "hours",
        days=(60, YEAR),
        risk="rises",
        says="It took us {value:# of hours} on average to ring them back",
    )
    unanswered_requests = still_open(
        asked,
        until="returned_at",
        days=90,
        risk="rises",
        says="In {days} days {value:# request} of theirs (emails, quotes, documents) went unanswered",
    ).then("Answer {value:# open request} of theirs today, by a call", pressing=True)
