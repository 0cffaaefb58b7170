"""Which day is scored, and which orders lie too far after all others to say so."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from pipelines.intake.as_of import long_pause

Stops = Callable[..., str]

FIRST = date(2023, 1, 1)


def orders(*days: int, a_day: int = 5) -> dict[date, int]:
    """So many orders on each of some days, counted from the first of 2023."""
    return {FIRST + timedelta(days=day): a_day for day in days}


def on(day: str, rows: int = 1) -> dict[date, int]:
    return {date.fromisoformat(day): rows}


DAILY = orders(*range(400))  # 2,000 rows, to 2024-02-04
WEEKLY = orders(*range(0, 400, 7), a_day=40)


@pytest.mark.parametrize(
    ("rows", "first_after", "slips"),
    [
        (DAILY | on("2026-02-04"), "2026-02-04", 1),
        (DAILY | on("2024-05-05"), "2024-05-05", 1),  # 91 days
        (DAILY | on("2025-01-01") | on("2027-01-01"), "2025-01-01", 2),
        (WEEKLY | on("2026-02-04"), "2026-02-04", 1),
        (orders(*range(1000)) | on("2030-02-04", 2) | on("2031-02-04"), "2030-02-04", 3),
        (DAILY | on("1993-01-01") | on("2026-02-04"), "2026-02-04", 1),  # a slip into the past hides none
        (DAILY | on("2025-01-01", 3), None, 0),  # three of 2,003 are not few
        (DAILY | on("2024-05-04"), None, 0),  # 90 days are a long holiday
        (WEEKLY | on("2024-04-14"), None, 0),  # ten times seven days, but no more than 90
        (orders(*range(0, 4000, 40), a_day=40) | on("2034-12-01"), None, 0),  # 360 days, 9 times the usual pause
        (DAILY, None, 0),
    ],
)  # fmt: skip
def test_few_orders_far_after_all_others_are_slips(rows: dict[date, int], first_after: str | None, slips: int) -> None:
    found = long_pause(rows)
    if first_after is None:
        assert found is None
    else:
        assert found is not None
        assert (str(found.first_after), found.rows, found.is_slip) == (first_after, slips, True)
        assert found.last_before == max(day for day in rows if day < found.first_after)


@pytest.mark.parametrize(
    "rows",
    [
        {},
        on("2026-01-01"),
        on("2023-01-01") | on("2026-01-01"),
        orders(0, 45, 46, a_day=1) | on("2026-01-01"),
        orders(*range(19), a_day=1) | on("2026-01-01"),  # twenty days are not many
        orders(*range(0, 800, 40), a_day=1) | on("2025-12-01"),
        orders(*range(100), *range(365, 465), *range(730, 830)) | on("2026-01-01"),  # a trade of one season
    ],
)
def test_a_small_firm_has_none(rows: dict[date, int]) -> None:
    assert long_pause(rows) is None


@pytest.mark.parametrize("rows", [orders(*range(100), a_day=1) | on("2026-01-01"), DAILY | on("2026-01-01", 3)])
def test_where_they_are_not_few_a_very_long_pause_is_worth_a_word(rows: dict[date, int]) -> None:
    found = long_pause(rows)
    assert found is not None
    assert (str(found.first_after), found.rows, found.is_slip) == ("2026-01-01", rows[date(2026, 1, 1)], False)


def many(firm, *more: str) -> None:
    """2,000 orders of two accounts, one a day each, to 2025-09-27, and some more."""
    days = (date(2023, 1, 1) + timedelta(days=number) for number in range(1000))
    lines = [f"{account},{day},10" for day in days for account in "AB"]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *lines, *more]))


def test_a_slip_is_not_taken_for_today(firm, caplog) -> None:
    caplog.set_level("INFO")
    many(firm, "A,2026-06-01 12:00:00,10")
    manifest = firm.ingest(max_refused=0.01)
    assert manifest.as_of == date(2025, 9, 27)
    assert firm.refused("orders") == [(2001, "an ordered_at long after all others")]
    facts = manifest.tables["orders"]
    assert (facts.rows_in, facts.kept, facts.refused) == (2001, 2000, 1)
    assert (
        "orders: 1 rows lie 248 days or more after all others, on 2026-06-01; taken for slips and refused, so as_of "
        "follows 2025-09-26. If they are right, give the day to score: --as-of, or as_of in source.yaml"
    ) in caplog.messages
    assert "as_of 2025-09-27: the day after the newest order, 2025-09-26" in caplog.messages


def test_a_slip_counts_as_a_fault(firm, stops: Stops) -> None:
    many(firm, "A,2026-06-01 12:00:00,10")
    assert stops(max_refused=0) == (
        "orders: 1 of 2,001 rows have an ordered_at long after all others ('2026-06-01 12:00:00'), first at row 2,001; "
        "ingest.max_refused allows 0 of the rows; they are in HOME/tables/refused/orders.parquet."
    )


def test_where_the_day_is_given_nothing_is_a_slip(firm) -> None:
    many(firm, "A,2026-06-01,10")
    manifest = firm.ingest(as_of=date(2026, 6, 2), max_refused=0)
    assert (manifest.as_of, manifest.tables["orders"].kept) == (date(2026, 6, 2), 2001)


def test_of_a_small_firm_nothing_is_refused_but_it_is_said(firm, caplog) -> None:
    lines = [f"A,2024-01-{day:02},10" for day in range(1, 31)]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *lines, "A,2026-06-01,10"]))
    assert firm.ingest(max_refused=0).as_of == date(2026, 6, 2)
    assert (
        "orders: 1 rows lie 853 days or more after all others, on 2026-06-01; if that is a slip, give the day to score: "
        "--as-of, or as_of in source.yaml"
    ) in caplog.messages


def test_what_a_contract_begins_with_is_not_the_day_where_there_are_orders(firm) -> None:
    many(firm)
    firm.table("contracts", "account_id,starts_on\nA,2026-05-01")
    assert firm.ingest().as_of == date(2025, 9, 27)
    (firm.folder / "orders.sql").unlink()
    assert firm.ingest().as_of == date(2026, 5, 2)


def test_without_orders_the_day_follows_the_newest_row_whenever_it_was_recorded(firm, caplog) -> None:
    caplog.set_level("INFO")
    (firm.folder / "orders.sql").unlink()
    firm.table("contracts", "account_id,starts_on,ends_on\nA,2026-01-01,2026-12-31\nB,2026-09-01,2027-08-31")
    assert firm.ingest().as_of == date(2026, 1, 2)  # the other one is still to come
    firm.table("tickets", "account_id,opened_at,recorded_at\nA,2026-02-01,2026-03-05 17:00:00\nA,2026-02-02,2031-01-01")
    assert firm.ingest().as_of == date(2026, 3, 6)  # what says that it was recorded after today is a slip
    firm.table("contacts", "account_id,contacted_at,channel\nA,2026-03-07 08:00:00,call")
    assert firm.ingest().as_of == date(2026, 3, 8)
    assert "as_of 2026-03-08: the day after the newest row of contacts, 2026-03-07" in caplog.messages
    assert firm.ingest(as_of=date(2026, 2, 1)).as_of == date(2026, 2, 1)
