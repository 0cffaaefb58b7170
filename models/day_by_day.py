"""Day by day: risks that miss far more on some days than on others, which the average of all days hides."""

from dataclasses import dataclass

import pandas as pd

from models.gate import CLOSE
from models.lately import Lately
from models.metrics import Floats

OFTEN = 0.25  # of the days
# Days. By true risks one day in a hundred is missed (`models.lately.CHANCE`): one of four in every 25th firm, two of
# eight in every 400th.
LEAST = 2


@dataclass(frozen=True)
class DayByDay:
    """What was told on earlier days beside what left.

    days: on which enough left to tell. too_high, too_low: on how many of them what was told missed beyond chance. off,
    left: the means over days of |told - left| and of left; uneven: how far told - left is on the mean from its own
    mean. All three are shares of the day's accounts.
    """

    days: int
    too_high: int
    too_low: int
    off: float
    uneven: float
    left: float

    @classmethod
    def of(cls, as_of: pd.Series, risk: Floats, left: Floats) -> "DayByDay | None":
        """By row: as_of, risk, and left (1 or 0). None where there are too few days on which enough left.

        On one day an account is one row. Accounts that leave together, as in a bad quarter, are not set off against
        chance: they are what is sought, since no risk was true then. Days that share part of their outlooks may miss by
        the same leavers, so that where days are close one chance in a hundred is the surest that this can be.
        """
        seen = []
        for day in as_of.unique():
            mask = (as_of == day).to_numpy()
            seen.append(Lately.on(day, risk[mask], left[mask]))
        judged = [found for found in seen if found]
        if len(judged) < LEAST:
            return None
        missed = [found for found in judged if found.is_beyond_chance]
        by = pd.Series([found.told - found.left for found in judged])
        return cls(
            len(judged),
            sum(found.told > found.left for found in missed),
            sum(found.told < found.left for found in missed),
            float(by.abs().mean()),
            float((by - by.mean()).abs().mean()),
            sum(found.left for found in judged) / len(judged),
        )

    def __str__(self) -> str:
        return (
            f"on {self.too_high} of {self.days} tested days more were foretold to leave than left, and on "
            f"{self.too_low} fewer, beyond chance; by {self.off:.1%} of the accounts on average, where {self.left:.1%} "
            "left"
        )

    def misses(self, calibration: float) -> bool:
        """Whether days miss often, and unevenly by more than the gate allows (`gate.calibration`): by how much all of
        them miss alike the gate sees.
        """
        is_often = self.too_high + self.too_low >= max(LEAST, OFTEN * self.days)
        return is_often and self.uneven > max(CLOSE, calibration * self.left)
