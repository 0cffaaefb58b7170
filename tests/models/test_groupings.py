"""Which kinds of accounts a row belongs to."""

import numpy as np
import pandas as pd

from models.groupings import by_risk, groupings

DAYS = pd.to_datetime(["2024-01-01"] * 6 + ["2024-04-01"] * 2)
ROWS = pd.DataFrame(
    {
        "as_of": DAYS,
        "pace": ["early", "overdue", "new", "early", "early", "early", "early", "early"],
        "revenue_360d": [10.0, 20.0, 30.0, 40.0, 0.0, np.nan, 1.0, 2.0],
        "days_as_customer": [0.0, 364.0, 365.0, 730.0, 1460.0, 1461.0, np.nan, 9000.0],
        "rep_id": ["R1", None, "R2", "R1", "R1", "R1", "R1", "R1"],
    }
)
KNOWN = pd.DataFrame(
    {
        "segment": ["Shop", None, "Chain", "Shop", "Shop", "Shop", "Shop", "Shop"],
        "region": [None] * 8,
        "orders": [0, 4, 5, 9, 10, 24, 25, 900],
    }
)


def test_value_is_in_quarters_of_its_own_day_and_nothing_stands_apart():
    assert groupings(ROWS)["value"].tolist() == [
        *("lowest quarter", "second lowest quarter", "second highest quarter", "highest quarter"),
        *("nothing", "nothing"),
        *("second lowest quarter", "highest quarter"),
    ]


def test_a_firm_without_orders_is_parted_by_what_contracts_are_worth():
    rows = ROWS.rename(columns={"revenue_360d": "contract_value"})

    assert groupings(rows)["value"].equals(groupings(ROWS)["value"])


def test_bands_begin_with_their_first_day_and_their_first_order():
    found = groupings(ROWS, KNOWN)

    year, two, four, more = "under 1 year", "1 to 2 years", "2 to 4 years", "over 4 years"
    assert found["tenure"].tolist() == [year, year, two, four, four, more, "none", more]
    assert found["history"].tolist() == [
        *("under 5 orders", "under 5 orders", "5 to 9 orders", "5 to 9 orders"),
        *("10 to 24 orders", "10 to 24 orders", "25 orders or more", "25 orders or more"),
    ]


def test_names_are_the_firms_own_and_who_has_none_is_a_group():
    found = groupings(ROWS, KNOWN)

    assert found["segment"].tolist()[:3] == ["Shop", "none", "Chain"]
    assert found["rep"].tolist()[:3] == ["R1", "none", "R2"]
    assert "region" not in found, "nobody has one"


def test_columns_that_are_not_given_take_away_their_grouping_and_no_other():
    assert groupings(ROWS[["as_of", "pace"]]).columns.tolist() == ["pace"]
    assert groupings(ROWS[["as_of", "pace"]], KNOWN[["orders"]]).columns.tolist() == ["pace", "history"]
    assert groupings(ROWS).columns.tolist() == ["pace", "value", "tenure", "rep"]


def test_risks_are_parted_into_bands_that_begin_with_their_first_percent():
    assert by_risk(np.array([0.0, 0.0999, 0.1, 0.4, 0.7, 1.0]))["risk told"].tolist() == [
        *("under 10%", "under 10%", "10% to under 40%", "40% to under 70%", "70% or more", "70% or more")
    ]
