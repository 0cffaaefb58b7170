"""Tiles: event tables grouped once, by whose row it is, when it happened and from when on it is known.

Time is counted backwards from the newest as_of in whole days ("age": 1 is the day before) and in tiles of days. A row
is known from the day after it happened, was recorded, and every second time that it waits for has come; so everything
that any snapshot may know about it stands in the tile in which it happened and the tiles from which it is known. Days
are enough: as_of is a midnight, so the time of day never decides which side a row falls on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from math import gcd

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from features.measures import DaysAfter, Distinct, Gap, GapsLonger, OfCurrent, OfRows, OldestOpen, Sum
from features.rows import Rows
from features.tables import TABLES

NEVER = -1  # the tile of something that is not known on the newest as_of either
NO_AGE = np.iinfo(np.int32).max
BY_DAY = (DaysAfter, Gap, GapsLonger, OfCurrent)  # measures that no tile longer than a day can answer


@dataclass(frozen=True)
class Grid:
    """The snapshots asked for, and the tiles that time is cut into.

    newest: the newest as_of. step_days, snapshots: how far apart they stand, and how many. windows: all that any
    feature looks back, in days.
    """

    newest: date
    step_days: int
    snapshots: int
    windows: tuple[int, ...]

    @cached_property
    def tile_days(self) -> int:
        """The longest tile that divides the step and every window."""
        steps = self.windows if self.snapshots == 1 else (self.step_days, *self.windows)
        return reduce(gcd, steps, 0) or 1

    @cached_property
    def starts(self) -> np.ndarray:
        """For each snapshot the newest tile that it may know, [snapshots]."""
        return np.arange(self.snapshots) * (self.step_days // self.tile_days if self.snapshots > 1 else 0)

    @cached_property
    def ages(self) -> np.ndarray:
        """For each snapshot how many days before the newest as_of it stands, [snapshots]."""
        return np.arange(self.snapshots) * self.step_days

    @cached_property
    def oldest(self) -> int:
        """The tile that takes in everything older than any window reaches."""
        return int(self.starts[-1]) + max(self.windows, default=0) // self.tile_days

    @cached_property
    def as_ofs(self) -> list[date]:
        newest = pd.Timestamp(self.newest)
        return [(newest - pd.Timedelta(days=int(age))).date() for age in self.ages]

    def width(self, days: int) -> int:
        """A window's length in tiles."""
        return days // self.tile_days

    def tile(self, age: np.ndarray) -> np.ndarray:
        """The tile that an age in days falls in."""
        return np.minimum((age - 1) // self.tile_days, self.oldest)


@dataclass(frozen=True)
class Grouping:
    """One pass over one table: whose rows, placed at which of their times, and what else they are kept apart by."""

    table: str
    key: str
    happened: str
    by_day: bool = False
    item: str | None = None


@dataclass
class Request:
    """What all measures together ask of one grouping."""

    grouping: Grouping
    clocks: set[tuple[str, ...]] = field(default_factory=set)
    measures: dict[str, OfRows] = field(default_factory=dict)  # by the name of the column that answers it


@dataclass(frozen=True)
class Tiles:
    """The groups of one grouping as columns of equal length.

    All whole numbers are int32. codes: whose, counted from 0. happened: tile. age: days before the newest as_of, by-day groupings only. item: code
    of what kept rows apart. known: for every clock the tile from which a row is known (NEVER: not yet). answers: by
    column.
    """

    codes: np.ndarray
    happened: np.ndarray
    age: np.ndarray | None
    item: np.ndarray | None
    known: dict[tuple[str, ...], np.ndarray]
    answers: dict[str, np.ndarray]


def grouping_of(leaf: OfRows) -> Grouping:
    """The grouping that can answer a measure."""
    rows = leaf.rows
    if isinstance(leaf, Distinct):
        return Grouping(rows.table.name, rows.key, rows.happened, item=leaf.column)
    if isinstance(leaf, OfCurrent):
        item = leaf.column if rows.table[leaf.column].kind == "id" else None
        return Grouping(rows.table.name, rows.key, rows.happened, by_day=True, item=item)
    by_day = isinstance(leaf, BY_DAY)
    return Grouping(rows.table.name, rows.key, rows.happened, by_day=by_day)


def requests(leaves: Iterable[OfRows]) -> dict[Grouping, Request]:
    """All that the leaves ask for, a request a grouping. Groupings by day also answer what tiles would."""
    leaves = list(leaves)
    by_day = {grouping for leaf in leaves if (grouping := grouping_of(leaf)).by_day and grouping.item is None}
    found: dict[Grouping, Request] = {}
    for leaf in leaves:
        grouping = grouping_of(leaf)
        finer = Grouping(grouping.table, grouping.key, grouping.happened, by_day=True)
        if grouping.item is None and finer in by_day:
            grouping = finer
        request = found.setdefault(grouping, Request(grouping))
        request.clocks.add(leaf.rows.known_by)
        if isinstance(leaf, OldestOpen | OfCurrent):
            request.clocks.add((*leaf.rows.known_by, leaf.until))
        if not any(answer_key(known) == answer_key(leaf) for known in request.measures.values()):
            request.measures[f"answer_{len(request.measures)}"] = leaf
    return found


def answer_key(leaf: OfRows) -> tuple[object, ...]:
    """Equal for measures that the same column answers: a window does not change what is counted in a tile."""
    conditions = tuple(map(repr, leaf.rows.conditions))
    kind = type(leaf).__name__ if not isinstance(leaf, Distinct | DaysAfter | Gap | GapsLonger) else "Sum"
    value = None if kind == "Sum" and not isinstance(leaf, Sum) else repr(leaf.value)
    return (kind, conditions, value)


def grouped(request: Request, table: ir.Table, keys: ir.Table | None, grid: Grid) -> ir.Table:
    """The groups of a request as one expression.

    table: the event table. keys: account_id and code of the accounts wanted; None where the key stays as it is.
    """
    grouping = request.grouping
    age = _age(table, grouping.happened, grid)
    columns: dict[str, ir.Value] = {"age": age, "known": _known_age(table, grouping, age, (), grid)}
    for clock in sorted(request.clocks):
        if clock:
            columns[_clock_name(clock)] = _known_age(table, grouping, age, clock, grid)
    if grouping.item:
        columns["item"] = table[grouping.item]
    counted = table.mutate(**columns).filter(lambda t: t.age.notnull(), lambda t: t.known >= 1)
    if keys is not None:
        counted = counted.join(keys, grouping.key)
        code = counted["code"]
    else:
        counted = counted.filter(counted[grouping.key].notnull())
        code = counted[grouping.key]
    by = {"code": code, "known_tile": _tile(counted["known"], grid)}
    if grouping.by_day:
        by["age"] = counted["age"].cast("int32")
    else:
        by["happened"] = _tile(counted["age"], grid)
    for clock in sorted(request.clocks):
        if clock:
            by[f"{_clock_name(clock)}_tile"] = _tile(counted[_clock_name(clock)], grid)
    if grouping.item:
        counted = counted.filter(counted["item"].notnull())
        by["item"] = counted["item"]
    answers = {name: _answer(leaf, counted, grid) for name, leaf in request.measures.items()}
    return counted.group_by(**by).agg(**answers)


def read(request: Request, result: pa.Table, grid: Grid, codes: pd.Index | None, items: pd.Index | None) -> Tiles:
    """What the engine gave for a request, as arrays.

    codes: the order of keys that are no account, items: that of the items; None: the codes are numbers already, and the
    items are numbered as they come.
    """
    columns = {name: result[name] for name in result.column_names}
    if codes is None:
        code = columns["code"].to_numpy().astype(np.int32)
    else:
        code = codes.get_indexer(columns["code"].to_pandas()).astype(np.int32)
    item = None
    if request.grouping.item:
        values = columns["item"].to_pandas()
        item = (pd.factorize(values, sort=True)[0] if items is None else items.get_indexer(values)).astype(np.int32)
    age = columns["age"].to_numpy().astype(np.int32) if request.grouping.by_day else None
    happened = grid.tile(age) if age is not None else columns["happened"].to_numpy().astype(np.int32)
    known: dict[tuple[str, ...], np.ndarray] = {(): columns["known_tile"].to_numpy().astype(np.int32)}
    for clock in request.clocks:
        if clock:
            known[clock] = columns[f"{_clock_name(clock)}_tile"].to_numpy().astype(np.int32)
    answers = {name: _numbers(columns[name]) for name in request.measures}
    keep = (code >= 0) if item is None else (code >= 0) & (item >= 0)
    if not keep.all():  # keys that nobody can be reached by: a rep whom no account ever had
        code, happened = code[keep], happened[keep]
        age = age[keep] if age is not None else None
        item = item[keep] if item is not None else None
        known = {clock: tile[keep] for clock, tile in known.items()}
        answers = {name: values[keep] for name, values in answers.items()}
    return Tiles(code, happened, age, item, known, answers)


def _clock_name(clock: tuple[str, ...]) -> str:
    return "known_by_" + "_and_".join(clock)


def _age(table: ir.Table, column: str, grid: Grid) -> ir.Value:
    """Days from a row's day to the newest as_of; null where the time is null."""
    day = table[column].cast("date")
    return ibis.literal(grid.newest).delta(day, unit="day")


def _known_age(
    table: ir.Table, grouping: Grouping, age: ir.Value, second_times: tuple[str, ...], grid: Grid
) -> ir.Value:
    """The age from which a row is known: the least of when it happened, was recorded, and all that it waits for.

    A row that is placed at another of its times (`age`) is still not known before its own.
    """
    own = _age(table, TABLES[grouping.table].happened or grouping.happened, grid)
    ages = [age, own]
    if "recorded_at" in table.columns:
        ages.append(_age(table, "recorded_at", grid).fill_null(own))
    ages += [_age(table, name, grid).fill_null(NEVER) for name in second_times]
    return ibis.least(*ages)


def _tile(age: ir.Value, grid: Grid) -> ir.Value:
    tile = ((age - 1) // grid.tile_days).cast("int32")
    return ibis.least(ibis.ifelse(age < 1, NEVER, tile), grid.oldest).cast("int32")


def _answer(leaf: OfRows, table: ir.Table, grid: Grid) -> ir.Value:
    """The aggregate over one group that a measure needs; zero or null where no row of the group matters."""
    where = _condition(leaf.rows, table)
    match leaf:
        case Sum(amount=None) | Distinct() | DaysAfter() | Gap() | GapsLonger():
            return (table.count() if where is None else table.count(where=where)).cast("int32")
        case Sum():
            return _whole(leaf, table).sum(where=where).fill_null(0).cast("int64")
        case OldestOpen():
            since = table["age"] if leaf.since is None else _age(table, leaf.since, grid)
            return since.max(where=where).cast("int32")
        case OfCurrent() if leaf.rows.table[leaf.column].kind == "id":
            return (table.count() if where is None else table.count(where=where)).cast("int32")
        case OfCurrent() if leaf.rows.table[leaf.column].kind == "date":
            return _age(table, leaf.column, grid).max(where=where).cast("int64")
        case OfCurrent():
            return _whole(leaf, table).max(where=where)
    oldest = type(leaf).__name__ == "DaysSinceFirst"
    return (table["age"].max(where=where) if oldest else table["age"].min(where=where)).cast("int32")


def _condition(rows: Rows, table: ir.Table) -> ir.BooleanValue | None:
    conditions = [condition.resolve(table) for condition in rows.conditions]
    return reduce(lambda left, right: left & right, conditions) if conditions else None


def _whole(leaf: OfRows, table: ir.Table) -> ir.Value:
    """A row's amount as a whole number (money in its smallest unit), so that no order of rows changes a sum."""
    if isinstance(leaf.value, str):
        value = table[leaf.value]
        return ((value * 100) if is_money(leaf) else value).round().cast("int64")
    return leaf.value.resolve(table).cast("int64")  # type: ignore[union-attr]


def is_money(leaf: OfRows) -> bool:
    """Whether a measure adds up, or reads, an amount of money."""
    return isinstance(leaf.value, str) and leaf.rows.table[leaf.value].kind == "money"


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """A column as numbers; nulls (no row mattered) as NaN."""
    return column.to_numpy().astype(np.float64)
