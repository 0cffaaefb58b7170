"""Missed: where what was told on earlier days did not come, of a model as of a rule."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from models.churn import Churn
from models.day_by_day import DayByDay
from models.gate import CLOSE
from models.groups import worst
from models.lately import Lately
from models.metrics import Floats
from models.rule import Rule


@dataclass(frozen=True)
class Missed:
    """What must be said of earlier days; None where what was told of them can be relied on, or nothing tells."""

    lately: Lately | None = None
    by_day: DayByDay | None = None

    @classmethod
    def of(
        cls,
        rows: pd.DataFrame,
        ranker: Churn | Rule | None,
        tested: tuple[pd.Series, Floats, Floats],
        calibration: float,
    ) -> "Missed":
        """rows: snapshots with features and what left. ranker: see `Lately.of`; None where there is none. tested:
        as_of, risk and left (1 or 0) of the rows of earlier days. calibration: `gate.calibration`.
        """
        if not len(tested[0]):
            return cls()
        lately = Lately.of(rows, ranker, tested[0].max()) if ranker else None
        by_day = DayByDay.of(*tested)
        return cls(
            lately if lately and lately.misses(calibration) else None,
            by_day if by_day and by_day.misses(calibration) else None,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "missed_lately": asdict(self.lately) if self.lately else None,
            "missed_by_day": asdict(self.by_day) if self.by_day else None,
        }

    def lines(self) -> Iterator[str]:
        """In words, what there is."""
        yield from (str(found) for found in (self.lately, self.by_day) if found)


def kinds_missed(by_group: Mapping[str, Mapping[str, Mapping[str, Any]]], calibration: float) -> list[dict[str, Any]]:
    """Of `models.groups.worst` the kinds of accounts that were told falsely by more than the gate allows of all
    (`gate.calibration`): of those who leave for certain it hardly matters whether 85 % are told or 92.
    """
    return [one for one in worst(by_group) if abs(one["left"] - one["told"]) > max(CLOSE, calibration * one["left"])]
