"""Reasons: of an account's score the sign by which one sees it, the reasons to act on, and what holds the account.

All of it is chosen a column at a time. SHAP says what moved the score, not what caused the leaving; nothing here claims
more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.sentence import is_dated
from features.language.signs import SIGNS
from features.language.tongue import later, tr
from models.churn import FeatureProfile, Floats
from models.doubt import NO_DOUBT, Doubt
from models.explain import Contributions
from models.facts import Facts, Places, Strings
from models.own_pace import OF_A_YEAR, lacking
from models.vocabulary import Vocabulary

if TYPE_CHECKING:  # a model that is served elsewhere has a vocabulary instead
    from features.catalogue import Catalogue

MAX_REASONS, MAX_HOLDS = 4, 2  # an account
LEAST_SHAP = 0.1  # log-odds: a reason that makes leaving less than a tenth likelier is a trifle
FAINT = 0.03  # log-odds: what stands beside a reason that is none of a trifle, and never before it
MISSED = 1.0  # orders fewer than by the account's own cycle: less is no sign of fewer orders, nor of smaller amounts
UNDIRECTED = 0.5  # weight of a fact without a direction, when the fact to show is chosen
COMMON = 0.5  # weight of a fact that is worse than the median, but not worse than three quarters
# Spreads from the first reason to the next. So clear a first reason is the true one of four accounts in five that have
# one (benchmarks/README.md).
STANDS_OUT = 2.5
# A silence is long or short by the account's own cycle: before one has gone by it is nothing to speak of.
SILENCE = ("days_since_order", "cycles_since_order", "chance_of_silence", "chance_of_no_order_90d")
CYCLES = "cycles_since_order"
WITH_REP = "days_with_rep"  # of a rep that they have had from the first day, no handover is to be told
COMPLAINED, TICKETS = "days_since_complaint", "tickets_opened_90d"
# So long is the day of something bad a reason to act: a quarter, as far back as one looks ahead. What is longer past is
# told by how often it was in half a year or in a year.
NEWS_DAYS = 90
HEARD = "days_since_heard"  # a silence too, but what the order book shows of one goes before it
ASK = later("Ring them with no invoice and no offer in hand: ask how things work out for them")
ROWS_AT_ONCE = 50_000  # some hundred megabytes

ALIKE: Mapping[str, float] = MappingProxyType({})  # of groups that are compared as they are


def columns_of_reasons() -> tuple[str, ...]:
    """The columns that `reasons` gives, in order, but the SHAP values."""
    places = range(1, MAX_REASONS + 1)
    told = (name for place in places for name in (f"reason_{place}", f"reason_{place}_code", f"action_{place}"))
    return ("sign", "sign_code", *told, "reason_1_lead", *(f"holds_{place}" for place in range(1, MAX_HOLDS + 1)))


def reasons(
    contributions: Contributions,
    rows: pd.DataFrame,
    profiles: Mapping[str, FeatureProfile],
    catalogue: "Catalogue | Vocabulary",
    as_of: date | None = None,
    doubt: Doubt = NO_DOUBT,
) -> pd.DataFrame:
    """sign, sign_code; at most four reasons, clearest first: reason_i (sentence), reason_i_code, action_i and
    reason_i_shap; reason_1_lead; holds_1, holds_2 (sentences). None, or NaN, where there is none.

    as_of: the day of the rows, where sentences may name days. catalogue: what features and reasons are told by.
    doubt: the features that may be as they are for want of rows: a reason of which such a one is the fact stands
    behind the others, and all that is told by it is so as far as the records go.

    Reasons stand by what their features add up to, each in units of its own spread (`models.spread`): first is the one
    that is most unusual for what it is. A sign or a reason is shown if what it adds up to raises the log-odds by at
    least `LEAST_SHAP`, and it has a fact to show; behind such reasons stand those of at least `FAINT`. Features that
    are signs count for the sign alone, and those of what nobody can act on (size, season, region) for nothing. The fact
    is the feature that raises the risk most among those of which the value is there, can be put into a sentence, and is
    evidence: beyond the median of the last year's rows (`models.usual`), on the side that the feature's direction calls
    bad, and the more so beyond the quartile; or, without a direction, beyond the quartile on the side on which it
    tells. So nobody is told of "12 conversations in 30 days", or of a silence, or of as few orders, as are usual for
    the account. Behind it stands what is usual: that median. The day of something bad is evidence for `NEWS_DAYS`.

    Nobody is held against what is usual in a window that began before they came: so little must be unusual for the days
    that they have been there, and these are told. An action is the fact's own; else that of what is pressing, which is
    then told behind the fact, or of what suits the fact; else the reason's own (`Facts.acts`). Where no reason is
    shown, action_1 is that of what is pressing, or to ask (`ASK`). reason_1_lead is 'stands_out' where the first reason
    is at least `STANDS_OUT` spreads before all others, and 'one_of_several' where there is one nearer; None where
    spreads are not known, or one reason alone is less than that.

    What holds an account are the facts that lower its risk most, one a reason: more than usual of what is good, or
    nothing of what is bad, where at least half have some.
    """
    parts = [
        _reasons(
            replace(
                Facts.of(contributions, rows, slice(start, start + ROWS_AT_ONCE), catalogue, profiles, as_of),
                in_doubt=doubt.worse,
            ),
            profiles,
            catalogue,
            contributions.spreads,
            doubt,
        )
        for start in range(0, max(len(rows), 1), ROWS_AT_ONCE)
    ]
    return pd.concat(parts).set_axis(rows.index)


def _reasons(
    facts: Facts,
    profiles: Mapping[str, FeatureProfile],
    catalogue: "Catalogue | Vocabulary",
    spreads: Mapping[str, float],
    doubt: Doubt,
) -> pd.DataFrame:
    columns: dict[str, Strings | Floats] = {}
    evidence = _evidence(facts, profiles)
    (sign,) = _strongest(facts, {code: facts.places(sign=code) for code in SIGNS}, evidence, 1)
    columns["sign"] = _with(sign.sentences, facts.pressing_beside(sign.codes, sign.shown))
    columns["sign_code"] = sign.codes
    actions = {code: tr(cause.action) for code, cause in catalogue.reasons.items() if cause.action}
    causes = {code: facts.places(reason=code, sign=None) for code in actions}
    clearest = _strongest(facts, causes, evidence, MAX_REASONS, FAINT, spreads)
    for place, found in enumerate(clearest, start=1):
        columns[f"action_{place}"], behind = facts.acts(
            found.shown, found.codes, actions, tr(ASK) if place == 1 else None
        )
        columns[f"reason_{place}"], columns[f"reason_{place}_code"] = _with(found.sentences, behind), found.codes
        columns[f"reason_{place}_shap"] = found.shap
    columns["reason_1_lead"] = _leads(clearest, spreads)
    good = {code: facts.places(reason=code) for code in dict.fromkeys(word.reason for word in facts.words)}
    lowering = replace(facts, shap_values=-facts.shap_values, in_doubt=doubt.better)
    for place, found in enumerate(_strongest(lowering, good, _comfort(lowering, profiles), MAX_HOLDS), start=1):
        columns[f"holds_{place}"] = found.sentences
    # As they are: pandas would take a column of texts for another kind than one in which there is none.
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


def _with(sentences: Strings, behind: Strings) -> Strings:
    """Sentences with what is to be said behind them."""
    has_more = np.array([more is not None for more in behind], dtype=bool)
    found = sentences.copy()
    found[has_more] = [f"{first}. {more}" for first, more in zip(sentences[has_more], behind[has_more], strict=True)]
    return found


def _leads(clearest: "list[_Found]", spreads: Mapping[str, float]) -> Strings:
    """By row 'stands_out', 'one_of_several' or None: how clearly the first reason stands before all others."""
    first, *others = (found.in_spreads(spreads) for found in clearest)
    has_other = np.array([code is not None for code in clearest[1].codes], dtype=bool)
    next_to_it: Floats = np.max(others, axis=0)  # NaN where the spread of one is not known
    lead = first - np.where(has_other, next_to_it, 0.0)
    found = np.full(len(lead), None, dtype=object)
    found[has_other & (lead < STANDS_OUT)] = "one_of_several"
    found[lead >= STANDS_OUT] = "stands_out"
    return found


@dataclass(frozen=True)
class _Found:
    """What stands in one place: by row the sentence, the code of what it is of, the log-odds of all of that, and the
    feature that is the fact.
    """

    sentences: Strings
    codes: Strings
    shap: Floats
    shown: npt.NDArray[np.intp]

    def in_spreads(self, spreads: Mapping[str, float]) -> Floats:
        """-inf where nothing stands there; NaN where its spread is not known."""
        own: Floats = np.array([spreads.get(code) or np.nan for code in self.codes])
        return np.where([code is None for code in self.codes], -np.inf, self.shap / own)


def _strongest(
    facts: Facts,
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
    evidence = np.where(facts.sayable, evidence, 0.0)
    pushes = np.full((len(facts.numbers), max(len(codes), most)), -np.inf)
    shown = np.zeros(pushes.shape, dtype=np.intp)
    for column, code in enumerate(codes):
        own = np.array(groups[code])
        best = own[evidence[:, own].argmax(axis=1)]
        sums = facts.shap_values[:, own].sum(axis=1)
        has_fact = np.take_along_axis(evidence, best[:, None], axis=1)[:, 0] > 0
        pushes[:, column] = np.where(has_fact & (sums >= least), sums, -np.inf)
        shown[:, column] = best
    scale = np.ones(pushes.shape[1])
    scale[: len(codes)] = [spreads.get(code) or 1.0 for code in codes]
    is_faint = pushes < LEAST_SHAP
    pushes[is_faint.all(axis=1)] = -np.inf
    is_behind = facts.is_in_doubt[shown] | (pushes == -np.inf)
    order = np.lexsort((-pushes / scale, is_behind, is_faint), axis=1)[:, :most]
    pushes, shown = np.take_along_axis(pushes, order, axis=1), np.take_along_axis(shown, order, axis=1)
    names = np.array([*codes, *[None] * most], dtype=object)
    return [_found(facts, pushes[:, place], shown[:, place], names[order[:, place]]) for place in range(most)]


def _found(facts: Facts, pushes: Floats, shown: npt.NDArray[np.intp], codes: Strings) -> _Found:
    """shown: by row, the feature that is the fact. pushes: -inf where nothing stands in this place."""
    stands = pushes > -np.inf
    sentences = np.full(len(pushes), None, dtype=object)
    for feature in np.unique(shown[stands]):
        own = stands & (shown == feature)
        sentences[own] = facts.sentences(feature, own)
    return _Found(sentences, np.where(stands, codes, np.array(None)), np.where(stands, pushes, np.nan), shown)


def _evidence(facts: Facts, profiles: Mapping[str, FeatureProfile]) -> Floats:
    """How much each feature's value explains a higher risk, [rows, features]; 0 where it cannot stand as evidence."""
    evidence = np.zeros(facts.shap_values.shape)
    names = [word.name for word in facts.words]
    lacks = lacking(facts.seen_by_name)
    is_overdue = facts.seen[:, names.index(CYCLES)] > 1 if CYCLES in names else np.ones(len(evidence), dtype=bool)
    for column, word in enumerate(facts.words):
        number = facts.seen[:, column]
        low, median, high = _marks(profiles.get(word.name))
        if word.risk == "rises":
            weight = np.where(number > high, 1.0, np.where(number > median, COMMON, 0.0))
        elif word.risk == "falls":
            weight = np.where(number < low, 1.0, np.where(number < median, COMMON, 0.0))
        else:
            tells = number < low if word.side == "low" else number > high
            weight = np.where(tells, UNDIRECTED, 0.0)
        if word.name in SILENCE:
            weight *= is_overdue
        if word.name in lacks:
            weight *= ~(lacks[word.name] < MISSED)  # of whom no cycle is known, others are the measure
        if word.name == OF_A_YEAR:
            weight *= 0.0  # beside it stands no other amount of the account's own: so they order little, and not less
        if word.risk == "falls" and is_dated(word.says or ""):
            weight *= facts.numbers[:, column] <= NEWS_DAYS
        if word.name == WITH_REP:
            weight *= ~(facts.numbers[:, column] >= facts.ages)
        if word.builds_up and (word.risk == "falls" or word.side == "low"):
            weight *= ~facts.is_short[:, column] | _is_little(facts, column, low, median)
        evidence[:, column] = weight * np.maximum(facts.shap_values[:, column], 0.0)
    if HEARD in names:
        silences = [names.index(name) for name in SILENCE if name in names]
        is_silent = (facts.sayable[:, silences] & (evidence[:, silences] > 0)).any(axis=1)
        evidence[is_silent | _have_spoken(facts, names), names.index(HEARD)] = 0.0
    return evidence


def _have_spoken(facts: Facts, names: list[str]) -> npt.NDArray[np.bool_]:
    """Whether who has neither rung nor written for some days has told of trouble in them all the same, by row: a
    complaint, or perhaps a ticket of late.
    """
    number = {name: facts.numbers[:, names.index(name)] for name in (HEARD, COMPLAINED, TICKETS) if name in names}
    nothing = np.full(len(facts.numbers), np.nan)
    return np.asarray((number.get(COMPLAINED, nothing) < number[HEARD]) | (number.get(TICKETS, nothing) > 0))


def _is_little(facts: Facts, column: int, low: float, median: float) -> npt.NDArray[np.bool_]:
    """Whether a number that builds up is little for as long as the account has been there, by row, and that can be
    said: beyond the part of the quartile that falls on these days and, of what is counted, at least `MISSED` fewer than
    the part of the median.
    """
    word, number = facts.words[column], facts.numbers[:, column]
    part = facts.ages / (word.builds_up or np.nan)
    is_little = number < low * part
    if word.unit == "count":
        is_little &= median * part - number >= MISSED
    return np.asarray(is_little & facts.told_shorter[:, column])


def _comfort(facts: Facts, profiles: Mapping[str, FeatureProfile]) -> Floats:
    """How much each feature's value explains a lower risk (SHAP values turned), [rows, features]: many of what is good,
    none of what is bad where others have some. Days since something good read as a reproach however few they are.
    """
    comfort = np.zeros(facts.shap_values.shape)
    lacks = lacking(facts.seen_by_name)
    for column, word in enumerate(facts.words):
        number = facts.seen[:, column]
        _, median, high = _marks(profiles.get(word.name))
        if word.risk == "falls":
            is_good = (number > high) & (not is_dated(word.says or ""))
            if word.name in lacks:
                is_good &= ~(lacks[word.name] > 0)
        else:
            is_good = (number == 0) & (word.risk == "rises") & (word.unit == "count") & ~facts.is_short[:, column]
            is_good &= median > 0  # none is nothing to speak of where most have none
        comfort[:, column] = np.where(is_good, np.maximum(facts.shap_values[:, column], 0.0), 0.0)
    return comfort


def _marks(profile: FeatureProfile | None) -> tuple[float, float, float]:
    """Quartiles; beside NaN nothing is unusual: of a feature that was always missing."""
    marks = (profile.lower_quartile, profile.median, profile.upper_quartile) if profile else (None, None, None)
    low, median, high = (np.nan if mark is None else mark for mark in marks)
    return low, median, high
