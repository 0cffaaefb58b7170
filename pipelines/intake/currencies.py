"""Currencies: columns of a firm's files that say in what amounts are, of which a SELECT takes no notice."""

import re
from collections.abc import Iterator

from babel.numbers import list_currencies
from ibis.backends.duckdb import Backend

# What such a column is called in most languages of Europe, and by SAP (WAERS). Others that fit, as is_current, hold no
# codes of ISO 4217.
_NAME = re.compile(r"curr|w(ä|ae|a)h?rung|waers|devise|valuta|moneda|divisa|moeda|waluta", re.IGNORECASE)
_SHOWN = 5


def other_currencies(con: Backend, table: str, ours: str) -> Iterator[tuple[str, str]]:
    """The columns of a table that say another currency than `ours`, for some of its rows or all, and in words which."""
    # A database is none, and holds others.
    ours_alone = "SELECT table_name FROM information_schema.tables WHERE table_catalog = current_database()"
    if (table,) not in con.raw_sql(ours_alone).fetchall():
        return
    rows = con.table(table)
    for column, kind in rows.schema().items():
        if not kind.is_string() or not _NAME.search(column):
            continue
        code = rows[column].strip().upper().nullif("")
        codes = con.to_pyarrow(rows.select(code=code).drop_null().distinct().order_by("code"))["code"].to_pylist()
        if codes and codes != [ours] and list_currencies().issuperset(codes):
            shown = ", ".join(codes[:_SHOWN]) + (" and others" if len(codes) > _SHOWN else "")
            yield column, f"{column} of {table} says {shown}, and amounts are taken for {ours}"
