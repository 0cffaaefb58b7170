"""Measures of words beside what else happened: left unspoken, asked after, and who of us it was that spoke."""

from dataclasses import dataclass, field

import ibis.expr.types as ir
import numpy as np

from features.kernels import followed, speakers, unspoken, windows
from features.kernels.grid import NEVER, OLDEST, Floats
from features.language.in_force import OfCurrent
from features.language.measure import Identity, Keys, Measure
from features.language.of_days import OfDays
from features.language.of_rows import OfRows, OldestOpen, ages_of_days, day_number, number_if


@dataclass(frozen=True, eq=False)
class DaysUnspoken(OldestOpen):
    """Days for which the oldest open row has stood without a word since it began; 0 where there is none.

    until: '' for rows that nothing closes but a word. word: days since the latest word.
    """

    word: Measure = field(default_factory=Measure)

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.word,)

    @property
    def waits_for(self) -> set[tuple[str, ...]]:
        return super().waits_for if self.until else {self.rows.known_by}

    def compute(self, keys: Keys) -> Floats:
        rows = keys.scanned(self)
        read = rows.answers[self.answer]
        since = np.where(read, rows.ages, np.nan) if self.since is None else ages_of_days(read, keys.grid)
        passed = rows.ages - (self.days or OLDEST)
        gone = np.maximum(rows.known[(*self.rows.known_by, self.until)], passed) if self.until else passed
        word = np.ascontiguousarray(keys.dense(self.word))
        known = rows.known[self.rows.known_by]
        return np.asarray(unspoken.oldest_unspoken(rows.codes, known, gone, since, word, keys.grid.ages))

    @property
    def identity(self) -> Identity:
        return ("days unspoken", self.rows.identity, self.until, self.since, self.days, self.word.identity)


@dataclass(frozen=True, eq=False)
class Followed(OfRows):
    """Share of the rows of the last `days` after which a word came within `within` days of their second time `since`.

    A row counts once the word has come, or once these days have passed without it. words: the days with words.
    """

    since: str
    words: OfDays
    within: int
    days: int

    @property
    def read_column(self) -> str:
        return self.since

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.words,)

    def reads(self, row: ir.Table) -> ir.Value:
        return number_if(self.counts(row), day_number(row[self.since]))

    def merges(self, read: ir.Column) -> ir.Value:
        return read.min()

    def compute(self, keys: Keys) -> Floats:
        rows = keys.scanned(self)
        since, known = ages_of_days(rows.answers[self.answer], keys.grid), rows.known[self.rows.known_by]
        counts = ~np.isnan(since) & (known > NEVER)
        codes, ages = rows.codes[counts], rows.ages[counts]
        came, judged = followed.followed(
            codes, since[counts].astype(np.int32), known[counts], self.words.days_of(keys), self.within
        )
        ones, of = np.ones(len(codes), dtype=bool), (self.days, keys.keys, keys.grid.ages)
        total = windows.in_window(codes, ages, judged, ones, *of)
        asked = windows.in_window(codes, ages, came, ones, *of)
        return np.asarray(np.divide(asked, total, out=np.full(total.shape, np.nan), where=total > 0))

    @property
    def identity(self) -> Identity:
        return ("followed", self.rows.identity, self.since, self.within, self.days, self.words.identity)


@dataclass(frozen=True, eq=False)
class OfSpeakers(OfRows):
    """A measure of who of us (`rep_id`) the rows name."""

    @property
    def read_column(self) -> str:
        return "rep_id"

    @property
    def id_column(self) -> str:
        return "rep_id"

    @property
    def names_others(self) -> bool:
        return True

    def speakers_of(self, keys: Keys) -> speakers.Speakers:
        """Everybody who spoke with every key."""

        def make() -> speakers.Speakers:
            rows = keys.scanned(self)
            known = rows.known[self.rows.known_by]
            seen = (rows.answers[self.answer] > 0) & (known > NEVER)
            items = rows.items["rep_id"][seen]
            return speakers.speakers_of(
                rows.codes[seen], items, rows.ages[seen], known[seen], keys.keys, keys.grid.ages
            )

        return keys.once(("speakers", self.rows.identity), make)


@dataclass(frozen=True, eq=False)
class DaysSinceRepSpoke(OfSpeakers):
    """Days since the rep that `rep` gives spoke with the account; missing where it never did."""

    rep: Measure

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.rep,)

    def compute(self, keys: Keys) -> Floats:
        return speakers.since_one(self.speakers_of(keys), keys.codes(self.rep))

    @property
    def identity(self) -> Identity:
        return ("days since rep spoke", self.rows.identity, self.rep.identity)


@dataclass(frozen=True, eq=False)
class DaysSinceAnySpoke(OfSpeakers):
    """Days since anybody spoke with them for whom `which`, a measure of reps, is 1 on as_of; missing if nobody did."""

    which: Measure

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.which,)

    def compute(self, keys: Keys) -> Floats:
        which = np.ascontiguousarray(keys.level("rep_id").dense(self.which))
        return speakers.since_any(self.speakers_of(keys), which)

    @property
    def identity(self) -> Identity:
        return ("days since any spoke", self.rows.identity, self.which.identity)


@dataclass(frozen=True, eq=False)
class KindsOfSpeakers(OfSpeakers):
    """How many different kinds of people of ours spoke with the account in the last `days`; `kind` tells a rep's."""

    kind: OfCurrent
    days: int

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.kind,)

    def compute(self, keys: Keys) -> Floats:
        kind = np.ascontiguousarray(keys.level("rep_id").codes(self.kind))
        return speakers.kinds(self.speakers_of(keys), kind, self.days)

    @property
    def identity(self) -> Identity:
        return ("kinds of speakers", self.rows.identity, self.days, self.kind.identity)
