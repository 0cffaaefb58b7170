"""Faults: what can be wrong with a row, in the order in which it is looked for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir

from features.tables import RECORDED_AT, Column, Table
from pipelines.intake.casting import Written, as_double, is_blank
from pipelines.intake.no_ids import NO_ID

EARLIEST_EVENT = date(1990, 1, 1)
EARLIEST_DAY = date(1901, 1, 1)  # an account may be old, but 1900-01-01 is how some systems write "unknown"
LATEST = date(2200, 1, 1)
_FROM_AS_OF = "on or after as_of"
MOST_NUMBER = 1_200  # of months: a hundred years
MOST_MONEY = 1e12  # beyond it, an amount is a number in the wrong column; below it, sums of cents are exact

# 1.23457E+11, as spreadsheets show a long number and write it into CSV; by programs 1.23e+11 and, with digits to spare,
# 1.23E11, which with all of them is the number itself.
SHORTENED = r"^\d([.,]\d+)?[eE]\+\d+$|^\d[.,]\d{1,5}[eE]\d{2,}$"

# A contract or an assignment may be entered before it begins; that is a plan, not an impossible date.
PLANNED = ("contracts", "rep_assignments")


@dataclass(frozen=True)
class Fault:
    """Which rows have it, and in words that follow 'rows have'; an excused one is no fault of the data.

    shows: the column whose value is wrong.
    """

    holds: ir.BooleanValue
    says: str
    excused: bool = False
    shows: str | None = None


@dataclass(frozen=True)
class Rows:
    """The rows of a table, by the contract's names: `values` in its types, `raws` as given and `written` so."""

    table: Table
    values: Mapping[str, ir.Value]
    raws: Mapping[str, ir.Value]
    written: Mapping[str, Written]


def faults_of_columns(rows: Rows, *, as_of: date | None, today: date) -> Iterator[Fault]:
    """What can be wrong with each value by itself. as_of: rows that happened then or later are refused, as no fault;
    None: those after `today` are. What is planned for then is kept if it was recorded before.
    """
    for name, value in rows.values.items():
        column, raw = rows.table[name], rows.raws[name]
        if column.required:
            yield Fault(value.isnull() if column.kind in ("id", "text") else is_blank(raw), no_value(column))
        if column.kind == "id":
            if column.required:  # else it is missing, and the row tells of all else
                yield Fault(value.isin(NO_ID), stands_for_no_id(column), shows=name)
            yield Fault(is_shortened(value), shortened(column), shows=name)
        if column.kind == "money":
            amount = ibis.ifelse(value.isnull(), as_double(raw, rows.written[name]), value).abs()
            is_beyond = (amount > MOST_MONEY) & (amount < float("inf"))
            yield Fault(is_beyond, f"{with_article(name)} beyond {MOST_MONEY:,.0f}", shows=name)
        if column.kind not in ("id", "text"):
            yield Fault(~is_blank(raw) & value.isnull(), unreadable(column), shows=name)
        if column.kind == "number":
            is_number = value.between(1, MOST_NUMBER) & (value == value.round())
            yield Fault(~is_number, no_whole_number(column), shows=name)
        if column.kind == "choice":
            says = f"{with_article(name)} that is none of {', '.join(column.allowed)}"
            yield Fault(value.notin(column.allowed), says, shows=name)
        if column.kind in ("date", "time"):
            yield from _faults_of_time(rows, column, value, as_of, today)


def faults_of_order(rows: Rows) -> Iterator[Fault]:
    """A second time of a row that lies before the first."""
    for name, second in rows.values.items():
        after = rows.table[name].after
        if after is not None and after in rows.values:
            yield Fault(_precedes(second, rows.values[after]), f"{with_article(name)} before its {after}")


def midnight(column: Column, day: date) -> ir.Value:
    """The start of a day, in the type of a column of days or of times."""
    if column.kind == "date":
        return ibis.literal(day, type="date")
    return ibis.literal(datetime(day.year, day.month, day.day), type="timestamp")  # noqa: DTZ001 - the firm's local time


def with_article(name: str) -> str:
    """'an amount', 'a region'."""
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def no_value(column: Column) -> str:
    """What is said where a row must have a value."""
    return f"no {column.name}"


def unreadable(column: Column) -> str:
    """What is said of a value that is none of its column's kind."""
    noun = {"money": "number", "choice": "text"}.get(column.kind, column.kind)
    return f"{with_article(column.name)} that is not a {noun}"


def no_whole_number(column: Column) -> str:
    """What is said of a number that is nought, negative, a fraction, or far too great."""
    return f"{with_article(column.name)} that is no whole number from 1 to {MOST_NUMBER:,}"


def too_early(table: Table, column: Column) -> str:
    """What is said of a time that lies before all that a firm still has records of."""
    return f"{with_article(column.name)} before {_earliest(table).year}"


def too_late(column: Column) -> str:
    """What is said of a time that nobody lives to see."""
    return f"{with_article(column.name)} after {LATEST.year - 1}"


def is_shortened(id_: ir.Value) -> ir.BooleanValue:
    """Whether an id has lost digits to a spreadsheet, so that several may be one."""
    return (id_.contains("+") | id_.contains(".") | id_.contains(",")) & id_.re_search(SHORTENED)


def shortened(column: Column) -> str:
    """What is said of an id that has lost digits."""
    return f"{with_article(column.name)} that a spreadsheet has shortened"


def stands_for_no_id(column: Column) -> str:
    """What is said of a word in the place of an id."""
    return f"{with_article(column.name)} that stands for none"


def unknown_id(key: str, listed_in: str) -> str:
    """What is said of an id that the table which lists them does not have."""
    return f"{with_article(key)} that {listed_in} does not know"


def _earliest(table: Table) -> date:
    return EARLIEST_EVENT if table.happened else EARLIEST_DAY


def known_on(table: Table, values: Mapping[str, ir.Value]) -> ir.Value:
    """When a row shows that the records go on: when it happened or, if that is planned, was recorded before."""
    happened = values[str(table.happened)]
    if not table[str(table.happened)].planned or RECORDED_AT.name not in values:
        return happened
    recorded = values[RECORDED_AT.name].cast(happened.type())
    return ibis.least(happened, recorded.fill_null(happened))


def _faults_of_time(rows: Rows, column: Column, value: ir.Value, as_of: date | None, today: date) -> Iterator[Fault]:
    table, name = rows.table, column.name
    yield Fault(value < midnight(column, _earliest(table)), too_early(table, column), shows=name)
    yield Fault(value >= midnight(column, LATEST), too_late(column), shows=name)
    if name != table.happened:
        return
    day, says, shows = (today + timedelta(days=1), "after today", name) if as_of is None else (as_of, _FROM_AS_OF, None)
    is_late = value >= midnight(column, day)
    excused = as_of is not None or table.name in PLANNED
    if column.planned and RECORDED_AT.name in rows.values:
        recorded = rows.values[RECORDED_AT.name]
        is_unsaid, is_unknown = recorded.isnull(), recorded >= midnight(RECORDED_AT, day)
        both = f"{with_article(name)} {says} and {with_article(RECORDED_AT.name)} {says}"
        yield Fault(is_late & is_unknown, both, excused, shows)
        is_late &= is_unsaid
    yield Fault(is_late, f"{with_article(name)} {says}", excused, shows)


def _precedes(second: ir.Value, first: ir.Value) -> ir.BooleanValue:
    """Whether a second time lies before the first; a bare day (midnight) is held against the first's day."""
    second, first = second.cast("timestamp"), first.cast("timestamp")
    is_day = second == second.truncate("D")
    return second < ibis.ifelse(is_day, first.truncate("D"), first)
