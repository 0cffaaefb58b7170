"""Grouped: what tables say of accounts, beyond their features, by which their risks are held against what came."""

from datetime import date
from pathlib import Path

import pandas as pd

from pipelines.known import known_events, latest_rows

_ATTRIBUTES = ("segment", "region")


def known_of(tables: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """segment, region and orders (how many it had placed) of the account of each row, as its as_of knew them.

    rows: account_id, as_of. What the tables do not have has no column; without a history of accounts segment and region
    are those of today, which may name a group though they are no feature.
    """
    parts = [_known_on(tables, as_of, of_day) for as_of, of_day in rows.groupby(rows["as_of"].dt.date)]
    return pd.concat(parts).reindex(rows.index) if parts else pd.DataFrame(index=rows.index)


def _known_on(tables: Path, as_of: date, rows: pd.DataFrame) -> pd.DataFrame:
    found = pd.DataFrame(index=rows.index)
    accounts = latest_rows(tables, "accounts", as_of)
    if accounts is not None:
        by_id = accounts.set_index("account_id")
        for name in _ATTRIBUTES:
            if name in by_id:
                found[name] = rows["account_id"].map(by_id[name])
    orders = known_events(tables, "orders", as_of)
    if orders is not None:
        placed = orders.filter(orders.amount > 0).account_id.value_counts(name="orders").to_pandas()
        found["orders"] = rows["account_id"].map(placed.set_index("account_id")["orders"]).fillna(0)
    return found
