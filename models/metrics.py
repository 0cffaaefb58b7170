"""Metrics: how well scores rank and how true risks are, with intervals that know an account stands in many rows."""

import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from models import bootstrap
from models.bootstrap import calibration_error, cells, ranking, weighted_sums

Floats = npt.NDArray[np.float64]
Metrics = dict[str, float]
_Ordered = tuple[Floats, npt.NDArray[np.intp], npt.NDArray[np.intp]]

RANKING = ("roc_auc", "average_precision", "lift_top_decile", "recall_at_capacity")
_LOSSES = ("brier", "log_loss")
PROBABILITY = (*_LOSSES, "calibration_error")
BINS = 10
TOP = 0.1
LEVEL = 0.95
_CERTAIN = 1e-15
_THREAD_PAYS = 10_000_000  # accounts x draws


@dataclass(frozen=True)
class EvaluationSet:
    """The rows on which scores are measured, in one order for all of them, with the bootstrap's weights.

    left: 0 or 1 by row. account: the row's account, 0..accounts-1. snapshot: the row's as_of, 0..snapshots-1.
    weights: [accounts, resamples], how often each account was drawn, the same draw on every as_of; the same draws for
    every score, so that two scores can be compared resample by resample.
    """

    left: Floats
    account: npt.NDArray[np.intp]
    snapshot: npt.NDArray[np.intp]
    weights: npt.NDArray[np.uint8]
    capacity: int

    @classmethod
    def of(cls, rows: pd.DataFrame, *, capacity: int, resamples: int, seed: int) -> "EvaluationSet":
        """rows: account_id, as_of, left (no nulls). Accounts are drawn with replacement, each with all of its rows."""
        account, accounts = pd.factorize(rows["account_id"], sort=True)
        return cls(
            left=rows["left"].to_numpy(np.float64),
            account=account,
            snapshot=pd.factorize(rows["as_of"], sort=True)[0],
            weights=bootstrap.draws(len(accounts), resamples, seed),
            capacity=capacity,
        )

    def subset(self, mask: npt.NDArray[np.bool_]) -> "EvaluationSet":
        """Some of the rows, with the same draws of accounts."""
        return EvaluationSet(self.left[mask], self.account[mask], self.snapshot[mask], self.weights, self.capacity)

    @property
    def can_be_ranked(self) -> bool:
        """Whether any as_of has both rows that left and rows that stayed."""
        return bool(len(self.ranked_snapshots))

    @property
    def ranked_snapshots(self) -> npt.NDArray[np.intp]:
        """The as_ofs of which some rows left and some stayed: the others say nothing about an order."""
        if not len(self.left):
            return np.array([], dtype=np.intp)
        share = np.bincount(self.snapshot, self.left) / np.maximum(np.bincount(self.snapshot), 1)
        return np.flatnonzero((share > 0) & (share < 1))


def metrics(rows: EvaluationSet, score: Floats, *, is_risk: bool = True) -> Metrics:
    """Every metric of a score and its 95 % interval: {"roc_auc": ..., "roc_auc_low": ..., "roc_auc_high": ..., ...}.

    Ranking metrics for every score: the mean of those of each as_of, since accounts are ranked a day at a time. brier,
    log_loss and calibration_error, over all rows together, only where the score is a risk. n is the number of rows,
    base_rate the share that left. Rows that all left or all stayed give n and base_rate alone. The interval of
    calibration_error lies a little high, as resamples are less calibrated than what they are drawn from.
    """
    found: Metrics = {"n": float(len(rows.left))}
    if len(rows.left):
        found["base_rate"] = float(rows.left.mean())
    if not rows.can_be_ranked:
        return found
    figures = RANKING + (PROBABILITY if is_risk else ())
    sorted_rows = _Sorted.of(rows, score, figures)
    own, drawn = sorted_rows.once(), sorted_rows.drawn(rows.weights)
    for name in figures:
        low, high = interval(drawn[name])
        found |= {name: own[name], f"{name}_low": low, f"{name}_high": high}
    return found


def points(rows: EvaluationSet, score: Floats, figures: Collection[str] = RANKING + PROBABILITY) -> Metrics:
    """Those metrics without intervals; NaN where the rows cannot be ranked."""
    return _Sorted.of(rows, score, figures).once()


def resampled(
    rows: EvaluationSet, score: Floats, figures: Collection[str] = RANKING + PROBABILITY
) -> dict[str, Floats]:
    """Those metrics in each resample of accounts: {name: [resamples]}; NaN where a resample cannot be ranked."""
    return _Sorted.of(rows, score, figures).drawn(rows.weights)


def interval(drawn: Floats, looks: int = 1) -> tuple[float, float]:
    """The interval that holds 95 % of the resamples; of several looks at the same draws, all at once (Bonferroni)."""
    tail = (1 - LEVEL) / looks / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def roc_auc(score: Floats, left: Floats) -> float:
    """The area under the curve over all rows together, from ranks (Mann & Whitney 1947): no as_ofs, no interval."""
    from scipy.stats import rankdata

    gone = left.sum()
    return float((rankdata(score)[left == 1].sum() - gone * (gone + 1) / 2) / (gone * (len(left) - gone)))


def calibration_bins(left: Floats, risk: Floats, bins: int = BINS) -> pd.DataFrame:
    """Rows in bins of equal count by risk: n, predicted (mean risk), observed (share that left)."""
    order = np.argsort(risk, kind="stable")
    bin_of = np.minimum((np.arange(len(risk)) + 0.5) * bins // len(risk), bins - 1).astype(int)
    sorted_rows = pd.DataFrame({"bin": bin_of, "predicted": risk[order], "observed": left[order]})
    binned = sorted_rows.groupby("bin").agg(
        n=("observed", "size"), predicted=("predicted", "mean"), observed=("observed", "mean")
    )
    return binned.reset_index(drop=True)


@dataclass(frozen=True)
class _Sorted:
    """The rows in the orders that some figures need, whatever is drawn of them.

    by_as_of: of each as_of with both outcomes, from the highest score on, left, account and cell. by_risk: of all rows,
    from the lowest risk on, risk - left, account and cell. losses: by figure and account, what rows lose.
    """

    figures: Collection[str]
    accounts: int
    capacity: int
    by_as_of: Sequence[_Ordered] = ()
    by_risk: _Ordered | None = None
    losses: Mapping[str, Floats] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: EvaluationSet, score: Floats, figures: Collection[str]) -> "_Sorted":
        return cls(
            figures,
            len(rows.weights),
            rows.capacity,
            _by_as_of(rows, score) if set(figures) & set(RANKING) else (),
            _by_risk(rows, score) if "calibration_error" in figures else None,
            _losses(rows, score) if set(figures) & set(_LOSSES) else {},
        )

    def once(self) -> Metrics:
        """The figures of the rows as they are."""
        everybody = np.ones((self.accounts, 1), dtype=np.uint8)
        return {name: float(value[0]) for name, value in self._measured(everybody, (0, 1)).items()}

    def drawn(self, weights: npt.NDArray[np.uint8]) -> dict[str, Floats]:
        """The figures under each draw; a share of the draws a thread, as they have nothing to do with one another."""
        coarse = replace(
            self,
            by_as_of=[(left, account, cells(tie)) for left, account, tie in self.by_as_of],
            by_risk=self.by_risk and (*self.by_risk[:2], cells(self.by_risk[2])),
        )
        draws = weights.shape[1]
        threads = min(os.cpu_count() or 1, 1 + self.accounts * draws // _THREAD_PAYS)
        ends = np.linspace(0, draws, threads + 1).astype(int).tolist()
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(lambda some: coarse._measured(weights, some), pairwise(ends)))
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _measured(self, weights: npt.NDArray[np.uint8], draws: tuple[int, int]) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        if self.by_as_of:
            found |= _ranking(
                np.stack([ranking(*ordered, weights, draws, TOP, float(self.capacity)) for ordered in self.by_as_of])
            )
        if self.losses:
            total = weighted_sums(self.losses["rows"], weights, draws)
            with np.errstate(invalid="ignore"):
                found |= {name: weighted_sums(self.losses[name], weights, draws) / total for name in _LOSSES}
        if self.by_risk:
            found["calibration_error"] = calibration_error(*self.by_risk, weights, draws, BINS)
        return {name: found[name] for name in self.figures}


def _by_as_of(rows: EvaluationSet, score: Floats) -> list[_Ordered]:
    found = []
    for snapshot in rows.ranked_snapshots:
        mask = np.flatnonzero(rows.snapshot == snapshot)
        order = mask[np.argsort(-score[mask], kind="stable")]
        ordered = score[order]
        tie = np.r_[0, (ordered[1:] != ordered[:-1]).cumsum()]
        found.append((rows.left[order], rows.account[order], tie))
    return found


def _by_risk(rows: EvaluationSet, risk: Floats) -> _Ordered:
    order = np.argsort(risk, kind="stable")
    return (risk - rows.left)[order], rows.account[order], np.arange(len(order))


def _losses(rows: EvaluationSet, risk: Floats) -> dict[str, Floats]:
    certain = np.clip(risk, _CERTAIN, 1 - _CERTAIN)
    surprise = -np.where(rows.left == 1, np.log(certain), np.log1p(-certain))
    amounts = {"rows": np.ones(len(risk)), "brier": (risk - rows.left) ** 2, "log_loss": surprise}
    accounts = len(rows.weights)
    return {name: np.bincount(rows.account, amount, accounts).astype(np.float64) for name, amount in amounts.items()}


def _ranking(drawn: Floats) -> dict[str, Floats]:
    """drawn: [as_ofs, figures, draws]."""
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = drawn[:, bootstrap.CAUGHT] / drawn[:, bootstrap.LEAVERS]
    return {
        "roc_auc": _mean(drawn[:, bootstrap.ROC_AUC]),
        "average_precision": _mean(drawn[:, bootstrap.AVERAGE_PRECISION]),
        "lift_top_decile": _mean(drawn[:, bootstrap.LIFT]),
        "recall_at_capacity": _mean(recall),
    }


def _mean(by_as_of: Floats) -> Floats:
    """The mean over as_ofs of what could be measured there, [draws]; NaN where nothing could."""
    known = ~np.isnan(by_as_of)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, by_as_of, 0.0).sum(axis=0) / known.sum(axis=0), dtype=np.float64)
