"""Ids: what to write where a table names accounts or reps otherwise than the table that lists them."""

from collections.abc import Callable

import ibis
import ibis.expr.types as ir
from ibis import _
from ibis.backends.duckdb import Backend

Spelling = Callable[[ir.StringValue], ir.StringValue]

_BLANKS = r"^[\pZ\pC]+|[\pZ\pC]+$"
# How systems spell one id in two ways, and the SQL that makes them one: by capitals, by leading zeros, which are lost
# where an id is taken for a number, by the decimals that it gains there, by blanks that do not break or are not seen.
_OF_ONE: dict[str, Spelling] = {
    "upper({})": lambda id_: id_.upper(),
    "ltrim({}, '0')": lambda id_: id_.re_replace("^0+", ""),
    r"regexp_replace({}, '\.0+$', '')": lambda id_: id_.re_replace(r"\.0+$", ""),
    f"regexp_replace({{}}, '{_BLANKS}', '', 'g')": lambda id_: id_.re_replace(_BLANKS, ""),
}
# Such as may also be two: by the three letters that Salesforce adds for programs that know no capitals, by dashes.
_SPELLINGS: dict[str, Spelling] = _OF_ONE | {
    "left({}, 15)": lambda id_: id_.left(15),
    "upper(regexp_replace({}, '[^A-Za-z0-9]', '', 'g'))": lambda id_: id_.re_replace("[^A-Za-z0-9]", "").upper(),
}


_IN_CAPITALS_OR_NOT = "^[0-9A-Za-z]{15}$"  # ids of Salesforce: one that differs in capitals alone is another
MANY = 0.01  # of the ids, as of rows that are refused


def spelt_twice(con: Backend, rows: ir.Table, *, key: str, of: str) -> list[str]:
    """In words, how many of the ids of a table are another's but for a spelling; where they are more than a few. Those
    that bear different names are two.
    """
    name = rows["name"].strip().lower() if "name" in rows.columns else ibis.literal("")
    listed = rows.select(id=rows[key], name=name).group_by("id").agg(name=_.name.min())
    found = []
    for sql, spell in _OF_ONE.items():
        kept = listed.filter(~listed.id.re_search(_IN_CAPITALS_OR_NOT)) if sql.startswith("upper") else listed
        alike = kept.group_by("name", spelt=spell(kept.id)).agg(
            ids=kept.count(), one=kept.id.min(), other=kept.id.max()
        )
        alike = alike.filter(alike.ids > 1)
        seen = con.to_pyarrow(
            alike.agg(ids=alike.ids.sum(), one=alike.one.min(), other=alike.other.argmin(alike.one))
        ).to_pylist()[0]
        every = int(listed.count().execute())
        if seen["ids"] and seen["ids"] > MANY * every:
            found.append(
                f"{of}: {seen['ids']:,} of {every:,} ids are another's but for how they are spelt, such as "
                f"{seen['one']!r} and {seen['other']!r}; if they are one, write {sql.format(f'{key}::TEXT')} AS {key} "
                "in every SELECT"
            )
    return found


def unknown_ids(con: Backend, unknown: ir.StringColumn, known: ir.StringColumn, *, key: str, of: str, by: str) -> str:
    """A spelling by which they are known, as `other_spelling`; else what the known ones look like.

    of: the table with the unknown ids; by: the one that lists them, by its `key`.
    """
    spelling = other_spelling(con, unknown, known, key=key)
    if spelling:
        return spelling
    example = con.to_pyarrow(known.min()).as_py()
    if example is None:
        return ""
    return f"The ids of {by} are such as {example!r}; leave out rows of others in {of}.sql (WHERE …)"


def other_spelling(con: Backend, unknown: ir.StringColumn, known: ir.StringColumn, *, key: str) -> str:
    """A spelling by which at least half of the unknown ids are known ones, and no two known ids become one; '' where
    there is none.
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
    return ""
