"""Pauses: some accounts order nothing for months and come back, and that is not leaving."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipelines.simulated.dealings import make_losses
from pipelines.simulated.names import numbered
from pipelines.simulated.pauses import Pauses
from pipelines.simulated.records import Firm, truth
from pipelines.simulated.trade import make_orders


@pytest.fixture(scope="module")
def silences(made: Firm, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """account, last, again, days: every silence of 100 days or more of an account that ever pauses."""
    orders = tables["orders"].query("amount > 0 and account >= 0").dropna(subset="ordered_at")
    orders = orders[orders["account"].isin(made.pauses.account)].sort_values(["account", "ordered_at"])
    orders = orders.assign(last=orders.groupby("account")["ordered_at"].shift()).rename(columns={"ordered_at": "again"})
    orders["days"] = (orders["again"] - orders["last"]).dt.days
    return orders.loc[orders["days"] >= 100, ["account", "last", "again", "days"]]


def in_pause(made: Firm, rows: pd.DataFrame, time: str) -> np.ndarray:
    days = (rows[time] - pd.Timestamp(made.clock.starts_on)) / pd.Timedelta(days=1)
    return made.pauses.hold(rows["account"].to_numpy(), days.fillna(-1e4).to_numpy())


def test_one_to_two_percent_of_the_accounts_fall_silent_for_120_to_300_days_and_order_again(made, silences) -> None:
    assert silences["days"].between(120, 300).mean() > 0.95
    assert 0.01 < silences["account"].nunique() / len(made.accounts) < 0.02


def test_some_pause_every_year_at_about_the_same_time(silences) -> None:
    since = silences.groupby("account")["last"].diff().dt.days.dropna()
    assert len(since) >= 3
    assert since.between(325, 405).all()


def test_nothing_comes_from_an_account_that_pauses_but_its_rep_goes_on(made, tables) -> None:
    contacts = tables["contacts"]
    asked = contacts["channel"].isin(["call", "email"])
    quiet = {
        "orders": (tables["orders"].query("amount > 0"), "ordered_at"),
        "calls": (tables["calls"], "called_at"),
        "tickets": (tables["tickets"], "opened_at"),
        "signals": (tables["signals"], "occurred_at"),
        "inbound": (contacts[asked & (contacts["direction"] == "inbound")], "contacted_at"),
    }
    for name, (rows, time) in quiet.items():
        assert in_pause(made, rows, time).sum() == 0, name
    spoken = contacts[asked & (contacts["direction"] == "outbound")]
    assert in_pause(made, spoken, "contacted_at").sum() > 50


def test_what_is_not_ordered_is_not_invoiced_either(made, tables) -> None:
    number = {
        "orders": tables["orders"].query("amount > 0"),
        "invoices": tables["invoices"],
        "invoices sent": tables["contacts"].query("channel == 'invoice'"),
    }
    number = {name: np.bincount(rows["account"] + 1)[1:][made.pauses.account] for name, rows in number.items()}
    assert (number["invoices"] > 0).mean() > 0.9
    for name in ("invoices", "invoices sent"):
        assert (number[name] <= number["orders"] + 1).all(), name  # the order of one may be spoilt


def test_a_pause_changes_no_other_order(made) -> None:
    nothing = np.array([])
    parts = made.accounts, made.trouble, made.fates
    paused = make_orders(*parts, made.pauses, made.clock, made.seed)
    never = make_orders(*parts, Pauses(nothing, nothing, nothing), made.clock, made.seed)
    assert paused["paused"].sum() > 100
    assert never["paused"].sum() == 0
    pd.testing.assert_frame_equal(paused.drop(columns="paused"), never.drop(columns="paused"))


def test_the_truth_counts_a_pause_as_being_there(made, silences) -> None:
    months = truth(made).to_pandas(date_as_object=False)
    months["account"] = months["account_id"].str[1:].astype(int) - 1
    during = months.merge(silences, on="account")
    during = during[during["month_start"].between(during["last"], during["again"])]
    assert len(during) > 100
    assert during["is_there"].all()


def test_who_pauses_leaves_as_often_as_others(made) -> None:
    left = np.isfinite(made.fates.left)
    pauses = np.isin(np.arange(len(left)), made.pauses.account)
    assert abs(left[pauses].mean() - left[~pauses].mean()) < 0.15


def test_some_who_pause_are_written_off_as_closed_and_a_few_of_them_leave_later(made, tables, silences) -> None:
    losses = tables["losses"].merge(silences, on="account")
    wrong = losses[(losses["last"] <= losses["lost_on"]) & (losses["lost_on"] < losses["again"])]
    assert 0.1 < len(wrong) / len(silences) < 0.5
    assert set(wrong["cause"]) == {"Closed"}
    assert set(wrong["kind"]) == {"voluntary", "involuntary"}
    assert np.isfinite(made.fates.left[wrong["account"]]).any()


def test_nobody_is_written_off_after_coming_back_or_for_good(made) -> None:
    short = Pauses(np.arange(2000), np.full(2000, 100.0), np.full(2000, 150.0))
    staying = replace(made.fates, left=np.full(3000, np.inf))
    gone_soon = replace(made.fates, left=np.full(3000, 145.0), why=np.zeros(3000, dtype=int))
    names = numbered("A", 3000)
    start = pd.Timestamp(made.clock.starts_on)
    losses = make_losses(staying, short, made.clock, names, made.seed)
    assert 100 < len(losses) < 600
    assert (losses["recorded_at"] < start + pd.Timedelta(days=150)).all()
    losses = make_losses(gone_soon, short, made.clock, names, made.seed)
    mistaken = losses[losses["cause"] == "Closed"]
    assert 20 < len(mistaken) < 600
    assert (mistaken["recorded_at"] < start + pd.Timedelta(days=145)).all()
