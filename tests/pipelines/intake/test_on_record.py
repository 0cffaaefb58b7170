"""Rows that are entered once a month are no sign that a table has ended, until a month's are missing."""

from datetime import date, timedelta

import ibis
import pandas as pd

from pipelines.intake.on_record import RowsByDay, found_on

FIRST = date(2025, 1, 1)


def calls(until: date, *, monthly: bool) -> RowsByDay:
    """Three a day from FIRST on; known on their day, or on the first of the next month."""
    days = pd.date_range(FIRST, until, inclusive="left").repeat(3)
    known = days + pd.offsets.MonthBegin(1) if monthly else days
    rows = pd.DataFrame({"called_at": days, "recorded_at": known})
    return RowsByDay.of("calls", ibis.memtable(rows[rows["recorded_at"] < pd.Timestamp(until)]))


def ended(as_of: date, rows: RowsByDay) -> dict[str, date]:
    return dict(found_on({"calls": rows}, as_of).ended)


def test_the_longest_pause_is_the_longest_that_anybody_saw_before_new_rows_were_known() -> None:
    assert calls(date(2026, 1, 20), monthly=False).longest_pause(date(2026, 1, 20)) == 0
    # What happened up to 31 July was the newest until what happened in August was known, on 1 September.
    assert calls(date(2026, 1, 20), monthly=True).longest_pause(date(2026, 1, 20)) == 31
    assert calls(date(2025, 2, 20), monthly=True).longest_pause(date(2025, 2, 20)) == 0  # nothing came again so far


def test_rows_that_were_brought_in_late_years_ago_do_not_make_a_pause_usual() -> None:
    days = pd.date_range("2021-01-01", "2025-12-20").repeat(3)
    brought_in = days.where((days < "2022-01-01") | (days >= "2022-03-01"), pd.Timestamp("2022-03-01"))
    rows = RowsByDay.of("calls", ibis.memtable(pd.DataFrame({"called_at": days, "recorded_at": brought_in})))
    assert rows.longest_pause(date(2023, 1, 1)) == 59
    assert rows.longest_pause(date(2025, 12, 21)) == 0
    assert ended(date(2026, 1, 20), rows) == {"calls": date(2025, 12, 20)}


def test_a_table_that_is_entered_once_a_month_has_not_ended_in_its_middle() -> None:
    as_of = date(2026, 1, 25)
    assert ended(as_of, calls(as_of, monthly=True)) == {}
    assert ended(as_of, calls(date(2026, 1, 1), monthly=False)) == {"calls": date(2025, 12, 31)}


def test_it_has_ended_where_two_months_were_not_entered() -> None:
    stopped = calls(date(2025, 11, 2), monthly=True)
    assert ended(date(2026, 1, 1), stopped) == {}
    assert ended(date(2026, 1, 2), stopped) == {"calls": date(2025, 10, 31)}


def test_what_is_recorded_later_than_the_day_tells_nothing_of_it() -> None:
    daily = calls(date(2026, 1, 20), monthly=False)
    assert daily.longest_pause(date(2025, 6, 1)) == 0
    gap = RowsByDay.of(
        "calls",
        ibis.memtable(pd.DataFrame({"called_at": [FIRST, FIRST + timedelta(days=40)], "recorded_at": pd.NaT})),
    )
    assert gap.longest_pause(FIRST + timedelta(days=40)) == 0
    assert gap.longest_pause(FIRST + timedelta(days=41)) == 39


def test_a_pause_among_rows_that_were_read_in_at_once_was_one_all_the_same() -> None:
    """A new system got two years of calls on a day; in both Christmases of these, and in the first of its own, none came."""
    days = pd.date_range("2023-06-01", "2025-12-20").repeat(3)
    days = days[~((days.month == 12) & (days.day > 20)) & ~((days.month == 1) & (days.day < 8))]
    read_in = pd.Timestamp("2025-06-01")
    rows = RowsByDay.of(
        "calls", ibis.memtable(pd.DataFrame({"called_at": days, "recorded_at": days.where(days > read_in, read_in)}))
    )
    as_of = date(2026, 1, 7)
    assert ended(as_of, rows) == {}
    assert ended(as_of + timedelta(days=30), rows) == {"calls": date(2025, 12, 20)}
