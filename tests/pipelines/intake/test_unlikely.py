"""A table that breaks off, and rows that were written twice, are said; pauses that are usual are not."""

from datetime import date, timedelta

import pandas as pd

from pipelines.intake.unlikely import last_before_a_gap
from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)


def calls(until: int, pause: int = 0) -> dict[date, int]:
    """Two a day for a year, until so many days before as_of, with a pause in the middle."""
    days = [*range(365, 200 + pause, -1), *range(200, until, -1)]
    return {AS_OF - timedelta(days=ago): 2 for ago in days}


def test_a_table_ends_early_where_so_long_a_pause_has_never_been() -> None:
    assert last_before_a_gap(calls(until=21), AS_OF) == AS_OF - timedelta(days=22)
    assert last_before_a_gap(calls(until=21, pause=14), AS_OF) is None  # there was one of two weeks
    assert last_before_a_gap(calls(until=4), AS_OF) is None
    assert last_before_a_gap(calls(until=21), AS_OF - timedelta(days=30)) is None  # later rows do not count


def test_of_a_table_of_few_rows_nothing_is_missed() -> None:
    rare = {AS_OF - timedelta(days=ago): 1 for ago in (300, 299, 298, 100, 99, 40)}
    assert last_before_a_gap(rare, AS_OF) is None
    assert last_before_a_gap({AS_OF - timedelta(days=100): 500}, AS_OF) is None


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
