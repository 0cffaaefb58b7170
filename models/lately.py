"""Lately: whether what is foretold still comes, on the newest day of which that is known; and how one day is judged."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.churn import Churn
from models.gate import CLOSE
from models.groups import missed
from models.late import LONGEST_WAIT
from models.metrics import Floats
from models.rule import Rule
from models.target import late_losses, targets

KNOWN = 0.5  # of a day's accounts, whose outlook has passed
ENOUGH = 20  # that left or were foretold to; with fewer no change can be told from chance
CHANCE = 0.01  # that a true model is said to miss


@dataclass(frozen=True)
class Lately:
    """What was foretold of one day's accounts, and what came."""

    as_of: str
    accounts: int
    told: float
    left: float
    p_value: float

    @classmethod
    def of(cls, rows: pd.DataFrame, ranker: Churn | Rule, tested_on: pd.Timestamp) -> "Lately | None":
        """On the newest day, no older than the last tested one, of which half of the outlooks have passed: whether they
        have depends on what was known on that day, and on the calendar. None where too few left.

        rows: snapshots with features and what left. ranker: the model of the last tested day, which knew nothing of the
        accounts of that day; or a rule. Where losses are recorded later than any label waits for them, nothing is said.
        """
        if late_losses(rows).get("wait_days", 0) >= LONGEST_WAIT:
            return None
        left, _ = targets(rows)
        known = ~np.isnan(left)
        share = pd.Series(known).groupby(rows["as_of"].to_numpy()).mean()
        days = share.index[(share >= KNOWN) & (share.index >= tested_on)]
        if not len(days):
            return None
        mask = known & (rows["as_of"] == days[-1]).to_numpy()
        return cls.on(days[-1], ranker.risk(rows[mask]), left[mask])

    @classmethod
    def on(cls, day: pd.Timestamp, risk: Floats, left: Floats) -> "Lately | None":
        """Of one day, by account: risk, and left (1 or 0). None where too few left."""
        if max(risk.sum(), left.sum()) < ENOUGH:
            return None
        p_value, _ = missed(risk, left)
        return cls(day.date().isoformat(), len(left), float(risk.mean()), float(left.mean()), p_value)

    def __str__(self) -> str:
        return (
            f"of {self.accounts:,} accounts seen on {self.as_of} {self.told:.1%} were foretold to leave and "
            f"{self.left:.1%} left, beyond chance"
        )

    def misses(self, calibration: float) -> bool:
        """Whether the two differ beyond chance, and by more than the gate allows (`gate.calibration`)."""
        return self.is_beyond_chance and abs(self.left - self.told) > max(CLOSE, calibration * self.left)

    @property
    def is_beyond_chance(self) -> bool:
        return self.p_value < CHANCE
