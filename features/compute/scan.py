"""Scan: one pass over a table as an expression, every time in it as whole days before the newest as_of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from math import gcd

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from features.kernels.grid import NEVER, OLDEST, Grid, ScannedRows
from features.language.of_rows import OfRows
from features.tables import TABLES


@dataclass(frozen=True)
class Scan:
    """One pass over one table: whose rows, placed at which of their times, and whether they are known ahead of it."""

    table: str
    key: str
    happened: str
    is_ahead: bool = False


@dataclass
class Request:
    """What all measures together ask of one scan.

    clocks: second times that rows wait for. ids: columns of ids, and whether their codes must mean the same for all
    keys. answers: by the name of a column, a measure that reads it.
    """

    scan: Scan
    measures: list[OfRows] = field(default_factory=list)
    clocks: set[tuple[str, ...]] = field(default_factory=lambda: {()})
    ids: dict[str, bool] = field(default_factory=dict)
    answers: dict[str, OfRows] = field(default_factory=dict)


def scan_of(measure: OfRows) -> Scan:
    """The scan that a measure reads."""
    rows = measure.rows
    return Scan(rows.table.name, rows.key, rows.happened, rows.is_ahead)


def requests(measures: Iterable[OfRows]) -> list[Request]:
    """All that the measures ask for, a request a scan."""
    found: dict[Scan, Request] = {}
    known: set[tuple[Scan, object]] = set()
    for measure in measures:
        scan = scan_of(measure)
        request = found.setdefault(scan, Request(scan))
        request.measures.append(measure)
        request.clocks |= measure.waits_for
        if measure.id_column:
            request.ids[measure.id_column] = request.ids.get(measure.id_column, False) or measure.names_others
        for asked in measure.asks:
            if (scan, asked.answer) not in known:
                known.add((scan, asked.answer))
                request.answers[f"answer_{len(request.answers)}"] = asked
    return list(found.values())


def scan_rows(request: Request, table: ir.Table, grid: Grid) -> ir.Table:
    """The rows of a request that are known on the newest as_of, as one expression: their key, and what `read` reads."""
    scan = request.scan
    age = _age(table, scan.happened, grid)
    times = {"age": age} | {_clock_name(clock): _known_age(table, scan, age, clock, grid) for clock in request.clocks}
    rows = table.mutate(**times).filter(
        lambda t: t[scan.key].notnull(), lambda t: t.age.notnull(), lambda t: t[_clock_name(())] > NEVER
    )
    columns: dict[str, ir.Value] = {"key": rows[scan.key]}
    columns |= {name: ibis.greatest(ibis.least(rows[name], OLDEST), NEVER).cast("int32") for name in times}
    columns |= {_id_name(name): rows[name] for name in request.ids}
    columns |= {name: measure.reads(rows) for name, measure in request.answers.items()}
    return rows.select(**columns)


def pre_aggregate(request: Request, rows: ir.Table, grid: Grid) -> ir.Table:
    """Rows that no measure of the request can tell apart as one: for keys with many rows, such as a rep's.

    Where sums in windows are all that is asked for, those are rows in the same tile of days: the longest that divides
    the step and every window.
    """
    windows = [days for measure in request.measures if (days := measure.adds_up_days) is not None]
    if len(windows) == len(request.measures):
        steps = [grid.step_days] * (grid.snapshots > 1)
        tile_days = reduce(gcd, steps + windows, 0) or 1
        names = [name for name in rows.columns if name == "age" or name.startswith(_clock_name(()))]
        rows = rows.mutate(**{name: _first_of_tile(rows[name], tile_days) for name in names})
    merged = {name: measure for name, measure in request.answers.items() if not measure.tells_rows_apart}
    by = [name for name in rows.columns if name not in merged]
    return rows.group_by(by).agg(**{name: measure.merges(rows[name]) for name, measure in merged.items()})


def read(request: Request, result: pa.Table, keys: pd.Index | None, domains: Mapping[str, pd.Index]) -> ScannedRows:
    """What the engine gave for a request, as arrays.

    keys: the order of the keys by which they are coded; None where the engine gives their `code`. domains: the order of
    ids that must be coded alike everywhere; others are only told apart.
    """
    result = result.combine_chunks()  # arrays of one chunk are all of one type, so the loops are compiled once
    columns = {name: result[name] for name in result.column_names}
    codes = columns["code"].to_numpy() if keys is None else _coded(columns["key"], keys)
    orders = {name: domains[TABLES[request.scan.table][name].domain] for name, shared in request.ids.items() if shared}
    found = ScannedRows(
        codes,
        columns["age"].to_numpy(),
        {clock: columns[_clock_name(clock)].to_numpy() for clock in request.clocks},
        {name: _coded(columns[_id_name(name)], orders.get(name)) for name in request.ids},
        {measure.answer: _numbers(columns[name]) for name, measure in request.answers.items()},
    )
    return found if (codes >= 0).all() else _select(found, codes >= 0)  # without those who are nobody's


def _clock_name(clock: tuple[str, ...]) -> str:
    return "_and_".join(("known", *clock))


def _id_name(column: str) -> str:
    return f"id_{column}"


def _age(table: ir.Table, column: str, grid: Grid) -> ir.IntegerValue:
    """Days from a row's day to the newest as_of; null where the time is null."""
    return ibis.literal(grid.newest).delta(table[column].cast("date"), unit="day")


def _known_age(
    table: ir.Table, scan: Scan, age: ir.IntegerValue, second_times: tuple[str, ...], grid: Grid
) -> ir.IntegerValue:
    """The age from which a row is known: the least of when it happened, was recorded, and all that it waits for.

    A row that is placed at another of its times (`age`) is still not known before its own: when it happened or, of an
    account's or a rep's row, since when it is so. One that is known ahead is known as soon as it was recorded; where
    nobody says when that was, not before it happens.
    """
    own_time = TABLES[scan.table].happened or ("valid_from" if "valid_from" in table.columns else scan.happened)
    own = age if own_time == scan.happened else _age(table, own_time, grid).fill_null(age)
    ages = [age] if own_time == scan.happened else [age, own]
    if "recorded_at" in table.columns:
        recorded = _age(table, "recorded_at", grid).fill_null(own)
        ages = [recorded] if scan.is_ahead else [*ages, recorded]
    ages += [_age(table, name, grid).fill_null(NEVER) for name in second_times]
    return ibis.least(*ages) if len(ages) > 1 else ages[0]


def _first_of_tile(age: ir.IntegerValue, tile_days: int) -> ir.IntegerValue:
    """The least age of the tile; NEVER stays."""
    return ((age - 1) // tile_days * tile_days + 1).clip(lower=NEVER).cast("int32")


def _coded(column: pa.ChunkedArray, order: pd.Index | None) -> np.ndarray:
    """Ids as codes, in a given order or as they come; -1 where there is none."""
    ids = pa.chunked_array([column.combine_chunks()], column.type).dictionary_encode()
    code = ids.combine_chunks().indices.fill_null(-1).to_numpy() if len(ids) else np.zeros(0, dtype=np.int32)
    if order is None:
        return np.asarray(code)
    known = order.get_indexer(ids.chunk(0).dictionary.to_pandas()) if len(ids) else np.zeros(0)
    return np.asarray(np.append(known, -1).astype(np.int32)[code])


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    """Whether rows count, as it is; numbers as floats, nulls as NaN."""
    return np.asarray(column.to_numpy(), dtype=None if pa.types.is_boolean(column.type) else np.float64)


def _select(rows: ScannedRows, mask: np.ndarray) -> ScannedRows:
    return ScannedRows(
        rows.codes[mask],
        rows.ages[mask],
        {clock: ages[mask] for clock, ages in rows.known.items()},
        {column: codes[mask] for column, codes in rows.items.items()},
        {answer: values[mask] for answer, values in rows.answers.items()},
    )
