"""Value: what is ordered counts, what comes back or is credited does not, each from the day on which it is known."""

import pytest

from features.value import Returns, returns_in, value
from tests.features.worked import table, values
from tests.features.worked import value as on

DATED = {"orders": {"amount", "returned_at", "returned_amount"}}
UNDATED = {"orders": {"amount", "returned_amount"}}


def test_what_came_back_is_taken_off_on_the_day_on_which_it_came_back() -> None:
    orders = table("""
        account  ordered_at  amount  returned_at  returned_amount
        A        2024-01-10  100.10  -            -
        A        2024-02-01  50      2024-02-20   30.30
        B        2024-02-01  77183.6  2024-02-01T10:17  77183.6
        C        2024-02-01  80      2024-03-01   80
    """)
    assert on(value(360, DATED), orders, as_of="2024-03-01") == {"A": 119.8, "B": 0, "C": 80}
    assert on(value(360, DATED), orders, as_of="2024-02-20") == {"A": 150.1, "B": 0, "C": 80}
    assert on(value(360, DATED), orders, as_of="2024-03-02") == {"A": 119.8, "B": 0, "C": 0}


def test_a_return_that_was_recorded_later_is_taken_off_from_then_on() -> None:
    orders = table("""
        account  ordered_at  amount  returned_at  returned_amount  recorded_at
        A        2024-02-01  50      -            -                2024-02-01
        A        2024-02-01  0       2024-02-10   20               2024-02-25
    """)
    assert on(value(90, DATED), orders, as_of="2024-02-25") == {"A": 50}
    assert on(value(90, DATED), orders, as_of="2024-02-26") == {"A": 30}


def test_credits_count_against_orders_and_nobody_is_worth_less_than_nothing() -> None:
    orders = table("""
        account  ordered_at  amount
        A        2024-02-01  50
        A        2024-02-03  -20.5
        A        2024-02-04  0
        B        2024-02-03  -20
    """)
    assert on(value(90, {"orders": {"amount"}}), orders, as_of="2024-03-01") == {"A": 29.5, "B": 0}


@pytest.mark.parametrize(("days", "worth"), [(1, 4), (29, 4), (30, 7), (31, 6), (60, 6), (61, 9)])
def test_any_number_of_days_can_be_counted(days: int, worth: float) -> None:
    orders = table("""
        account  ordered_at  amount  returned_at  returned_amount
        A        2023-12-31  3       2024-01-30   1
        A        2024-01-31  3       -            -
        A        2024-02-29  4       -            -
    """)
    assert on(value(days, DATED), orders, as_of="2024-03-01") == {"A": worth}


def test_goods_ordered_before_the_window_and_sent_back_in_it_are_taken_off() -> None:
    orders = table("""
        account  ordered_at  amount  returned_at  returned_amount
        A        2023-01-01  90      2024-02-10   40
        A        2024-02-01  60      -            -
    """)
    assert on(value(90, DATED), orders, as_of="2024-03-01") == {"A": 20}


def test_what_came_back_nobody_knows_when_is_not_taken_off() -> None:
    orders = table("""
        account  ordered_at  amount  returned_amount
        A        2024-02-01  60      60
    """)
    assert on(value(90, UNDATED), orders, as_of="2024-03-01") == {"A": 60}


def test_what_is_left_of_cents_is_cents() -> None:
    orders = table("account ordered_at amount returned_at returned_amount\nA 2024-02-01 0.30 2024-02-02 0.10")
    assert values(value(90, DATED), orders, as_of="2024-03-01") == {"A": [0.2]}  # 0.3 - 0.1 is not


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (DATED, Returns.dated),
        (UNDATED, Returns.undated),
        ({"orders": {"amount", "returned_at"}}, Returns.unrecorded),
        ({}, Returns.unrecorded),
    ],
)
def test_whether_returns_can_be_taken_off_follows_from_the_columns(columns: dict[str, set[str]], says: Returns) -> None:
    assert returns_in(columns) is says
