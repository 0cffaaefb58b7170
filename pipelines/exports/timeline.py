"""Timeline: what happened with an account of late, as it was known on as_of, for those who look behind a reason."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ibis
import pandas as pd

from features.tables import TABLES

DAYS = 548  # a year and a half: this season and the same one last year

Timeline = dict[str, list[list[Any]]]


def silence(tables: Path, as_of: date) -> pd.DataFrame | None:
    """account_id, last_order_on and days_since_order of every account that had ordered, as known on as_of; None where
    there are no orders to look at.
    """
    orders = _known(tables, "orders", as_of)
    if orders is None:
        return None
    last = orders.group_by("account_id").agg(last_order_on=orders.ordered_at.max()).order_by("account_id").to_pandas()
    last["days_since_order"] = (pd.Timestamp(as_of) - last["last_order_on"].dt.normalize()).dt.days
    last["last_order_on"] = last["last_order_on"].dt.date
    return last


def timelines(tables: Path, as_of: date, account_ids: Sequence[str]) -> dict[str, Timeline]:
    """By account, the lanes of its timeline over the DAYS before as_of; lanes and accounts without events are absent.

    Every event is a short list that begins with how many days before as_of it was, newest last:
    orders [days, amount]; contacts [days, channel]; calls and tickets [days, days until answered, or None];
    errors (of invoices, on the day they were found) [days, days until corrected, or None]; signals [days, kind];
    reps [days, rep_id].
    """
    found: dict[str, Timeline] = {}
    for lane, table, happened, also in (
        ("orders", "orders", "ordered_at", "amount"),
        ("contacts", "contacts", "contacted_at", "channel"),
        ("calls", "calls", "called_at", "returned_at"),
        ("errors", "invoices", "error_found_at", "corrected_at"),
        ("tickets", "tickets", "opened_at", "resolved_at"),
        ("signals", "signals", "occurred_at", "kind"),
        ("reps", "rep_assignments", "starts_at", "rep_id"),
    ):
        for account_id, event in _events(tables, table, as_of, happened, also, account_ids):
            found.setdefault(account_id, {}).setdefault(lane, []).append(event)
    return found


def _events(
    tables: Path, table: str, as_of: date, happened: str, also: str, account_ids: Sequence[str]
) -> Iterable[tuple[str, list[Any]]]:
    known = _known(tables, table, as_of)
    if known is None or happened not in known.columns:
        return
    if also not in known.columns:
        known = known.mutate(**{also: ibis.null("timestamp" if also.endswith("_at") else "string")})
    since = as_of - timedelta(days=DAYS)
    rows = (
        known.filter(known[happened].cast("timestamp") >= ibis.timestamp(since.isoformat()))
        .filter(known.account_id.isin(list(account_ids)))
        .select("account_id", happened, also)
        .order_by("account_id", happened, also)
        .to_pandas()
    )
    rows = rows[rows[happened] < pd.Timestamp(as_of)]
    days = (pd.Timestamp(as_of) - rows[happened].dt.normalize()).dt.days
    if also.endswith("_at"):
        until = (rows[also].dt.normalize() - rows[happened].dt.normalize()).dt.days
        told = [None if pd.isna(later) else int(later) for later in until]
    elif also == "amount":
        told = [round(amount) for amount in rows[also]]
    else:
        told = rows[also].where(rows[also].notna(), None).tolist()
    previous: tuple[str, list[Any]] | None = None
    for account_id, days_ago, value in zip(rows["account_id"], days, told, strict=True):
        if previous and previous[0] == account_id and previous[1][0] == days_ago:
            if also == "amount":  # what was ordered on one day is one bar
                previous[1][1] += value
                continue
            if previous[1][1] == value:
                continue
        if previous:
            yield previous
        previous = (account_id, [int(days_ago), value])
    if previous:
        yield previous


def _known(tables: Path, name: str, as_of: date) -> ibis.Table | None:
    """The rows of an event table that had happened and been recorded before as_of, with second times that had not yet
    come taken out; None where the table is missing.
    """
    path = tables / f"{name}.parquet"
    if not path.exists():
        return None
    rows = ibis.read_parquet(path)
    midnight = ibis.timestamp(as_of.isoformat())
    happened = TABLES[name].happened
    rows = rows.filter(rows[happened].cast("timestamp") < midnight)
    if "recorded_at" in rows.columns:
        rows = rows.filter(ibis.coalesce(rows.recorded_at, rows[happened].cast("timestamp")) < midnight)
    second = [
        column.name
        for column in TABLES[name].columns
        if column.after and not column.planned and column.name in rows.columns
    ]
    return rows.mutate(**{column: ibis.ifelse(rows[column] < midnight, rows[column], None) for column in second})
