"""Measures: what can be asked of rows on an as_of; a small algebra of numbers by account and snapshot."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from ibis.common.deferred import Deferred

from features.language.rows import Rows, assignments

SIMILAR = "similar"  # the accounts of the same segment, or all where no segments are given


class Measure:
    """A number for each account (or rep) and snapshot; arithmetic makes new ones. Missing stays missing."""

    def __add__(self, other: "Measure | float") -> "Measure":
        return Computed(np.add, (self, measure(other)))

    def __sub__(self, other: "Measure | float") -> "Measure":
        return Computed(np.subtract, (self, measure(other)))

    def __rsub__(self, other: float) -> "Measure":
        return Computed(np.subtract, (measure(other), self))

    def __mul__(self, other: "Measure | float") -> "Measure":
        return Computed(np.multiply, (self, measure(other)))

    def __truediv__(self, other: "Measure | float") -> "Measure":
        """A ratio; missing where the denominator is zero."""
        return Computed(_ratio, (self, measure(other)))

    def __gt__(self, other: "Measure | float") -> "Measure":
        return Computed(_longer, (self, measure(other)))

    def clip(self, lowest: float, highest: float = np.inf) -> "Measure":
        return Computed(np.clip, (self, Constant(lowest), Constant(highest)))

    def filled(self, value: float) -> "Measure":
        """`value` where this one is missing."""
        return Computed(_filled, (self, Constant(value)))

    def only_if(self, condition: "Measure") -> "Measure":
        """Missing where the condition is zero or missing."""
        return Computed(_only_if, (self, condition))

    def is_missing(self) -> "Measure":
        """1 where this one is missing, else 0."""
        return Computed(_is_missing, (self,))

    @property
    def parts(self) -> "tuple[Measure, ...]":
        """The measures that this one is made of."""
        return ()

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for measures that are the same; the key under which a result is kept."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Constant(Measure):
    value: float

    @property
    def identity(self) -> tuple[object, ...]:
        return ("constant", self.value)


@dataclass(frozen=True, eq=False)
class Computed(Measure):
    """A NumPy function of other measures, element by element."""

    function: Callable[..., Any]
    arguments: tuple[Measure, ...]

    @property
    def parts(self) -> tuple[Measure, ...]:
        return self.arguments

    @property
    def identity(self) -> tuple[object, ...]:
        return ("computed", self.function, *(argument.identity for argument in self.arguments))


@dataclass(frozen=True, eq=False)
class OfRows(Measure):
    """A measure that is read from rows directly."""

    rows: Rows

    def __post_init__(self) -> None:
        self.rows.check_known(self.value)

    @property
    def value(self) -> Deferred | str | None:
        """What is read of each row, beyond its times."""
        return None

    @property
    def columns(self) -> set[str]:
        return self.rows.columns | self.rows.columns_of(self.value)

    @property
    def identity(self) -> tuple[object, ...]:
        own = (repr(getattr(self, name)) for name in self.__dataclass_fields__ if name != "rows")
        return (type(self).__name__, self.rows.identity, *own)


@dataclass(frozen=True, eq=False)
class Sum(OfRows):
    """Rows in the last `days` (None: ever): how many, or the sum of an amount or of whole numbers."""

    days: int | None = None
    amount: Deferred | str | None = None

    @property
    def value(self) -> Deferred | str | None:
        return self.amount


@dataclass(frozen=True, eq=False)
class DaysSinceLast(OfRows):
    """Whole days from the latest row's day to as_of; missing where there is none."""


@dataclass(frozen=True, eq=False)
class DaysSinceFirst(OfRows):
    """Whole days from the first row's day to as_of; missing where there is none."""


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
    def value(self) -> Deferred | str | None:
        return self.since

    @property
    def columns(self) -> set[str]:
        return super().columns | {self.until}


@dataclass(frozen=True, eq=False)
class Distinct(OfRows):
    """How many different values of a column the rows of the last `days` have; nulls do not count."""

    column: str = ""
    days: int = 0

    @property
    def value(self) -> Deferred | str | None:
        return self.column


@dataclass(frozen=True, eq=False)
class OfCurrent(OfRows):
    """What the row says that started last of those that have not ended: who the rep is, when the contract ends.

    Money is given in the source's currency, dates as days from as_of, ids as codes.
    """

    column: str = ""
    until: str = ""

    @property
    def value(self) -> Deferred | str | None:
        return self.column

    @property
    def columns(self) -> set[str]:
        return super().columns | {self.until}


@dataclass(frozen=True, eq=False)
class GapsLonger(OfRows):
    """How often, in the last `days`, more than `than` days had gone by since a row and no other had come."""

    than: int = 0
    days: int = 0


@dataclass(frozen=True, eq=False)
class DaysAfter(OfRows):
    """Different days with rows in the first `days` after something that was `since` days ago; missing where it is."""

    since: Measure = field(default_factory=Measure)
    days: int = 0

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.since,)

    @property
    def identity(self) -> tuple[object, ...]:
        return ("days after", self.rows.identity, self.days, self.since.identity)


@dataclass(frozen=True, eq=False)
class Gap(OfRows):
    """One number about the latest gaps between days with rows (at most `rhythm.GAPS`): see features/rhythm.py.

    what: 'median', 'largest', 'regularity', or 'count'.
    """

    what: str = "median"


@dataclass(frozen=True, eq=False)
class Season(Measure):
    """Sine or cosine of as_of's day of the year, so that the 31st of December stands beside the 1st of January."""

    wave: str

    @property
    def identity(self) -> tuple[object, ...]:
        return ("season", self.wave)


@dataclass(frozen=True, eq=False)
class AtRep(Measure):
    """A rep's (or the rep's team's) number, at the account's rep on as_of; missing where there is none."""

    of_rep: Measure
    level: str = "rep_id"

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.of_rep,)

    @property
    def identity(self) -> tuple[object, ...]:
        return ("at rep", self.level, self.of_rep.identity)


@dataclass(frozen=True, eq=False)
class Pooled(Measure):
    """The sum of a measure over all accounts that share something with this one on as_of.

    by: 'rep_id', 'segment', 'region', or SIMILAR.

    Summed as whole numbers after multiplying by `scale`, so that no order of accounts changes a bit.
    """

    of_accounts: Measure
    by: str
    scale: int = 1

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.of_accounts,)

    @property
    def identity(self) -> tuple[object, ...]:
        return ("pooled", self.by, self.scale, self.of_accounts.identity)


@dataclass(frozen=True, eq=False)
class SellerInCharge(Measure):
    """1 where the rep on as_of is the one who won the account, else 0; missing where either is unknown."""

    @property
    def identity(self) -> tuple[object, ...]:
        return ("seller in charge",)


def measure(value: "Measure | float") -> Measure:
    """A measure as it is, a number as a constant."""
    return value if isinstance(value, Measure) else Constant(float(value))


def leaves(root: Measure) -> Iterator[Measure]:
    """Every measure in a tree, the root first."""
    yield root
    for part in root.parts:
        yield from leaves(part)


REP = OfCurrent(assignments, column="rep_id", until="ends_at")


def needs(root: Measure) -> set[tuple[str, str]]:
    """The (table, column) pairs without which a measure cannot be computed."""
    found: set[tuple[str, str]] = set()
    for leaf in leaves(root):
        match leaf:
            case OfRows():
                found |= {(leaf.rows.table.name, column) for column in leaf.columns}
            case AtRep() | Pooled(by="rep_id"):
                found |= {("rep_assignments", column) for column in REP.columns}
                if isinstance(leaf, AtRep) and leaf.level != "rep_id":
                    found |= {("reps", "rep_id"), ("reps", leaf.level)}
            case Pooled() if leaf.by != SIMILAR:
                found.add(("accounts", leaf.by))
            case SellerInCharge():
                found |= {("rep_assignments", column) for column in REP.columns} | {("accounts", "sold_by_rep_id")}
    return found


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator != 0)


def _longer(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, left > right)


def _filled(values: np.ndarray, value: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(values), value, values)


def _only_if(values: np.ndarray, condition: np.ndarray) -> np.ndarray:
    return np.where(np.nan_to_num(condition) > 0, values, np.nan)


def _is_missing(values: np.ndarray) -> np.ndarray:
    return np.isnan(values).astype(np.float64)
