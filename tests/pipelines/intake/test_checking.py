"""Which rows do not fit, and why: they are refused with a cause, and too many of them stop the run."""

# ruff: noqa: DTZ001 - the tables hold the firm's local times, without a zone

from collections.abc import Callable
from datetime import date, datetime

import pyarrow.parquet as pq
import pytest

Stops = Callable[..., str]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (",2026-01-01,1,2026-01-02,1", "no account_id"),
        ("  ,2026-01-01,1,2026-01-02,1", "no account_id"),
        ("A,,1,2026-01-02,1", "no ordered_at"),
        ("A,2026-01-01,,2026-01-02,1", "no amount"),
        ("A,01.13.2026,1,2026-01-02,1", "an ordered_at that is not a time"),
        ("A,2026-02-30,1,2026-03-02,1", "an ordered_at that is not a time"),
        ("A,2026-01-01,a lot,2026-01-02,1", "an amount that is not a number"),
        ("A,2026-01-01,NaN,2026-01-02,1", "an amount that is not a number"),
        ("A,2026-01-01,inf,2026-01-02,1", "an amount that is not a number"),
        ("A,2026-01-01,1,soon,1", "a delivered_at that is not a time"),
        ("A,2026-01-01,1,2026-01-02,-inf", "a returned_amount that is not a number"),
        ("A,1989-12-31 23:59:59,1,2026-01-02,1", "an ordered_at before 1990"),
        ("A,2026-07-02 00:00:00,1,2026-07-03,1", "an ordered_at after today"),
        ("A,9999-12-31,1,,1", "an ordered_at after 2199"),
        ("A,2026-01-01,1,2200-01-01,1", "a delivered_at after 2199"),
        ("A,2026-01-01,1000000000000.01,,1", "an amount beyond 1,000,000,000,000"),
        ("A,2026-01-01,1,,-2e15", "a returned_amount beyond 1,000,000,000,000"),
        ("A,2026-01-02 08:00:00,1,2026-01-01,1", "a delivered_at before its ordered_at"),
        ("A,2026-01-02 08:00:00,1,2026-01-02 07:59:59,1", "a delivered_at before its ordered_at"),
        ("C,2026-01-01,1,2026-01-02,1", "an account_id that accounts does not know"),
        ("a,2026-01-01,1,2026-01-02,1", "an account_id that accounts does not know"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_its_cause(firm, line: str, cause: str) -> None:
    firm.table("orders", f"account_id,ordered_at,amount,delivered_at,returned_amount\nA,2026-01-01,1,,\n{line}")
    facts = firm.ingest().tables["orders"]
    assert firm.refused("orders") == [(2, cause)]
    assert (facts.rows_in, facts.kept, facts.refused) == (2, 1, 1)


@pytest.mark.parametrize(
    "line",
    [
        "A,1990-01-01,1,2026-01-02,1",
        "A,2026-07-01 23:59:59,1,,",  # today
        "A,2026-01-02 08:00:00,1,2026-01-02,",  # a bare day: delivered some time on that day
        "A,2026-01-01,1,2199-12-31,",  # the features know that it has not happened yet
        "A,2026-01-01,-5,,0",
        "A,2026-01-01,1000000000000,,0",
        " A ,2026-01-01T10:00:00, 1.5 ,,",
    ],
)
def test_a_row_at_the_edge_is_kept(firm, line: str) -> None:
    firm.table("orders", f"account_id,ordered_at,amount,delivered_at,returned_amount\nB,2026-01-01,1,,\n{line}")
    firm.ingest()
    assert firm.refused("orders") == []
    assert [row["account_id"] for row in firm.kept("orders")] == ["A", "B"]


def test_a_refused_row_keeps_what_was_given(firm) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-01-01,1\nA ,yesterday,a lot")
    firm.ingest()
    assert pq.read_table(firm.home.tables / "refused" / "orders.parquet").to_pylist() == [
        {
            "row": 2,
            "cause": "an ordered_at that is not a time",
            "account_id": "A ",
            "ordered_at": "yesterday",
            "amount": "a lot",
        }
    ]


def test_a_choice_is_one_of_those_allowed_in_capitals_or_not(firm) -> None:
    firm.table(
        "contacts",
        """
        account_id,contacted_at,channel,direction
        A,2026-01-01,Visit,
        A,2026-01-02,fax,inbound
        A,2026-01-03,email,sideways
        A,2026-01-04,,inbound
        """,
    )
    firm.ingest()
    assert firm.kept("contacts") == [
        {"account_id": "A", "contacted_at": datetime(2026, 1, 1), "channel": "visit", "direction": None}
    ]
    allowed = "visit, meeting, call, email, letter, event, invoice, newsletter"
    assert firm.refused("contacts") == [
        (2, f"a channel that is none of {allowed}"),
        (3, "a direction that is none of outbound, inbound"),
        (4, "no channel"),
    ]


def test_of_rows_with_one_key_the_fullest_is_kept(firm) -> None:
    firm.table("accounts", "account_id,name\nA,\nA,Abel\nB,Zed\nB,Baker")
    firm.ingest()
    assert firm.kept("accounts") == [{"account_id": "A", "name": "Abel"}, {"account_id": "B", "name": "Baker"}]
    assert firm.refused("accounts") == [
        (1, "an account_id that another row has as well"),
        (3, "an account_id that another row has as well"),
    ]


def test_an_invoice_read_twice_counts_once_but_equal_orders_and_parts_of_an_invoice_stay(firm) -> None:
    firm.table(
        "invoices",
        """
        account_id,invoice_id,issued_at,amount
        A,1,2026-01-01,5
        A,1,2026-01-01,5
        A,1,2026-01-01,6
        A,,2026-01-01,5
        A,,2026-01-01,5
        """,
    )
    firm.table("orders", "account_id,order_id,ordered_at,amount\nA,1,2026-01-01,5\nA,1,2026-01-01,5")
    firm.ingest()
    assert firm.refused("invoices") == [(2, "an invoice_id and all else as in another row")]
    assert [row["amount"] for row in firm.kept("invoices")] == [5, 5, 5, 6]
    assert len(firm.kept("orders")) == 2


def test_a_loss_that_is_refused_keeps_the_cause_that_was_given(firm) -> None:
    firm.table("losses", "account_id,lost_on,cause\nA,2026-01-05,price\nX,2026-01-06,moved")
    firm.ingest()
    assert firm.refused("losses") == [(2, "an account_id that accounts does not know")]
    (row,) = pq.read_table(firm.home.tables / "refused" / "losses.parquet").to_pylist()
    assert row == {
        "row": 2,
        "cause": "an account_id that accounts does not know",
        "account_id": "X",
        "lost_on": "2026-01-06 00:00:00",
        "cause_given": "moved",
    }


def test_reps_are_known_only_where_there_is_a_table_of_reps(firm) -> None:
    firm.table("prospecting", "rep_id,occurred_at\nR1,2026-01-01\nR2,2026-01-02")
    firm.ingest()
    assert firm.refused("prospecting") == []
    firm.table("reps", "rep_id,hired_on,left_on\nR1,1985-04-01,2026-01-01\nR3,2026-01-01,2025-01-01")
    firm.ingest()
    assert firm.refused("prospecting") == [(2, "a rep_id that reps does not know")]
    assert firm.refused("reps") == [(2, "a left_on before its hired_on")]


def test_what_happened_on_as_of_or_later_is_refused_but_no_fault(firm) -> None:
    manifest = firm.ingest(as_of=date(2026, 3, 1), max_refused=0)
    assert manifest.as_of == date(2026, 3, 1)
    assert firm.refused("orders") == [(1, "an ordered_at on or after as_of"), (2, "an ordered_at on or after as_of")]
    assert len(firm.kept("orders")) == 1


def test_too_many_refused_stop_the_run_and_leave_the_tables_as_they_were(firm, stops: Stops) -> None:
    firm.ingest()
    before = {path.name: path.read_bytes() for path in firm.home.tables.glob("*.*")}
    lines = ["A,2026-01-01,1"] * 60 + ["X,2026-01-01,1"]
    firm.table("orders", "account_id,ordered_at,amount\n" + "\n".join(lines))
    assert stops() == (
        "orders: 1 of 61 rows have an account_id that accounts does not know ('X'), first at row 61; "
        "ingest.max_refused allows 0.01 of the rows; they are in HOME/tables/refused/orders.parquet. The ids of accounts "
        "are such as 'A'; leave out rows of others in orders.sql (WHERE …)."
    )
    assert {path.name: path.read_bytes() for path in firm.home.tables.glob("*.*")} == before
    assert firm.refused("orders") == [(61, "an account_id that accounts does not know")]
    assert not list(firm.home.folder.glob(".*"))
    firm.ingest(max_refused=1 / 61)  # no more than is allowed


def test_the_line_counts_every_cause(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-01-01,1\nX,2026-01-01,1\nY,2026-01-01,1\nA,,1")
    firm.table("calls", "account_id,called_at\nA,once")
    assert stops() == (
        "orders: 3 of 4 rows are refused: 2 have an account_id that accounts does not know ('X'), first at row 2; "
        "1 have no ordered_at, first at row 4; ingest.max_refused allows 0.01 of the rows; "
        "they are in HOME/tables/refused/orders.parquet. The ids of accounts are such as 'A'; leave out rows "
        "of others in orders.sql (WHERE …). The same goes for calls."
    )
