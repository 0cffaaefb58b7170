"""Changed over: days of which a spreadsheet took the month for the day, where both can be either.

A spreadsheet that expects 12/31 and is given 31/12 makes the third of April of 04/03, and leaves 13/03 as it is.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.tables import TABLES
from pipelines.intake.checking import Checks

MONTHS = 12  # what is no more than that can be a month
UNLIKE = (
    1e-6  # that by chance a firm works on other weekdays in the first days of months; some ten tables are looked at
)
ALIKE = 0.05
_WEEK = 7

Days = npt.NDArray[np.datetime64]


def days_changed_over(checks: Checks, name: str) -> Iterator[str]:
    """In words, that the days of a table which can be months seem to be those, by the weekdays with rows."""
    happened = str(TABLES[name].happened)
    days = checks.kept(name)[happened].cast("date").name("day").as_table().distinct().execute()
    if is_changed_over(days["day"].to_numpy("datetime64[D]")):
        swapped = f"make_date(year({happened}), day({happened}), month({happened}))"
        yield (
            f"{name}: up to the {MONTHS}th of a month rows fall on other weekdays than later, and would not with day "
            "and month changed over, as a spreadsheet does that takes 31/12 for 12/31; export days as 2026-12-31, or "
            f"write CASE WHEN day({happened}) <= {MONTHS} THEN {swapped} + {happened}::TIME ELSE {happened} END "
            f"AS {happened} in {name}.sql"
        )


def is_changed_over(days: Days) -> bool:
    """Whether days that can be months are spread over other weekdays than the rest, but not once changed over.

    days: those with rows, each once, as how many there are on one is nobody's habit alone.
    """
    given = pd.DatetimeIndex(days)
    may_be = np.asarray(given.day <= MONTHS)
    if may_be.all() or not may_be.any():
        return False
    early, late = given[may_be], given[~may_be]
    parts = {"year": early.year, "month": early.day, "day": early.month}
    changed = pd.DatetimeIndex(pd.to_datetime(pd.DataFrame(parts)))
    return _likeness(early, late) < UNLIKE and _likeness(changed, late) > ALIKE


def _likeness(early: pd.DatetimeIndex, late: pd.DatetimeIndex) -> float:
    """How likely so different weekdays are by chance."""
    from scipy.stats import chi2_contingency

    counts = np.array([np.bincount(days.day_of_week, minlength=_WEEK) for days in (early, late)])
    return float(chi2_contingency(counts[:, counts.sum(axis=0) > 0]).pvalue)
