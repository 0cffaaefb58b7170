"""Unread: what a SELECT reads of a firm's files, and of which of their columns it takes no notice."""

import re
from collections.abc import Iterable, Iterator

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend


def names(select: str, name: str) -> bool:
    """Whether an SQL text names a table or column, as a word of its own."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", select, re.IGNORECASE) is not None


def tables_read(con: Backend, files: Iterable[str], select: str) -> Iterator[tuple[str, ir.Table]]:
    """The tables that a SELECT names, as it names them. files: the tables of source.yaml; a database holds several."""
    listed = "SELECT table_catalog, table_schema, table_name FROM information_schema.tables"
    tables = con.raw_sql(f"{listed} ORDER BY ALL").fetchall()
    for file in files:
        if not names(select, file):
            continue
        if (con.current_catalog, con.current_database, file) in tables:
            yield file, con.table(file)
        for catalog, schema, table in tables:
            if catalog == file and names(select, table):
                yield f"{file}.{table}", con.table(table, database=(catalog, schema))
