"""Timeline: what happened with an account of late, as it was known on as_of, for those who look behind a reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
from ibis import _

from features.language.rows import (
    Rows,
    assignments,
    contacts,
    contracts,
    invoices,
    losses,
    orders,
    placed,
    signals,
    tickets,
)
from features.language.tongue import tr
from features.reasons.calls import asked, rung
from features.reasons.contact import spoken
from features.tables import TABLES
from pipelines.exports.plans import begun, for_good, withdrawn
from pipelines.known import known_events

TIMES = ("time", "date")
DAYS = 548  # a year and a half: this season and the same one last year

KINDS = tuple(
    kind
    for table, column in (("contacts", "channel"), ("signals", "kind"), ("losses", "kind"))
    for kind in TABLES[table][column].allowed
)  # of what happens, as codes

EVER = 36_500  # days back that hold whatever was latest
Timeline = dict[str, list[list[Any]]]


@dataclass(frozen=True)
class Lane:
    """Rows of one kind, in the words of the features, so that both speak of the same ones, and what is shown of each.

    column: an amount of money (what falls on one day is one event), a time (the days until it came), or a text.
    for_good: of contracts, without those that another one replaced, be it signed and still to begin.
    came: of contracts, whether those that came into force or those that were withdrawn before; None: both.
    """

    rows: Rows
    column: str
    for_good: bool = False
    came: bool | None = None

    def __post_init__(self) -> None:
        self.rows.columns_of(self.column)  # raises KeyError where the table has no such column

    def events(self, tables: Path, as_of: date) -> ir.Table | None:
        """account_id, happened and shown of every row known on as_of; None where the table or its times are missing."""
        known = known_events(tables, self.rows.table.name, as_of, ahead=self.for_good)
        times = {self.rows.happened, *self.rows.known_by}
        if known is None or not times <= set(known.columns):
            return None
        known = for_good(known) if self.for_good else known
        known = known if self.came is None else begun(known) if self.came else withdrawn(known)
        kind = self.rows.table[self.column].kind
        if self.column not in known.columns:
            if kind not in TIMES:
                return None
            known = known.mutate(**{self.column: ibis.null("timestamp")})
        read = set().union(*(self.rows.columns_of(condition) for condition in self.rows.conditions)) - set(
            known.columns
        )
        known = known.mutate(**{name: ibis.null(self.rows.blank[name].type()) for name in read})  # what nobody gave
        conditions = [condition.resolve(known) for condition in self.rows.conditions]
        rows = known.filter(*conditions, *(known[time].notnull() for time in times))
        happened, shown = rows[self.rows.happened].cast("timestamp"), rows[self.column]
        if kind != "money":
            return rows.select(
                "account_id", happened=happened, shown=shown.cast("timestamp") if kind in TIMES else shown
            )
        # Added up as decimals, so that no order of rows changes a sum.
        rows = rows.select("account_id", happened=happened.truncate("D"), shown=shown.cast("decimal(18, 2)"))
        by_day = rows.drop_null("shown").group_by("account_id", "happened")
        return by_day.agg(shown=lambda day: day.shown.sum().cast("float64"))


LANES = {
    "orders": Lane(placed, "amount"),
    "returns": Lane(orders.once("returned_at").at("returned_at"), "returned_amount"),
    "credits": Lane(orders.where(_.amount < 0), "amount"),
    "contacts": Lane(spoken, "channel"),
    "mailings": Lane(contacts.where(~reduce(and_, spoken.conditions)), "channel"),
    "calls": Lane(rung, "returned_at"),
    "requests": Lane(asked, "returned_at"),
    "errors": Lane(invoices.once("error_found_at").at("error_found_at"), "corrected_at"),
    "tickets": Lane(tickets, "resolved_at"),
    "signals": Lane(signals, "kind"),
    "reps": Lane(assignments, "rep_id"),
    "contracts": Lane(contracts, "ends_on", came=True),
    "renewals": Lane(contracts.once("renewed_at").at("renewed_at"), "ends_on"),
    "notices": Lane(contracts.once("cancelled_at").at("cancelled_at"), "ends_on", for_good=True, came=True),
    "withdrawals": Lane(contracts.once("cancelled_at").at("cancelled_at"), "starts_on", for_good=True, came=False),
    "ends": Lane(
        contracts.at("ends_on").where(_.renews.fill_null("no") != "yes"), "renewed_at", for_good=True, came=True
    ),
    "losses": Lane(losses, "kind"),
}


def kind_in_words(kind: str) -> str:
    """A channel or a kind of signal as people say it."""
    return tr(kind.replace("_", " "))


def timelines(tables: Path, as_of: date, account_ids: Sequence[str], days_back: int = DAYS) -> dict[str, Timeline]:
    """By account, the lanes of its timeline over the days before as_of; lanes and accounts without events are absent.

    Every event is a short list that begins with how many days before as_of it was, newest last:
    orders, returns and credits [days, amount of that day]; contacts (spoken with) and mailings (all else) [days,
    channel]; calls, requests (emails, quotes, documents) and tickets [days, days until answered, or None]; errors (of
    invoices, on the day on which they were found) [days, days until corrected, or None]; signals [days, kind]; reps
    [days, rep_id]; contracts, renewals and notices [days, days until the contract ends, or None]; ends (of contracts
    that do not go on by themselves) [days, days until it was renewed, or None]; withdrawals (of contracts that never
    came into force) [days, days until it would have begun]; losses [days, kind]. Notices, withdrawals and ends are
    those of contracts that no other one replaced.
    """
    found: dict[str, Timeline] = {}
    for name, lane in LANES.items():
        events = lane.events(tables, as_of)
        if events is None:
            continue
        past = events.filter(events.happened < ibis.timestamp(as_of.isoformat()))  # an end may be still to come
        for account_id, event in of_accounts(past, as_of, account_ids, days_back):
            found.setdefault(account_id, {}).setdefault(name, []).append(event)
    return found


def of_accounts(
    events: ir.Table, as_of: date, account_ids: Sequence[str], days_back: int = DAYS
) -> Iterator[tuple[str, list[Any]]]:
    """Each account's events of the last days, newest last, as `timelines` has them. events: see `Lane.events`."""
    since = ibis.timestamp((as_of - timedelta(days=days_back)).isoformat())
    # A join: Ibis takes longer to write down thousands of values than DuckDB to find their rows.
    asked_for = ibis.memtable({"account_id": list(account_ids)}, schema={"account_id": "string"})
    events = events.filter(events.happened >= since).semi_join(asked_for, "account_id")
    rows = events.order_by("account_id", "happened", "shown").to_pandas()
    day = rows["happened"].dt.normalize()
    days = (pd.Timestamp(as_of) - day).dt.days
    shown = rows["shown"]
    if pd.api.types.is_datetime64_any_dtype(shown):
        shown = (shown.dt.normalize() - day).dt.days
    if pd.api.types.is_numeric_dtype(shown):
        cells = [None if pd.isna(number) else round(number) for number in shown]
    else:
        cells = shown.astype("object").where(shown.notna(), None).tolist()
    for account_id, ago, cell in zip(rows["account_id"], days, cells, strict=True):
        yield account_id, [int(ago), cell]
