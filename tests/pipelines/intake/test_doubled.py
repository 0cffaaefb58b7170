"""Days in a row of which every row stands there twice are said, whenever they were; equal lines now and then are not."""

from datetime import date, timedelta

import pytest

from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)
AGO = 300  # days, far from the newest ones


@pytest.fixture
def said(firm: Firm, caplog):
    """What is said of orders of so many days ago: two a day for a year, and the lines that come on top."""
    firm.table("accounts", "account_id\nA\nB")

    def run(*more: int, accounts: str = "AB", once: int = 0) -> list[str]:
        lines = [f"{account},{AS_OF - timedelta(days=ago)},7" for ago in range(400, 0, -1) for account in "AB"]
        lines += [f"{account},{AS_OF - timedelta(days=ago)},7" for ago in more for account in accounts]
        lines += [f"A,{AS_OF - timedelta(days=once)},9"] * bool(once)
        firm.table("orders", "\n".join(["account_id,ordered_at,amount", *lines]))
        caplog.clear()
        firm.ingest(as_of=AS_OF)
        return [line for line in caplog.messages if "every row is there twice" in line]

    return run


def test_exports_that_overlap_are_said(said) -> None:
    (line,) = said(*range(AGO, AGO - 30, -1))
    assert line == (
        "orders: from 2025-09-04 to 2025-10-03 there are days on which every row is there twice, 120 rows of which 60 "
        "differ, and all count; if exports overlap, say SELECT DISTINCT, or let one of them tell of each day"
    )


def test_twenty_different_rows_on_three_days_must_follow_each_other(said) -> None:
    assert said(*range(AGO, AGO - 10, -1))
    assert not said(*range(AGO, AGO - 9, -1))
    assert not said(*range(AGO, AGO - 18, -1), once=AGO - 9)  # a row that is there once lies between
    assert not said(*range(AGO, AGO - 60, -2))  # a day of such rows, and a day of others
    assert not said(*range(AGO, AGO - 60, -1), accounts="A")  # on each day one row is there once


def test_a_mailing_that_went_out_twice_is_none(firm: Firm, caplog) -> None:
    firm.table("accounts", "\n".join(["account_id", "A", "B", *(f"A{number}" for number in range(50))]))
    for days, is_said in ((2, False), (3, True)):
        lines = [
            f"A{number},{AS_OF - timedelta(days=AGO + day)},newsletter" for day in range(days) for number in range(50)
        ]
        firm.table("contacts", "\n".join(["account_id,contacted_at,channel", *lines, *lines]))
        caplog.clear()
        firm.ingest(as_of=AS_OF)
        assert ("every row is there twice" in caplog.text) is is_said


@pytest.mark.parametrize(
    ("first", "second", "is_said"),
    [
        (("10:12", "2024-06-02 08:00"), ("", "2024-06-02"), True),
        (("", "2024-06-02"), ("10:12", "2024-06-02 08:00"), True),
        (("10:12", "2024-06-02"), ("11:12", "2024-06-02"), False),  # two orders of a day, as of many others
        (("10:12", "2024-06-02"), ("", "2024-06-03"), False),
    ],
)
def test_so_are_such_of_which_one_has_days_for_times(firm: Firm, caplog, first, second, is_said: bool) -> None:
    lines = [
        f"{account},2024-05-{day:02} {time},7,{delivered}"
        for day in range(10, 20)
        for account in "AB"
        for time, delivered in (first, second)
    ]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount,delivered_at", *lines]).replace(" ,", ","))
    expected = (
        "orders: from 2024-05-10 to 2024-05-19 there are days on which every row is there twice, once with the time of "
        "its ordered_at and once without, 40 rows of which 20 differ, and all count; if exports overlap, let one of them "
        "tell of each day, as by leaving out there the rows of which ordered_at = date_trunc('day', ordered_at)"
    )
    firm.ingest(as_of=AS_OF)
    assert [line for line in caplog.messages if "every row is there twice" in line] == [expected] * is_said


def test_rows_without_a_time_of_day_among_others_are_no_doubles(firm: Firm, caplog) -> None:
    """Orders by telephone are entered by day, those of the shop with their time; now and then both are worth the same."""
    lines = [
        f"{account},2024-05-{day:02} {time},{amount}"
        for day in range(10, 30)
        for account in "AB"
        for time, amount in (("10:12", 7), ("", 7 + (day % 3 == 0 and account == "A")))
    ]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *lines]).replace(" ,", ","))
    firm.ingest(as_of=AS_OF)
    assert "every row is there twice" not in caplog.text


def test_nor_are_rows_of_which_none_has_a_time(firm: Firm, caplog) -> None:
    rows = [f"{account},2024-05-{day:02},{amount}" for day in range(10, 30) for account in "AB" for amount in (7, 8)]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *rows]))
    firm.ingest(as_of=AS_OF)
    assert "every row is there twice" not in caplog.text
