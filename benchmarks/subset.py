"""Subset: the features that every contender can compute, and whether they computed the same."""

from pathlib import Path

import duckdb

from features.catalogue import catalogue
from features.language.declare import Feature

# Counts, sums, days since, with conditions, late rows and a second time: all that range joins can express.
SUBSET = (
    *("orders_30d", "orders_90d", "orders_180d", "orders_360d"),
    *("amount_30d", "amount_90d", "amount_180d", "amount_360d", "days_since_order"),
    *("conversations_30d", "conversations_90d", "conversations_360d", "days_since_contact", "days_since_visit"),
    *("invoices_sent_360d", "billing_errors_90d", "billing_errors_360d"),
    *("calls_from_them_90d", "calls_from_them_360d"),
    *("tickets_opened_90d", "tickets_opened_360d", "severe_tickets_360d", "tickets_reopened_360d"),
    *("complaints_180d", "competitors_seen_90d", "competitors_seen_180d", "upsells_360d"),
    *("review_meetings_360d", "days_since_review"),
)

# Featuretools knows one time a row, so it is asked for what needs no second time, of data in which no row is late.
FOR_FEATURETOOLS = (
    *("orders_90d", "orders_360d", "amount_90d", "amount_360d", "days_since_order"),
    *("conversations_90d", "conversations_360d", "days_since_contact", "days_since_review"),
    *("invoices_sent_360d", "calls_from_them_90d", "calls_from_them_360d"),
    *("tickets_opened_90d", "tickets_opened_360d"),
)

TOLERANCE = 1e-9  # relative, of sums of money; counts and days must be equal


def features_named(names: tuple[str, ...]) -> list[Feature]:
    return [catalogue().by_name[name] for name in names]


def difference(ours: Path, theirs: Path, names: tuple[str, ...]) -> str | None:
    """What two files of features disagree on, in a sentence; None where they are equal."""
    connection = duckdb.connect()
    pair = f"'{ours}' AS ours FULL JOIN '{theirs}' AS theirs USING (account_id, as_of)"
    for name in names:
        unequal = f"ours.{name} IS DISTINCT FROM theirs.{name}"
        if name.startswith("amount"):
            unequal += f" AND NOT abs(ours.{name} - theirs.{name}) <= {TOLERANCE} * abs(ours.{name})"
        query = f"SELECT account_id, as_of, ours.{name}, theirs.{name}, count(*) OVER () FROM {pair} WHERE {unequal}"
        found = connection.execute(query + " LIMIT 1").fetchall()
        if found:
            account, as_of, mine, other, rows = found[0]
            return f"{name} differs in {rows:,} rows: ours {mine}, theirs {other} for {account} on {as_of}"
    return None
