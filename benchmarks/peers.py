"""Peers: the subset as people write it by hand, in SQL by range joins and in pandas by a loop over snapshots."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Part:
    """What the subset asks of some rows of one table.

    happened: when a row happened. where: which rows. waits_for: a second time that must have come. counts and sums:
    names of features by window in days; amount: what is summed. since: the feature that is the days since the latest.
    """

    table: str
    happened: str
    counts: dict[int, str]
    where: str = "true"
    waits_for: str | None = None
    amount: str | None = None
    sums: tuple[tuple[int, str], ...] = ()
    since: str | None = None

    @property
    def longest(self) -> int:
        return max(self.counts, default=0)


PARTS = (
    Part(
        "orders",
        "ordered_at",
        {30: "orders_30d", 90: "orders_90d", 180: "orders_180d", 360: "orders_360d"},
        where="amount > 0",
        amount="amount",
        sums=((30, "amount_30d"), (90, "amount_90d"), (180, "amount_180d"), (360, "amount_360d")),
        since="days_since_order",
    ),
    Part(
        "contacts",
        "contacted_at",
        {30: "conversations_30d", 90: "conversations_90d", 360: "conversations_360d"},
        where="channel in ('visit', 'meeting', 'call', 'email', 'event')",
        since="days_since_contact",
    ),
    Part("contacts", "contacted_at", {}, where="channel in ('visit', 'meeting')", since="days_since_visit"),
    Part("invoices", "issued_at", {360: "invoices_sent_360d"}),
    Part("invoices", "issued_at", {90: "billing_errors_90d", 360: "billing_errors_360d"}, waits_for="error_found_at"),
    Part("calls", "called_at", {90: "calls_from_them_90d", 360: "calls_from_them_360d"}, where="channel = 'call'"),
    Part("tickets", "opened_at", {90: "tickets_opened_90d", 360: "tickets_opened_360d"}),
    Part("tickets", "opened_at", {360: "severe_tickets_360d"}, where="severity in ('high', 'critical')"),
    Part("tickets", "opened_at", {360: "tickets_reopened_360d"}, waits_for="reopened_at"),
    Part("signals", "occurred_at", {180: "complaints_180d"}, where="kind = 'complaint'"),
    Part(
        "signals",
        "occurred_at",
        {90: "competitors_seen_90d", 180: "competitors_seen_180d"},
        where="kind = 'competitor_seen'",
    ),
    Part("signals", "occurred_at", {360: "upsells_360d"}, where="kind = 'upsell'"),
    Part(
        "signals",
        "occurred_at",
        {360: "review_meetings_360d"},
        where="kind = 'review_meeting'",
        since="days_since_review",
    ),
)


def range_joins(tables: Path, as_ofs: list[date], output: Path) -> None:
    """Every account and as_of joined with the rows that it may know: one join for each part."""
    connection = duckdb.connect()
    listed = ", ".join(f"(DATE '{as_of}')" for as_of in as_ofs)
    connection.execute(
        f"CREATE TABLE asked AS SELECT account_id, as_of FROM '{tables}/accounts.parquet', (VALUES {listed}) v(as_of)"
    )
    columns, joins = [], []
    for number, part in enumerate(PARTS):
        connection.execute(f"CREATE TABLE part_{number} AS {_range_join(tables, part)}")
        columns += [f"coalesce({name}, 0)::DOUBLE AS {name}" for name in part.counts.values()]
        columns += [f"coalesce({name} / 100, 0)::DOUBLE AS {name}" for _, name in part.sums]
        columns += [f"{part.since}::DOUBLE AS {part.since}"] if part.since else []
        joins.append(f"LEFT JOIN part_{number} USING (account_id, as_of)")
    connection.execute(
        f"COPY (SELECT account_id, as_of, {', '.join(columns)} FROM asked {' '.join(joins)}) TO '{output}' "
        "(FORMAT parquet, COMPRESSION zstd)"
    )


def _range_join(tables: Path, part: Part) -> str:
    """Days decide: as_of is a midnight, so a row before it lies on an earlier day."""
    known = f"greatest({part.happened}, recorded_at{f', {part.waits_for}' if part.waits_for else ''})::DATE"
    waits = f" AND {part.waits_for} IS NOT NULL" if part.waits_for else ""
    columns = [f"count(*) FILTER (age <= {days}) AS {name}" for days, name in part.counts.items()]
    columns += [f"sum(cents) FILTER (age <= {days}) AS {name}" for days, name in part.sums]
    columns += [f"min(age) AS {part.since}"] if part.since else []
    no_older = f" AND happened >= as_of - {part.longest}" if not part.since else ""
    amount = f", round({part.amount} * 100)::BIGINT AS cents" if part.amount else ""
    return f"""
        SELECT account_id, as_of, {", ".join(columns)}
        FROM (SELECT account_id, as_of, as_of - happened AS age{", cents" if part.amount else ""}
              FROM asked JOIN (
                  SELECT account_id, {part.happened}::DATE AS happened, {known} AS known{amount}
                  FROM '{tables}/{part.table}.parquet' WHERE {part.where}{waits}) USING (account_id)
              WHERE known < as_of{no_older})
        GROUP BY ALL"""


def pandas_loop(tables: Path, as_ofs: list[date], output: Path) -> None:
    """For every as_of: those rows of each table that it may know, grouped by account for every window."""
    accounts = pd.read_parquet(tables / "accounts.parquet", columns=["account_id"])["account_id"]
    parts = [(part, _rows(tables, part, pd.Index(accounts))) for part in PARTS]
    found = []
    for as_of in as_ofs:
        columns: dict[str, object] = {"account_id": accounts, "as_of": as_of}
        for part, rows in parts:
            columns |= _on(part, rows, pd.Timestamp(as_of), len(accounts))
        found.append(pd.DataFrame(columns))
    pd.concat(found, ignore_index=True).to_parquet(output, compression="zstd", index=False)


def _rows(tables: Path, part: Part, accounts: pd.Index) -> pd.DataFrame:
    needed = ("account_id", part.happened, "recorded_at", part.waits_for, part.amount, part.where.split()[0])
    columns = list({name for name in needed if name and name != "true"})
    rows = pd.read_parquet(tables / f"{part.table}.parquet", columns=columns)
    if part.where != "true":
        rows = rows.query(part.where.replace(" = ", " == "))
    days = {"happened": rows[part.happened], "recorded": rows["recorded_at"]}
    known = pd.concat(days, axis=1).max(axis=1)
    if part.waits_for:
        known = known.where(known > rows[part.waits_for], rows[part.waits_for]).where(rows[part.waits_for].notna())
    kept = {
        "account": accounts.get_indexer(pd.Index(rows["account_id"])),
        "happened": rows[part.happened].dt.normalize(),
        "known": known.dt.normalize(),
    }
    if part.amount:
        kept["cents"] = (rows[part.amount] * 100).round().astype("int64")
    return pd.DataFrame(kept).dropna()


def _on(part: Part, rows: pd.DataFrame, as_of: pd.Timestamp, accounts: int) -> dict[str, np.ndarray]:
    known = rows[rows["known"] < as_of]
    columns: dict[str, np.ndarray] = {}
    if part.since:
        latest = known.groupby("account")["happened"].max()
        columns[part.since] = (as_of - latest).dt.days.reindex(range(accounts)).to_numpy(float)
    for days, name in sorted(part.counts.items(), reverse=True):
        known = known[known["happened"] >= as_of - pd.Timedelta(days=days)]
        grouped = known.groupby("account")
        columns[name] = grouped.size().reindex(range(accounts), fill_value=0).to_numpy(float)
        for window, sum_name in part.sums:
            if window == days:
                columns[sum_name] = grouped["cents"].sum().reindex(range(accounts), fill_value=0).to_numpy(float) / 100
    return columns
