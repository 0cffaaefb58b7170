"""Facts: what is known of many accounts, in words, a column at a time: a sentence is made once for every value."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.sentence import as_told, asides_in, names_in, rendered
from features.language.tongue import later, number, tr
from models.churn import FeatureProfile, Floats
from models.explain import Contributions
from models.reach import LEAST_DAYS
from models.vocabulary import Vocabulary, Word

if TYPE_CHECKING:  # a model that is served elsewhere has a vocabulary instead
    from features.catalogue import Catalogue
    from features.language.declare import Feature

CYCLE, REGULARITY = "usual_cycle", "order_regularity"
AGE, YOUNG_DAYS = "days_as_customer", 360  # so long after the first order no window of days begins before it
AGES = (AGE, "days_since_first_contract")  # the older one tells how long an account has been there
AS_FAR = later("as far as the records go")
_WINDOW = re.compile(r"_\d+d$")  # behind the attribute that declares a feature
Strings = npt.NDArray[np.object_]
Places = list[int]


@dataclass(frozen=True)
class Facts:
    """Features as far as they are told, with their values and their SHAP values: [rows, features].

    numbers are what is told, seen what the model saw in their place. usual: what is normal, of the features of which
    that is said. ages: for how many days each account has been there, [rows]; NaN where that is not known.
    in_doubt: names of features whose records may lack rows.
    """

    words: "Sequence[Feature | Word]"
    numbers: Floats
    seen: Floats
    shap_values: Floats
    usual: Mapping[str, float] = field(default_factory=dict)
    as_of: date | None = None
    ages: Floats = field(default_factory=lambda: np.full(1, np.nan))
    in_doubt: Collection[str] = ()

    @classmethod
    def of(
        cls,
        contributions: Contributions,
        rows: pd.DataFrame,
        some: slice,
        catalogue: "Catalogue | Vocabulary",
        profiles: Mapping[str, FeatureProfile],
        as_of: date | None,
    ) -> "Facts":
        names = list(contributions.features)
        numbers = rows[names].iloc[some].to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
        if CYCLE in names and REGULARITY in names:
            # Without gaps enough of its own, which regularity takes, an account's cycle is that of others like it.
            is_new = np.isnan(numbers[:, names.index(REGULARITY)])
            numbers[is_new, names.index(CYCLE)] = np.nan
        known_ages = [rows[name].iloc[some].to_numpy(np.float64, na_value=np.nan) for name in AGES if name in rows]
        ages: Floats = np.fmax.reduce([np.full(len(numbers), np.nan), *known_ages])
        if AGE in names:
            # When the first order came is said of those to whom it happened within what is counted.
            numbers[numbers[:, names.index(AGE)] >= YOUNG_DAYS, names.index(AGE)] = np.nan
        words = [catalogue.by_name[name] for name in names]
        usual = _usual(words, profiles)
        if contributions.seen is None:
            return cls(words, numbers, numbers, contributions.shap_values[some], usual, as_of, ages)
        seen = np.where(np.isnan(numbers), np.nan, contributions.seen[some])
        # What is usual in a full window is not so in a part of it.
        usual = {name: median for name, median in usual.items() if name not in contributions.in_part}
        return cls(words, numbers, seen, contributions.shap_values[some], usual, as_of, ages)

    def places(self, **is_so: str | None) -> Places:
        """Of the features that are so."""
        return [
            place
            for place, word in enumerate(self.words)
            if all(getattr(word, name) == value for name, value in is_so.items())
        ]

    def sentences(self, place: int, own: npt.NDArray[np.bool_]) -> Strings:
        """One feature's, made once for all values that read alike; of one in doubt as far as the records go."""
        word = self.words[place]
        usual = self.usual.get(word.name)
        found = self._once(
            word.name, word.says or "", own, lambda row: word.sentence(row, usual=usual, as_of=self.as_of)
        )
        shorter = own & self.told_shorter[:, place]
        for days in np.unique(self.ages[shorter]) if shorter.any() else ():
            # Of a window that began before they came it is said how long they have been there, and nothing is usual.
            says = (word.says_of_days or "").replace("{days}", number(days, ".0f"))
            of_them = shorter & (self.ages == days)
            found[of_them[own]] = self._once(word.name, says, of_them, self._say(word, says))
        return self._as_far(place, found)

    def _as_far(self, place: int, sentences: Strings) -> Strings:
        if not self.is_in_doubt[place]:
            return sentences
        return np.array([said and f"{said} ({tr(AS_FAR)})" for said in sentences], dtype=object)

    def _say(self, word: "Feature | Word", says: str | None = None) -> "Callable[[dict[str, float]], str | None]":
        return lambda row: word.sentence(row, as_of=self.as_of, says=says)

    def acts(
        self, shown: npt.NDArray[np.intp], codes: Strings, otherwise: Mapping[str, str], none: str | None
    ) -> tuple[Strings, Strings]:
        """What to do by row about the reason of each code, and what must be said behind its fact for that; None where
        nothing must.

        shown: the place of the fact. otherwise: the reasons' own; none: without a reason, where nothing is pressing
        either. The fact's own act goes first, then that of what is pressing or suits the fact.
        """
        found = np.array([otherwise.get(code, none) for code in codes], dtype=object)
        if none is not None:
            self._press(found, np.array([code is None for code in codes], dtype=bool))
        behind = np.full(len(codes), None, dtype=object)
        is_open = np.array([code is not None for code in codes], dtype=bool)
        attributes = [_WINDOW.sub("", word.name) for word in self.words]
        asides = [asides_in(word.says or "") for word in self.words]
        acting = [(place, word) for place, word in enumerate(self.words) if word.then]
        for is_own in (True, False):
            for place, word in acting:
                tells = np.array([word.name in names for names in asides])
                suits = np.array([attribute in word.suits for attribute in attributes])
                fits = shown == place if is_own else (suits | word.is_pressing)[shown]
                own = is_open & fits & (self.numbers[:, place] > 0) & (codes == word.reason)
                if not own.any():
                    continue
                is_open &= ~own
                found[own] = self._once(word.name, word.then or "", own, self._act(word))
                unsaid = own & ~(tells | suits)[shown] & (shown != place)
                if unsaid.any() and not word.sign:
                    behind[unsaid] = self._as_far(
                        place, self._once(word.name, word.says or "", unsaid, self._say(word))
                    )
        return found, behind

    def _press(self, found: Strings, is_open: npt.NDArray[np.bool_]) -> None:
        """Puts into `found` what is pressing, of a sign first, where it is still open what to do. An act that tells
        neither its number nor a sign stands behind its fact: nobody knows what is meant by it otherwise.
        """
        pressing = [place for place, word in enumerate(self.words) if word.is_pressing and word.then]
        for place in sorted(pressing, key=lambda place: self.words[place].sign is None):
            word = self.words[place]
            own = is_open & (self.numbers[:, place] > 0) & ~self.is_in_doubt[place]
            if not own.any():
                continue
            is_open = is_open & ~own
            found[own] = self._once(word.name, word.then or "", own, self._act(word))
            if not word.sign and "value" not in names_in(word.then or ""):
                facts = self._once(word.name, word.says or "", own, self._say(word))
                found[own] = [f"{fact}. {act}" for fact, act in zip(facts, found[own], strict=True)]

    def pressing_beside(self, sign: Strings, shown: npt.NDArray[np.intp]) -> Strings:
        """By row what must be said behind a sign, whose fact stands at the place `shown`: another one that is pressing,
        as notice that was given; None where there is none.
        """
        behind = np.full(len(sign), None, dtype=object)
        is_told = np.array([code is not None for code in sign], dtype=bool)
        for place, word in enumerate(self.words):
            if word.sign and word.is_pressing:
                own = is_told & (shown != place) & (self.numbers[:, place] > 0)
                if own.any():
                    behind[own] = self._once(word.name, word.says or "", own, self._say(word))
        return behind

    def _act(self, word: "Feature | Word") -> Callable[[dict[str, float]], str | None]:
        return lambda row: rendered(word.then or "", {**row, "value": row[word.name]}, self.as_of)

    def _once(
        self, name: str, template: str, own: npt.NDArray[np.bool_], say: Callable[[dict[str, float]], str | None]
    ) -> Strings:
        """What `say` makes of a feature and all else that a template names: once for all values that read alike."""
        asides = (asides_in(template) & set(self._place_of)) - {name}
        names = list(dict.fromkeys([name, *sorted((names_in(template) | asides) - {"value"})]))
        needed = [self._place_of[name] for name in names]
        told = [
            as_told(
                template,
                (other, "value") if other == name else (other,),
                (self._beside if other in asides else self.numbers)[own, place],
            )
            for other, place in zip(names, needed, strict=True)
        ]
        known = np.nan_to_num(np.column_stack(told), nan=-np.inf)  # missing numbers are no two alike
        values, which = np.unique(known, axis=0, return_inverse=True)
        values[np.isneginf(values)] = np.nan
        made = [say(dict(zip(names, row, strict=True))) for row in values.tolist()]
        found: Strings = np.array(made, dtype=object)[which.ravel()]
        return found

    @property
    def seen_by_name(self) -> dict[str, Floats]:
        """What the model saw, by feature."""
        return {word.name: self.seen[:, place] for place, word in enumerate(self.words)}

    @cached_property
    def is_in_doubt(self) -> npt.NDArray[np.bool_]:
        """Of which features the records may lack rows, by place."""
        return np.array([word.name in self.in_doubt for word in self.words], dtype=bool)

    @cached_property
    def is_short(self) -> npt.NDArray[np.bool_]:
        """Where a number has had less time to build up than its window is long, as the account came within it."""
        windows = np.array([np.nan if word.builds_up is None else word.builds_up for word in self.words])
        return np.broadcast_to(self.ages[:, None] < windows, self.numbers.shape)

    @cached_property
    def _beside(self) -> Floats:
        """Numbers as they are told beside a fact: of the order book none in a window that began before they came."""
        is_of_the_book = np.array([word.sign is not None for word in self.words])
        return np.where(self.is_short & is_of_the_book, np.nan, self.numbers)

    @cached_property
    def told_shorter(self) -> npt.NDArray[np.bool_]:
        """Of these, where it can be said of the days that the account has been there instead: what shows in the order
        book has happened in them, and what has not happened at all has not in them. (One may have spoken with somebody
        before they became customers.)
        """
        can_be = np.array([word.says_of_days is not None for word in self.words])
        is_of_these_days = np.array([word.sign is not None for word in self.words]) | (self.numbers == 0)
        return np.asarray(self.is_short & can_be & is_of_these_days & (self.ages >= LEAST_DAYS)[:, None])

    @cached_property
    def sayable(self) -> npt.NDArray[np.bool_]:
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


def _usual(words: "Sequence[Feature | Word]", profiles: Mapping[str, FeatureProfile]) -> dict[str, float]:
    """By feature what is normal: the median of the rows that have a value. Of signs, which have it within, nothing."""
    found = {word.name: profiles.get(word.name) for word in words if not word.sign}
    return {name: profile.median for name, profile in found.items() if profile and profile.median is not None}
