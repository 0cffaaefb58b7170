"""Reach: windows of days that begin before the records do, and what a model sees instead of them.

While a firm's records reach back a hundred days, whoever has ordered five times "in 360 days" is as good a customer as
one who has ordered eighteen times once they reach back a year. Trees that learn from such rows take few orders for
usual, and tell everybody too low a risk as soon as the windows are full. So what is added up over a window of which the
records hold only a part is seen as what it would come to in the whole, in learning as in scoring. What people read
stays what was counted. benchmarks/README.md says what that is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]

LEAST_DAYS = 30  # of less than so many days nobody can tell what the whole window would hold


@dataclass(frozen=True)
class Stretch:
    """What features of some rows are multiplied by.

    which: by row, the place of its as_of. factors: by feature, [as_ofs]; of features whose windows are full, none.
    """

    which: npt.NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    factors: Mapping[str, Floats] = field(default_factory=dict)

    def __call__(
        self, name: str, values: npt.NDArray[np.floating], part: slice = slice(None)
    ) -> npt.NDArray[np.floating]:
        """A feature's values as the model sees them. part: which of the rows they are of."""
        factors = self.factors.get(name)
        return values if factors is None else values * factors[self.which[part]]


@dataclass(frozen=True)
class Window:
    """What a feature adds up: over how many days, and the day on which the records of it begin (ISO)."""

    days: int
    begins: str


@dataclass(frozen=True)
class Reach:
    """The windows of features that add rows up."""

    windows: Mapping[str, Window] = field(default_factory=dict)

    def stretch(self, as_of: pd.Series | pd.Index | Days) -> Stretch:
        """What to multiply by, of rows of these days: dates or midnights, with or without a zone."""
        days = pd.DatetimeIndex(pd.to_datetime(pd.Series(as_of))).tz_localize(None)
        as_ofs, which = np.unique(days.to_numpy("datetime64[D]"), return_inverse=True)
        factors = {}
        for name, window in self.windows.items():
            covered = (as_ofs - np.datetime64(window.begins, "D")).astype(np.float64)
            factor = np.where(np.isnat(as_ofs), 1.0, np.maximum(window.days / np.maximum(covered, LEAST_DAYS), 1.0))
            if (factor > 1).any():
                factors[name] = factor
        return Stretch(which.ravel(), factors)

    def stretch_of(self, rows: pd.DataFrame) -> Stretch:
        """Of rows that say which day they are of (as_of: a column, in the index or in attrs); of others every window
        counts as full.
        """
        if self.windows and "as_of" in rows:
            return self.stretch(rows["as_of"])
        if self.windows and "as_of" in rows.index.names:
            return self.stretch(rows.index.get_level_values("as_of"))
        if self.windows and "as_of" in rows.attrs:
            return self.stretch(pd.Series([rows.attrs["as_of"]] * len(rows), dtype="str"))
        return Stretch()
