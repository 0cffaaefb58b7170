"""Altered: the tables as they would be, had something else happened with one account."""

from collections.abc import Mapping
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa

from features.compute.duckdb import DuckDB


class Altered(DuckDB):
    """DuckDB over Parquet files, in which one account's rows of some tables are others; all else is as it is.

    rows: by table, all rows of the account, with the columns that the table has.
    """

    def __init__(self, folder: Path, account_id: str, rows: Mapping[str, pa.Table]) -> None:
        super().__init__(folder)
        self._account_id = account_id
        self._own = {name: f"{name}_of_the_account" for name in rows}
        for name, own in rows.items():
            self._connection.con.register(self._own[name], own)

    def table(self, name: str) -> ir.Table:
        found = super().table(name)
        if name not in self._own:
            return found
        own = super().table(self._own[name]).select(*found.columns).cast(found.schema())
        return found.filter(found.account_id != self._account_id).union(own)
