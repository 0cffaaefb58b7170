"""Rows: parts of the event tables, as reasons speak of them."""

from dataclasses import dataclass, replace
from functools import cached_property

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis import _
from ibis.common.deferred import Deferred

from features import tables
from features.tables import Column, Table

_TYPES = {"id": "string", "text": "string", "choice": "string", "money": "float64", "number": "float64"} | {
    "date": "date",
    "time": "timestamp",
}


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of one table: which, whose, when they happened and from when on they are known.

    conditions: all must hold.
    happened: the column that says when a row happened.
    known_by: second times that must have happened as well before a row counts (a call, once it was returned).
    key: whose rows they are: 'account_id', or another column for numbers about a rep or a team.
    is_ahead: whether they count as soon as they are recorded, though they happen later.
    """

    table: Table
    happened: str
    conditions: tuple[Deferred, ...] = ()
    known_by: tuple[str, ...] = ()
    key: str = "account_id"
    is_ahead: bool = False

    def where(self, *conditions: Deferred) -> "Rows":
        """Those rows for which every condition holds; a condition sees only what is known when the row counts."""
        for condition in conditions:
            self.check_known(condition)
        return replace(self, conditions=self.conditions + conditions)

    def once(self, second_time: str) -> "Rows":
        """The same rows, each counted only from its second time on: `calls.once("returned_at")`."""
        self.table[second_time]
        return replace(self, known_by=(*self.known_by, second_time))

    def at(self, planned: str) -> "Rows":
        """The same rows, placed at another of their times: `orders.at("promised_at")`."""
        self.table[planned]
        return replace(self, happened=planned)

    def ahead(self) -> "Rows":
        """The same rows, each counted from when it was recorded on, though it is still to happen: a plan."""
        if not self.table[self.happened].planned:
            raise ValueError(f"{self.table.name}.{self.happened} is not planned, so nothing is known ahead of it")
        return replace(self, is_ahead=True)

    def by(self, key: str) -> "Rows":
        """The same rows, counted for a rep or a team instead of an account."""
        self.table[key]
        return replace(self, key=key)

    def check_known(self, expression: Deferred | str | None) -> None:
        """Raises ValueError where an expression reads a second time that has not happened when the row counts."""
        for name in self.columns_of(expression):
            column = self.table[name]
            if not self.is_known(column):
                raise ValueError(
                    f"{self.table.name}.{name} is not known when the row is; "
                    f'write {self.table.name}.once("{column.known_with or name}") first'
                )

    def is_known(self, column: Column) -> bool:
        """Whether a column's value is known as soon as these rows count."""
        if column.known_with:
            return column.known_with in (*self.known_by, self.happened)
        is_second_time = column.kind in ("date", "time") and column.name != self.table.happened and not column.planned
        return not is_second_time or column.name in (*self.known_by, self.happened)

    def columns_of(self, expression: Deferred | str | None) -> set[str]:
        """Names of the columns that an expression reads."""
        if expression is None:
            return set()
        if isinstance(expression, str):
            return {self.table[expression].name}
        return {field.name for field in expression.resolve(self.blank).op().find(ops.Field)}

    @cached_property
    def blank(self) -> ir.Table:
        """The table without rows, for expressions that are only looked at."""
        return ibis.table({column.name: _TYPES[column.kind] for column in self.table.columns}, name=self.table.name)

    @property
    def columns(self) -> set[str]:
        """Names of all columns that these rows depend on."""
        named = {self.key, self.happened, *self.known_by}
        return named.union(*(self.columns_of(condition) for condition in self.conditions))

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for rows that are the same."""
        return (
            self.table.name,
            self.happened,
            tuple(map(repr, self.conditions)),
            self.known_by,
            self.key,
            self.is_ahead,
        )


def _all_of(table: Table, happened: str | None = None) -> Rows:
    when = happened or table.happened
    if when is None:
        raise ValueError(f"{table.name} is not an event table")
    return Rows(table, when, key="account_id" if "account_id" in table.column_names else "rep_id")


orders = _all_of(tables.orders)
placed = orders.where(_.amount > 0)  # a row without an amount tells of something sent back, not of an order
contacts = _all_of(tables.contacts)
calls = _all_of(tables.calls)
invoices = _all_of(tables.invoices)
tickets = _all_of(tables.tickets)
contracts = _all_of(tables.contracts)
assignments = _all_of(tables.rep_assignments)
prospecting = _all_of(tables.prospecting)
signals = _all_of(tables.signals)
losses = _all_of(tables.losses)
openings = _all_of(tables.accounts, "opened_on")
account_history = _all_of(tables.accounts, "valid_from")
rep_history = _all_of(tables.reps, "valid_from")
hirings = _all_of(tables.reps, "hired_on")
departures = _all_of(tables.reps, "left_on")
