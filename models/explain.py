"""Explain: what moved an account's score, exactly, per feature and per reason."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn import Churn, Floats

log = logging.getLogger(__name__)

EXACT = 1e-4  # how far the contributions may miss the score that they add up to, in log-odds


@dataclass(frozen=True)
class Contributions:
    """What each feature adds to the log-odds.

    shap_values: [rows, features]. base_value + the sum of a row's SHAP values = its log-odds. spreads: by reason, the
    scale on which reasons are compared (`models.spread`); a reason that is not there is compared as it is. seen: the
    numbers as the model saw them, [rows, features], where they are not those of the rows (`models.reach`); in_part:
    the features of whose window the records of these rows hold a part.
    """

    shap_values: Floats
    base_value: float
    features: tuple[str, ...]
    spreads: Mapping[str, float] = field(default_factory=dict)
    seen: Floats | None = None
    in_part: tuple[str, ...] = ()

    def subset(self, mask: npt.NDArray[np.bool_]) -> "Contributions":
        """Those of some of the rows."""
        return replace(self, shap_values=self.shap_values[mask], seen=None if self.seen is None else self.seen[mask])

    def by_reason(self, reason_of: Mapping[str, str]) -> pd.DataFrame:
        """The same, summed by reason: a column each, in the order in which the features name them."""
        codes = [reason_of[name] for name in self.features]
        return pd.DataFrame(
            {code: self.shap_values[:, [own == code for own in codes]].sum(axis=1) for code in dict.fromkeys(codes)}
        )

    def shares(self, reason_of: Mapping[str, str]) -> dict[str, float]:
        """Each reason's share of all that moves scores up or down: of the mean absolute contributions."""
        mean_absolute = np.abs(self.shap_values).mean(axis=0)
        total = float(mean_absolute.sum()) or 1.0
        shares: dict[str, float] = {}
        for name, amount in zip(self.features, mean_absolute, strict=True):
            shares[reason_of[name]] = shares.get(reason_of[name], 0.0) + float(amount) / total
        return shares


def shap_contributions(model: Churn, rows: pd.DataFrame) -> Contributions:
    """Exact path-dependent SHAP values (Lundberg et al. 2020) of every row, in log-odds.

    Computed in bulk by WOODELF (Nadel & Wettenstein 2026). On every call they are held against the scores that they
    must add up to; where they do not, LightGBM's own (equal, but many times slower) take their place, and the log says
    so.
    """
    numbers = model.matrix(rows)
    raw = np.asarray(model.trees.predict(numbers, raw_score=True), dtype=np.float64)
    base_value = _base_value(model, numbers.shape[1])
    values = _woodelf(model, numbers) if len(rows) else np.zeros(numbers.shape)
    miss = float(np.abs(values.sum(axis=1) + base_value - raw).max(initial=0.0))
    if not miss <= EXACT:
        log.warning("WOODELF's contributions miss the scores by up to %.2g; LightGBM's own are used instead", miss)
        return lightgbm_contributions(model, rows)
    return Contributions(values, base_value, model.features, model.spreads, *_seen(model, rows, numbers))


def lightgbm_contributions(model: Churn, rows: pd.DataFrame) -> Contributions:
    """The same, computed row by row by LightGBM: sooner there for a few rows, many times slower for many."""
    numbers = model.matrix(rows)
    values = np.asarray(model.trees.predict(numbers, pred_contrib=True), dtype=np.float64)[:, :-1]
    base_value = _base_value(model, numbers.shape[1])
    return Contributions(values, base_value, model.features, model.spreads, *_seen(model, rows, numbers))


def _seen(model: Churn, rows: pd.DataFrame, numbers: Floats) -> tuple[Floats | None, tuple[str, ...]]:
    in_part = tuple(model.reach.stretch_of(rows).factors)
    return (numbers if in_part else None), in_part


def _base_value(model: Churn, width: int) -> float:
    """The mean log-odds over the rows that the trees grew on: the same for every row, so any row gives it."""
    return float(np.asarray(model.trees.predict(np.zeros((1, width)), pred_contrib=True))[0, -1])


def _woodelf(model: Churn, numbers: Floats) -> Floats:
    from woodelf import WoodelfExplainer

    if model.trees.num_trees() == 0 or not any(model.trees.feature_importance()):
        return np.zeros(numbers.shape)  # a forest without a split has no patterns to count
    frame = pd.DataFrame(numbers, columns=list(model.features))
    return np.asarray(WoodelfExplainer(model.trees).shap_values(frame, verbose=False), dtype=np.float64)
