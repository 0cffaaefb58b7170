"""Metrics: how well scores rank and how true risks are, with intervals that know an account stands in many rows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Metrics = dict[str, float]

RANKING = ("roc_auc", "average_precision", "lift_top_decile", "recall_at_capacity")
PROBABILITY = ("brier", "log_loss", "calibration_error")
BINS = 10
TOP = 0.1
LEVEL = 0.95
_CELLS = 4_000_000  # resamples x rows held at once; bounds the memory of the bootstrap, not its result
_CERTAIN = 1e-15


@dataclass(frozen=True)
class EvaluationSet:
    """The rows on which scores are measured, in one order for all of them, with the bootstrap's weights.

    left: 0 or 1 by row. account: the row's account, 0..accounts-1. snapshot: the row's as_of, 0..snapshots-1.
    weights: [resamples, accounts], how often each account was drawn; the same draws for every score, so that two scores
    can be compared resample by resample.
    """

    left: Floats
    account: npt.NDArray[np.intp]
    snapshot: npt.NDArray[np.intp]
    weights: npt.NDArray[np.int32]
    capacity: int

    @classmethod
    def of(cls, rows: pd.DataFrame, *, capacity: int, resamples: int, seed: int) -> "EvaluationSet":
        """rows: account_id, as_of, left (no nulls). Accounts are drawn with replacement, each with all of its rows."""
        account, accounts = pd.factorize(rows["account_id"], sort=True)
        draws = np.random.default_rng(seed).multinomial(
            len(accounts), np.full(len(accounts), 1 / len(accounts)), resamples
        )
        return cls(
            left=rows["left"].to_numpy(np.float64),
            account=account,
            snapshot=pd.factorize(rows["as_of"], sort=True)[0],
            weights=draws.astype(np.int32),
            capacity=capacity,
        )

    def subset(self, mask: npt.NDArray[np.bool_]) -> "EvaluationSet":
        """Some of the rows, with the same draws of accounts."""
        return EvaluationSet(self.left[mask], self.account[mask], self.snapshot[mask], self.weights, self.capacity)

    @property
    def can_be_ranked(self) -> bool:
        """Whether there are both rows that left and rows that stayed."""
        return bool(0 < self.left.sum() < len(self.left))


def metrics(rows: EvaluationSet, score: Floats, *, is_risk: bool = True) -> Metrics:
    """Every metric of a score and its 95 % interval: {"roc_auc": ..., "roc_auc_low": ..., "roc_auc_high": ..., ...}.

    Ranking metrics for every score; brier, log_loss and calibration_error only where the score is a risk. n is the
    number of rows, base_rate the share that left. Rows that all left or all stayed give n and base_rate alone. The
    interval of calibration_error lies a little high, as resamples are less calibrated than what they are drawn from.
    """
    found: Metrics = {"n": float(len(rows.left))}
    if len(rows.left):
        found["base_rate"] = float(rows.left.mean())
    if not rows.can_be_ranked:
        return found
    names = RANKING + (PROBABILITY if is_risk else ())
    point = _measure(rows, score, np.ones((1, len(rows.left))), is_risk)
    drawn = resampled(rows, score, is_risk=is_risk)
    for name in names:
        low, high = interval(drawn[name])
        found |= {name: float(point[name][0]), f"{name}_low": low, f"{name}_high": high}
    return found


def resampled(rows: EvaluationSet, score: Floats, *, is_risk: bool = True) -> dict[str, Floats]:
    """Each metric in each resample of accounts: {name: [resamples]}; NaN where a resample cannot be ranked."""
    at_once = max(1, _CELLS // max(1, len(rows.left)))
    parts = [
        _measure(rows, score, rows.weights[start : start + at_once][:, rows.account].astype(np.float64), is_risk)
        for start in range(0, len(rows.weights), at_once)
    ]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def interval(drawn: Floats) -> tuple[float, float]:
    """The interval that holds 95 % of the resamples."""
    tail = (1 - LEVEL) / 2
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return float(low), float(high)


def calibration_bins(left: Floats, risk: Floats, bins: int = BINS) -> pd.DataFrame:
    """Rows in bins of equal count by risk: n, predicted (mean risk), observed (share that left)."""
    order = np.argsort(risk, kind="stable")
    bin_of = np.minimum((np.arange(len(risk)) + 0.5) * bins // len(risk), bins - 1).astype(int)
    sorted_rows = pd.DataFrame({"bin": bin_of, "predicted": risk[order], "observed": left[order]})
    binned = sorted_rows.groupby("bin").agg(
        n=("observed", "size"), predicted=("predicted", "mean"), observed=("observed", "mean")
    )
    return binned.reset_index(drop=True)


def _measure(rows: EvaluationSet, score: Floats, weight: Floats, is_risk: bool) -> dict[str, Floats]:
    """Metrics under each row of weights [resamples, rows]."""
    found = _ranking_metrics(rows.left, score, weight)
    found["recall_at_capacity"] = _recall_at_capacity(rows, score, weight)
    if is_risk:
        found |= _probability_metrics(rows.left, score, weight)
    return found


def _ranking_metrics(left: Floats, score: Floats, weight: Floats) -> dict[str, Floats]:
    order, starts = _ties_together(score)
    ordered = weight[:, order]
    gone = np.add.reduceat(ordered * left[order], starts, axis=1)
    stayed = np.add.reduceat(ordered, starts, axis=1) - gone
    gone_so_far, stayed_so_far = gone.cumsum(axis=1), stayed.cumsum(axis=1)
    all_gone, all_stayed = gone_so_far[:, -1], stayed_so_far[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        outranked = all_stayed[:, None] - stayed_so_far + stayed / 2
        roc_auc = (gone * outranked).sum(axis=1) / (all_gone * all_stayed)
        seen = gone_so_far + stayed_so_far
        precision = np.divide(gone_so_far, seen, out=np.zeros_like(seen), where=seen > 0)
        average_precision = (gone * precision).sum(axis=1) / all_gone
        total = all_gone + all_stayed
        lift = _leavers_in_first(gone, stayed, TOP * total) / all_gone / TOP
    return {"roc_auc": roc_auc, "average_precision": average_precision, "lift_top_decile": lift}


def _recall_at_capacity(rows: EvaluationSet, score: Floats, weight: Floats) -> Floats:
    """The share of leavers caught when each snapshot's `capacity` highest scores are called."""
    caught = np.zeros(len(weight))
    for snapshot in np.unique(rows.snapshot):
        mask = rows.snapshot == snapshot
        left = rows.left[mask]
        order, starts = _ties_together(score[mask])
        ordered = weight[:, mask][:, order]
        gone = np.add.reduceat(ordered * left[order], starts, axis=1)
        stayed = np.add.reduceat(ordered, starts, axis=1) - gone
        caught += _leavers_in_first(gone, stayed, np.full(len(weight), float(rows.capacity)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return caught / (weight @ rows.left)


def _leavers_in_first(gone: Floats, stayed: Floats, room: Floats) -> Floats:
    """Leavers among the first `room` of groups of ties, highest first; of the group that is cut, its fair share."""
    size = gone + stayed
    before = size.cumsum(axis=1) - size
    taken = np.clip(room[:, None] - before, 0, size)
    share = np.divide(taken, size, out=np.zeros_like(size), where=size > 0)
    return np.asarray((gone * share).sum(axis=1), dtype=np.float64)


def _probability_metrics(left: Floats, risk: Floats, weight: Floats) -> dict[str, Floats]:
    total = weight.sum(axis=1)
    certain = np.clip(risk, _CERTAIN, 1 - _CERTAIN)
    surprise = -np.where(left == 1, np.log(certain), np.log1p(-certain))
    order = np.argsort(risk, kind="stable")
    ordered = weight[:, order]
    middle = ordered.cumsum(axis=1) - ordered / 2
    bin_of = np.minimum(middle * BINS / total[:, None], BINS - 1).astype(np.int8)
    error = ordered * (risk - left)[order]
    gap = sum((np.abs((error * (bin_of == number)).sum(axis=1)) for number in range(BINS)), np.zeros(len(weight)))
    return {
        "brier": weight @ (risk - left) ** 2 / total,
        "log_loss": weight @ surprise / total,
        "calibration_error": gap / total,
    }


def _ties_together(score: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Row numbers from the highest score to the lowest, and where each group of equal scores begins."""
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    return order, starts
