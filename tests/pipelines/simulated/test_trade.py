"""Trade: what comes back comes weeks after delivery, and stands in the order's row only then."""

import numpy as np
import pandas as pd


def test_goods_come_back_5_to_45_days_after_delivery(tables) -> None:
    back = tables["orders"].dropna(subset=["returned_at", "ordered_at"])
    back = back[back["delivered_at"] > back["ordered_at"]]  # but for spoilt rows
    days = (back["returned_at"].dt.normalize() - back["delivered_at"].dt.normalize()).dt.days
    assert 0.015 < len(back) / len(tables["orders"]) < 0.06
    assert days.min() >= 5
    assert days.max() <= 45
    assert days.quantile(0.1) < 12
    assert days.quantile(0.9) > 35
    assert (back["returned_at"].dt.day_of_week < 5).all()


def test_what_has_not_come_back_has_neither_time_nor_amount(made, tables) -> None:
    orders = tables["orders"]
    assert (orders["returned_at"].isna() == orders["returned_amount"].isna()).all()
    back = orders.dropna(subset="returned_at")
    assert (back["returned_at"] < pd.Timestamp(made.clock.ends_on)).all()
    assert (back["returned_amount"] > 0).all()
    assert (back["returned_amount"] <= back["amount"]).all()


def test_the_newest_deliveries_are_yet_to_come_back(tables) -> None:
    orders = tables["orders"]
    late = orders["delivered_at"] > "2026-06-27"
    before = orders["delivered_at"].between("2026-03-01", "2026-04-30")
    assert late.sum() > 100
    assert orders[late]["returned_at"].notna().sum() == 0
    assert orders[before]["returned_at"].notna().mean() > 0.015


def test_samples_have_an_amount_of_0_and_are_not_invoiced(made, tables) -> None:
    orders = tables["orders"].query("account >= 0").dropna(subset="ordered_at")
    samples = orders[orders["amount"] == 0]
    assert 0.005 < len(samples) / len(orders) < 0.02
    assert samples["order_id"].str.startswith("S").all()
    assert not orders[orders["amount"] > 0]["order_id"].str.startswith("S").any()
    assert samples["returned_at"].isna().all()
    assert samples["delivered_at"].notna().mean() > 0.95
    assert (tables["invoices"]["amount"] > 0).all()
    left = made.clock.times(made.fates.left)[samples["account"]]
    assert not (samples["ordered_at"] >= left).any()


def test_some_samples_go_to_accounts_that_pause(made, tables) -> None:
    samples = tables["orders"].query("account >= 0 and amount == 0").dropna(subset="ordered_at")
    day = ((samples["ordered_at"] - pd.Timestamp(made.clock.starts_on)) / pd.Timedelta(days=1)).to_numpy()
    assert np.count_nonzero(made.pauses.hold(samples["account"].to_numpy(), day)) > 0


def test_orders_are_numbered_once(tables) -> None:
    assert not tables["orders"]["order_id"].duplicated().any()
