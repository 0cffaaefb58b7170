"""Engine: where the checked tables lie and what reads them."""

from collections.abc import Callable
from pathlib import Path
from threading import RLock
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.tables import TABLES

OfKeys = Callable[[pa.Table], pa.Table]
"""What an expression with a column `key` gives for some keys, in no particular order.

Asked with a table of these keys, sorted, and a `code` for each; answers with the code in the place of the key.
"""


class Engine(Protocol):
    """Runs Ibis expressions over the checked tables."""

    columns: dict[str, set[str]]  # of the tables that are there

    def table(self, name: str) -> ir.Table:
        """A checked table."""

    def rows(self, name: str) -> int:
        """How many rows a table has."""

    def arrow(self, expression: ir.Table) -> pa.Table:
        """What an expression gives, in no particular order."""

    def of_keys(self, expression: ir.Table) -> OfKeys:
        """An expression, ready to be asked for one block of keys after another."""


class OnDuckDB:
    """Runs Ibis expressions on a DuckDB connection, one at a time: blocks are read ahead while others may be asked."""

    columns: dict[str, set[str]]

    def __init__(self) -> None:
        self._connection = ibis.duckdb.connect()
        self._one_at_a_time = RLock()

    def table(self, name: str) -> ir.Table:
        with self._one_at_a_time:
            return self._connection.table(name)

    def rows(self, name: str) -> int:
        with self._one_at_a_time:
            return int(self.table(name).count().to_pyarrow().as_py())

    def arrow(self, expression: ir.Table) -> pa.Table:
        with self._one_at_a_time:
            return self._connection.to_pyarrow(expression)

    def of_keys(self, expression: ir.Table) -> OfKeys:
        # Tables are sorted by account, so the span lets DuckDB skip what does not matter.
        with self._one_at_a_time:
            compiled = self._connection.compile(expression)
        asked = f"""
            SELECT asked_keys.code, found.* EXCLUDE (key)
            FROM ({compiled}) found JOIN asked_keys USING (key)
            WHERE found.key BETWEEN ? AND ?"""  # noqa: S608

        def of(keys: pa.Table) -> pa.Table:
            ends = [keys["key"][0].as_py(), keys["key"][-1].as_py()]
            with self._one_at_a_time:
                self._connection.con.register("asked_keys", keys)
                return self._connection.con.sql(asked, params=ends).to_arrow_table()

        return of


class DuckDB(OnDuckDB):
    """DuckDB over Parquet files."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        tables = {
            name: self._connection.read_parquet(folder / f"{name}.parquet", table_name=name)
            for name in TABLES
            if (folder / f"{name}.parquet").exists()
        }
        self.columns = {name: set(table.columns) for name, table in tables.items()}


def engine_of(name: str, folder: Path) -> Engine:
    """The engine of the settings, over the Parquet files of a folder. Raises Mistake where it cannot run here."""
    if name == "spark":
        from features.spark import Spark

        return Spark(folder)
    return DuckDB(folder)
