"""A pause that the firm makes now and then is said while it lasts, and until accounts have had the time to order again."""

from datetime import date, timedelta

import pytest

from pipelines.intake.manifest import Pause
from pipelines.intake.pauses import pause_of
from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def orders(until: int, pause: int = 0, a_day: int = 2) -> dict[date, int]:
    """Two a day for a year, until so many days before as_of, with a pause in the middle."""
    days = [*range(365, 200 + pause, -1), *range(200, until, -1)]
    return {ago(day): a_day for day in days}


def closed_since(rows_by_day: dict[date, int], as_of: date) -> date | None:
    """The last day before a pause that lasts until as_of."""
    pause = pause_of(rows_by_day, as_of)
    assert pause is None or pause.until is None
    return pause.since if pause else None


def test_a_firm_is_closed_where_a_pause_has_been_before_but_seldom() -> None:
    last = ago(22)
    assert closed_since(orders(until=21, pause=14), AS_OF) == last
    assert closed_since(orders(until=21, pause=11), AS_OF) == last
    assert closed_since(orders(until=21, pause=10), AS_OF) is None  # so long a pause has never been: rows are missing
    assert closed_since(orders(until=21, pause=14), ago(30)) is None


def test_up_to_a_week_or_with_few_orders_due_a_pause_is_nothing_to_speak_of() -> None:
    assert closed_since(orders(until=8, pause=14, a_day=3), AS_OF) == ago(9)
    assert closed_since(orders(until=7, pause=14, a_day=3), AS_OF) is None
    assert closed_since(orders(until=9, pause=14), AS_OF) is None  # 18 were due


def test_a_pause_that_comes_oftener_than_once_in_three_months_is_none() -> None:
    def paused(times: int) -> dict[date, int]:
        """Of some 365 days, so many times three weeks without an order, and now again."""
        rows = orders(until=21, a_day=5)
        return {
            day: count
            for day, count in rows.items()
            if not any(0 <= (AS_OF - day).days - 60 - 50 * time < 21 for time in range(times))
        }

    assert closed_since(paused(3), AS_OF) == ago(22)
    assert closed_since(paused(4), AS_OF) is None
    months = {AS_OF - timedelta(days=1 + 30 * month): 90 for month in range(1, 24)}
    assert closed_since(months, AS_OF) is None


@pytest.mark.parametrize("days", [1, 5, 14])
@pytest.mark.parametrize("years", [1, 3, 12])
def test_orders_that_come_by_quarters_make_no_pauses(years: int, days: int) -> None:
    firsts = [date(year, month, 3) for year in range(2026 - years, 2026) for month in (3, 6, 9, 12)]
    rows = {first + timedelta(days=day): 400 for first in firsts for day in range(days)}
    found = [pause_of(rows, max(rows) + timedelta(days=day)) for day in range(1, 60)]
    assert found == [None] * 59


def reopened(pause: int, since: int, a_day: int = 2) -> dict[date, int]:
    """Two a day for a year, but none in so many days until as many ago as `since` says."""
    return {ago(day): a_day for day in range(365, 0, -1) if not since < day <= since + pause}


def test_a_pause_is_told_of_for_as_many_days_as_it_had() -> None:
    found = Pause(since=ago(42), until=ago(20))
    assert pause_of(reopened(pause=21, since=20), AS_OF) == found
    assert pause_of(reopened(pause=21, since=1), AS_OF) == Pause(since=ago(23), until=ago(1))
    assert pause_of(reopened(pause=21, since=21), AS_OF) == Pause(since=ago(43), until=ago(21))
    assert pause_of(reopened(pause=21, since=22), AS_OF) is None
    assert found.days_by(AS_OF) == found.days_by(ago(1)) == 21


@pytest.mark.parametrize(("pause", "a_day", "is_told"), [(8, 3, True), (7, 3, False), (10, 2, True), (9, 2, False)])
def test_so_is_none_of_a_week_or_in_which_few_orders_were_due(pause: int, a_day: int, is_told: bool) -> None:
    assert (pause_of(reopened(pause, since=3, a_day=a_day), AS_OF) is not None) == is_told


def test_what_was_due_is_judged_by_the_days_before_it_and_not_by_those_since() -> None:
    """The first days after a pause may be busy, or few."""
    rows = reopened(pause=10, since=5)
    assert pause_of({day: 1 if day > ago(15) else count for day, count in rows.items()}, AS_OF) is not None
    assert pause_of({day: 50 if day > ago(15) else 1 for day in rows}, AS_OF) is None


def test_of_two_pauses_the_later_one_is_told() -> None:
    rows = {day: count for day, count in reopened(pause=12, since=4, a_day=4).items() if not ago(60) <= day < ago(25)}
    assert pause_of(rows, AS_OF) == Pause(since=ago(17), until=ago(4))


def ingested(firm: Firm, days: list[int]) -> Pause | None:
    """Of a firm of 300 accounts, of which one orders on each of these days."""
    firm.table("accounts", "\n".join(["account_id", "A", "B", *(f"A{number}" for number in range(300))]))
    rows = [f"A{number},{ago(day)},5" for number, day in enumerate(days[-300:])]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *rows]))
    manifest = firm.ingest(as_of=AS_OF)
    assert manifest.ended == {}
    return manifest.pause


def test_that_the_firm_is_closed_is_said_when_it_is_read(firm: Firm, caplog) -> None:
    days = [day for day in range(400, 21, -1) if not 200 <= day < 221]
    assert ingested(firm, days) == Pause(since=ago(22))
    assert "orders: none came in the 21 days before 2026-07-01, as in earlier pauses of the firm's" in caplog.text
    assert "(--as-of 2026-06-10)" in caplog.text


def test_that_the_firm_has_reopened_is_said_when_it_is_read(firm: Firm, caplog) -> None:
    days = [day for day in range(400, 0, -1) if not 5 < day < 30]
    assert ingested(firm, days) == Pause(since=ago(30), until=ago(5))
    assert "orders: none came in the 24 days before 2026-06-26; whoever was due by then and has not" in caplog.text
    assert "their risks are too high until some 24 days after" in caplog.text
