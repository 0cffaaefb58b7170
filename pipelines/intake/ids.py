"""Ids: what to write where a table names accounts or reps otherwise than the table that lists them."""

from collections.abc import Callable

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

# How systems spell one id in two ways, and the SQL that makes them one: by capitals, by leading zeros, which are lost
# where an id is taken for a number, by the three letters that Salesforce adds for programs that know no capitals.
_SPELLINGS: dict[str, Callable[[ir.StringValue], ir.StringValue]] = {
    "upper({})": lambda id_: id_.upper(),
    "ltrim({}, '0')": lambda id_: id_.re_replace("^0+", ""),
    "left({}, 15)": lambda id_: id_.left(15),
    "upper(regexp_replace({}, '[^A-Za-z0-9]', '', 'g'))": lambda id_: id_.re_replace("[^A-Za-z0-9]", "").upper(),
}


def unknown_ids(con: Backend, unknown: ir.StringColumn, known: ir.StringColumn, *, key: str, of: str, by: str) -> str:
    """A spelling by which at least half of the unknown ids are known ones, and no two known ids become one; else what
    the known ones look like.

    of: the table with the unknown ids; by: the one that lists them, by its `key`.
    """
    strange, listed = unknown.name("id").as_table().distinct(), known.name("id").as_table().distinct()
    for sql, spell in _SPELLINGS.items():
        ours = listed.select(id=spell(listed.id))
        found = strange.agg(
            all=strange.id.count(),
            met=spell(strange.id).isin(ours.id).sum(),
        )
        merged = listed.agg(listed=listed.id.nunique(), spelt=spell(listed.id).nunique())
        seen, kept = con.to_pyarrow(found).to_pylist()[0], con.to_pyarrow(merged).to_pylist()[0]
        if seen["met"] and seen["met"] * 2 >= seen["all"] and kept["listed"] == kept["spelt"]:
            written = sql.format(f"{key}::TEXT")
            return f"With {written} AS {key} in every SELECT {seen['met']:,} of these {seen['all']:,} ids are known"
    example = con.to_pyarrow(listed.id.min()).as_py()
    if example is None:
        return ""
    return f"The ids of {by} are such as {example!r}; leave out rows of others in {of}.sql (WHERE …)"
