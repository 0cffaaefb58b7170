"""Metrics: how well scores rank and how true risks are, with intervals that know an account stands in many rows."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models import bootstrap

Floats = npt.NDArray[np.float64]
Metrics = dict[str, float]

RANKING = ("roc_auc", "average_precision", "lift_top_decile", "recall_at_capacity")
PROBABILITY = ("brier", "log_loss", "calibration_error")
BINS = 10
TOP = 0.1
LEVEL = 0.95
_CERTAIN = 1e-15
_THREAD_PAYS = 20_000_000  # rows x draws


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
    once = np.ones((len(rows.weights), 1), dtype=np.uint8)  # the rows as they are, as one more draw
    measured = _measure(rows, score, np.concatenate([once, rows.weights], axis=1), is_risk)
    for name in RANKING + (PROBABILITY if is_risk else ()):
        low, high = interval(measured[name][1:])
        found |= {name: float(measured[name][0]), f"{name}_low": low, f"{name}_high": high}
    return found


def points(rows: EvaluationSet, score: Floats, *, is_risk: bool = True) -> Metrics:
    """The metrics without intervals; NaN where the rows cannot be ranked."""
    once = np.ones((len(rows.weights), 1), dtype=np.uint8)
    return {name: float(value[0]) for name, value in _measure(rows, score, once, is_risk).items()}


def resampled(rows: EvaluationSet, score: Floats, *, is_risk: bool = True) -> dict[str, Floats]:
    """Each metric in each resample of accounts: {name: [resamples]}; NaN where a resample cannot be ranked."""
    return _measure(rows, score, rows.weights, is_risk)


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


def _measure(rows: EvaluationSet, score: Floats, weights: npt.NDArray[np.uint8], is_risk: bool) -> dict[str, Floats]:
    """Metrics under each of the draws; a share of the draws a thread, as they have nothing to do with one another."""
    threads = min(os.cpu_count() or 1, 1 + len(rows.left) * weights.shape[1] // _THREAD_PAYS)
    shares = [np.ascontiguousarray(share) for share in np.array_split(weights, threads, axis=1)]

    def measured(share: npt.NDArray[np.uint8]) -> dict[str, Floats]:
        found = _ranking_metrics(rows, score, share)
        return found | _probability_metrics(rows, score, share) if is_risk else found

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(measured, shares))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _ranking_metrics(rows: EvaluationSet, score: Floats, weights: npt.NDArray[np.uint8]) -> dict[str, Floats]:
    by_as_of = []
    for snapshot in rows.ranked_snapshots:
        mask = np.flatnonzero(rows.snapshot == snapshot)
        order = mask[np.argsort(-score[mask], kind="stable")]
        ordered = score[order]
        tie = np.r_[0, (ordered[1:] != ordered[:-1]).cumsum()]
        by_as_of.append(
            bootstrap.ranking(rows.left[order], rows.account[order], tie, weights, TOP, float(rows.capacity))
        )
    drawn = np.stack(by_as_of)  # [as_ofs, figures, draws]
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


def _probability_metrics(rows: EvaluationSet, risk: Floats, weights: npt.NDArray[np.uint8]) -> dict[str, Floats]:
    certain = np.clip(risk, _CERTAIN, 1 - _CERTAIN)
    surprise = -np.where(rows.left == 1, np.log(certain), np.log1p(-certain))
    accounts = len(weights)
    total, squares, surprises = (
        bootstrap.weighted_sums(np.bincount(rows.account, amounts, accounts), weights)
        for amounts in (np.ones(len(risk)), (risk - rows.left) ** 2, surprise)
    )
    order = np.argsort(risk, kind="stable")
    error = bootstrap.calibration_error((risk - rows.left)[order], rows.account[order], weights, BINS)
    with np.errstate(invalid="ignore"):
        return {"brier": squares / total, "log_loss": surprises / total, "calibration_error": error}
