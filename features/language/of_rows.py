"""Measures of rows: what can be asked of the rows of an event table on an as_of, one class a question.

Each class says what it reads of a row, in the engine, and how that becomes numbers, from arrays.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property, reduce

import ibis
import ibis.expr.types as ir
import numpy as np
from ibis import _
from ibis.common.deferred import Deferred

from features.kernels import windows
from features.kernels.grid import NEVER, OLDEST, Floats, Grid
from features.language.measure import Identity, Keys, Measure
from features.language.rows import Rows

EPOCH = date(1970, 1, 1)  # days that are read of a row are counted from here
CENTS = 100  # money is added up in its smallest unit, as whole numbers, so that no order of rows changes a sum


@dataclass(frozen=True, eq=False)
class OfRows(Measure):
    """A measure that is read from rows directly; by itself it reads only whether a row counts."""

    rows: Rows

    def __post_init__(self) -> None:
        self.rows.check_known(self.read_column)

    @property
    def read_column(self) -> Deferred | str | None:
        """What is read of each row, beyond its times and conditions."""
        return None

    @property
    def id_column(self) -> str | None:
        """The column of ids that is read, if one is: codes stand for its values."""
        return None

    @property
    def names_others(self) -> bool:
        """Whether its values are codes of ids that must mean the same for all keys; others' are only told apart."""
        return False

    @property
    def asks(self) -> "tuple[OfRows, ...]":
        """The measures whose answers it takes from the scan: its own, and others' of the same rows."""
        return (self,)

    @property
    def waits_for(self) -> set[tuple[str, ...]]:
        """The second times that rows wait for, beside their own and `recorded_at`, one tuple a clock."""
        return {self.rows.known_by}

    @property
    def adds_up_days(self) -> int | None:
        """The window in which rows are added up (0: ever); None where more is done than that."""
        return None

    @property
    def adds_up(self) -> tuple[str, int] | None:
        return (self.rows.table.name, self.adds_up_days) if self.adds_up_days else None

    @property
    def tells_rows_apart(self) -> bool:
        """Whether rows of which it reads different things may not become one (see `pre_aggregate`)."""
        return False

    @property
    def needs(self) -> set[tuple[str, str]]:
        named = self.rows.columns | self.rows.columns_of(self.read_column)
        own = {(self.rows.table.name, column) for column in named | set().union(*self.waits_for)}
        return own.union(super().needs)

    def reads(self, row: ir.Table) -> ir.Value:
        """What is read of each row."""
        return self.counts(row)

    def merges(self, read: ir.Column) -> ir.Value:
        """What is read of several rows that no measure can tell apart: how many of them count."""
        return read.cast("int64").sum().cast("int64")

    @cached_property
    def answer(self) -> object:
        """Equal for measures that read the same of a row; a window does not change what is read."""
        return self.reads(self.rows.blank).op()

    def counts(self, row: ir.Table) -> ir.BooleanValue:
        """Whether every condition holds."""
        conditions = [condition.resolve(row) for condition in self.rows.conditions]
        return reduce(lambda left, right: left & right, conditions, ibis.literal(True)).fill_null(False)

    @property
    def identity(self) -> Identity:
        own = (repr(getattr(self, name)) for name in self.__dataclass_fields__ if name != "rows")
        return (type(self).__name__, self.rows.identity, *own)


@dataclass(frozen=True, eq=False)
class Count(OfRows):
    """How many rows happened in the last `days` (None: ever)."""

    days: int | None = None

    @property
    def adds_up_days(self) -> int | None:
        return self.days or 0

    def compute(self, keys: Keys) -> Floats:
        rows = keys.scanned(self)
        known, counts = rows.known[self.rows.known_by], rows.answers[self.answer]
        days = self.days or OLDEST
        return windows.in_window(rows.codes, rows.ages, known, counts, days, keys.keys, keys.grid.ages)


@dataclass(frozen=True, eq=False)
class Amount(OfRows):
    """The sum of an amount, or of whole numbers, over the rows of the last `days` (None: ever)."""

    of: Deferred | str = ""
    days: int | None = None

    @property
    def read_column(self) -> Deferred | str | None:
        return self.of

    @property
    def adds_up_days(self) -> int | None:
        return self.days or 0

    def reads(self, row: ir.Table) -> ir.Value:
        whole = row[self.of] if isinstance(self.of, str) else self.of.resolve(row)
        if self._is_money:
            whole = whole * CENTS
        return ibis.ifelse(self.counts(row), rounded(whole).fill_null(0), 0).cast("int64")

    def merges(self, read: ir.Column) -> ir.Value:
        return read.sum().cast("int64")

    def compute(self, keys: Keys) -> Floats:
        rows = keys.scanned(self)
        known, added = rows.known[self.rows.known_by], rows.answers[self.answer]
        days = self.days or OLDEST
        total = windows.in_window(rows.codes, rows.ages, known, added, days, keys.keys, keys.grid.ages)
        return total / CENTS if self._is_money else total

    @property
    def _is_money(self) -> bool:
        return isinstance(self.of, str) and self.rows.table[self.of].kind == "money"


@dataclass(frozen=True, eq=False)
class DaysSinceLast(OfRows):
    """Whole days from the latest row's day to as_of; missing where there is none."""

    def compute(self, keys: Keys) -> Floats:
        rows = keys.scanned(self)
        known, counts = rows.known[self.rows.known_by], rows.answers[self.answer]
        return windows.days_since_last(rows.codes, rows.ages, known, counts, keys.keys, keys.grid.ages)


@dataclass(frozen=True, eq=False)
class DaysSinceFirst(OfRows):
    """Whole days from the first row's day to as_of; missing where there is none."""

    def compute(self, keys: Keys) -> Floats:
        rows = keys.scanned(self)
        oldest = np.where(rows.answers[self.answer], rows.ages, np.nan)
        known, never = rows.known[self.rows.known_by], np.full(len(oldest), NEVER, dtype=np.int32)
        ages = keys.grid.ages
        return np.asarray(windows.greatest_in_force(rows.codes, known, never, oldest, keys.keys, ages) - ages)


@dataclass(frozen=True, eq=False)
class OldestOpen(OfRows):
    """Days from the earliest `since` among the rows still open to as_of (negative: still to come); missing if none is.

    until: the second time that closes a row. since: the column counted from (by default when the row happened).
    days: only rows that happened in the last so many days.
    """

    until: str = ""
    since: str | None = None
    days: int | None = None

    @property
    def read_column(self) -> Deferred | str | None:
        return self.since

    @property
    def waits_for(self) -> set[tuple[str, ...]]:
        return {self.rows.known_by, (*self.rows.known_by, self.until)}

    def reads(self, row: ir.Table) -> ir.Value:
        return self.counts(row) if self.since is None else number_if(self.counts(row), day_number(row[self.since]))

    def merges(self, read: ir.Column) -> ir.Value:
        return super().merges(read) if self.since is None else read.min()

    def compute(self, keys: Keys) -> Floats:
        rows, ages = keys.scanned(self), keys.grid.ages
        read = rows.answers[self.answer]
        since = np.where(read, rows.ages, np.nan) if self.since is None else ages_of_days(read, keys.grid)
        closed = rows.known[(*self.rows.known_by, self.until)]
        gone = np.maximum(closed, rows.ages - (self.days or OLDEST))
        known = rows.known[self.rows.known_by]
        return np.asarray(windows.greatest_in_force(rows.codes, known, gone, since, keys.keys, ages) - ages)


@dataclass(frozen=True, eq=False)
class Distinct(OfRows):
    """How many different values of a column the rows of the last `days` have; nulls do not count."""

    column: str = ""
    days: int = 0

    @property
    def read_column(self) -> Deferred | str | None:
        return self.column

    @property
    def id_column(self) -> str | None:
        return self.column

    def compute(self, keys: Keys) -> Floats:
        rows = keys.scanned(self)
        items, known = rows.items[self.column], rows.known[self.rows.known_by]
        enters = np.where((rows.answers[self.answer] > 0) & (items >= 0), known, np.int32(NEVER))
        leaves = np.maximum(rows.ages - self.days, NEVER)
        return windows.different(rows.codes, items, enters, leaves, keys.keys, keys.grid.ages)


def distinct_values(rows: Rows, column: str, days: int) -> Measure:
    """How many different values of a column; missing where there are rows in these days and none has a value."""
    valued = Count(rows.where(_[column].notnull()), days=days)
    return Distinct(rows, column=column, days=days).only_if((valued > 0) + Count(rows, days=days).equals(0))


def number_if(condition: ir.BooleanValue, number: ir.Value) -> ir.Value:
    """A whole number where a condition holds, else null."""
    return ibis.ifelse(condition, number, ibis.null("int64")).cast("int64")


def rounded(number: ir.Value) -> ir.Value:
    """The nearest whole number."""
    return (number.round() if number.type().is_floating() else number).cast("int64")


def day_number(moment: ir.Value) -> ir.IntegerValue:
    """Whole days from EPOCH to the day of a time."""
    return moment.cast("date").delta(ibis.literal(EPOCH), unit="day")


def ages_of_days(day_numbers: np.ndarray, grid: Grid) -> Floats:
    """Days before the newest as_of of days counted from EPOCH."""
    return float((grid.newest - EPOCH).days) - day_numbers
