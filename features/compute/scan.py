"""Scan: one pass over a table as an expression, every time in it as whole days before the newest as_of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from math import gcd

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from features.kernels.grid import NEVER, OLDEST, Grid, ScannedRows
from features.language.measures import Distinct, OfCurrent, OfRows, OldestOpen, Sum
from features.tables import TABLES


@dataclass(frozen=True)
class Scan:
    """One pass over one table: whose rows, placed at which of their times."""

    table: str
    key: str
    happened: str


@dataclass
class Request:
    """What all measures together ask of one scan.

    clocks: second times that rows wait for. items: columns of ids. answers: by the name of a column, a measure that it
    answers.
    """

    scan: Scan
    measures: list[OfRows] = field(default_factory=list)
    clocks: set[tuple[str, ...]] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    answers: dict[str, OfRows] = field(default_factory=dict)


def scan_of(leaf: OfRows) -> Scan:
    return Scan(leaf.rows.table.name, leaf.rows.key, leaf.rows.happened)


def requests(leaves: Iterable[OfRows]) -> list[Request]:
    """All that the leaves ask for, a request a scan."""
    found: dict[Scan, Request] = {}
    asked: set[tuple[object, ...]] = set()
    for leaf in leaves:
        scan = scan_of(leaf)
        request = found.setdefault(scan, Request(scan))
        request.measures.append(leaf)
        request.clocks.add(leaf.rows.known_by)
        if isinstance(leaf, OldestOpen | OfCurrent):
            request.clocks.add((*leaf.rows.known_by, leaf.until))
        if item := item_of(leaf):
            request.items.add(item)
        key = (scan, *answer_key(leaf))
        if key not in asked:
            asked.add(key)
            request.answers[f"answer_{len(request.answers)}"] = leaf
    return list(found.values())


def item_of(leaf: OfRows) -> str | None:
    """The column of ids that a measure reads, if it reads one."""
    if isinstance(leaf, Distinct):
        return leaf.column
    return leaf.column if isinstance(leaf, OfCurrent) and leaf.rows.table[leaf.column].kind == "id" else None


def answer_key(leaf: OfRows) -> tuple[object, ...]:
    """Equal for measures that the same column answers: a window does not change what is read of a row."""
    conditions = tuple(map(repr, leaf.rows.conditions))
    if not _is_number(leaf):
        return ("counts", conditions)
    return ("adds" if isinstance(leaf, Sum) else "says", conditions, repr(leaf.value))


def aged(request: Request, table: ir.Table, grid: Grid) -> ir.Table:
    """The rows of a request that are known on the newest as_of, as one expression: their key, and what `read` reads."""
    scan = request.scan
    age = _age(table, scan.happened, grid)
    clocks = {(), *request.clocks}
    times = {"age": age} | {_clock_name(clock): _known_age(table, scan, age, clock, grid) for clock in clocks}
    rows = table.mutate(**times).filter(
        lambda t: t[scan.key].notnull(), lambda t: t.age.notnull(), lambda t: t[_clock_name(())] > NEVER
    )
    columns: dict[str, ir.Value] = {"key": rows[scan.key]}
    columns |= {name: ibis.greatest(ibis.least(rows[name], OLDEST), NEVER).cast("int32") for name in times}
    columns |= {_item_name(name): rows[name] for name in request.items}
    columns |= {name: _answer(leaf, rows, grid) for name, leaf in request.answers.items()}
    return rows.select(**columns)


def together(request: Request, rows: ir.Table, grid: Grid) -> ir.Table:
    """Rows that no measure of the request can tell apart as one: for keys with many rows, such as a rep's.

    Where sums in windows are all that is asked for, those are rows in the same tile of days: the longest that divides
    the step and every window.
    """
    windows = [leaf.days for leaf in request.measures if isinstance(leaf, Sum)]
    if len(windows) == len(request.measures):
        steps = [grid.step_days] * (grid.snapshots > 1) + [days for days in windows if days]
        tile_days = reduce(gcd, steps, 0) or 1
        names = [name for name in rows.columns if name == "age" or name.startswith(_clock_name(()))]
        rows = rows.mutate(**{name: _first_of_tile(rows[name], tile_days) for name in names})
    by = [name for name in rows.columns if name not in request.answers]
    return rows.group_by(by).agg(**{name: _of_all(leaf, rows[name]) for name, leaf in request.answers.items()})


def _of_all(leaf: OfRows, answers: ir.Column) -> ir.Value:
    """The answer of rows that became one: how many count, the sum of what they add, or the greatest number."""
    if not _is_number(leaf):
        return answers.cast("int64").sum().cast("int64")
    return answers.sum().cast("int64") if isinstance(leaf, Sum) else answers.max()


def read(request: Request, result: pa.Table, keys: pd.Index | None, reps: pd.Index) -> ScannedRows:
    """What the engine gave for a request, as arrays.

    keys: the order of the keys by which they are coded; None where the engine gives their `code`. reps: that of reps.
    """
    result = result.combine_chunks()  # arrays of one chunk are all of one type, so the loops are compiled once
    columns = {name: result[name] for name in result.column_names}
    code = columns["code"].to_numpy() if keys is None else _coded(columns["key"], keys)
    orders = {"rep_id": reps} if request.scan.table == "rep_assignments" else {}  # other ids are only told apart
    found = ScannedRows(
        code,
        columns["age"].to_numpy(),
        {clock: columns[_clock_name(clock)].to_numpy() for clock in {(), *request.clocks}},
        {name: _coded(columns[_item_name(name)], orders.get(name)) for name in request.items},
        {answer_key(leaf): _numbers(columns[name]) for name, leaf in request.answers.items()},
    )
    return found if (code >= 0).all() else _only(found, code >= 0)  # without reps whom nobody lists


def _clock_name(clock: tuple[str, ...]) -> str:
    return "_and_".join(("known", *clock))


def is_money(leaf: OfRows) -> bool:
    """Whether a measure adds up, or reads, an amount of money."""
    return isinstance(leaf.value, str) and leaf.rows.table[leaf.value].kind == "money"


def _item_name(column: str) -> str:
    return f"item_{column}"


def _age(table: ir.Table, column: str, grid: Grid) -> ir.IntegerValue:
    """Days from a row's day to the newest as_of; null where the time is null."""
    return ibis.literal(grid.newest).delta(table[column].cast("date"), unit="day")


def _known_age(
    table: ir.Table, scan: Scan, age: ir.IntegerValue, second_times: tuple[str, ...], grid: Grid
) -> ir.IntegerValue:
    """The age from which a row is known: the least of when it happened, was recorded, and all that it waits for.

    A row that is placed at another of its times (`age`) is still not known before its own.
    """
    happened = TABLES[scan.table].happened or scan.happened
    own = age if happened == scan.happened else _age(table, happened, grid)
    ages = [age] if happened == scan.happened else [age, own]
    if "recorded_at" in table.columns:
        ages.append(_age(table, "recorded_at", grid).fill_null(own))
    ages += [_age(table, name, grid).fill_null(NEVER) for name in second_times]
    return ibis.least(*ages) if len(ages) > 1 else age


def _first_of_tile(age: ir.IntegerValue, tile_days: int) -> ir.IntegerValue:
    """The least age of the tile; NEVER stays."""
    return ((age - 1) // tile_days * tile_days + 1).clip(lower=NEVER).cast("int32")


def _is_number(leaf: OfRows) -> bool:
    """Whether a measure reads a number of each row, and not only whether the row counts."""
    match leaf:
        case Sum() | OldestOpen():
            return leaf.value is not None
        case OfCurrent():
            return item_of(leaf) is None
    return False


def _answer(leaf: OfRows, rows: ir.Table, grid: Grid) -> ir.Value:
    """What a measure reads of each row: whether it counts, or its number (0 or null where it does not count)."""
    conditions = [condition.resolve(rows) for condition in leaf.rows.conditions]
    counts = reduce(lambda left, right: left & right, conditions, ibis.literal(True)).fill_null(False)
    if not _is_number(leaf):
        return counts
    if isinstance(leaf, Sum):
        return ibis.ifelse(counts, _whole(leaf, rows).fill_null(0), 0).cast("int64")
    if isinstance(leaf.value, str) and leaf.rows.table[leaf.value].kind in ("date", "time"):
        number = _age(rows, leaf.value, grid)
    else:
        number = _whole(leaf, rows)
    return ibis.ifelse(counts, number, ibis.null("int64")).cast("int64")


def _whole(leaf: OfRows, table: ir.Table) -> ir.IntegerValue:
    """A row's amount as a whole number (money in its smallest unit), so that no order of rows changes a sum."""
    if isinstance(leaf.value, str):
        value = table[leaf.value]
        return ((value * 100) if is_money(leaf) else value).round().cast("int64")
    return leaf.value.resolve(table).cast("int64")  # type: ignore[union-attr]


def _coded(column: pa.ChunkedArray, order: pd.Index | None) -> np.ndarray:
    """Ids as codes, in a given order or as they come; -1 where there is none."""
    ids = pa.chunked_array([column.combine_chunks()], column.type).dictionary_encode()
    code = ids.combine_chunks().indices.fill_null(-1).to_numpy() if len(ids) else np.zeros(0, dtype=np.int32)
    if order is None:
        return code
    known = order.get_indexer(ids.chunk(0).dictionary.to_pandas()) if len(ids) else np.zeros(0)
    return np.append(known, -1).astype(np.int32)[code]


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Whether rows count, as it is; numbers as floats, nulls as NaN."""
    return column.to_numpy() if pa.types.is_boolean(column.type) else column.to_numpy().astype(np.float64)


def _only(rows: ScannedRows, keep: np.ndarray) -> ScannedRows:
    return ScannedRows(
        rows.codes[keep],
        rows.ages[keep],
        {clock: ages[keep] for clock, ages in rows.known.items()},
        {column: codes[keep] for column, codes in rows.items.items()},
        {key: values[keep] for key, values in rows.answers.items()},
    )
