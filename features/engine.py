"""Engine: where the checked tables lie and what groups them."""

from pathlib import Path
from typing import Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.tables import TABLES


class Engine(Protocol):
    """Runs Ibis expressions over the checked tables."""

    columns: dict[str, set[str]]  # of the tables that are there

    def table(self, name: str) -> ir.Table:
        """A checked table."""

    def rows(self, name: str) -> int:
        """How many rows a table has."""

    def arrow(self, expression: ir.Table) -> pa.Table:
        """What an expression gives, in no particular order."""


class DuckDB:
    """DuckDB over Parquet files."""

    def __init__(self, folder: Path) -> None:
        self._connection = ibis.duckdb.connect()
        self._tables = {
            name: self._connection.read_parquet(folder / f"{name}.parquet", table_name=name)
            for name in TABLES
            if (folder / f"{name}.parquet").exists()
        }
        self.columns = {name: set(table.columns) for name, table in self._tables.items()}

    def table(self, name: str) -> ir.Table:
        return self._tables[name]

    def rows(self, name: str) -> int:
        return int(self._tables[name].count().to_pyarrow().as_py())

    def arrow(self, expression: ir.Table) -> pa.Table:
        return self._connection.to_pyarrow(expression)


def engine_of(name: str, folder: Path) -> Engine:
    """The engine of the settings, over the Parquet files of a folder. Raises Mistake where it cannot run here."""
    if name == "spark":
        from features.spark import Spark

        return Spark(folder)
    return DuckDB(folder)
