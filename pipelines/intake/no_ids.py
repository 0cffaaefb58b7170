"""No ids: words that programs and people write for an id where there is none."""

from collections.abc import Mapping

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from features.tables import Table

# NA is not among them: it may be somebody's initials.
_WORDS = (
    "null",
    "(null)",
    "<null>",
    "\\N",
    "none",
    "(none)",
    "nan",
    "n/a",
    "#n/a",
    "#nv",
    "undefined",
    "(blank)",
    "unassigned",
    "not assigned",
    "unknown",
    "nicht zugewiesen",
    "nicht zugeordnet",
    "unbekannt",
    "k. a.",
    "k.a.",
    "non attribué",
    "inconnu",
    "-",
    "--",
    "---",
    "–",
    "—",
    "?",
)
# Lists are looked up faster than texts are brought to small letters.
NO_ID = tuple(dict.fromkeys(way for word in _WORDS for way in (word, word.lower(), word.upper(), word.capitalize())))
NO_ID += ("NaN", "Not Assigned", "Nicht Zugewiesen", "Nicht Zugeordnet")


def taken_for_none(con: Backend, table: Table, rows: ir.Table, columns: Mapping[str, str]) -> list[str]:
    """In words, which ids that a row need not have are words for none, column by column.

    columns: contract name → name as given.
    """
    texts = {
        name: rows[raw].strip()
        for name, raw in columns.items()
        if table[name].kind == "id" and not table[name].required and rows[raw].type().is_string()
    }
    if not texts:
        return []
    counts = {name: text.isin(NO_ID).sum() for name, text in texts.items()}
    words = {f"{name} says": text.min(where=text.isin(NO_ID)) for name, text in texts.items()}
    seen = con.to_pyarrow(rows.agg(all=rows.count(), **counts, **words)).to_pylist()[0]
    return [
        f"{table.name}: {seen[name]:,} of {seen['all']:,} rows have a word for none as {name}, such as "
        f"{seen[f'{name} says']!r}; taken for none"
        for name in texts
        if seen[name]
    ]
