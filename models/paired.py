"""Paired: two scores of the same rows, compared in each resample of accounts, so that what moves both moves nothing."""

from dataclasses import dataclass, field

import numpy as np

from models.evaluation import Evaluation
from models.metrics import Floats, interval, points, resampled

PARTS = ("all", "early")
_BETTER = {"roc_auc": 1, "log_loss": -1, "brier": -1}  # which way each figure is good


@dataclass(frozen=True)
class Gain:
    """A figure of the model and of another score; drawn: by how much the model is better, [resamples]."""

    own: float
    other: float
    drawn: Floats

    @property
    def mean(self) -> float:
        return float(np.nanmean(self.drawn))

    def below(self, margin: float) -> float:
        """The share of resamples in which the model is worse by more than a margin."""
        return float((self.drawn[~np.isnan(self.drawn)] < -margin).mean())

    def interval(self, looks: int = 1) -> tuple[float, float]:
        """What holds 95 % of the resamples; of several gains that are looked at together, all at once."""
        return interval(self.drawn, looks)


@dataclass(frozen=True)
class Comparison:
    """The model of an evaluation beside other scores of its rows; what is drawn of the model is drawn once."""

    evaluation: Evaluation
    _kept: dict[tuple[str, str], tuple[float, Floats]] = field(default_factory=dict)

    def can_be_ranked(self, part: str) -> bool:
        """Whether, of all accounts or of the early ones, some left and some stayed on any day."""
        return self.evaluation.evaluation_set.subset(self._mask(part)).can_be_ranked

    def gain(self, score: Floats, *, part: str = "all", figure: str = "roc_auc") -> Gain:
        """By how much the model is better than another score, over `PARTS`; brier and log_loss need two risks."""
        key = (part, figure)
        if key not in self._kept:
            self._kept[key] = self._measured(self.evaluation.tested.risk, part, figure)
        (own, ours), (other, others) = self._kept[key], self._measured(score, part, figure)
        return Gain(own, other, _BETTER[figure] * (ours - others))

    def _measured(self, score: Floats, part: str, figure: str) -> tuple[float, Floats]:
        mask = self._mask(part)
        rows = self.evaluation.evaluation_set.subset(mask)
        return points(rows, score[mask], (figure,))[figure], resampled(rows, score[mask], (figure,))[figure]

    def _mask(self, part: str) -> np.ndarray:
        everybody = np.ones(len(self.evaluation.tested.left), dtype=bool)
        return self.evaluation.is_early if part == "early" else everybody
