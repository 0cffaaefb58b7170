"""Reasons: of an account's score the sign by which one sees it, the reasons to act on, and what holds the account.

All of it is chosen a column at a time. SHAP says what moved the score, not what caused the leaving; nothing here claims
more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.sentence import names_in
from features.language.signs import SIGNS
from features.language.tongue import later, tr
from models.churn import FeatureProfile, Floats
from models.explain import Contributions
from models.vocabulary import Vocabulary, Word

if TYPE_CHECKING:  # a model that is served elsewhere has a vocabulary instead
    from features.catalogue import Catalogue
    from features.language.declare import Feature

MAX_REASONS, MAX_HOLDS = 4, 2  # an account
LEAST_SHAP = 0.1  # log-odds: a reason that makes leaving less than a tenth likelier is a trifle
FAINT = 0.03  # log-odds: what stands beside a reason that is none of a trifle, and never before it
UNDIRECTED = 0.5  # weight of a fact of which nobody can say whether it is bad, when the fact to show is chosen
COMMON = 0.5  # weight of a fact that is worse than the median, but not worse than three quarters
# A silence is long or short by the account's own cycle: before one has gone by it is nothing to speak of.
SILENCE = ("days_since_order", "cycles_since_order", "chance_of_silence")
CYCLES = "cycles_since_order"
ASK = later("Ring them with no invoice and no offer in hand: ask how things work out for them")
ROWS_AT_ONCE = 50_000  # some hundred megabytes

Strings = npt.NDArray[np.object_]
Places = list[int]
ALIKE: Mapping[str, float] = MappingProxyType({})  # of groups that are compared as they are


def columns_of_reasons() -> tuple[str, ...]:
    """The columns that `reasons` gives, in order, but the SHAP values."""
    places = range(1, MAX_REASONS + 1)
    told = (name for place in places for name in (f"reason_{place}", f"reason_{place}_code", f"action_{place}"))
    return ("sign", "sign_code", *told, *(f"holds_{place}" for place in range(1, MAX_HOLDS + 1)))


def reasons(
    contributions: Contributions,
    rows: pd.DataFrame,
    profiles: Mapping[str, FeatureProfile],
    catalogue: "Catalogue | Vocabulary",
) -> pd.DataFrame:
    """sign, sign_code; at most four reasons, clearest first: reason_i (sentence), reason_i_code, action_i and
    reason_i_shap; holds_1, holds_2 (sentences). None, or NaN, where there is none.

    Reasons stand by what their features add up to, each in units of its own spread (`models.spread`): first is the one
    that is most unusual for what it is. A sign or a reason is shown if what it adds up to raises the log-odds by at
    least `LEAST_SHAP`, and it has a fact to show; behind such reasons stand those of at least `FAINT`. Features that
    are signs count for the sign alone, and those of what nobody can act on (size, season, region) for nothing. The fact
    is the feature that raises the risk most among those of which the value is there, can be put into a sentence, and is
    evidence: beyond the median of the rows learned from, on the side that the feature's direction calls bad, and the
    more so beyond the quartile; or, where no direction is known, outside the middle half. So nobody is told of
    "12 conversations in 30 days", or of a silence that is usual for the account. Where no reason is shown, action_1 is
    to ask (`ASK`).

    What holds an account are the facts that lower its risk most, one a reason: more than usual of what is good, or
    nothing of what is bad.
    """
    parts = [
        _reasons(
            _Told.of(contributions, rows, slice(start, start + ROWS_AT_ONCE), catalogue),
            profiles,
            catalogue,
            contributions.spreads,
        )
        for start in range(0, max(len(rows), 1), ROWS_AT_ONCE)
    ]
    return pd.concat(parts).set_axis(rows.index)


def _reasons(
    told: "_Told",
    profiles: Mapping[str, FeatureProfile],
    catalogue: "Catalogue | Vocabulary",
    spreads: Mapping[str, float],
) -> pd.DataFrame:
    columns: dict[str, Strings | Floats] = {}
    evidence = _evidence(told, profiles)
    (sign,) = told.strongest({code: told.places(sign=code) for code in SIGNS}, evidence, 1)
    columns["sign"], columns["sign_code"] = sign.sentences, sign.codes
    actions = {code: tr(cause.action) for code, cause in catalogue.reasons.items() if cause.action}
    causes = {code: told.places(reason=code, sign=None) for code in actions}
    clearest = told.strongest(causes, evidence, MAX_REASONS, FAINT, spreads)
    for place, found in enumerate(clearest, start=1):
        act = np.array([actions.get(code, tr(ASK) if place == 1 else None) for code in found.codes], dtype=object)
        columns[f"reason_{place}"], columns[f"reason_{place}_code"] = found.sentences, found.codes
        columns[f"action_{place}"], columns[f"reason_{place}_shap"] = act, found.shap
    good = {code: told.places(reason=code) for code in dict.fromkeys(word.reason for word in told.words)}
    lowering = replace(told, shap_values=-told.shap_values)
    for place, found in enumerate(lowering.strongest(good, _comfort(lowering, profiles), MAX_HOLDS), start=1):
        columns[f"holds_{place}"] = found.sentences
    # As they are: pandas would take a column of texts for another kind than one in which there is none.
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


@dataclass(frozen=True)
class _Found:
    """What stands in one place: by row the sentence, the code of what it is of, and the log-odds of all of that."""

    sentences: Strings
    codes: Strings
    shap: Floats


@dataclass(frozen=True)
class _Told:
    """Features as far as they are told, with their values and their SHAP values: [rows, features]."""

    words: "Sequence[Feature | Word]"
    numbers: Floats
    shap_values: Floats

    @classmethod
    def of(
        cls, contributions: Contributions, rows: pd.DataFrame, some: slice, catalogue: "Catalogue | Vocabulary"
    ) -> "_Told":
        names = list(contributions.features)
        numbers = rows[names].iloc[some].to_numpy(dtype=np.float64, na_value=np.nan)
        return cls([catalogue.by_name[name] for name in names], numbers, contributions.shap_values[some])

    def places(self, **is_so: str | None) -> Places:
        """Of the features that are so."""
        return [
            place
            for place, word in enumerate(self.words)
            if all(getattr(word, name) == value for name, value in is_so.items())
        ]

    def strongest(
        self,
        groups: Mapping[str, Places],
        evidence: Floats,
        most: int,
        least: float = LEAST_SHAP,
        spreads: Mapping[str, float] = ALIKE,
    ) -> list[_Found]:
        """Of groups of features those that add up to most spreads, each with the fact of most evidence.

        least: what the others must add up to where the first adds up to `LEAST_SHAP`. evidence: [rows, features]; where
        it is not above 0, or cannot be said, a feature is no fact.
        """
        codes = [code for code, places in groups.items() if places]
        evidence = np.where(self._sayable, evidence, 0.0)
        pushes = np.full((len(self.numbers), max(len(codes), most)), -np.inf)
        facts = np.zeros(pushes.shape, dtype=np.intp)
        for column, code in enumerate(codes):
            own = np.array(groups[code])
            best = own[evidence[:, own].argmax(axis=1)]
            sums = self.shap_values[:, own].sum(axis=1)
            has_fact = np.take_along_axis(evidence, best[:, None], axis=1)[:, 0] > 0
            pushes[:, column] = np.where(has_fact & (sums >= least), sums, -np.inf)
            facts[:, column] = best
        scale = np.ones(pushes.shape[1])
        scale[: len(codes)] = [spreads.get(code) or 1.0 for code in codes]
        is_faint = pushes < LEAST_SHAP
        pushes[is_faint.all(axis=1)] = -np.inf
        order = np.lexsort((-pushes / scale, is_faint), axis=1)[:, :most]
        pushes, facts = np.take_along_axis(pushes, order, axis=1), np.take_along_axis(facts, order, axis=1)
        names = np.array([*codes, *[None] * most], dtype=object)
        return [self._found(pushes[:, place], facts[:, place], names[order[:, place]]) for place in range(most)]

    def _found(self, pushes: Floats, facts: npt.NDArray[np.intp], codes: Strings) -> _Found:
        shown = pushes > -np.inf
        sentences = np.full(len(pushes), None, dtype=object)
        for place in np.unique(facts[shown]):
            own = shown & (facts == place)
            sentences[own] = self._sentences(place, own)
        return _Found(sentences, np.where(shown, codes, np.array(None)), np.where(shown, pushes, np.nan))

    def _sentences(self, place: int, own: npt.NDArray[np.bool_]) -> Strings:
        """One feature's, made once for every value that occurs."""
        word = self.words[place]
        names = list(dict.fromkeys([word.name, *(names_in(word.says or "") - {"value"})]))
        needed = [self._place_of[name] for name in names]
        values, which = np.unique(self.numbers[own][:, needed], axis=0, return_inverse=True)
        made = [word.sentence(dict(zip(names, row, strict=True))) for row in values.tolist()]
        found: Strings = np.array(made, dtype=object)[which.ravel()]
        return found

    @cached_property
    def _sayable(self) -> npt.NDArray[np.bool_]:
        """Where a feature has a sentence and all numbers that it needs; if it says what is so, where it is so."""
        known = ~np.isnan(self.numbers)
        found = np.zeros(known.shape, dtype=bool)
        for place, word in enumerate(self.words):
            needed = [word.name, *(names_in(word.says or "") - {"value"})]
            if word.says and all(name in self._place_of for name in needed):
                found[:, place] = known[:, [self._place_of[name] for name in needed]].all(axis=1)
                if word.unit == "yes/no":
                    found[:, place] &= self.numbers[:, place] != 0
        return found

    @cached_property
    def _place_of(self) -> dict[str, int]:
        return {word.name: place for place, word in enumerate(self.words)}


def _evidence(told: _Told, profiles: Mapping[str, FeatureProfile]) -> Floats:
    """How much each feature's value explains a higher risk, [rows, features]; 0 where it cannot stand as evidence."""
    evidence = np.zeros(told.shap_values.shape)
    names = [word.name for word in told.words]
    is_overdue = told.numbers[:, names.index(CYCLES)] > 1 if CYCLES in names else np.ones(len(evidence), dtype=bool)
    for column, word in enumerate(told.words):
        number = told.numbers[:, column]
        low, median, high = _marks(profiles.get(word.name))
        if word.risk == "rises":
            weight = np.where(number > high, 1.0, np.where(number > median, COMMON, 0.0))
        elif word.risk == "falls":
            weight = np.where(number < low, 1.0, np.where(number < median, COMMON, 0.0))
        else:
            weight = np.where((number < low) | (number > high), UNDIRECTED, 0.0)
        if word.name in SILENCE:
            weight *= is_overdue
        evidence[:, column] = weight * np.maximum(told.shap_values[:, column], 0.0)
    return evidence


def _comfort(told: _Told, profiles: Mapping[str, FeatureProfile]) -> Floats:
    """How much each feature's value explains a lower risk (SHAP values turned), [rows, features]: many of what is good,
    none of what is bad. Days since something good read as a reproach however few they are, so they are none.
    """
    comfort = np.zeros(told.shap_values.shape)
    for column, word in enumerate(told.words):
        number = told.numbers[:, column]
        _, _, high = _marks(profiles.get(word.name))
        if word.risk == "falls":
            is_good = number > high
        else:
            is_good = (number == 0) & (word.risk == "rises") & (word.unit == "count")
        comfort[:, column] = np.where(is_good, np.maximum(told.shap_values[:, column], 0.0), 0.0)
    return comfort


def _marks(profile: FeatureProfile | None) -> tuple[float, float, float]:
    """Quartiles; beside NaN nothing is unusual: of a feature that was always missing."""
    marks = (profile.lower_quartile, profile.median, profile.upper_quartile) if profile else (None, None, None)
    low, median, high = (np.nan if mark is None else mark for mark in marks)
    return low, median, high
