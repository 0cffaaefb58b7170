"""A day that is said to have recorded the rows of years is said; what comes in late or once a year is not."""

from datetime import date, timedelta

import pytest

from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)
DAYS = [AS_OF - timedelta(days=ago) for ago in range(900, 0, -2)]


@pytest.fixture
def said(firm: Firm, caplog):
    def run(recorded, days: list[date] = DAYS) -> list[str]:
        """recorded: the day on which a row of a day was recorded."""
        lines = [f"A,{day},7,{recorded(day) or ''}" for day in days]
        firm.table("orders", "\n".join(["account_id,ordered_at,amount,recorded_at", *lines]))
        caplog.clear()
        firm.ingest(as_of=AS_OF)
        return [line for line in caplog.messages if "were all recorded on" in line]

    return run


def test_the_day_of_an_export_is_said_and_what_helps(said, firm: Firm) -> None:
    (line,) = said(lambda day: AS_OF - timedelta(days=1))
    assert line.startswith("orders: 267 of 450 rows were all recorded on 2026-06-30, more than a year after")
    helps = line.rpartition("leave it out: ")[2]
    firm.sql("orders", f"SELECT * REPLACE ({helps} AS recorded_at) FROM orders")  # noqa: S608 - the hint itself
    firm.ingest(as_of=AS_OF)
    assert {row["recorded_at"] for row in firm.kept("orders")} == {None}


def test_so_is_that_of_a_move_to_another_system(said) -> None:
    move = date(2026, 1, 1)
    (line,) = said(lambda day: max(day, move))
    assert "were all recorded on 2026-01-01" in line


def test_what_is_settled_once_a_year_is_not(said) -> None:
    assert not said(lambda day: date(day.year + 1, 1, 1))
    assert not said(lambda day: day + timedelta(days=500))  # late, and each on a day of its own
    assert not said(lambda day: None)


def test_a_tenth_of_the_rows_and_twenty_of_them_must_be(said) -> None:
    old = AS_OF - timedelta(days=400)

    def of_old(rows: int, others: int) -> list[str]:
        return said(lambda day: AS_OF if day == old else day, [old] * rows + [AS_OF - timedelta(days=9)] * others)

    assert of_old(20, 180)
    assert not of_old(20, 181)
    assert not of_old(19, 0)
