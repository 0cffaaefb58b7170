"""Known: the rows of tables as an as_of knew them, by their two clocks, for those who show rows and not features."""

from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

from features.tables import TABLES, Table


def known_events(tables: Path, name: str, as_of: date, *, ahead: bool = False) -> ir.Table | None:
    """The rows of an event table that had happened and been recorded before as_of, with second times that had not yet
    come, and what becomes known with them, taken out; None where the table is missing.

    ahead: with those that were planned for later and had been recorded, as a contract that is signed.
    """
    path = tables / f"{name}.parquet"
    if not path.exists():
        return None
    rows, table = ibis.read_parquet(path), TABLES[name]
    if table.happened is None:
        raise ValueError(f"{name} is not an event table")
    midnight = ibis.timestamp(as_of.isoformat())
    happened = rows[table.happened].cast("timestamp")
    if not (ahead and table[table.happened].planned and "recorded_at" in rows.columns):
        rows = rows.filter(happened < midnight)
    if "recorded_at" in rows.columns:
        rows = rows.filter(ibis.coalesce(rows.recorded_at, rows[table.happened].cast("timestamp")) < midnight)
    has_come = {column: rows[column].cast("timestamp") < midnight for column in _second_times(table, rows)}
    waits_for = {column: column for column in has_come} | {
        column.name: column.known_with for column in table.columns if column.known_with and column.name in rows.columns
    }
    shown = {
        column: ibis.ifelse(has_come[second], rows[column], ibis.null(rows[column].type()))
        for column, second in waits_for.items()
        if second in has_come
    }
    return rows.mutate(**shown) if shown else rows


def _second_times(table: Table, rows: ir.Table) -> list[str]:
    """The times that are unknown until they have come."""
    return [
        column.name
        for column in table.columns
        if column.kind in ("date", "time")
        and not column.planned
        and column.name not in (table.happened, "recorded_at")
        and column.name in rows.columns
    ]


def latest_rows(tables: Path, name: str, as_of: date) -> pd.DataFrame | None:
    """Of accounts or reps, for every id the row that was so last, of those valid and recorded before as_of; None where
    the table is missing.

    A row that does not say from when on it is so has always been so; one that does not say when it was recorded was
    known as soon as it was so. An id of which nothing was known yet has no row.
    """
    path = tables / f"{name}.parquet"
    if not path.exists():
        return None
    rows = pd.read_parquet(path)
    key = TABLES[name].required[0]
    times = [column for column in ("valid_from", "recorded_at") if column in rows]
    for column in times:
        rows = rows[rows[column].isna() | (rows[column] < pd.Timestamp(as_of))]
    rows = rows.sort_values(times, kind="stable", na_position="first") if times else rows
    return rows.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)
