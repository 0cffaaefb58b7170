"""Unread: what a SELECT reads of a firm's files, and of which of their columns it takes no notice."""

import re
from collections.abc import Iterable, Iterator

import duckdb
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend


def names(select: str, name: str) -> bool:
    """Whether an SQL text names a table or column, as a word of its own."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", select, re.IGNORECASE) is not None


def tables_of_days(con: Backend, files: Iterable[str], select: str) -> list[tuple[str, ir.Table]]:
    """The tables that a SELECT names, as it names them; of several those of which it takes the days, by a column that
    no table of another kind has: others speak of something else, as of customers that are gone.
    """
    tables = list(_tables_read(con, files, select))

    def gives_days(rows: ir.Table) -> bool:
        others = {column.lower() for _, other in tables if other.columns != rows.columns for column in other.columns}
        days = [column for column, kind in rows.schema().items() if kind.is_timestamp() or kind.is_date()]
        return any(names(select, column) and column.lower() not in others for column in days)

    return tables if len(tables) == 1 else [(label, rows) for label, rows in tables if gives_days(rows)]


def gives_any(con: Backend, select: str, label: str, rows: ir.Table) -> bool:
    """Whether a SELECT gives anything of these rows of a table: something else than it does where the table holds none,
    as there may be others (UNION ALL). True where that cannot be told.
    """
    database, _, table = label.rpartition(".")
    # A view of ours stands in for a table, but not for one of a database.
    parts = rf'(?<!\w)"?{re.escape(database)}"?\s*\.\s*("?\w+"?\s*\.\s*)??(?="?{re.escape(table)}(?!\w))'
    on_view = re.sub(parts, "", select, flags=re.IGNORECASE) if database else select
    view = '"' + table.replace('"', '""') + '"'
    given = []
    try:
        for held in (rows, rows.limit(0)):
            con.raw_sql(f"CREATE OR REPLACE TEMP VIEW {view} AS {con.compile(held)}")
            sums = f"SELECT count(*), sum(hash(given)) FROM (\n{on_view}\n) AS given"  # noqa: S608 - the firm's own SELECT
            given.append(con.raw_sql(sums).fetchall())
    except duckdb.Error:
        return True
    finally:
        con.raw_sql(f"DROP VIEW IF EXISTS temp.main.{view}")
    return bool(given[0] != given[1])


def _tables_read(con: Backend, files: Iterable[str], select: str) -> Iterator[tuple[str, ir.Table]]:
    """files: the tables of source.yaml; a database holds several."""
    listed = "SELECT table_catalog, table_schema, table_name FROM information_schema.tables"
    tables = con.raw_sql(f"{listed} ORDER BY ALL").fetchall()
    ours = con.current_catalog, con.current_database
    for file in files:
        if not names(select, file):
            continue
        if (*ours, file) in tables:
            yield file, con.table(file, database=ours)
        for catalog, schema, table in tables:
            if catalog == file and names(select, table):
                yield f"{file}.{table}", con.table(table, database=(catalog, schema))
