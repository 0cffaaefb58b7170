"""A table that breaks off, and rows that were written twice, are said; pauses that are usual are not."""

from datetime import date, timedelta

import pandas as pd
import pytest

from pipelines.intake.ended import last_before_a_gap
from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)


def calls(until: int, pause: int = 0, a_day: int = 2) -> dict[date, int]:
    """Two a day for a year, until so many days before as_of, with a pause in the middle."""
    days = [*range(365, 200 + pause, -1), *range(200, until, -1)]
    return {AS_OF - timedelta(days=ago): a_day for ago in days}


def test_a_table_ends_early_where_so_long_a_pause_has_never_been() -> None:
    assert last_before_a_gap(calls(until=21), AS_OF) == AS_OF - timedelta(days=22)
    assert last_before_a_gap(calls(until=21, pause=14), AS_OF) is None  # there was one of two weeks
    assert last_before_a_gap(calls(until=4), AS_OF) is None
    assert last_before_a_gap(calls(until=21), AS_OF - timedelta(days=30)) is None  # later rows do not count


@pytest.mark.parametrize(("ago", "is_told"), [(660, False), (720, True)])
def test_a_pause_of_more_than_two_years_ago_is_not_what_is_usual(ago: int, is_told: bool) -> None:
    days = [*range(1200, ago + 60, -1), *range(ago, 21, -1)]
    assert ends({AS_OF - timedelta(days=day): 2 for day in days}) is is_told


def test_of_a_table_of_few_rows_nothing_is_missed() -> None:
    rare = {AS_OF - timedelta(days=ago): 1 for ago in (300, 299, 298, 100, 99, 40)}
    assert last_before_a_gap(rare, AS_OF) is None
    assert last_before_a_gap({AS_OF - timedelta(days=100): 500}, AS_OF) is None


def ends(rows_by_day: dict[date, int]) -> bool:
    return last_before_a_gap(rows_by_day, AS_OF) is not None


def test_the_pause_must_be_twice_as_long_as_any_so_far_and_at_least_five_days() -> None:
    assert ends(calls(until=5, a_day=5))
    assert not ends(calls(until=4, a_day=5))
    assert ends(calls(until=14, pause=7))
    assert not ends(calls(until=13, pause=7))


def test_twenty_rows_must_be_missing_by_the_pace_of_the_last_three_months() -> None:
    assert ends(calls(until=5, a_day=4))
    assert not ends(calls(until=6, a_day=3))
    once_busy = {day: 1 if day > AS_OF - timedelta(days=120) else 50 for day in calls(until=14)}
    assert not ends(once_busy)


def test_rows_of_as_of_itself_are_not_known_and_two_days_are_enough_to_tell() -> None:
    assert ends(calls(until=21) | {AS_OF: 9})
    two_days = {AS_OF - timedelta(days=ago): 90 for ago in (31, 30)}
    assert ends(two_days)


def happened(columns: str, days_ago: list[int], last: str = "") -> list[str]:
    """A table's lines: something of another account each, so many days ago."""
    rows = [f"A{number},{AS_OF - timedelta(days=ago)},{last}" for number, ago in enumerate(days_ago)]
    return [f"account_id,{columns}", *rows]


@pytest.fixture
def of_many(firm: Firm) -> Firm:
    """The firm with 300 accounts."""
    firm.table("accounts", "\n".join(["account_id", "A", "B", *(f"A{number}" for number in range(300))]))
    return firm


def test_a_tenth_of_the_last_rows_and_twenty_of_them_must_be_like_another(of_many: Firm, caplog) -> None:
    def is_said(once: int, twice: int, days_ago: int = 10) -> bool:
        """once: rows of ten days ago. twice: others, so many days ago, that stand there two times."""
        head, *lines = happened("contacted_at,channel", [days_ago] * twice + [10] * once, "call")
        of_many.table("contacts", "\n".join([head, *lines, *lines[:twice]]))
        caplog.clear()
        of_many.ingest(as_of=AS_OF)
        return "are like another in every column" in caplog.text

    assert is_said(once=160, twice=20)  # 20 of 200
    assert not is_said(once=161, twice=20)
    assert is_said(once=0, twice=20)
    assert not is_said(once=0, twice=19)
    assert is_said(once=0, twice=40, days_ago=90)
    assert not is_said(once=0, twice=40, days_ago=91)
    assert not is_said(once=0, twice=40, days_ago=0)  # not known yet


def test_every_table_that_ends_is_said_but_those_that_are_written_seldom(of_many: Firm) -> None:
    days = [*range(100, 20, -1)] * 3
    for table, columns in (
        ("contacts", "contacted_at,channel"),
        ("calls", "called_at,rep_id"),
        ("losses", "lost_on,cause"),
    ):
        of_many.table(table, "\n".join(happened(columns, days, "call" if table == "contacts" else "")))
    last = AS_OF - timedelta(days=21)
    assert of_many.ingest(as_of=AS_OF).ended == {"contacts": last, "calls": last}


def test_ingest_says_so_and_the_manifest_keeps_it(firm: Firm, caplog) -> None:
    days = [AS_OF - timedelta(days=ago) for ago in range(100, 0, -1)]
    rows = pd.DataFrame({"account_id": "A", "contacted_at": days, "channel": "call"})
    rows = pd.concat([rows, rows.assign(account_id="B")])
    firm.table("contacts", rows[rows["contacted_at"] < AS_OF - timedelta(days=20)].to_csv(index=False))
    manifest = firm.ingest(as_of=AS_OF)
    assert manifest.ended == {"contacts": AS_OF - timedelta(days=21)}
    assert "contacts: the last row before 2026-07-01 is of 2026-06-10, and so long a pause" in caplog.text
    caplog.clear()
    firm.table("contacts", pd.concat([rows, rows.head(25)]).to_csv(index=False))
    assert firm.ingest(as_of=AS_OF).ended == {}
    assert "contacts: of 205 rows of the last 90 days" not in caplog.text
    twice = pd.concat([rows, rows])
    firm.table("contacts", twice.to_csv(index=False))
    firm.ingest(as_of=AS_OF)
    assert "contacts: of 360 rows of the last 90 days 180 are like another in every column" in caplog.text
