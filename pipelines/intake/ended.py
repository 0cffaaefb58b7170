"""Ended: a table whose rows stop long before a day, as where an export has broken down."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

LATELY = 90  # days before as_of that tell what is usual
FEWEST_DAYS = 5  # without a row
TIMES_USUAL = 2  # of the longest pause of the years before
YEARS = 720  # days before the last row: two of each season; what was closed long ago was another firm
MISSING = 20  # rows that should have come by then


def last_before_a_gap(rows_by_day: Mapping[date, int], as_of: date, seen: int = 0) -> date | None:
    """The last day with rows, where so long a pause until as_of has not been; None where it is nothing unusual.

    seen: days of the longest pause that anybody saw in those years: of rows that are entered once a month a month is
    missing time and again, though in the end none is.
    """
    days = sorted(day for day in rows_by_day if day < as_of)
    if len(days) < 2:
        return None
    pause = (as_of - days[-1]).days - 1
    recent = [day for day in days if day >= days[-1] - timedelta(days=YEARS)]
    longest = max((seen, *((later - day).days - 1 for day, later in pairwise(recent))))
    lately = sum(rows_by_day[day] for day in days if day > days[-1] - timedelta(days=LATELY))
    is_long = pause >= max(FEWEST_DAYS, TIMES_USUAL * longest)
    return days[-1] if is_long and lately * pause >= MISSING * LATELY else None
