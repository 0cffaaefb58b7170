"""What `leaky check` says about a source."""

from pipelines.intake.check import check

from features.tables import TABLES
from pipelines.settings import Settings
from tests.pipelines.conftest import TODAY


def lines(firm) -> list[str]:
    return check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY, home=firm.home).lines()


def test_it_tells_rows_dates_and_what_is_missing_and_writes_nothing(firm) -> None:
    before = sorted(firm.folder.parent.rglob("*"))
    told = lines(firm)
    assert told[:6] == [
        "Source corner_shop: amounts in EUR, times in Europe/Berlin, as_of 2026-03-03",
        "",
        "Table                rows in        kept   refused  from        to",
        "accounts                   2           2         0",
        "orders                     3           3         0  2026-01-15  2026-03-02",
        f"Missing: {', '.join(name for name in TABLES if name not in ('accounts', 'orders'))}",
    ]
    assert told[-1] == "Nothing stops a run."
    assert sorted(firm.folder.parent.rglob("*")) == before


def test_it_tells_which_features_are_lost_for_want_of_what(firm) -> None:
    told = lines(firm)
    assert "    calls: without all, for want of calls" in told
    assert any(line.startswith("    delivery: without all, for want of orders.delivered_at") for line in told)
    assert not any(line.startswith("    orders: ") and "days_since_order" in line for line in told)
    firm.table("calls", "account_id,called_at,returned_at\nA,2026-01-01,")
    assert not any(line.startswith("    calls: ") for line in lines(firm))


def test_it_says_where_what_came_back_cannot_be_dated(firm) -> None:
    undated = "    value: what came back is not taken off, for want of orders.returned_at"
    assert undated not in lines(firm)
    firm.table("orders", "account_id,ordered_at,amount,returned_amount\nA,2026-01-01,5,5")
    assert undated in lines(firm)
    firm.table("orders", "account_id,ordered_at,amount,returned_amount,returned_at\nA,2026-01-01,5,5,2026-01-02")
    assert undated not in lines(firm)


def test_it_tells_causes_and_goes_on_after_a_mistake(firm) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-01-01,1\nX,2026-01-01,1")
    firm.table("calls", "account_id,called_at\nA,2026-01-01", "SELECT account_id FROM calls")
    firm.table("tickets", "account_id,opened_at\nA,2026-01-01", "SELECT account_id, opened_at FROM ticket")
    told = lines(firm)
    assert "    refused: 1 have an account_id that accounts does not know, first at row 2, such as 'X'" in told
    calls, tickets, orders = told[told.index("A run would stop:") + 1 :]
    assert calls == f"    {firm.folder}/calls.sql: no column 'called_at'; it gives account_id."
    assert tickets == (
        f"    {firm.folder}/tickets.sql: no table 'ticket'; source.yaml gives accounts, orders, calls, tickets. "
        "Did you mean 'tickets'?"
    )
    assert orders == (
        "    orders: 1 of 2 rows have an account_id that accounts does not know ('X'), first at row 2; "
        "ingest.max_refused allows 0.01 of the rows"
    )


def test_it_reports_a_source_whose_orders_cannot_be_read(firm) -> None:
    firm.sql("orders", "SELECT * FROM nowhere")
    told = lines(firm)
    assert told[0].endswith("no as_of")
    assert told[-1] == "    no order or contract is left after the checks, so there is no day to score."
