"""Competing: leaving involuntarily (closed, moved, bought), which comes before leaving by choice and ends the watch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

PRIOR_ROWS = 100.0  # rows' worth of the overall rate in the rate of a pace


@dataclass(frozen=True)
class Involuntary:
    """The share that leaves involuntarily among those who do not leave by choice: overall, and by pace.

    Nothing that a firm's records show foretells a fire or a merger, but a silence that is already there may be one; so
    the rate depends on the pace, and on nothing else.
    """

    overall: float = 0.0
    by_pace: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def fit(cls, pace: pd.Series, voluntary: Floats, involuntary: Floats) -> "Involuntary":
        """pace, voluntary and involuntary (1 or 0): by row, of rows whose label is complete."""
        could = voluntary == 0
        gone, rows = float(involuntary[could].sum()), float(could.sum())
        overall = gone / rows if rows else 0.0
        known = pd.DataFrame({"pace": pace.to_numpy()[could], "gone": involuntary[could]})
        sums = known.groupby("pace")["gone"].agg(["sum", "size"])
        rates = (sums["sum"] + PRIOR_ROWS * overall) / (sums["size"] + PRIOR_ROWS)
        return cls(overall, {str(name): float(rate) for name, rate in rates.items()})

    def risk(self, rows: pd.DataFrame, voluntary: Floats) -> Floats:
        """The probability of leaving involuntarily, by row; with `voluntary`, that of leaving by choice, at most 1."""
        rate = np.full(len(rows), self.overall)
        if "pace" in rows:
            rate = rows["pace"].map(dict(self.by_pace)).fillna(self.overall).to_numpy(np.float64)
        return np.asarray((1 - voluntary) * rate)
