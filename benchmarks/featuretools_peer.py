"""Featuretools: what it can express of the subset; run by an interpreter that has it, as it needs an older pandas."""

import sys
from pathlib import Path

import featuretools as ft
import pandas as pd
from measured import Start

ROWS = {  # name: table, when a row happened, which rows
    "orders": ("orders", "ordered_at", "amount > 0"),
    "conversations": ("contacts", "contacted_at", "channel in ['visit', 'meeting', 'call', 'email', 'event']"),
    "invoices": ("invoices", "issued_at", None),
    "calls": ("calls", "called_at", "channel == 'call'"),
    "tickets": ("tickets", "opened_at", None),
    "reviews": ("signals", "occurred_at", "kind == 'review_meeting'"),
}
COUNTS = {
    90: {
        "orders": "orders_90d",
        "conversations": "conversations_90d",
        "calls": "calls_from_them_90d",
        "tickets": "tickets_opened_90d",
    },
    360: {
        "orders": "orders_360d",
        "conversations": "conversations_360d",
        "invoices": "invoices_sent_360d",
        "calls": "calls_from_them_360d",
        "tickets": "tickets_opened_360d",
    },
}
SUMS = {90: "amount_90d", 360: "amount_360d"}
SINCE = {"orders": "days_since_order", "conversations": "days_since_contact", "reviews": "days_since_review"}


def entities(tables: Path) -> ft.EntitySet:
    found = ft.EntitySet("firm")
    accounts = pd.read_parquet(tables / "accounts.parquet", columns=["account_id"])
    found.add_dataframe(accounts, "accounts", index="account_id")
    for name, (table, happened, where) in ROWS.items():
        rows = pd.read_parquet(tables / f"{table}.parquet")
        if where:
            rows = rows.query(where)
        kept = pd.DataFrame({"account_id": rows["account_id"], "happened": rows[happened].dt.normalize()})
        if name == "orders":
            kept["amount"] = rows["amount"]
        found.add_dataframe(kept.reset_index(drop=True), name, index="row", make_index=True, time_index="happened")
        found.add_relationship("accounts", "account_id", name, "account_id")
    return found


def matrix(tables: Path, as_ofs: list[pd.Timestamp]) -> pd.DataFrame:
    """The features of every account on every as_of: one call a window, as a window belongs to the call."""
    firm = entities(tables)
    accounts = firm["accounts"]["account_id"]
    asked = pd.concat([pd.DataFrame({"account_id": accounts, "time": as_of}) for as_of in as_ofs], ignore_index=True)

    def computed(features: dict[str, ft.Feature], window: str | None) -> pd.DataFrame:
        named = [feature.rename(name) for name, feature in features.items()]
        found: pd.DataFrame = ft.calculate_feature_matrix(
            named, firm, cutoff_time=asked, training_window=window, cutoff_time_in_index=True, include_cutoff_time=False
        )
        return found

    def of(name: str, column: str, primitive: object) -> ft.Feature:
        return ft.Feature(firm[name].ww[column], parent_dataframe_name="accounts", primitive=primitive)

    parts = [
        computed({SINCE[name]: of(name, "happened", ft.primitives.TimeSinceLast(unit="days")) for name in SINCE}, None)
    ]
    for days, counts in COUNTS.items():
        features = {column: of(name, "row", ft.primitives.Count) for name, column in counts.items()}
        features[SUMS[days]] = of("orders", "amount", ft.primitives.Sum)
        parts.append(computed(features, f"{days} days"))
    return pd.concat(parts, axis=1)


if __name__ == "__main__":
    folder, output, *days = sys.argv[1:]
    start = Start()
    found = matrix(Path(folder), [pd.Timestamp(day) for day in days]).astype("float64").reset_index()
    found["as_of"] = found.pop("time").dt.date
    found.to_parquet(output, index=False)
    start.print_cost()
