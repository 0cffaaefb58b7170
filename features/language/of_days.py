"""Measures of days: what can be asked of the different days on which rows happened, and of the gaps between them."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from features.kernels import gaps
from features.kernels.grid import NEVER, Floats
from features.language.measure import Identity, Keys, Measure
from features.language.of_rows import OfRows


@dataclass(frozen=True, eq=False)
class OfDays(OfRows):
    """A measure of the different days on which rows happened."""

    def days_of(self, keys: Keys) -> gaps.Days:
        """The different days with rows that count, by key."""

        def make() -> gaps.Days:
            rows = keys.scanned(self)
            known = rows.known[self.rows.known_by]
            seen = (rows.answers[self.answer] > 0) & (known > NEVER)
            return gaps.days_of(rows.codes[seen], rows.ages[seen], known[seen], keys.keys)

        return keys.once(("days", self.rows.identity), make)


@dataclass(frozen=True, eq=False)
class GapsLonger(OfDays):
    """How often, in the last `days`, more than `than` days had gone by since a row and no other had come."""

    than: int = 0
    days: int = 0

    def compute(self, keys: Keys) -> Floats:
        return gaps.gaps_longer(self.days_of(keys), self.than, self.days, keys.grid)


@dataclass(frozen=True, eq=False)
class DaysAfter(OfDays):
    """Different days with rows in the first `days` after something that was `since` days ago; missing where it is."""

    since: Measure = field(default_factory=Measure)
    days: int = 0

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.since,)

    def compute(self, keys: Keys) -> Floats:
        since = np.ascontiguousarray(keys.dense(self.since))
        return gaps.days_after(self.days_of(keys), since, self.days, keys.grid)

    @property
    def identity(self) -> Identity:
        return ("days after", self.rows.identity, self.days, self.since.identity)


@dataclass(frozen=True, eq=False)
class Gap(OfDays):
    """One number about the latest gaps between days with rows (at most `gaps.GAPS`): see features/kernels/gaps.py."""

    what: Literal["median", "largest", "regularity", "count"] = "median"

    def compute(self, keys: Keys) -> Floats:
        found = keys.once(("latest gaps", self.rows.identity), lambda: gaps.latest_gaps(self.days_of(keys), keys.grid))
        return {
            "median": found.median,
            "largest": found.largest,
            "regularity": found.regularity,
            "count": found.count,
        }[self.what]
