"""Checking: every row a source gives, cast to the contract and either kept or refused for a cause that is named."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from features.tables import RECORDED_AT, TABLES, Table
from pipelines.intake.assuming import how_written
from pipelines.intake.casting import Written, as_given, cast, is_blank
from pipelines.intake.checked import Cause, Checked
from pipelines.intake.faults import (
    Fault,
    Rows,
    faults_of_columns,
    faults_of_order,
    is_shortened,
    known_on,
    midnight,
    no_value,
    no_whole_number,
    shortened,
    stands_for_no_id,
    too_early,
    too_late,
    unknown_id,
    unreadable,
    with_article,
)
from pipelines.intake.hints import fill_down, hint, lost_digits, no_id, stands_for_none
from pipelines.intake.history import VALID_FROM, key_of, late_rows, valid_from
from pipelines.intake.ids import other_spelling, spelt_twice, unknown_ids
from pipelines.intake.no_ids import NO_ID, taken_for_none
from pipelines.intake.reading import GIVEN, OpenSource
from pipelines.intake.selecting import Given

# The same row twice under one number is a record read twice. Orders are not here: two equal lines of one order are two.
NUMBERED = {"invoices": "invoice_id", "contracts": "contract_id"}

# Ids that every row must share with the table that lists them, where there is one.
LISTED_IN = {"account_id": "accounts", "rep_id": "reps"}

CHECKED = "checked"  # the schema of refused rows' numbers and of known ids
_SIGNED = "Give recorded_at, the day on which it was signed, and it counts from then on"
_SAMPLE = 200  # values that a hint is made from


class Checks:
    """The checks of one source: tables one after the other, those that others refer to first.

    notes: what had to be assumed, in words.
    """

    def __init__(self, opened: OpenSource, *, as_of: date | None, today: date) -> None:
        self._con, self._as_of, self._today = opened.con, as_of, today
        self._written: dict[str, dict[str, Written]] = {}
        self._given: dict[str, Given] = {}
        self._filled: dict[str, str] = {}
        self._written_down: set[str] = set()
        self.done: dict[str, Checked] = {}
        self.notes: list[str] = []
        self._con.raw_sql(f"CREATE SCHEMA {CHECKED}")

    @property
    def has_history(self) -> bool:
        """Whether there is a table that says who left: orders, contracts or losses."""
        return self.names_accounts or "losses" in self.done

    @property
    def names_accounts(self) -> bool:
        """Whether there is a table that says who is a customer: orders or contracts."""
        return "orders" in self.done or "contracts" in self.done

    def run(self, given: Given) -> Checked:
        """Checks every row of a table."""
        name = given.table.name
        self._given[name] = given
        raw = self._con.table(name, database=GIVEN)
        self._written[name], said = how_written(self._con, given.table, raw, given.columns, given.written)
        self.notes += [*given.assumed, *said, *taken_for_none(self._con, given.table, raw, given.columns)]
        self._find_faults(given)
        self._refuse_repeats(given)
        if given.table.key:
            self._create(f"known {name}", self._sifted(name).select(*given.table.key).distinct())
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
        ids = ids.filter(ids.account_id.notin(NO_ID) & ~is_shortened(ids.account_id))
        self._con.raw_sql(f"CREATE OR REPLACE TABLE {GIVEN}.accounts AS {self._con.compile(ids)}")
        given = self._con.table("accounts", database=GIVEN)
        return self.run(
            Given(
                table,
                self._given["orders" if "orders" in self._given else "contracts"].sql,
                int(given.count().execute()),
                {"account_id": "account_id"},
                [],
            )
        )

    def rows_by_day(self, name: str) -> dict[date, int]:
        """How many kept rows of a table happened on each day on which any did; what is planned, once it is known."""
        given = self._given[name]
        rows = self._kept_rows(given)
        days = rows.select(day=known_on(given.table, self._values(given, rows)).cast("date"))
        found = self._con.to_pyarrow(days.group_by("day").agg(rows=days.count())).to_pylist()
        return {row["day"]: row["rows"] for row in found}

    def refuse_from(self, name: str, day: date, says: str) -> Checked:
        """Refuses what `rows_by_day` has on `day` or later in a table that has been checked, as a fault of the data."""
        given = self._given[name]
        happened = str(given.table.happened)
        rows = self._kept_rows(given)
        late = known_on(given.table, self._values(given, rows)) >= midnight(given.table[happened], day)
        self._refuse(given, rows.filter(late), says, excused=False, shows=happened)
        self.done[name] = self._summary(given)
        return self.done[name]

    def refuse_later_history(self, as_of: date) -> None:
        """Refuses rows of histories that begin on as_of or later, as no fault; see `late_rows` for the first ones."""
        for name in ("reps", "accounts"):
            given = self._given.get(name)
            if given is None or VALID_FROM not in given.columns:
                continue
            key = given.table.key[0]
            kept = self._kept_rows(given)
            rows = kept.select(row=kept.row, **self._values(given, kept))
            used = [
                self.kept(other).select(**{key: column.name})
                for other in self._given
                if other != name
                for column in TABLES[other].columns
                if column.name in self._given[other].columns and column.domain == key
            ]
            as_moment = midnight(given.table[VALID_FROM], as_of)
            late = late_rows(rows, key, as_moment, ibis.union(*used) if len(used) > 1 else next(iter(used), None))
            says = f"{with_article(VALID_FROM)} on or after as_of"
            self._refuse(given, kept.semi_join(late, "row"), says, excused=True)
            self.done[name] = self._summary(given)

    def kept(self, name: str) -> ir.Table:
        """The kept rows in the contract's types, in any order: DuckDB would sort them for each sum anew.

        They are written down once for all who ask, until others are refused: to cast and sift them takes longer than
        most of what is asked of them.
        """
        if name not in self._written_down:
            self._create(f"kept {name}", self._sifted(name))
            self._written_down.add(name)
        return self._con.table(f"kept {name}", database=CHECKED)

    def _sifted(self, name: str) -> ir.Table:
        given = self._given[name]
        rows = self._kept_rows(given)
        kept = rows.select(**self._values(given, rows))
        if name not in self._filled:
            return kept
        column = self._filled[name]
        filled = self._con.table(f"{column} of {name}", database=CHECKED)
        found = filled.rename({"filled": column})
        joined = kept.view().left_join(found, [key for key in filled.columns if key != column])
        own = [joined[column]] if column in kept.columns else []
        columns = dict.fromkeys([*kept.columns, column])
        return joined.mutate(**{column: ibis.coalesce(*own, joined.filled)}).select(*columns)

    def fill(self, name: str, column: str, values: pa.Table) -> None:
        """Gives kept rows that have no value in a column the one that follows from others of theirs.

        values: the column, and those from whose values it follows, each combination once.
        """
        self._con.con.register("filled", values)
        self._create(f"{column} of {name}", self._con.table("filled"))
        self._con.con.unregister("filled")
        self._filled[name] = column
        self._written_down.discard(name)
        self.done[name] = self._summary(self._given[name])

    def in_order(self, name: str) -> ir.Table:
        """The same in an order that does not depend on the order they came in."""
        given, kept = self._given[name], self.kept(name)
        first = [key for key in ("account_id", "rep_id") if given.table[given.table.required[0]].name == key]
        then = [column for column in (given.table.happened, VALID_FROM) if column in kept.columns]
        by = dict.fromkeys([*first, *then, *kept.columns])
        return kept.order_by([kept[column].asc(nulls_first=True) for column in by])

    def refused(self, name: str) -> ir.Table:
        """The refused rows: their number, the cause, and what was given, as text; a cause that was given is
        `cause_given`.
        """
        given = self._given[name]
        rows = self._rows(given)
        refused = self._con.table(name, database=CHECKED)
        own = {"cause_given" if column == "cause" else column: name for column, name in given.columns.items()}
        raw = rows.select("row", **{column: as_given(rows[name]) for column, name in own.items()})
        joined = refused.select("row", "cause").inner_join(raw, "row")
        return joined.select(joined.cause, *own, row=joined.row + 1).select("row", "cause", *own).order_by("row")

    def ids_spelt_twice(self) -> list[str]:
        """In words, of accounts and reps, ids that seem to be one."""
        return [
            line
            for key, name in LISTED_IN.items()
            if name in self.done
            for line in spelt_twice(self._con, self.kept(name), key=key, of=name)
        ]

    def rep_spelt_otherwise(self, name: str, column: str) -> str:
        """What to write so that most reps of a column become known which are not; '' where nothing helps."""
        known = self.kept("reps")["rep_id"]
        unknown = self.kept(name).filter(lambda row: row[column].notin(known))[column]
        return other_spelling(self._con, unknown, known, key=column)

    def write(self, rows: ir.Table, path: Path) -> None:
        """Kept or refused rows as a Parquet file."""
        self._con.to_parquet(rows, path, compression="zstd")

    def _values(self, given: Given, rows: ir.Table) -> dict[str, ir.Value]:
        """Every column of the contract that was given, in the contract's type."""
        written = self._written[given.table.name]
        values = {name: cast(given.table[name], rows[raw], written[name]) for name, raw in given.columns.items()}
        if VALID_FROM in values:
            values[VALID_FROM] = valid_from(given.table, values, ~is_blank(rows[given.columns[VALID_FROM]]))
        return values

    def _rows(self, given: Given) -> ir.Table:
        rows = self._con.table(given.table.name, database=GIVEN)
        return rows.mutate(row=rows.rowid())

    def _kept_rows(self, given: Given) -> ir.Table:
        return self._rows(given).anti_join(self._con.table(given.table.name, database=CHECKED), "row")

    def _create(self, name: str, rows: ir.Table) -> None:
        self._con.raw_sql(f'CREATE OR REPLACE TABLE {CHECKED}."{name}" AS {self._con.compile(rows)}')

    def _find_faults(self, given: Given) -> None:
        rows = self._rows(given)
        raws = {name: rows[raw] for name, raw in given.columns.items()}
        checked = Rows(given.table, self._values(given, rows), raws, self._written[given.table.name])
        faults = [
            *faults_of_columns(checked, as_of=self._as_of, today=self._today),
            *self._faults_of_ids(checked),
            *faults_of_order(checked),
        ]
        # The first fault of a row counts. Words and examples are made for the faulty rows alone, which are few.
        number = ibis.cases(*((fault.holds, place) for place, fault in enumerate(faults)), else_=ibis.null("int16"))
        rows = rows.mutate(fault=number).filter(lambda row: row.fault.notnull())
        found = [(rows.fault == place, fault) for place, fault in enumerate(faults)]
        shown = [(holds, fault.shows) for holds, fault in found if fault.shows]
        values = [(holds, as_given(rows[given.columns[name]])) for holds, name in shown]
        rows = rows.select(
            row=rows.row,
            cause=ibis.cases(*((holds, fault.says) for holds, fault in found)),
            excused=ibis.cases(*((holds, fault.excused) for holds, fault in found)),
            shown=ibis.cases(*shown) if shown else ibis.null("string"),
            example=ibis.cases(*values) if values else ibis.null("string"),
        )
        self._create(given.table.name, rows)

    def _faults_of_ids(self, rows: Rows) -> Iterator[Fault]:
        for key, name in LISTED_IN.items():
            if name in self.done and name != rows.table.name and key in rows.values and rows.table[key].required:
                known = self._con.table(f"known {name}", database=CHECKED)[key]
                yield Fault(rows.values[key].notin(known), unknown_id(key, name), shows=key)

    def _refuse_repeats(self, given: Given) -> None:
        """Refuses rows whose key repeats, but one: the fullest, then the first by its values, never by its place."""
        key = key_of(given.table, given.columns)
        wholly = NUMBERED.get(given.table.name)
        if not key and wholly not in given.columns:
            return
        kept = self._kept_rows(given)
        rows = kept.select(row=kept.row, **self._values(given, kept))
        values = [name for name in rows.columns if name != "row"]
        if key:
            blanks = sum((rows[name].isnull().cast("int8") for name in values), ibis.literal(0))
            place = ibis.row_number().over(group_by=key, order_by=[blanks, *values, "row"])
            says = f"{with_article(' and '.join(key))} that another row has as well"
        else:
            rows = rows.filter(rows[wholly].notnull())
            place = ibis.row_number().over(group_by=values, order_by="row")
            says = f"{with_article(str(wholly))} and all else as in another row"
        repeats = rows.mutate(place=place).filter(lambda row: row.place > 0)
        self._refuse(given, kept.semi_join(repeats, "row"), says, excused=False, shows=key[0] if key else str(wholly))

    def _refuse(self, given: Given, rows: ir.Table, says: str, *, excused: bool, shows: str | None = None) -> None:
        """Adds rows (of `_kept_rows`) to those refused."""
        refused = rows.select(
            row=rows.row,
            cause=ibis.literal(says),
            excused=ibis.literal(excused),
            shown=ibis.literal(shows) if shows else ibis.null("string"),
            example=as_given(rows[given.columns[shows]]) if shows else ibis.null("string"),
        )
        self._con.raw_sql(f'INSERT INTO {CHECKED}."{given.table.name}" {self._con.compile(refused)}')
        self._written_down.discard(given.table.name)

    def _summary(self, given: Given) -> Checked:
        table = given.table
        refused = self._con.table(table.name, database=CHECKED)
        by_cause = refused.group_by("cause", "excused", "shown").agg(
            rows=refused.count(), first=refused.row.min() + 1, example=refused.example.argmin(refused.row)
        )
        found = self._con.to_pyarrow(by_cause.order_by([by_cause.rows.desc(), "cause"])).to_pylist()
        causes = [
            Cause(row["cause"], row["rows"], row["first"], row["excused"], row["example"], self._hint(table, row))
            for row in found
        ]
        first = last = None
        if table.happened:
            kept = self._kept_rows(given)
            happened = self._values(given, kept)[table.happened]
            span = kept.agg(first=happened.min(), last=happened.max())
            first, last = self._con.to_pyarrow(span).to_pylist()[0].values()
        left = given.rows - sum(cause.rows for cause in causes)
        filled = [self._filled[table.name]] if table.name in self._filled else []
        columns = list(dict.fromkeys([*given.columns, *filled]))
        return Checked(table, columns, given.rows, left, causes, first, last)

    def _hint(self, table: Table, cause: Mapping[str, Any]) -> str:
        if cause["excused"] and RECORDED_AT.name not in cause["cause"] and table.happened:
            return _SIGNED if table[table.happened].planned else ""
        given = self._given[table.name]
        if cause["cause"] in {no_value(table[name]) for name in table.required if table[name].kind == "id"}:
            is_below_one = cause["first"] > 1 and 2 * cause["rows"] > given.rows
            return fill_down(table.name, cause["cause"].removeprefix("no ")) if is_below_one else ""
        column = table[cause["shown"]] if cause["shown"] else None
        if column is None:
            return ""
        refused = self._con.table(table.name, database=CHECKED)
        rows = refused.filter(refused.cause == cause["cause"])
        for key, name in LISTED_IN.items():
            if cause["cause"] == unknown_id(key, name):
                known = self._con.table(f"known {name}", database=CHECKED)[key]
                return unknown_ids(self._con, rows.example, known, key=key, of=table.name, by=name)
        if cause["cause"] == stands_for_no_id(column):
            return no_id(table.name, column)
        if cause["cause"] == shortened(column):
            return lost_digits(table.name, column)
        about_values = (unreadable(column), no_whole_number(column), too_early(table, column), too_late(column))
        if cause["cause"] not in about_values:
            return ""
        rows = rows.order_by("row").limit(_SAMPLE)
        values = self._con.to_pyarrow(rows.example).to_pylist()
        values = [value for value in values if value is not None]
        found = hint(
            table.name, column, values, decimal=given.written.decimal if 2 * cause["rows"] < given.rows else None
        )
        # What could be read and is too early may have been read by a format for years of four digits.
        found = found if cause["cause"] == unreadable(column) or "%y" in found else ""
        return stands_for_none(table.name, column, values) or found
