"""Pauses: when a firm takes no orders, as over Christmas, every account is silent for longer than by its own will."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from pipelines.intake.ended import LATELY, MISSING, TIMES_USUAL, last_before_a_gap
from pipelines.intake.manifest import Pause

WEEK = 7  # days; no longer than that may a firm be closed without a word, as over Easter
# Days. What comes as often is how a firm takes its orders, by quarters: these have up to 92 days, and the last of each
# may lie some days apart.
SELDOM = 92 + WEEK


def pause_of(rows_by_day: Mapping[date, int], as_of: date) -> Pause | None:
    """A pause that makes accounts seem more silent on `as_of` than they are, of a kind that does not come too often to
    be one; None where there is none.

    It lasts until `as_of`, and has been before (else rows are missing: `last_before_a_gap`), or it has been over for no
    more days than it had. On three made-up firms, closed for three weeks, risks were too high until 6 to 17 days after.
    """
    days = sorted(day for day in rows_by_day if day < as_of)
    if len(days) < 2 or last_before_a_gap(rows_by_day, as_of):
        return None
    found = [*pairwise(days), (days[-1], as_of)]
    for last, again in reversed(found):
        pause = (again - last).days - 1
        if (as_of - again).days > pause:
            continue
        alike = sum(TIMES_USUAL * ((later - day).days - 1) >= pause for day, later in found[:-1])
        is_seldom = alike * SELDOM < (days[-1] - days[0]).days
        before = sum(rows_by_day[day] for day in days if last - timedelta(days=LATELY) < day <= last)
        if pause > WEEK and is_seldom and before * pause >= MISSING * LATELY:
            return Pause(since=last, until=None if again == as_of else again)
    return None


def closed_for(pause: Pause, as_of: date) -> str:
    """The same in words."""
    if pause.until is None:
        return (
            f"orders: none came in the {pause.days_by(as_of)} days before {as_of}, as in earlier pauses of the firm's; "
            "whoever was due by then seems more silent than they are, and their risks are too high: give as_of the day "
            f"after the last order (--as-of {pause.since + timedelta(days=1)})"
        )
    days = pause.days_by(as_of)
    return (
        f"orders: none came in the {days} days before {pause.until}; whoever was due by then and has not ordered since "
        f"seems more silent than they are, and their risks are too high until some {days} days after"
    )
