"""Measure: a number for every account and snapshot; arithmetic makes new ones."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import numpy as np

from features.kernels.grid import Floats, Grid, ScannedRows

T = TypeVar("T")
Identity = tuple[object, ...]
Columns = Mapping[str, set[str]]  # the columns that there are, by table


class Keys(Protocol):
    """Some accounts (or reps, or teams) on every snapshot: what a measure may ask for while it is computed.

    grace_days: so many days between two contracts are no end of the first.
    """

    grid: Grid
    grace_days: int
    keys: int
    columns: Columns

    def value(self, measure: "Measure") -> Floats:
        """Another measure's values, [keys, snapshots] or what broadcasts to it; not to be written to."""

    def dense(self, measure: "Measure") -> Floats:
        """Another measure's values in full, [keys, snapshots]; not to be written to."""

    def codes(self, measure: "Measure") -> np.ndarray:
        """Another measure's values as codes, [keys, snapshots] of whole numbers; -1 where it is missing."""

    def scanned(self, measure: Any) -> ScannedRows:
        """The rows that a measure of rows reads."""

    def once(self, identity: Identity, make: Callable[[], T]) -> T:
        """What `make` gives; made once for all measures that ask under one identity."""

    def level(self, name: str) -> "Keys":
        """The keys of another level: 'rep_id' or 'team'."""

    def pool(self, identity: Identity) -> Floats:
        """The sums of a pooled measure over all accounts, [codes, snapshots]."""


class Measure:
    """A number for each account (or rep) and snapshot; arithmetic makes new ones. Missing stays missing."""

    @property
    def adds_up(self) -> tuple[str, int] | None:
        """The table whose rows it adds up and over how many days; None where it is anything else, or counts them for
        ever.
        """
        return None

    def __add__(self, other: "Measure | float") -> "Measure":
        return Computed(np.add, (self, measure(other)))

    def __radd__(self, other: float) -> "Measure":
        return Computed(np.add, (measure(other), self))

    def __sub__(self, other: "Measure | float") -> "Measure":
        return Computed(np.subtract, (self, measure(other)))

    def __rsub__(self, other: float) -> "Measure":
        return Computed(np.subtract, (measure(other), self))

    def __mul__(self, other: "Measure | float") -> "Measure":
        return Computed(np.multiply, (self, measure(other)))

    def __rmul__(self, other: float) -> "Measure":
        return Computed(np.multiply, (measure(other), self))

    def __truediv__(self, other: "Measure | float") -> "Measure":
        """A ratio; missing where the denominator is zero."""
        return Computed(_ratio, (self, measure(other)))

    def __rtruediv__(self, other: float) -> "Measure":
        return Computed(_ratio, (measure(other), self))

    def __neg__(self) -> "Measure":
        return Computed(np.negative, (self,))

    def __gt__(self, other: "Measure | float") -> "Measure":
        """1 where this one is greater, else 0; missing where either is. So are the other comparisons."""
        return Computed(_greater, (self, measure(other)))

    def __ge__(self, other: "Measure | float") -> "Measure":
        return Computed(_greater_or_equal, (self, measure(other)))

    def __lt__(self, other: "Measure | float") -> "Measure":
        return Computed(_greater, (measure(other), self))

    def __le__(self, other: "Measure | float") -> "Measure":
        return Computed(_greater_or_equal, (measure(other), self))

    def equals(self, other: "Measure | float") -> "Measure":
        """1 where the two are equal, else 0; missing where either is."""
        return Computed(_equal, (self, measure(other)))

    def clip(self, lowest: float, highest: float = np.inf) -> "Measure":
        return Computed(np.clip, (self, Constant(lowest), Constant(highest)))

    def filled(self, value: float) -> "Measure":
        """`value` where this one is missing."""
        return Computed(_filled, (self, Constant(value)))

    def only_if(self, condition: "Measure") -> "Measure":
        """Missing where the condition is zero or missing."""
        return AsTheFirst(_only_if, (self, condition))

    def without(self, some: "Measure") -> "Measure":
        """What it adds up, without some of the same rows."""
        return AsTheFirst(np.subtract, (self, some))

    def is_missing(self) -> "Measure":
        """1 where this one is missing, else 0."""
        return Computed(_is_missing, (self,))

    @property
    def parts(self) -> "tuple[Measure, ...]":
        """The measures that this one is made of."""
        return ()

    @property
    def needs(self) -> set[tuple[str, str]]:
        """The (table, column) pairs without which it cannot be computed."""
        return set().union(*(part.needs for part in self.parts))

    def used(self, columns: Columns) -> "tuple[Measure, ...]":
        """Those of its parts that are computed where there are these columns."""
        del columns
        return self.parts

    def compute(self, keys: Keys) -> Floats:
        """Its values, [keys, snapshots] or what broadcasts to it; NaN is missing."""
        raise NotImplementedError

    @property
    def identity(self) -> Identity:
        """Equal for measures that are the same; the key under which a result is kept."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Constant(Measure):
    """The same number everywhere."""

    number: float

    def compute(self, keys: Keys) -> Floats:
        del keys
        return np.array([[self.number]])

    @property
    def identity(self) -> Identity:
        return ("constant", self.number)


@dataclass(frozen=True, eq=False)
class Computed(Measure):
    """A NumPy function of other measures, element by element."""

    function: Callable[..., Any]
    arguments: tuple[Measure, ...]

    @property
    def parts(self) -> tuple[Measure, ...]:
        return self.arguments

    def compute(self, keys: Keys) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.function(*map(keys.value, self.arguments)))

    @property
    def identity(self) -> Identity:
        return ("computed", self.function, *(argument.identity for argument in self.arguments))


@dataclass(frozen=True, eq=False)
class AsTheFirst(Computed):
    """A function that leaves the first of its arguments what it is: of rows that are added up, a sum of rows."""

    @property
    def adds_up(self) -> tuple[str, int] | None:
        return self.arguments[0].adds_up


@dataclass(frozen=True, eq=False)
class IfGiven(Measure):
    """A measure where the source gives the columns that it needs, and another one where it does not."""

    first: Measure
    otherwise: Measure

    @property
    def adds_up(self) -> tuple[str, int] | None:
        return self.first.adds_up if self.first.adds_up == self.otherwise.adds_up else None

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.first, self.otherwise)

    @property
    def needs(self) -> set[tuple[str, str]]:
        return self.otherwise.needs

    def used(self, columns: Columns) -> tuple[Measure, ...]:
        return (self.first if is_given(self.first, columns) else self.otherwise,)

    def compute(self, keys: Keys) -> Floats:
        return keys.value(*self.used(keys.columns))

    @property
    def identity(self) -> Identity:
        return ("if given", self.first.identity, self.otherwise.identity)


@dataclass(frozen=True, eq=False)
class Season(Measure):
    """Sine or cosine of as_of's day of the year, so that the 31st of December stands beside the 1st of January."""

    wave: str

    def compute(self, keys: Keys) -> Floats:
        days = np.array([as_of.timetuple().tm_yday for as_of in keys.grid.as_ofs])
        return np.asarray({"sin": np.sin, "cos": np.cos}[self.wave](2 * np.pi * days / 365.25)[None, :])

    @property
    def identity(self) -> Identity:
        return ("season", self.wave)


def measure(value: "Measure | float") -> Measure:
    """A measure as it is, a number as a constant."""
    return value if isinstance(value, Measure) else Constant(float(value))


def is_given(root: Measure, columns: Columns) -> bool:
    """Whether tables with these columns hold all that a measure needs."""
    return all(column in columns.get(table, ()) for table, column in root.needs)


def leaves(root: Measure, columns: Columns) -> Iterator[Measure]:
    """Every measure in a tree that is computed where there are these columns, the root first."""
    yield root
    for part in root.used(columns):
        yield from leaves(part, columns)


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    found = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=found, where=denominator != 0)
    return found


def _greater(left: Floats, right: Floats) -> Floats:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, left > right)


def _greater_or_equal(left: Floats, right: Floats) -> Floats:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, left >= right)


def _equal(left: Floats, right: Floats) -> Floats:
    return np.where(np.isnan(left) | np.isnan(right), np.nan, left == right)


def _filled(values: Floats, value: Floats) -> Floats:
    return np.where(np.isnan(values), value, values)


def _only_if(values: Floats, condition: Floats) -> Floats:
    return np.where(np.nan_to_num(condition) > 0, values, np.nan)


def _is_missing(values: Floats) -> Floats:
    return np.isnan(values).astype(np.float64)
