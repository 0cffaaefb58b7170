"""What days, times and numbers are read from, whatever type they come in; and what is said where two things are meant."""

# ruff: noqa: DTZ001 - the tables hold the firm's local times, without a zone

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Stops = Callable[..., str]

HEAD = "account_id,ordered_at,amount"


def orders(firm, *lines: str, options: str = "") -> None:
    firm.table("orders", "\n".join([HEAD, *lines]))
    firm.yaml(f"options: {{{options}}}\n")


def parquet(firm, **columns: Any) -> None:
    """Two orders in Parquet, with columns of any type."""
    plain = {"account_id": ["A", "B"], "ordered_at": [datetime(2026, 1, 1), datetime(2026, 1, 2)], "amount": [1, 2]}
    pq.write_table(pa.table(plain | columns), firm.folder / "files" / "orders.parquet")
    firm.tables["orders"] = "orders.parquet"
    firm.yaml()


def days(firm) -> list[str]:
    return [f"{row['ordered_at']:%Y-%m-%d}" for row in firm.kept("orders")]


def times(firm) -> list[str]:
    return [str(row["ordered_at"]) for row in firm.kept("orders")]


def amounts(firm) -> list[object]:
    return [row["amount"] for row in firm.kept("orders")]


def warnings(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]


def test_a_whole_number_of_eight_digits_is_a_day(firm, caplog) -> None:
    orders(firm, "A,20240131,1", "A,20240229,1", "A,20240230,1", "A,20241301,1")
    firm.ingest()
    assert days(firm) == ["2024-01-31", "2024-02-29"]
    assert firm.refused("orders") == [(3, "an ordered_at that is not a time"), (4, "an ordered_at that is not a time")]
    assert not warnings(caplog)


def test_so_is_one_of_any_type_and_one_of_fourteen_digits_is_a_time(firm) -> None:
    for column in (pa.array([20240131, 20240201], pa.int32()), [20240131.0, 20240201.0], ["20240131", "20240201"]):
        parquet(firm, ordered_at=column)
        firm.ingest(max_refused=0)
        assert days(firm) == ["2024-01-31", "2024-02-01"]
    parquet(firm, ordered_at=[20240131093000, 20240201235959])
    firm.ingest(max_refused=0)
    assert times(firm) == ["2024-01-31 09:30:00", "2024-02-01 23:59:59"]


def test_days_of_a_date_column_too(firm) -> None:
    firm.table("accounts", "account_id,opened_on\nA,20240131\nB,20240229")
    firm.ingest(max_refused=0)
    assert [row["opened_on"] for row in firm.kept("accounts")] == [date(2024, 1, 31), date(2024, 2, 29)]


@pytest.mark.parametrize(
    "lines",
    [
        ("A,45322,1", "A,45329,1", "B,45323,1"),
        ("A,45322.0,1", "A,45329.0,1", "B,45323.0,1"),
        ("A,45322,1", "A,2024-02-07,1", "B,45323,1"),  # half of it typed by hand
    ],
)
def test_a_column_of_excels_numbers_holds_days_and_that_is_said(firm, caplog, lines: tuple[str, ...]) -> None:
    orders(firm, *lines)
    firm.ingest(max_refused=0)
    assert days(firm) == ["2024-01-31", "2024-02-07", "2024-02-01"]
    assert warnings(caplog) == ["orders: ordered_at is taken for Excel's number of days: 45322 is 2024-01-31"]


def test_one_number_among_days_is_no_day_of_excels(firm, caplog) -> None:
    orders(firm, "A,20240131,1", "A,45322,1", "B,20240201,1")
    firm.ingest()
    assert days(firm) == ["2024-01-31", "2024-02-01"]
    orders(firm, "A,2024-01-31,1", "A,45322,1", "B,2024-02-01,1")
    firm.ingest()
    assert days(firm) == ["2024-01-31", "2024-02-01"]
    assert not warnings(caplog)


def test_days_of_excel_go_to_the_end_of_2099(firm) -> None:
    firm.table("contracts", "account_id,starts_on,ends_on\nA,45322,73050")
    firm.ingest(max_refused=0)
    (contract,) = firm.kept("contracts")
    assert f"{contract['ends_on']:%Y-%m-%d}" == "2099-12-31"


@pytest.mark.parametrize(
    "number", ["2024", "19999", "73051", "1234567", "-45322", "45322.5", "'45322.5'", "1700000000"]
)
def test_any_other_number_is_no_day(firm, caplog, number: str) -> None:
    orders(firm, "A,2024-01-31,1")
    firm.sql("orders", f"SELECT 'A' AS account_id, {number} AS ordered_at, 1 AS amount")
    with pytest.raises(Exception, match="an ordered_at that is not a time"):
        firm.ingest(max_refused=0)
    assert not warnings(caplog)


@pytest.mark.parametrize(
    "column",
    [
        [True, False],
        [time(9), time(10)],
        [timedelta(days=1), timedelta(days=2)],
        [[20240131], [20240201]],
        [{"day": 20240131}, {"day": 20240201}],
    ],
)
def test_what_is_no_time_by_its_type_is_refused(firm, stops: Stops, column: list[Any]) -> None:
    for name in ("ordered_at", "delivered_at"):
        parquet(firm, **{name: column})
        assert f"{name} that is not a time (" in stops()
        assert firm.refused("orders")[1][0] == 2


@pytest.mark.parametrize(
    "column", [[True, False], [date(2026, 1, 1), date(2026, 1, 2)], [[1], [2]], [{"value": 1}, {"value": 2}]]
)
def test_what_is_no_number_by_its_type_is_refused(firm, stops: Stops, column: list[Any]) -> None:
    parquet(firm, amount=column)
    assert stops().startswith("orders: 2 of 2 rows have an amount that is not a number (")


def test_a_column_without_any_value_is_that_and_no_more(firm, stops: Stops) -> None:
    firm.sql(
        "orders",
        "SELECT *, NULL AS order_id, NULL AS promised_at, NULL AS returned_amount, NULL AS product_line FROM orders",
    )
    firm.ingest(max_refused=0)
    empty = {"order_id": None, "promised_at": None, "returned_amount": None, "product_line": None}
    assert all(row | empty == row for row in firm.kept("orders"))
    parquet(firm, delivered_at=pa.nulls(2), returned_at=pa.array([None, None], pa.int64()))
    firm.sql("orders", "FROM orders")
    firm.ingest(max_refused=0)
    assert all(row["delivered_at"] is None and row["returned_at"] is None for row in firm.kept("orders"))
    for name in ("ordered_at", "amount", "account_id"):
        parquet(firm, **{name: pa.nulls(2)})
        assert f"orders: 2 of 2 rows have no {name}, first at row 1" in stops()


def test_types_of_parquet_that_mean_the_same_are_read_the_same(firm) -> None:
    moments = [datetime(2026, 1, 1), datetime(2026, 1, 2)]
    for unit in ("s", "ms", "us", "ns"):
        parquet(firm, ordered_at=pa.array(moments, pa.timestamp(unit)))
        firm.ingest(max_refused=0)
        assert times(firm) == ["2026-01-01 00:00:00", "2026-01-02 00:00:00"]
        parquet(firm, ordered_at=pa.array(moments, pa.timestamp(unit, tz="UTC")))
        firm.ingest(max_refused=0)
        assert times(firm) == ["2026-01-01 01:00:00", "2026-01-02 01:00:00"]  # the firm is in Berlin
    ids = (["A", "B"], [b"A", b"B"], pa.array(["A", "B"]).dictionary_encode(), pa.array(["A", "B"], pa.large_string()))
    for column in ids:
        parquet(firm, account_id=column)
        firm.ingest(max_refused=0)
        assert [row["account_id"] for row in firm.kept("orders")] == ["A", "B"]


def test_a_number_too_large_is_called_so(firm) -> None:
    orders(
        firm, "A,2026-01-01,99999999999999999999999999999", "A,2026-01-01,1e300", "A,2026-01-01,1e400", "A,2026-01-01,1"
    )
    firm.ingest()
    beyond = "an amount beyond 1,000,000,000,000"
    assert firm.refused("orders") == [(1, beyond), (2, beyond), (3, "an amount that is not a number")]
    parquet(firm, amount=pa.array([2**64 - 1, 2], pa.uint64()))
    firm.ingest()
    assert firm.refused("orders") == [(1, beyond)]


def test_three_digits_after_every_point_are_decimals_and_that_is_said(firm, caplog) -> None:
    said = "every point has three digits after it, as in 12.500; taken for a decimal point. Write options: {decimal: '.'} in source.yaml if it is one, else {decimal: ','}"
    orders(firm, "A,2026-01-01,1.234", "A,2026-01-02,12.500", "A,2026-01-03,950")
    firm.ingest(max_refused=0)
    assert amounts(firm) == [1.23, 12.5, 950]
    assert warnings(caplog) == [f"amount of orders.csv: {said}"]
    caplog.clear()
    parquet(firm, amount=["1.234", "12.500"])
    firm.ingest(max_refused=0)
    assert amounts(firm) == [1.23, 12.5]
    assert warnings(caplog) == [f"amount of orders: {said}"]


def test_a_number_with_two_points_says_what_they_are(firm, caplog) -> None:
    orders(firm, "A,2026-01-01,1.234", "A,2026-01-02,1.234.567", "A,2026-01-03,950")
    firm.ingest(max_refused=0)
    assert amounts(firm) == [1234, 1234567, 950]
    (said,) = warnings(caplog)
    assert said == (
        "amount of orders: every point has three digits after it, as in 1.234.567; taken for points between thousands. "
        "Write options: {decimal: ','} in source.yaml to say so"
    )


@pytest.mark.parametrize(
    ("lines", "options", "expected"),
    [
        (("1.234", "12.500"), "decimal: '.'", [1.23, 12.5]),
        (("1.234", "12.500"), "decimal: ','", [1234, 12500]),
        (("1.234", "12.5"), "", [1.23, 12.5]),
        (("950", "12"), "", [950, 12]),
    ],
)  # fmt: skip
def test_nothing_is_said_where_the_source_or_the_numbers_say_it(
    firm, caplog, lines: tuple[str, ...], options: str, expected: list[float]
) -> None:
    orders(firm, *(f"A,2026-01-0{day},{amount}" for day, amount in enumerate(lines, start=1)), options=options)
    firm.ingest(max_refused=0)
    assert amounts(firm) == expected
    assert not warnings(caplog)


def test_nor_of_texts_in_other_files_than_csv(firm, caplog) -> None:
    parquet(firm, amount=["1.234", "12.500"])
    firm.yaml("options: {decimal: ','}\n")
    firm.ingest(max_refused=0)
    assert amounts(firm) == [1234, 12500]
    assert not warnings(caplog)


def test_nothing_is_said_of_a_column_that_no_select_reads(firm, caplog) -> None:
    firm.table(
        "orders",
        f"{HEAD},weight\nA,2026-01-01,5,1.234",
        "SELECT account_id, ordered_at, amount FROM orders",
    )
    firm.ingest(max_refused=0)
    assert not warnings(caplog)
    firm.sql("orders", "SELECT account_id, ordered_at, amount * weight AS amount FROM orders")
    firm.ingest(max_refused=0)
    assert len(warnings(caplog)) == 1


@pytest.mark.parametrize(
    ("decimal", "text", "expected"),
    [
        (",", "1.234,50", 1234.5),
        (",", "1.234.567", 1234567),
        (",", "1 234,50", 1234.5),
        (",", "1\u00a0234,50", 1234.5),
        (",", "-1.234,5", -1234.5),
        (",", "7,5", 7.5),
        (",", "7.5", 7.5),
        (".", "1,234.50", 1234.5),
        (".", "1,234,567", 1234567),
        (".", "1'234.50", 1234.5),
        (".", "7.5", 7.5),
    ],
)
def test_thousands_may_be_set_apart_where_the_decimals_are_said(firm, decimal: str, text: str, expected: float) -> None:
    for other in ("1", "a lot"):  # a column of numbers, and one that is not
        orders(firm, f'A,2026-01-01,"{text}"', f"B,2026-01-01,{other}", options=f"decimal: '{decimal}'")
        firm.ingest()
        assert amounts(firm)[0] == expected


@pytest.mark.parametrize("text", ["1,23", "12,34.50", "1,2345", "1.234,50"])
def test_thousands_are_groups_of_three(firm, text: str) -> None:
    orders(firm, f'A,2026-01-01,"{text}"', "A,2026-01-01,1", options="decimal: '.'")
    firm.ingest()
    assert firm.refused("orders") == [(1, "an amount that is not a number")]


@pytest.mark.parametrize("offset", ["+0100", "+01:00", "+01", " +0100", " +01:00", " +01", " UTC", "Z"])
def test_an_offset_may_stand_after_a_blank(firm, offset: str) -> None:
    firm.table("orders", f"account_id,ordered_at,amount\nA,2026-03-02 12:00:00{offset},1\nB,not on record,1")
    firm.ingest()
    hour = 13 if offset in (" UTC", "Z") else 12
    assert [str(row["ordered_at"]) for row in firm.kept("orders")] == [f"2026-03-02 {hour}:00:00"]
    firm.table("orders", f"account_id,ordered_at,amount\nA,2026-03-02 12:00:00{offset},1")  # seen from the file
    firm.ingest()
    assert [str(row["ordered_at"]) for row in firm.kept("orders")] == [f"2026-03-02 {hour}:00:00"]
