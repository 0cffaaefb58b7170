"""Leaks in features: numbers that rank those who leave too well, or only by what came in the last days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from models.leaks import Finding
from models.metrics import roc_auc

Floats = npt.NDArray[np.float64]

SUSPICIOUS = 0.75  # from a ROC AUC of surely this on, a single feature's last days are looked at
KEPT = 0.25  # the part of a feature's skill that must be left without them
LAST_DAYS = 30
LEAST = 20  # accounts that left, without whom nothing can be said
FALSE_ALARM = 0.05  # the chance of any, if all features were as good as the bound
SAME = 0.9  # a rank correlation with silence from which on a feature is another word for it
ROWS = 200_000  # at most so many are looked at, of whole accounts
SEED = 1


@dataclass(frozen=True)
class Ranking:
    """How well a number ranks those who leave: its ROC AUC, 0.5 or more, and the lower bound of it."""

    roc_auc: float
    low: float


def leaks_in_features(
    rows: pd.DataFrame, reads: Mapping[str, str], like_silence: list[str], *, most: float
) -> Iterator[Finding]:
    """Features that know too much, codes c and d.

    rows: account_id, as_of, left (1, 0, NaN: not known), pace, the features, and days_since_order where there are
    orders. reads: what each feature to be looked at reads, in words. like_silence: features that may rank well because
    they are silence or the end of a contract. most: the ROC AUC among early accounts that nothing honest surely
    exceeds. Of many rows a sample does: `sample_of`.
    """
    rows = rows.reset_index(drop=True)
    looked_at = ((rows["pace"] == "early") & rows["left"].notna()).to_numpy(bool)
    early = rows[looked_at]
    left = early["left"].to_numpy(np.float64)
    account = pd.factorize(early["account_id"])[0]
    leavers = len(np.unique(account[left == 1]))
    if leavers < LEAST or not (left == 0).any():
        return
    earlier = _places_before_the_last_days(rows)[looked_at]
    looks, least = max(len(reads), 1), min(SUSPICIOUS, most)
    for name, columns in reads.items():
        value = early[name].to_numpy(np.float64)
        way, area = _best_way(value, left)
        if area <= least:
            continue  # its bound lies no higher, and is what takes time
        found = ranking(way(value), left, account, looks)
        if found.low <= least or _is_silence(value, early, like_silence):
            continue
        among = f"among early accounts it alone ranks the {leavers:,} that left with a ROC AUC of {found.roc_auc:.3f}"
        if found.low > most:
            seen = f"{among} (at least {found.low:.3f}), though no number known in time does above {most:g}"
            yield Finding("c", None, name, f"{seen}; it reads {columns}")
            continue
        before = np.where(earlier >= 0, rows[name].to_numpy(np.float64)[earlier], np.nan)
        both = earlier >= 0
        if len(np.unique(account[both & (left == 1)])) < LEAST:
            continue
        now, then = (roc_auc(way(v[both]), left[both]) for v in (value, before))
        if then - 0.5 < KEPT * (now - 0.5):
            before_what = "the last order" if "days_since_order" in rows else "the day that is looked at"
            late = f"what was recorded in the last {LAST_DAYS} days before {before_what}"
            seen = f"{among}, and {then:.3f} without {late}"
            yield Finding("d", None, name, f"{seen}; it reads {columns}")


def sample_of(rows: pd.DataFrame) -> pd.DataFrame:
    """All rows, or those of as many accounts as have about `ROWS` together, drawn at random, always the same ones."""
    if len(rows) <= ROWS:
        return rows.reset_index(drop=True)
    code, accounts = pd.factorize(rows["account_id"], sort=True)
    drawn = np.random.default_rng(SEED).permutation(len(accounts))
    counts = np.bincount(code, minlength=len(accounts))[drawn].cumsum()
    return rows[np.isin(code, drawn[counts <= ROWS])].reset_index(drop=True)


def ranking(score: Floats, left: Floats, account: npt.NDArray[np.intp], looks: int = 1) -> Ranking:
    """The ROC AUC of a score over rows of which several may be of one account, and its lower bound.

    left: 1 or 0 by row. account: 0, 1, … by row. looks: how many scores are looked at; the bound holds for all at once
    (Bonferroni). DeLong's variance (DeLong, DeLong & Clarke-Pearson 1988) with the placements added up by account
    (Obuchowski 1997), on the logit scale, where it fits near 1 as well.
    """
    gone = left == 1
    leavers, others = int(gone.sum()), int((~gone).sum())
    ranks = rankdata(score)
    placement = np.empty(len(score))
    placement[gone] = (ranks[gone] - rankdata(score[gone])) / others
    placement[~gone] = 1 - (ranks[~gone] - rankdata(score[~gone])) / leavers
    area = float(placement[gone].mean())
    pull = (placement - area) / np.where(gone, leavers, others)
    by_account = np.bincount(account, pull)
    accounts = np.count_nonzero(np.bincount(account))
    error = np.sqrt((by_account**2).sum() * accounts / max(accounts - 1, 1))
    inside = np.clip(area, 1 / (2 * leavers * others), 1 - 1 / (2 * leavers * others))
    low = expit(logit(inside) - norm.isf(FALSE_ALARM / looks) * error / (inside * (1 - inside)))
    return Ranking(area, float(min(low, area)))


class _Way:
    """A way to rank by a number: upwards or downwards, what is missing first or last."""

    def __init__(self, sign: int, missing: float) -> None:
        self._sign, self._missing = sign, missing

    def __call__(self, value: Floats) -> Floats:
        return self._sign * np.where(np.isnan(value), self._missing, value)


def _best_way(value: Floats, left: Floats) -> tuple[_Way, float]:
    """The way that ranks best, and its ROC AUC."""
    missing = (-np.inf, np.inf) if np.isnan(value).any() else (-np.inf,)
    upwards = {at: roc_auc(_Way(1, at)(value), left) for at in missing}
    ways = [(_Way(1, at), found) for at, found in upwards.items()]
    ways += [(_Way(-1, at), 1 - found) for at, found in upwards.items()]
    return max(ways, key=lambda pair: pair[1])


def _is_silence(value: Floats, early: pd.DataFrame, like_silence: list[str]) -> bool:
    """Whether a number says nearly the same as one that may rank well."""
    for name in like_silence:
        other = early[name].to_numpy(np.float64)
        both = ~np.isnan(value) & ~np.isnan(other)
        if both.sum() > len(value) / 2 and np.ptp(value[both]) > 0 and np.ptp(other[both]) > 0:
            correlation = np.corrcoef(rankdata(value[both]), rankdata(other[both]))[0, 1]
            if abs(correlation) > SAME:
                return True
    return False


def _places_before_the_last_days(rows: pd.DataFrame) -> npt.NDArray[np.intp]:
    """For each row the place of the account's latest row that knows nothing recorded in the last days before its last
    order, or before as_of where there are no orders; -1 where there is none.

    Those who stayed are taken back as far, so the rows that are left out tell nothing by being left out.
    """
    as_of = rows["as_of"].to_numpy("datetime64[D]")
    code = pd.factorize(rows["account_id"])[0].astype(np.int64)
    silent = rows["days_since_order"] if "days_since_order" in rows else pd.Series(0.0, rows.index)
    until = as_of - (np.nan_to_num(silent.to_numpy(np.float64)).astype(np.int64) + LAST_DAYS)
    first, span = as_of.min(), int((as_of.max() - as_of.min()).astype(np.int64)) + 1
    timeline = code * span + (as_of - first).astype(np.int64)
    order = np.argsort(timeline, kind="stable")
    wanted = code * span + np.maximum((until - first).astype(np.int64), -1)
    at = np.searchsorted(timeline[order], wanted, side="right") - 1
    place = order[np.maximum(at, 0)]
    found = (at >= 0) & (code[place] == code) & (until >= first)
    return np.where(found, place, -1)
