"""Measures of rows in force: what the current one says, and who held an account one after the other."""

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
from ibis.common.deferred import Deferred

from features.kernels import spells, windows
from features.kernels.grid import NEVER, Floats
from features.language.measure import IfGiven, Keys
from features.language.of_rows import CENTS, Count, OfRows, ages_of_days, day_number, number_if, rounded
from features.language.rows import assignments


@dataclass(frozen=True, eq=False)
class Moment(OfRows):
    """When in its day a row happened, in microseconds from midnight: which of two rows of one day came later."""

    @property
    def tells_rows_apart(self) -> bool:
        return True

    def reads(self, row: ir.Table) -> ir.Value:
        time = row[self.rows.happened].cast("timestamp")
        return time.delta(time.truncate("D"), unit="microsecond")


@dataclass(frozen=True, eq=False)
class OfCurrent(OfRows):
    """What the row says that started last of those in force: who the rep is, when the contract ends, which segment.

    until: the time that ends a row, by happening (an assignment's ends_at) or by plan (a contract's ends_on: the row is
    in force on that day, and for good where there is none); '' where only a later row does. A current row that says
    nothing hides older ones. Money is given in the source's currency, days and times as days from as_of (negative:
    past), ids and texts as codes.
    """

    column: str = ""
    until: str = ""

    @property
    def read_column(self) -> Deferred | str | None:
        return self.column

    @property
    def id_column(self) -> str | None:
        return self.column if self._kind in ("id", "text", "choice") else None

    @property
    def names_others(self) -> bool:
        return self.id_column is not None

    @property
    def asks(self) -> tuple[OfRows, ...]:
        return (self, Count(self.rows), Moment(self.rows))

    @property
    def waits_for(self) -> set[tuple[str, ...]]:
        return {self.rows.known_by, self._closed_by}

    def reads(self, row: ir.Table) -> ir.Value:
        if self.id_column:
            return self.counts(row)
        column = row[self.column]
        return number_if(self.counts(row), day_number(column) if self._is_day else rounded(column * self._scale))

    def merges(self, read: ir.Column) -> ir.Value:
        return super().merges(read) if self.id_column else read.max()

    def compute(self, keys: Keys) -> Floats:
        rows, ages = keys.scanned(self), keys.grid.ages
        if self.id_column:
            items = rows.items[self.id_column]
            says = np.where(items >= 0, items, np.nan)
        else:
            read = rows.answers[self.answer]
            says = ages_of_days(read, keys.grid) if self._is_day else read
        never = np.int32(NEVER)
        enters = np.where(rows.answers[Count(self.rows).answer] > 0, rows.known[self.rows.known_by], never)
        closed = rows.known[self._closed_by] if self.until else np.full(len(enters), never)
        moments = rows.answers[Moment(self.rows).answer]
        position = windows.latest_started(rows.codes, rows.ages, moments, says, enters, closed, keys.keys, ages)
        found = np.append(says, np.nan)[position]
        return np.asarray(ages - found if self._is_day else found / self._scale)

    @property
    def _kind(self) -> str:
        return self.rows.table[self.column].kind

    @property
    def _is_day(self) -> bool:
        return self._kind in ("date", "time")

    @property
    def _scale(self) -> int:
        return CENTS if self._kind == "money" else 1

    @property
    def _closed_by(self) -> tuple[str, ...]:
        return (*self.rows.known_by, self.until) if self.until else self.rows.known_by


@dataclass(frozen=True, eq=False)
class OfHolders(OfRows):
    """A measure of who held an account one after the other: rows with a holder, a start and an end (until; '': none).

    A stand-in (a row that has ended while an older one went on) was no holder, and a row that follows another of the
    same holder goes on with it: see features/kernels/spells.py.
    """

    holder: str = ""
    until: str = ""

    @property
    def read_column(self) -> Deferred | str | None:
        return self.holder

    @property
    def id_column(self) -> str | None:
        return self.holder

    @property
    def names_others(self) -> bool:
        return True  # of two that start in one moment the code decides: it must not depend on who else is in the block

    @property
    def asks(self) -> tuple[OfRows, ...]:
        return (self, Count(self.rows), Moment(self.rows))

    @property
    def waits_for(self) -> set[tuple[str, ...]]:
        return {self.rows.known_by, self._closed_by}

    def reads(self, row: ir.Table) -> ir.Value:
        return number_if(self.counts(row), day_number(row[self.until])) if self.until else self.counts(row)

    def merges(self, read: ir.Column) -> ir.Value:
        return read.max() if self.until else super().merges(read)

    def spells_of(self, keys: Keys) -> spells.Spells:
        """Every key's rows, oldest first."""

        def make() -> spells.Spells:
            rows = keys.scanned(self)
            known, items = rows.known[self.rows.known_by], rows.items[self.holder]
            never = np.full(len(known), np.int32(NEVER))
            closed = rows.known[self._closed_by] if self.until else never
            ends = ages_of_days(rows.answers[self.answer], keys.grid) if self.until else never.astype(np.float64)
            seen = (rows.answers[Count(self.rows).answer] > 0) & (known > NEVER) & (items >= 0)
            moments = rows.answers[Moment(self.rows).answer]
            codes, ages = rows.codes[seen], rows.ages[seen]
            return spells.spells_of(
                codes, ages, moments[seen], ends[seen], known[seen], closed[seen], items[seen], keys.keys
            )

        return keys.once(("spells", self.rows.identity, self.holder, self.until), make)

    @property
    def _closed_by(self) -> tuple[str, ...]:
        return (*self.rows.known_by, self.until) if self.until else self.rows.known_by


@dataclass(frozen=True, eq=False)
class DaysHeld(OfHolders):
    """Days since the present holder took over; missing where there is none."""

    def compute(self, keys: Keys) -> Floats:
        return spells.days_held(self.spells_of(keys), keys.grid)


@dataclass(frozen=True, eq=False)
class Handovers(OfHolders):
    """How often the holder changed in the last `days`; the first one is no change."""

    days: int = 0

    def compute(self, keys: Keys) -> Floats:
        return spells.handovers(self.spells_of(keys), self.days, keys.grid)


# Without the days on which assignments end, each lasts until the account's next one begins.
REP = IfGiven(
    OfCurrent(assignments, column="rep_id", until="ends_at"),
    OfCurrent(assignments, column="rep_id"),
)
