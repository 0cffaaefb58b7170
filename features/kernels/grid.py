"""Grid: the snapshots asked for, and the rows of one scan as arrays, with every time as days before the newest as_of.

The day before the newest as_of has age 1. A row is known from the day after it happened, was recorded, and every
second time that it waits for has come; so all that any snapshot may know about it stands in the age of the day on which
it happened and the ages from which it is known. Days are enough: as_of is a midnight, so the time of day never decides
which side a row falls on.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

NEVER = 0  # the age of what has not come before the newest as_of
OLDEST = 1_000_000  # days (some 2,700 years) to which greater ages are cut
SPAN = 4 * OLDEST  # more than any two days are apart, so that a key and a day make one number


@dataclass(frozen=True)
class Grid:
    """The snapshots asked for: the newest as_of, how far apart they stand, and how many there are."""

    newest: date
    step_days: int
    snapshots: int

    @cached_property
    def ages(self) -> np.ndarray:
        """How many days before the newest as_of each snapshot stands, oldest first, [snapshots] of int32."""
        return (np.arange(self.snapshots, dtype=np.int32) * np.int32(self.step_days))[::-1].copy()

    @cached_property
    def as_ofs(self) -> list[date]:
        """The day of each snapshot, oldest first."""
        newest = pd.Timestamp(self.newest)
        return [(newest - pd.Timedelta(days=int(age))).date() for age in self.ages]


@dataclass(frozen=True)
class ScannedRows:
    """The rows of one scan as columns of equal length.

    codes: whose, counted from 0. ages: of the day on which a row happened. known: for every clock the age from which a
    row is known (NEVER: not yet). All three are int32. items: codes of ids, by column; -1 where there is none. answers:
    by what is read: whether a row counts, or how many do; or the number that it gives, NaN where it gives none.
    """

    codes: np.ndarray
    ages: np.ndarray
    known: dict[tuple[str, ...], np.ndarray]
    items: dict[str, np.ndarray]
    answers: dict[object, np.ndarray]
