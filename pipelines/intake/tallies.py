"""Tallies: what the kept rows of each table amount to, for whoever knows the firm to hold against what they know.

Cents read as euros, a table of one branch's accounts, reps under another number: each row is right by itself.
"""

from collections.abc import Iterator

import ibis.expr.types as ir

from features.tables import TABLES
from pipelines.intake.checking import Checks

_REPS = "rep_id"


def tallies(checks: Checks, currency: str) -> list[str]:
    """In words, for every table with rows: its amounts, how many accounts it has rows of, and whether its reps are
    known.
    """
    found = ((name, "; ".join(_of_table(checks, name, currency))) for name, table in checks.done.items() if table.kept)
    return [f"in {name}: {words}" for name, words in found if words]


def _of_table(checks: Checks, name: str, currency: str) -> Iterator[str]:
    table, rows = TABLES[name], checks.kept(name)
    for column in ("amount", "annual_value"):
        if column in rows.columns:
            yield _of_money(rows, column, currency)
    if table.happened and "account_id" in rows.columns and "accounts" in checks.done:
        accounts = checks.kept("accounts").account_id
        yield f"rows of {_count(rows.account_id):,} of {_count(accounts):,} accounts"
    for column in rep_columns(name):
        if column in rows.columns and "reps" in checks.done:
            given, unknown = unknown_reps(checks, name, column)
            if given:
                yield f"{column}: {given - unknown:,} of {given:,} rows name one that reps knows"


def rep_columns(name: str) -> list[str]:
    """The columns of a table that name a rep, and whose rows are kept where reps does not know it."""
    return [
        column.name
        for column in TABLES[name].columns
        if column.domain == _REPS and not column.required and name != "reps"
    ]


def unknown_reps(checks: Checks, name: str, column: str) -> tuple[int, int]:
    """How many kept rows of a table name a rep in a column, and how many of those one that reps does not know."""
    rows = checks.kept(name)
    given = rows.filter(rows[column].notnull())
    unknown = given.filter(given[column].notin(checks.kept("reps")[_REPS]))
    return int(given.count().execute()), int(unknown.count().execute())


def _of_money(rows: ir.Table, column: str, currency: str) -> str:
    money = rows[column]
    seen = rows.agg(all=money.sum(), negative=money.sum(where=money < 0), usual=money.median()).execute().iloc[0]
    if seen.isna()["usual"]:
        return f"no {column}"
    negative = f", {seen['negative']:,.2f} of it negative" if seen["negative"] < 0 else ""
    return f"{column} {seen['all']:,.2f} {currency} in all{negative}, usually {seen['usual']:,.2f}"


def _count(column: ir.Column) -> int:
    return int(column.nunique().execute())
