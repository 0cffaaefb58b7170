"""Explain: what moved an account's score, per reason, each with a fact that a rep can speak about."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue
from features.language.declare import Feature
from models.churn import Churn, Floats, Usual

log = logging.getLogger(__name__)

MOST = 4  # reasons an account
LEAST_PUSH = 0.1  # log-odds: a reason that makes leaving less than a tenth likelier is a trifle
EXACT = 1e-4  # how far the contributions may miss the score that they add up to, in log-odds
UNDIRECTED = 0.5  # weight of a fact of which nobody can say whether it is bad, when the telling fact is chosen
COMMON = 0.5  # weight of a fact that is worse than the median, but not worse than three quarters
# How long a silence is, the account's own cycle tells: before one has gone by it is nothing to speak of.
SILENCE = ("days_since_order", "cycles_since_order", "chance_of_silence")
CYCLES = "cycles_since_order"

Strings = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Contributions:
    """What each feature adds to the calibrated log-odds: pushes [rows, features]; expected + their sum = the score."""

    pushes: Floats
    expected: float
    features: tuple[str, ...]

    def by_reason(self, reason_of: Mapping[str, str]) -> pd.DataFrame:
        """The same, summed by reason: a column each, in the order in which the features name them."""
        codes = [reason_of[name] for name in self.features]
        return pd.DataFrame(
            {code: self.pushes[:, [own == code for own in codes]].sum(axis=1) for code in dict.fromkeys(codes)}
        )

    def shares(self, reason_of: Mapping[str, str]) -> dict[str, float]:
        """Each reason's share of all that moves scores up or down: of the mean absolute contributions."""
        moved = np.abs(self.pushes).mean(axis=0)
        total = float(moved.sum()) or 1.0
        shares: dict[str, float] = {}
        for name, amount in zip(self.features, moved, strict=True):
            shares[reason_of[name]] = shares.get(reason_of[name], 0.0) + float(amount) / total
        return shares


def contributions(model: Churn, rows: pd.DataFrame) -> Contributions:
    """Exact path-dependent SHAP values (Lundberg et al. 2020) of every row, in calibrated log-odds.

    Computed in bulk by WOODELF (Nadel & Wettenstein 2026). On every call they are held against the scores that they
    must add up to; where they do not, LightGBM's own (equal, but many times slower) take their place, and the log says
    so.
    """
    numbers = model.matrix(rows)
    raw = np.asarray(model.trees.predict(numbers, raw_score=True), dtype=np.float64)
    expected = _expected(model, numbers.shape[1])
    values = _woodelf(model, numbers) if len(rows) else np.zeros(numbers.shape)
    miss = float(np.abs(values.sum(axis=1) + expected - raw).max(initial=0.0))
    if not miss <= EXACT:
        log.warning("WOODELF's contributions miss the scores by up to %.2g; LightGBM's own are used instead", miss)
        values = np.asarray(model.trees.predict(numbers, pred_contrib=True), dtype=np.float64)[:, :-1]
    slope, intercept = model.calibration.slope, model.calibration.intercept
    return Contributions(values * slope, intercept + slope * expected, model.features)


def _expected(model: Churn, width: int) -> float:
    """The mean log-odds over the rows that the trees grew on: the same for every row, so any row gives it."""
    return float(np.asarray(model.trees.predict(np.zeros((1, width)), pred_contrib=True))[0, -1])


def _woodelf(model: Churn, numbers: Floats) -> Floats:
    from woodelf import WoodelfExplainer

    if model.trees.num_trees() == 0 or not any(model.trees.feature_importance()):
        return np.zeros(numbers.shape)  # a forest without a split has no patterns to count
    frame = pd.DataFrame(numbers, columns=list(model.features))
    return np.asarray(WoodelfExplainer(model.trees).shap_values(frame, verbose=False), dtype=np.float64)


def reasons(found: Contributions, rows: pd.DataFrame, usual: Mapping[str, Usual], catalogue: Catalogue) -> pd.DataFrame:
    """At most four reasons a row, strongest first: reason_i (sentence), reason_i_code, reason_i_push, action_i.

    A reason is shown if it is one that somebody can act on, raises the log-odds by at least `LEAST_PUSH`, and has a
    fact to show for it. The fact is the feature of the reason that raises the risk most among those of which the value
    is there, can be put into a sentence, and is what one would blame: beyond the median of the rows learned from, on
    the side that the feature's direction calls bad, and the more so beyond the quartile; or, where no direction is
    known, outside the middle half. So nobody is told that an account will leave because of "12 conversations in 30
    days", or because of a silence that is usual for it.

    SHAP says what moved the score, not what caused the leaving; nothing here claims more.
    """
    features = [catalogue.by_name[name] for name in found.features]
    pushes = found.by_reason({feature.name: feature.reason for feature in features})
    codes = [code for code in pushes.columns if catalogue.reasons[code].action]
    push = pushes[codes].to_numpy()
    numbers = rows[list(found.features)].to_numpy(dtype=np.float64, na_value=np.nan)
    blame = _blame(found.pushes, numbers, features, usual)
    columns_of = {
        code: np.array([index for index, feature in enumerate(features) if feature.reason == code]) for code in codes
    }
    said: dict[str, Strings] = {}
    for place in range(1, MOST + 1):
        for name in (f"reason_{place}", f"reason_{place}_code", f"action_{place}"):
            said[name] = np.full(len(rows), None, dtype=object)
    pushed = np.full((len(rows), MOST), np.nan)
    for row in range(len(rows)):
        place = 0
        values: dict[str, float] | None = None
        for index in np.argsort(-push[row], kind="stable"):
            if place == MOST or push[row, index] < LEAST_PUSH:
                break
            code = codes[index]
            values = values or dict(zip(found.features, numbers[row].tolist(), strict=True))
            sentence = _fact(features, columns_of[code], blame[row], values)
            if sentence is None:
                continue
            place += 1
            said[f"reason_{place}"][row] = sentence
            said[f"reason_{place}_code"][row] = code
            said[f"action_{place}"][row] = catalogue.reasons[code].action
            pushed[row, place - 1] = push[row, index]
    columns: dict[str, Strings | Floats] = {}
    for place in range(1, MOST + 1):
        for name in (f"reason_{place}", f"reason_{place}_code", f"action_{place}"):
            columns[name] = said[name]
        columns[f"reason_{place}_push"] = pushed[:, place - 1]
    return pd.DataFrame(columns, index=rows.index)


def _fact(
    features: Sequence[Feature], columns: npt.NDArray[np.intp], blame: Floats, values: Mapping[str, float]
) -> str | None:
    """The sentence of the feature most to blame that has one."""
    for column in columns[np.argsort(-blame[columns], kind="stable")]:
        if blame[column] <= 0:
            return None
        sentence = features[column].sentence(values)
        if sentence is not None:
            return sentence
    return None


def _blame(pushes: Floats, numbers: Floats, features: Sequence[Feature], usual: Mapping[str, Usual]) -> Floats:
    """How much each feature's value explains a higher risk, [rows, features]; 0 where it cannot stand as evidence."""
    blame = np.zeros(pushes.shape)
    names = [feature.name for feature in features]
    is_overdue = numbers[:, names.index(CYCLES)] > 1 if CYCLES in names else np.ones(len(numbers), dtype=bool)
    for column, feature in enumerate(features):
        known = usual.get(feature.name)
        if not feature.says or known is None:
            continue
        number = numbers[:, column]
        # Beside NaN nothing is unusual: a feature that was always missing, a value that is.
        low, median, high = (
            np.nan if mark is None else mark for mark in (known.lower_quartile, known.median, known.upper_quartile)
        )
        if feature.risk == "rises":
            weight = np.where(number > high, 1.0, np.where(number > median, COMMON, 0.0))
        elif feature.risk == "falls":
            weight = np.where(number < low, 1.0, np.where(number < median, COMMON, 0.0))
        else:
            weight = np.where((number < low) | (number > high), UNDIRECTED, 0.0)
        if feature.name in SILENCE:
            weight *= is_overdue
        blame[:, column] = weight * np.maximum(pushes[:, column], 0.0)
    return blame
