"""Behind: the events that a reason's features read."""

from datetime import date

import pandas as pd
import pytest

from features.compute.duckdb import DuckDB
from pipelines.exports.behind import behind
from tests.pipelines.exports.test_timeline import write

AS_OF = date(2024, 7, 1)

CALLS = """
    account_id  called_at   returned_at
    A           2024-06-28  -
    A           2024-06-28  -
    A           2024-06-01  2024-06-05
    A           2024-05-01  2024-07-02
    A           2023-07-07  -
    A           2023-07-06  -
    A           2024-07-01  -
    B           2024-06-27  -
"""


def of(tables, code, account_id="A"):
    return behind(tables, DuckDB(tables).columns, AS_OF, account_id, code)


@pytest.fixture
def tables(tmp_path):
    """Two accounts that only have names."""
    pd.DataFrame({"account_id": ["A", "B"]}).to_parquet(tmp_path / "accounts.parquet")
    return tmp_path


def test_behind_unreturned_calls_stand_the_calls_of_the_longest_window_as_they_were_known(tables):
    write(tables, "calls", CALLS)

    assert of(tables, "calls") == [
        (3, "calls", None),
        (3, "calls", None),
        (30, "calls", 4),
        (61, "calls", None),
        (360, "calls", None),
    ]


def test_what_was_asked_in_writing_is_no_call(tables):
    write(
        tables,
        "calls",
        """
        account_id  called_at   returned_at  channel
        A           2024-06-28  -            call
        A           2024-06-20  2024-06-22   quote
        A           2024-06-10  -            email
        """,
    )

    assert of(tables, "calls") == [(3, "calls", None), (11, "requests", 2), (21, "requests", None)]


def test_of_what_has_no_window_the_latest_stands_there_however_old_it_is(tables):
    write(
        tables,
        "signals",
        """
        account_id  occurred_at  kind
        A           2019-03-01   complaint
        A           2019-02-01   complaint
        A           2024-06-01   referral
        """,
    )

    assert of(tables, "complaints") == [(1949, "signals", "complaint")]


def test_behind_deliveries_stand_those_that_are_due_and_how_late_they_came(tables):
    write(
        tables,
        "orders",
        """
        account_id  ordered_at  amount  promised_at  delivered_at
        A           2024-06-20  10      2024-07-01   -
        A           2024-06-10  10      2024-06-20   -
        A           2024-05-10  10      2024-05-20   2024-05-25
        A           2024-04-10  10      2024-04-20   2024-04-19
        """,
    )

    deliveries = [event for event in of(tables, "delivery") if event[1] == "deliveries"]
    assert deliveries == [(11, "deliveries", None), (42, "deliveries", 5), (72, "deliveries", -1)]


def test_behind_wrong_invoices_stand_the_errors_and_not_every_invoice(tables):
    write(
        tables,
        "invoices",
        """
        account_id  issued_at   amount  error_found_at  corrected_at
        A           2024-06-01  10      -               -
        A           2024-05-01  10      2024-05-11      -
        A           2024-04-01  10      2024-04-02      2024-04-12
        """,
    )

    assert of(tables, "billing") == [(51, "errors", None), (90, "errors", 10)]


def test_nothing_stands_behind_a_reason_whose_table_is_missing(tables):
    assert of(tables, "service") == []


def test_behind_wrong_invoices_stand_no_words_with_them(tables):
    write(
        tables,
        "invoices",
        """
        account_id  issued_at   error_found_at  corrected_at  amount
        A           2024-05-01  2024-05-10      -             10
        """,
    )
    write(
        tables,
        "contacts",
        """
        account_id  contacted_at  channel  direction
        A           2024-05-20    call     outbound
        """,
    )
    assert {lane for _, lane, _ in of(tables, "billing")} == {"errors"}
