"""Selecting: a source's SELECTs run on its tables, and held against the columns of the contract."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from features.mistake import Mistake, closest
from features.tables import TABLES, Column, Table
from pipelines.intake.casting import AS_USUAL, Written
from pipelines.intake.currencies import is_converted, other_currencies
from pipelines.intake.reading import GIVEN, OpenSource, fault_of_file, one_line
from pipelines.intake.source import Source
from pipelines.intake.states import no_orders
from pipelines.intake.unread import names, tables_of_days

# Columns that people have under other names; only for "did you mean".
_OTHER_NAMES = {
    "account_id": ("account", "customer", "customer_id", "client", "client_id", "kunde"),
    "amount": ("total", "value", "price", "revenue", "net", "sum"),
    "rep_id": ("rep", "seller", "salesperson", "sales_person", "owner", "user_id"),
    "channel": ("type", "medium", "how"),
    "kind": ("type", "category"),
}
_OTHER_TIMES = ("date", "day", "time", "at", "timestamp", "datetime", "created_at", "on")

# Types that Ibis does not know, as others that hold the same.
_KNOWN_TYPES = {"TIMESTAMPTZ_NS": "TIMESTAMPTZ"}


@dataclass(frozen=True)
class Given:
    """What one SELECT gave: its rows lie in `given_by_source.<table>`; columns: contract name → name as given.

    assumed: how what is in the files that it reads was taken where it can be taken in two ways. written: how these are
    written, as source.yaml says.
    """

    table: Table
    sql: Path
    rows: int
    columns: dict[str, str]
    assumed: list[str]
    written: Written = AS_USUAL


def run_select(opened: OpenSource, name: str) -> Given:
    """Runs the SELECT of one contract table. Raises Mistake where it fails or its columns do not fit the contract."""
    con, sql = opened.con, opened.source.selects[name]
    select = _one_select(sql)
    try:
        con.raw_sql(f'CREATE TABLE {GIVEN}."{name}" AS\n{select}')
        for column, kind, *_ in con.raw_sql(f'DESCRIBE {GIVEN}."{name}"').fetchall():
            if kind in _KNOWN_TYPES:
                con.raw_sql(f'ALTER TABLE {GIVEN}."{name}" ALTER "{column}" TYPE {_KNOWN_TYPES[kind]}')
    except duckdb.Error as error:
        mistake = Mistake(f"{sql}: {_said(error, opened.source)}{_notes(opened, select)}")
        raise fault_of_file(opened, error) or mistake from None
    rows = con.table(name, database=GIVEN)
    try:
        named = _columns(sql, TABLES[name], list(rows.columns))
    except Mistake as mistake:
        raise Mistake(f"{mistake}{_notes(opened, select)}") from None
    assumed = [*_assumed(opened, select), *_unnoticed(opened, select, sql, [TABLES[name][column] for column in named])]
    options = opened.source.about.options
    read = [table for table in opened.source.about.files if names(select, table)]
    written = Written(options.decimal_of(read), options.formats)
    return Given(TABLES[name], sql, int(rows.count().execute()), named, assumed, written)


def _one_select(sql: Path) -> str:
    try:
        text = sql.read_text(encoding="utf-8-sig")
        statements = duckdb.extract_statements(text)
    except UnicodeDecodeError:
        raise Mistake(f"{sql}: not a text in UTF-8.") from None
    except OSError as error:
        raise Mistake(f"{sql}: cannot be read: {error.strerror}.") from None
    except duckdb.Error as error:
        raise Mistake(f"{sql}: {one_line(error)}{_near(error)}") from None
    kinds = [statement.type for statement in statements]
    if kinds != [duckdb.StatementType.SELECT]:
        found = ", ".join(kind.name for kind in kinds) or "none"
        raise Mistake(f"{sql}: must be one SELECT; its statements are: {found}.")
    return statements[0].query.strip().rstrip(";")


def _columns(sql: Path, table: Table, given: list[str]) -> dict[str, str]:
    """Contract name → name as given. DuckDB keeps the capitals of the files, so they do not matter here."""
    found = {name.lower(): name for name in given}
    gives = f"it gives {', '.join(given)}."
    missing = [name for name in table.required if name not in found]
    unknown = [name for name in found if name not in table.column_names]
    if missing:
        near = _meant(missing[0], unknown)
        hint = f" Did you mean '{found[near]}'? Write: {found[near]} AS {missing[0]}" if near else ""
        raise Mistake(f"{sql}: no column '{missing[0]}'; {gives}{hint}")
    if unknown:
        free = [name for name in table.column_names if name not in found]
        twice = re.sub(r"_\d+$", "", unknown[0])
        if twice in found and twice != unknown[0]:
            raise Mistake(f"{sql}: gives '{found[twice]}' twice; take one of them out.")
        hint = closest(unknown[0], free) or " Take it out, or give it the name of one of these."
        raise Mistake(
            f"{sql}: unknown column '{found[unknown[0]]}'; {table.name} has {', '.join(table.column_names)}.{hint}"
        )
    return {name: found[name] for name in table.column_names if name in found}


def _meant(wanted: str, given: list[str]) -> str | None:
    """The given column that is most likely the wanted one: by its spelling, or by a name that people often use."""
    near = closest(wanted, given)
    if near:
        return near.split("'")[1]
    others = _OTHER_NAMES.get(wanted, ())
    if wanted.endswith(("_at", "_on")):
        others = _OTHER_TIMES
    exact = [name for name in others if name in given]
    parts = [name for name in given if any(other in name.split("_") for other in others)]
    return next(iter(exact + parts), None)


def _said(error: duckdb.Error, source: Source) -> str:
    """DuckDB's message in one line; for an unknown table, with the tables that the source has."""
    text = one_line(error)
    unknown = re.match(r"Table with name (\S+) does not exist", text)
    if unknown:
        known = list(source.about.files)
        return f"no table '{unknown[1]}'; source.yaml gives {', '.join(known)}.{closest(unknown[1], known)}"
    return text + _near(error)


def _near(error: duckdb.Error) -> str:
    """The line of the SELECT at which DuckDB gave up."""
    line = re.search(r"LINE \d+: (.*)", str(error))
    return f" (near: {line[1].strip()})" if line else ""


def _notes(opened: OpenSource, select: str) -> str:
    """What is odd about the files that a SELECT reads, which may be why it fails."""
    found = [note for table, notes in opened.notes.items() if names(select, table) for note in notes]
    return f" ({'; '.join(found)})" if found else ""


def _assumed(opened: OpenSource, select: str) -> list[str]:
    takes_all = "*" in select or not re.search(r"\bselect\b", select, re.IGNORECASE)
    return [
        words
        for table, assumed in opened.assumed.items()
        if names(select, table)
        for column, words in assumed
        if takes_all or names(select, column)
    ]


def _unnoticed(opened: OpenSource, select: str, sql: Path, columns: list[Column]) -> Iterator[str]:
    """What columns of the files say of the rows of a SELECT that gives amounts, of which it takes no notice: another
    currency, or that they are no orders.
    """
    kinds, ours = {column.kind for column in columns}, opened.source.about.currency
    for label, rows in tables_of_days(opened.con, opened.source.about.files, select) if "money" in kinds else ():
        for column, words in other_currencies(opened.con, rows, label, ours):
            if not names(select, column) and not is_converted(rows, select, ours):
                what = f"bring all to {ours}, leave out the others (WHERE …), or mend currency in source.yaml"
                yield f"{sql.name}: {words}; {what}"
        if "amount" in {column.name for column in columns}:
            yield from (f"{sql.name}: {words}" for words in no_orders(opened.con, rows, label, select))
