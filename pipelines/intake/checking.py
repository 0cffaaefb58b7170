"""Checking: every row a source gives, cast to the contract and either kept or refused for a cause that is told."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from features.tables import TABLES, Column, Table
from pipelines.intake.casting import as_given, cast, is_blank
from pipelines.intake.reading import GIVEN, Given
from pipelines.intake.source import Reading

EARLIEST_EVENT = date(1990, 1, 1)
EARLIEST_DAY = date(1901, 1, 1)  # an account may be old, but 1900-01-01 is how some systems write "unknown"
LATEST = date(2200, 1, 1)
MOST_MONEY = 1e12  # beyond it, an amount is a number in the wrong column; below it, sums of cents are exact

# A contract or an assignment may be entered before it begins; that is a plan, not an impossible date.
PLANNED = ("contracts", "rep_assignments")
# The same row twice under one number is a record read twice. Orders are not here: two equal lines of one order are two.
NUMBERED = {"invoices": "invoice_id", "contracts": "contract_id"}

CHECKED = "checked"  # the schema of refused rows' numbers and of known ids


@dataclass(frozen=True)
class Cause:
    """Why rows are refused, in words that follow 'rows have'; excused ones are no fault of the data.

    rows: how many; first: the first one's number in what the SELECT gave, from 1; example: its value, if that is wrong.
    """

    says: str
    rows: int
    first: int
    excused: bool
    example: str | None = None


@dataclass(frozen=True)
class Checked:
    """What became of one table: rows kept, and causes of refusal, most frequent first."""

    table: Table
    columns: list[str]
    rows_in: int
    kept: int
    causes: list[Cause]
    first: datetime | date | None  # when the first and the last kept rows happened
    last: datetime | date | None

    @property
    def refused(self) -> int:
        return self.rows_in - self.kept

    @property
    def faults(self) -> int:
        """Refused rows that speak against the data."""
        return sum(cause.rows for cause in self.causes if not cause.excused)


@dataclass(frozen=True)
class _Fault:
    holds: ir.BooleanValue
    says: str
    excused: bool = False
    shows: str | None = None  # the column whose value tells what is wrong


class Checks:
    """The checks of one source: tables one after the other, those that others refer to first."""

    def __init__(self, con: Backend, *, as_of: date | None, today: date, reading: Reading) -> None:
        self._con, self._as_of, self._today, self._reading = con, as_of, today, reading
        self._given: dict[str, Given] = {}
        self.done: dict[str, Checked] = {}
        con.raw_sql(f"CREATE SCHEMA {CHECKED}")

    @property
    def has_history(self) -> bool:
        """Whether there is a table that says who is a customer: orders or contracts."""
        return "orders" in self.done or "contracts" in self.done

    def run(self, given: Given) -> Checked:
        """Checks every row of a table."""
        name = given.table.name
        self._given[name] = given
        self._find_faults(given)
        self._refuse_repeats(given)
        if given.table.key:
            self._create(CHECKED, f"known {name}", self.kept(name).select(*given.table.key))
        self.done[name] = self._summary(given)
        return self.done[name]

    def derive_accounts(self) -> Checked:
        """Accounts from those with an order or a contract, for a source that has no accounts.sql."""
        found = [
            self._con.table(name, database=GIVEN)[self._given[name].columns["account_id"]].name("account_id").as_table()
            for name in ("orders", "contracts")
            if name in self._given
        ]
        table = TABLES["accounts"]
        ids = ibis.union(*found) if len(found) > 1 else found[0]
        ids = ids.select(account_id=cast(table["account_id"], ids.account_id)).distinct().drop_null("account_id")
        self._create(GIVEN, "accounts", ids)
        given = self._con.table("accounts", database=GIVEN)
        return self.run(
            Given(
                table,
                self._given["orders" if "orders" in self._given else "contracts"].sql,
                int(given.count().execute()),
                {"account_id": "account_id"},
            )
        )

    def kept(self, name: str) -> ir.Table:
        """The kept rows in the contract's types, in an order that does not depend on the order they came in."""
        given = self._given[name]
        rows = self._rows(given)
        refused = self._con.table(name, database=CHECKED)
        kept = rows.anti_join(refused, "row")
        kept = kept.select(**self._cast(given, kept))
        first = [key for key in ("account_id", "rep_id") if given.table[given.table.required[0]].name == key]
        happened = [given.table.happened] if given.table.happened else []
        by = dict.fromkeys([*first, *happened, *kept.columns])
        return kept.order_by([kept[column].asc(nulls_first=True) for column in by])

    def refused(self, name: str) -> ir.Table:
        """The refused rows: their number, the cause, and what was given, as text."""
        given = self._given[name]
        rows = self._rows(given)
        refused = self._con.table(name, database=CHECKED)
        joined = refused.inner_join(rows, "row")
        raw = {column: as_given(joined[given_as]) for column, given_as in given.columns.items()}
        return joined.select(row=joined.row + 1, cause=joined.cause, **raw).order_by("row")

    def _cast(self, given: Given, rows: ir.Table) -> dict[str, ir.Value]:
        """Every column of the contract that was given, in the contract's type."""
        return {name: cast(given.table[name], rows[raw], self._reading) for name, raw in given.columns.items()}

    def _rows(self, given: Given) -> ir.Table:
        rows = self._con.table(given.table.name, database=GIVEN)
        return rows.mutate(row=rows.rowid())

    def _create(self, schema: str, name: str, rows: ir.Table) -> None:
        self._con.raw_sql(f'CREATE OR REPLACE TABLE {schema}."{name}" AS {self._con.compile(rows)}')

    def _find_faults(self, given: Given) -> None:
        rows = self._rows(given)
        values = self._cast(given, rows)
        raws = {name: rows[raw] for name, raw in given.columns.items()}
        faults = [*self._of_columns(given.table, values, raws), *self._of_relations(given.table, values)]
        # The first fault of a row counts. Words and examples are made for the faulty rows alone, which are few.
        number = ibis.cases(*((fault.holds, place) for place, fault in enumerate(faults)), else_=ibis.null("int16"))
        rows = rows.mutate(fault=number).filter(lambda row: row.fault.notnull())
        told = [(rows.fault == place, fault) for place, fault in enumerate(faults)]
        shown = [(holds, as_given(rows[given.columns[fault.shows]])) for holds, fault in told if fault.shows]
        rows = rows.select(
            row=rows.row,
            cause=ibis.cases(*((holds, fault.says) for holds, fault in told)),
            excused=ibis.cases(*((holds, fault.excused) for holds, fault in told)),
            example=ibis.cases(*shown) if shown else ibis.null("string"),
        )
        self._create(CHECKED, given.table.name, rows)

    def _of_columns(self, table: Table, values: dict[str, ir.Value], raws: dict[str, ir.Value]) -> Iterator[_Fault]:
        for name, value in values.items():
            column, raw = table[name], raws[name]
            if column.required:
                yield _Fault(value.isnull() if column.kind in ("id", "text") else is_blank(raw), f"no {name}")
            if column.kind not in ("id", "text"):
                kind = {"money": "number", "choice": "text"}.get(column.kind, column.kind)
                yield _Fault(~is_blank(raw) & value.isnull(), f"{_a(name)} that is not a {kind}", shows=name)
            if column.kind == "money":
                yield _Fault(value.abs() > MOST_MONEY, f"{_a(name)} beyond {MOST_MONEY:,.0f}", shows=name)
            if column.kind == "choice":
                says = f"{_a(name)} that is none of {', '.join(column.allowed)}"
                yield _Fault(value.notin(column.allowed), says, shows=name)
            if column.kind in ("date", "time"):
                yield from self._of_time(table, column, value)

    def _of_time(self, table: Table, column: Column, value: ir.Value) -> Iterator[_Fault]:
        name = column.name
        earliest = EARLIEST_EVENT if table.happened else EARLIEST_DAY
        yield _Fault(value < _midnight(column, earliest), f"{_a(name)} before {earliest.year}", shows=name)
        yield _Fault(value >= _midnight(column, LATEST), f"{_a(name)} after {LATEST.year - 1}", shows=name)
        if name != table.happened:
            return
        if self._as_of is not None:
            yield _Fault(value >= _midnight(column, self._as_of), f"{_a(name)} on or after as_of", excused=True)
        else:
            tomorrow = _midnight(column, self._today + timedelta(days=1))
            is_plan = table.name in PLANNED
            yield _Fault(value >= tomorrow, f"{_a(name)} after today", excused=is_plan, shows=name)

    def _of_relations(self, table: Table, values: dict[str, ir.Value]) -> Iterator[_Fault]:
        for key, name in (("account_id", "accounts"), ("rep_id", "reps")):
            if name in self.done and name != table.name and key in values and table[key].required:
                known = self._con.table(f"known {name}", database=CHECKED)[key]
                yield _Fault(values[key].notin(known), f"{_a(key)} that {name} does not know", shows=key)
        for name, second in values.items():
            after = table[name].after
            if after is not None and after in values:
                yield _Fault(_precedes(second, values[after]), f"{_a(name)} before its {after}")

    def _refuse_repeats(self, given: Given) -> None:
        """Refuses rows whose key repeats, but one: the fullest, then the first by its values, never by its place."""
        table = given.table
        key = list(table.key)
        wholly = NUMBERED.get(table.name)
        if not key and wholly not in given.columns:
            return
        rows = self._rows(given).anti_join(self._con.table(table.name, database=CHECKED), "row")
        values = self._cast(given, rows)
        rows = rows.select(row=rows.row, **values)
        if key:
            blanks = sum((rows[name].isnull().cast("int8") for name in values), ibis.literal(0))
            place = ibis.row_number().over(group_by=key, order_by=[blanks, *values, "row"])
            says = f"{_a(key[0])} that another row has as well"
        else:
            rows = rows.filter(rows[wholly].notnull())
            place = ibis.row_number().over(group_by=list(values), order_by="row")
            says = f"{_a(str(wholly))} and all else as in another row"
        repeats = rows.mutate(place=place).filter(lambda row: row.place > 0)
        repeats = repeats.select(
            row=repeats.row,
            cause=ibis.literal(says),
            excused=ibis.literal(False),
            example=repeats[key[0] if key else wholly],
        )
        self._con.raw_sql(f'INSERT INTO {CHECKED}."{table.name}" {self._con.compile(repeats)}')

    def _summary(self, given: Given) -> Checked:
        table = given.table
        refused = self._con.table(table.name, database=CHECKED)
        by_cause = refused.group_by("cause", "excused").agg(
            rows=refused.count(), first=refused.row.min() + 1, example=refused.example.argmin(refused.row)
        )
        told = by_cause.order_by([by_cause.rows.desc(), "cause"]).execute()
        causes = [
            Cause(
                row.cause,
                int(row.rows),
                int(row.first),
                bool(row.excused),
                row.example if row.example == row.example else None,
            )
            for row in told.itertuples()
        ]
        first = last = None
        if table.happened:
            kept = self._rows(given).anti_join(refused, "row")
            happened = self._cast(given, kept)[table.happened]
            span = kept.agg(first=happened.min(), last=happened.max())
            first, last = self._con.to_pyarrow(span).to_pylist()[0].values()
        left = given.rows - sum(cause.rows for cause in causes)
        return Checked(table, list(given.columns), given.rows, left, causes, first, last)


def _midnight(column: Column, day: date) -> ir.Value:
    if column.kind == "date":
        return ibis.literal(day, type="date")
    return ibis.literal(datetime(day.year, day.month, day.day), type="timestamp")  # noqa: DTZ001 - the firm's local time


def _precedes(second: ir.Value, first: ir.Value) -> ir.BooleanValue:
    """Whether a second time lies before the first; a bare day (midnight) is held against the first's day."""
    second, first = second.cast("timestamp"), first.cast("timestamp")
    is_day = second == second.truncate("D")
    return second < ibis.ifelse(is_day, first.truncate("D"), first)


def _a(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
