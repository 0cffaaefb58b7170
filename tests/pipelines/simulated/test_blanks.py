"""Blanks: a realistic share is left blank, and a blank says nothing of who leaves."""

import numpy as np
import pandas as pd
import pytest

from pipelines.simulated.blanks import leave_blank
from pipelines.simulated.records import Firm

SHARES = {
    ("accounts", "segment"): (0.02, 0.04),
    ("accounts", "industry"): (0.04, 0.06),
    ("accounts", "region"): (0.01, 0.03),
    ("contacts", "direction"): (0.03, 0.05),
    ("contacts", "rep_id"): (0.02, 0.04),
    ("contacts", "person"): (0.08, 0.12),
    ("orders", "product_line"): (0.04, 0.08),
    ("tickets", "severity"): (0.05, 0.07),
    ("tickets", "category"): (0.07, 0.09),
    ("calls", "rep_id"): (0.03, 0.05),
    ("contracts", "annual_value"): (0.05, 0.09),
}
_CHANCE = 4.0  # standard errors; what lies beyond is no chance


def rows_of(tables: dict[str, pd.DataFrame], made: Firm, name: str) -> pd.DataFrame:
    """The rows in which a column might have been filled in: of the accounts one each, of the others where a rep was."""
    rows = tables[name].query("account >= 0")
    if name == "accounts":
        return rows.drop_duplicates("account")
    time = {"contacts": "contacted_at", "calls": "called_at"}.get(name)
    if time is None:
        return rows
    if name == "contacts":
        rows = rows[~rows["channel"].isin(["invoice", "newsletter"])]
    day = ((rows[time] - pd.Timestamp(made.clock.starts_on)) / pd.Timedelta(days=1)).fillna(-1e4).to_numpy()
    return rows[made.reps.of(rows["account"].to_numpy(), day) >= 0]


def difference(blank: np.ndarray, left: np.ndarray) -> float:
    """How many standard errors lie between the share of blanks among those who leave and among those who stay."""
    one, other = blank[left], blank[~left]
    share = blank.mean()
    return abs(one.mean() - other.mean()) / np.sqrt(share * (1 - share) * (1 / len(one) + 1 / len(other)))


@pytest.mark.parametrize(("name", "column"), list(SHARES))
def test_a_realistic_share_is_left_blank(made, tables, name, column) -> None:
    low, high = SHARES[name, column]
    assert low < rows_of(tables, made, name)[column].isna().mean() < high


@pytest.mark.parametrize(("name", "column"), list(SHARES))
def test_a_blank_says_nothing_of_who_leaves(made, tables, name, column) -> None:
    rows = rows_of(tables, made, name)
    if (name, column) == ("orders", "product_line"):  # an account without any is one blank, not many
        rows = rows.assign(never=rows.groupby("account")[column].transform("count") == 0).query("not never")
    left = np.isfinite(made.fates.left)[rows["account"]]
    assert difference(rows[column].isna().to_numpy(), left) < _CHANCE


def test_accounts_whose_orders_never_name_a_product_line_leave_as_often_as_others(made, tables) -> None:
    orders = tables["orders"].query("account >= 0").groupby("account")["product_line"].agg(["count", "size"])
    orders = orders[orders["size"] >= 10]
    never = (orders["count"] == 0).to_numpy()
    assert 0.02 < never.mean() < 0.05
    assert difference(never, np.isfinite(made.fates.left)[orders.index]) < _CHANCE


def test_a_blank_that_goes_with_leaving_would_be_seen(made, tables) -> None:
    accounts = tables["accounts"].drop_duplicates("account")
    left = np.isfinite(made.fates.left)[accounts["account"]]
    forgotten = np.where(left, 0.06, 0.02) > np.random.default_rng(1).random(len(left))
    assert difference(forgotten, left) > _CHANCE


def test_names_are_never_blank_and_what_an_account_lacks_it_lacks_for_good(tables) -> None:
    accounts = tables["accounts"]
    assert accounts["name"].notna().all()
    for column in ("segment", "industry", "region"):
        filled_in = accounts.groupby("account")[column].agg(["count", "size"])
        assert filled_in["count"].isin([0]).sum() > 10, column
        assert (filled_in["count"].eq(0) | filled_in["count"].eq(filled_in["size"])).all(), column


def test_other_columns_and_tables_stay_as_they_were() -> None:
    rows = pd.DataFrame({"account_id": ["A", "B"] * 500, "paid_at": 1.0, "severity": "low"})
    account = np.array([0, 1] * 500)
    pd.testing.assert_frame_equal(leave_blank("invoices", rows, account, 7), rows)
    tickets = leave_blank("tickets", rows.assign(category="Other"), account, 7)
    assert tickets.isna().any().to_dict() == {
        "account_id": False,
        "paid_at": False,
        "severity": True,
        "category": True,
    }
