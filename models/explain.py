"""Explain: what moved an account's score, per reason, each with a fact that a rep can speak about."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn import Churn, FeatureProfile, Floats
from models.vocabulary import Vocabulary, Word

if TYPE_CHECKING:  # a model that is served elsewhere has a vocabulary instead
    from features.catalogue import Catalogue
    from features.language.declare import Feature

log = logging.getLogger(__name__)

MAX_REASONS = 4  # reasons an account
LEAST_SHAP = 0.1  # log-odds: a reason that makes leaving less than a tenth likelier is a trifle
EXACT = 1e-4  # how far the contributions may miss the score that they add up to, in log-odds
UNDIRECTED = 0.5  # weight of a fact of which nobody can say whether it is bad, when the fact to show is chosen
COMMON = 0.5  # weight of a fact that is worse than the median, but not worse than three quarters
# A silence is long or short by the account's own cycle: before one has gone by it is nothing to speak of.
SILENCE = ("days_since_order", "cycles_since_order", "chance_of_silence")
CYCLES = "cycles_since_order"

Strings = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Contributions:
    """What each feature adds to the log-odds.

    shap_values: [rows, features]. base_value + the sum of a row's SHAP values = its log-odds.
    """

    shap_values: Floats
    base_value: float
    features: tuple[str, ...]

    def subset(self, mask: npt.NDArray[np.bool_]) -> "Contributions":
        """Those of some of the rows."""
        return Contributions(self.shap_values[mask], self.base_value, self.features)

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
    return Contributions(values, base_value, model.features)


def lightgbm_contributions(model: Churn, rows: pd.DataFrame) -> Contributions:
    """The same, computed row by row by LightGBM: sooner there for a few rows, many times slower for many."""
    numbers = model.matrix(rows)
    values = np.asarray(model.trees.predict(numbers, pred_contrib=True), dtype=np.float64)[:, :-1]
    return Contributions(values, _base_value(model, numbers.shape[1]), model.features)


def _base_value(model: Churn, width: int) -> float:
    """The mean log-odds over the rows that the trees grew on: the same for every row, so any row gives it."""
    return float(np.asarray(model.trees.predict(np.zeros((1, width)), pred_contrib=True))[0, -1])


def _woodelf(model: Churn, numbers: Floats) -> Floats:
    from woodelf import WoodelfExplainer

    if model.trees.num_trees() == 0 or not any(model.trees.feature_importance()):
        return np.zeros(numbers.shape)  # a forest without a split has no patterns to count
    frame = pd.DataFrame(numbers, columns=list(model.features))
    return np.asarray(WoodelfExplainer(model.trees).shap_values(frame, verbose=False), dtype=np.float64)


def reasons(
    contributions: Contributions,
    rows: pd.DataFrame,
    profiles: Mapping[str, FeatureProfile],
    catalogue: "Catalogue | Vocabulary",
) -> pd.DataFrame:
    """At most four reasons a row, strongest first: reason_i (sentence), reason_i_code, reason_i_shap, action_i.

    A reason is shown if it is one that somebody can act on, raises the log-odds by at least `LEAST_SHAP`, and has a
    fact to show for it. The fact is the feature of the reason that raises the risk most among those of which the value
    is there, can be put into a sentence, and is evidence: beyond the median of the rows learned from, on
    the side that the feature's direction calls bad, and the more so beyond the quartile; or, where no direction is
    known, outside the middle half. So no account is said to leave because of "12 conversations in 30
    days", or because of a silence that is usual for it.

    SHAP says what moved the score, not what caused the leaving; nothing here claims more.
    """
    features = [catalogue.by_name[name] for name in contributions.features]
    by_reason = contributions.by_reason({feature.name: feature.reason for feature in features})
    codes = [code for code in by_reason.columns if catalogue.reasons[code].action]
    shap_of = by_reason[codes].to_numpy()
    numbers = rows[list(contributions.features)].to_numpy(dtype=np.float64, na_value=np.nan)
    evidence = _evidence(contributions.shap_values, numbers, features, profiles)
    columns_of = {
        code: np.array([index for index, feature in enumerate(features) if feature.reason == code]) for code in codes
    }
    texts: dict[str, Strings] = {}
    for place in range(1, MAX_REASONS + 1):
        for name in (f"reason_{place}", f"reason_{place}_code", f"action_{place}"):
            texts[name] = np.full(len(rows), None, dtype=object)
    shown = np.full((len(rows), MAX_REASONS), np.nan)
    for row in range(len(rows)):
        place = 0
        values: dict[str, float] | None = None
        for index in np.argsort(-shap_of[row], kind="stable"):
            if place == MAX_REASONS or shap_of[row, index] < LEAST_SHAP:
                break
            code = codes[index]
            values = values or dict(zip(contributions.features, numbers[row].tolist(), strict=True))
            sentence = _fact(features, columns_of[code], evidence[row], values)
            if sentence is None:
                continue
            place += 1
            texts[f"reason_{place}"][row] = sentence
            texts[f"reason_{place}_code"][row] = code
            texts[f"action_{place}"][row] = catalogue.reasons[code].action
            shown[row, place - 1] = shap_of[row, index]
    columns: dict[str, Strings | Floats] = {}
    for place in range(1, MAX_REASONS + 1):
        for name in (f"reason_{place}", f"reason_{place}_code", f"action_{place}"):
            columns[name] = texts[name]
        columns[f"reason_{place}_shap"] = shown[:, place - 1]
    return pd.DataFrame(columns, index=rows.index)


def _fact(
    features: "Sequence[Feature | Word]", columns: npt.NDArray[np.intp], evidence: Floats, values: Mapping[str, float]
) -> str | None:
    """The sentence of the feature with the most evidence that has one."""
    for column in columns[np.argsort(-evidence[columns], kind="stable")]:
        if evidence[column] <= 0:
            return None
        sentence: str | None = features[column].sentence(values)
        if sentence is not None:
            return sentence
    return None


def _evidence(
    shap_values: Floats,
    numbers: Floats,
    features: "Sequence[Feature | Word]",
    profiles: Mapping[str, FeatureProfile],
) -> Floats:
    """How much each feature's value explains a higher risk, [rows, features]; 0 where it cannot stand as evidence."""
    evidence = np.zeros(shap_values.shape)
    names = [feature.name for feature in features]
    is_overdue = numbers[:, names.index(CYCLES)] > 1 if CYCLES in names else np.ones(len(numbers), dtype=bool)
    for column, feature in enumerate(features):
        profile = profiles.get(feature.name)
        if not feature.says or profile is None:
            continue
        number = numbers[:, column]
        # Beside NaN nothing is unusual: a feature that was always missing, a value that is.
        low, median, high = (
            np.nan if mark is None else mark
            for mark in (profile.lower_quartile, profile.median, profile.upper_quartile)
        )
        if feature.risk == "rises":
            weight = np.where(number > high, 1.0, np.where(number > median, COMMON, 0.0))
        elif feature.risk == "falls":
            weight = np.where(number < low, 1.0, np.where(number < median, COMMON, 0.0))
        else:
            weight = np.where((number < low) | (number > high), UNDIRECTED, 0.0)
        if feature.name in SILENCE:
            weight *= is_overdue
        evidence[:, column] = weight * np.maximum(shap_values[:, column], 0.0)
    return evidence
