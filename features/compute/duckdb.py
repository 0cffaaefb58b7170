"""DuckDB: runs expressions over tables of this process or over Parquet files."""

from pathlib import Path
from threading import RLock

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.compute.protocol import OfKeys
from features.tables import TABLES


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
