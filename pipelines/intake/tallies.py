"""Tallies: what the kept rows of each table amount to, for whoever knows the firm to hold against what they know.

Cents read as euros, a table of one branch's accounts, reps under another number: each row is right by itself.
"""

from collections.abc import Iterator

import ibis.expr.types as ir
import pandas as pd

from features.kernels.calendar import whole_months
from features.language.tongue import counted
from features.tables import TABLES
from pipelines.intake.checking import Checks

_REPS = "rep_id"
MOST = 3  # terms that are named


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
    if name == "contracts" and {"ends_on", "renews"} <= set(rows.columns):
        yield from _of_renewals(rows)
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


def _of_renewals(rows: ir.Table) -> Iterator[str]:
    """By how many months contracts renew themselves, the commonest first."""
    rows = rows.filter((rows.renews == "yes") & rows.ends_on.notnull())
    terms = rows.group_by(*(name for name in ("starts_on", "ends_on", "renewal_months") if name in rows.columns))
    found = terms.agg(contracts=rows.count()).execute()
    if found.empty:
        return
    own = whole_months(*(found[name].to_numpy("datetime64[D]") for name in ("starts_on", "ends_on")))
    months = found["renewal_months"].fillna(pd.Series(own, found.index)) if "renewal_months" in found else own
    counts = found.groupby(months)["contracts"].sum().sort_values(ascending=False, kind="stable")
    said = [f"{number:,} by {counted(int(by), 'month') if by else 'days'}" for by, number in counts.items()]
    more = [f"{int(counts[MOST:].sum()):,} by other terms"] if len(said) > MOST else []
    yield f"{counts.sum():,} renew themselves: {', '.join([*said[:MOST], *more])}"


def _count(column: ir.Column) -> int:
    return int(column.nunique().execute())
