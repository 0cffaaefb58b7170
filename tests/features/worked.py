"""Worked examples: small text tables in, values by account out."""

import io
import math
from collections.abc import Iterable
from datetime import date

import pandas as pd
import pyarrow as pa

from features.compute.duckdb import OnDuckDB
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.declare import Declared, Feature
from features.language.measure import Measure
from features.tables import TABLES, Table

TYPES = {
    "id": pa.string(),
    "text": pa.string(),
    "choice": pa.string(),
    "money": pa.float64(),
    "number": pa.float64(),
} | {
    "date": pa.date32(),
    "time": pa.timestamp("us"),
}


def table(text: str) -> pd.DataFrame:
    """A text table: columns apart by two or more spaces (or one), '-' for null, T for the blank in a time."""
    return pd.read_csv(
        io.StringIO(text.strip()), sep=r"\s+", na_values=["-"], keep_default_na=False, dtype="str"
    ).rename(columns={"account": "account_id", "rep": "rep_id"})


def contract_of(frame: pd.DataFrame) -> Table:
    """The table of the contract that a text table is of, known by its required columns."""
    fits = [
        of
        for of in TABLES.values()
        if set(of.required) <= set(frame.columns) and set(frame.columns) <= set(of.column_names)
    ]
    (best,) = [of for of in fits if len(of.required) == max(len(of.required) for of in fits)]
    return best


def as_arrow(frame: pd.DataFrame, of: Table) -> pa.Table:
    """The rows as ingest would have written them."""
    columns = {}
    for name in frame.columns:
        kind = of[name].kind
        values = frame[name]
        if kind == "date":
            columns[name] = pa.array(pd.to_datetime(values, format="ISO8601").dt.date, TYPES[kind], from_pandas=True)
        elif kind == "time":
            columns[name] = pa.array(pd.to_datetime(values, format="ISO8601"), TYPES[kind], from_pandas=True)
        elif kind in ("money", "number"):
            columns[name] = pa.array(pd.to_numeric(values), TYPES[kind], from_pandas=True)
        else:
            columns[name] = pa.array(values, TYPES[kind], from_pandas=True)
    return pa.table(columns)


class InMemory(OnDuckDB):
    """An engine over tables of this process."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        super().__init__()
        for name, rows in tables.items():
            self._connection.con.register(name, rows)
        self.columns = {name: set(rows.column_names) for name, rows in tables.items()}


def engine_of(*frames: pd.DataFrame) -> InMemory:
    """An engine over text tables; accounts that they name are added where no accounts are given."""
    tables = {(of := contract_of(frame)).name: as_arrow(frame, of) for frame in frames}
    if "accounts" not in tables:
        named = {
            account
            for rows in tables.values()
            if "account_id" in rows.column_names
            for account in rows["account_id"].to_pylist()
        }
        tables["accounts"] = pa.table({"account_id": pa.array(sorted(named), pa.string())})
    return InMemory(tables)


def values(
    asked: Declared | Measure | Feature, *frames: pd.DataFrame, as_of: str, snapshots: int = 1, step_days: int = 30
) -> dict[str, list[float | None]]:
    """Values by account, newest as_of first."""
    measure = asked if isinstance(asked, Measure) else asked.measure
    engine = engine_of(*frames)
    grid = Grid(date.fromisoformat(as_of), step_days, snapshots)
    found: dict[str, list[float | None]] = {}
    for block in blocks(engine, [measure], grid):
        rows = block.dense(measure)
        names: Iterable[str] = block.account_ids
        for name, row in zip(names, rows, strict=False):
            found[name] = [None if math.isnan(number) else float(number) for number in row[::-1]]
    return found


def value(asked: Declared | Measure | Feature, *frames: pd.DataFrame, as_of: str) -> dict[str, float | None]:
    """Values by account on one as_of; a number's last digits are rounded away."""
    return {
        name: None if (v := row[0]) is None else round(v, 6)
        for name, row in values(asked, *frames, as_of=as_of).items()
    }
