"""Columns that say that rows are no orders, or credits, are said where the SELECT knows of none of them."""

from collections.abc import Callable

import duckdb
import pytest

from tests.pipelines.conftest import Firm
from tests.pipelines.intake.conftest import SELECT, WriteSales

Said = Callable[..., list[str]]


@pytest.fixture
def notes(firm: Firm, caplog: pytest.LogCaptureFixture) -> Said:
    """What is said of the SELECTs."""

    def run() -> list[str]:
        caplog.clear()
        firm.ingest()
        return [line for line in caplog.messages if ".sql: " in line]

    return run


@pytest.fixture
def said(write_sales: WriteSales, notes: Said) -> Said:
    """The same of orders in a file that says something of each in one more column."""

    def run(*written: object, **more: object) -> list[str]:
        write_sales(*written, **more)
        return notes()

    return run


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("Status", ["Invoiced", "Cancelled", "draft ", "cancelled"], "says 'cancelled' of 2, 'draft' of 1"),
        ("Belegart", ["Rechnung", "Angebot"], "says 'angebot' of 1"),
        ("order_state", ["sale", "cancel"], "says 'cancel' of 1"),
        ("IsDeleted", ["true", "false"], "says 'true' of 1"),
        ("storno", ["X", "", ""], "says 'x' of 1"),
        ("is_test", ["0", "1"], "says '1' of 1"),
        ("cancelled_at", ["", "2026-03-05", ""], "has a day in 1"),
    ],
)
def test_rows_that_never_came_about_are_said(said: Said, column: str, values: list[str], expected: str) -> None:
    (note,) = said(column, values)
    rows = f"{len(values)} rows; leave out those that are no orders (WHERE …)"
    assert note == f"orders.sql: {column} of sales {expected} of {rows}"


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("Status", ["invoiced", "shipped"]),
        ("product_type", ["draft", "bottle"]),
        ("payment_type", ["credit", "cash"]),
        ("note", ["cancelled", ""]),
        ("storno", ["", ""]),
        ("void", ["0", "7"]),
        ("cancelled_at", ["", ""]),
        ("Status", [f"{number}" for number in range(8)] + ["draft"]),
        ("customer_status", ["cancelled", "active"]),  # who is left out learns nothing of leaving
        ("payment_status", ["void", "paid"]),
        ("return_status", ["rejected", ""]),
        ("price_type", ["quote", "list"]),
        ("created_from_type", ["estimate", "web"]),
        ("cancel_date", ["", "", "2026-05-01"]),  # unless it is delivered before
        ("cancelled_on", ["9999-12-31", "9999-12-31", "2026-03-05"]),
        ("test", ["yes", "no"]),
        ("test_date", ["", "", "2026-03-01"]),
        ("draft", ["y", "n"]),
    ],
)
def test_nothing_is_said_of_other_columns(
    said: Said, column: str, values: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.intake.states._MOST", 8)
    assert said(column, values) == []


def test_nor_where_the_select_names_one_that_says_it(said: Said) -> None:
    assert said("Status,deleted", ["cancelled,1", "sale,0"], f"{SELECT} WHERE status <> 'cancelled'") == []
    assert said("Status", ["cancelled", "sale"], "SELECT * EXCLUDE (Status) FROM sales") == []


def test_nor_where_the_select_leaves_them_out_in_another_way(said: Said) -> None:
    values = ["cancelled,", "sale,7", "cancelled,"]
    assert said("Status,bill", values, f"{SELECT} WHERE bill IS NOT NULL") == []
    assert (
        said("Status,bill", values, f"WITH billed AS (FROM Sales WHERE bill > 0) {SELECT.replace('sales', 'billed')}")
        == []
    )
    assert said("Status,bill", values, f"{SELECT} WHERE bill IS NULL -- all")
    assert said("DocType,bill", ["Refund,", "Invoice,7"], f"{SELECT} WHERE bill IS NOT NULL") == []
    assert said("DocType,bill", ["Refund,", "Invoice,7"], f"{SELECT} WHERE bill IS NULL")


@pytest.mark.parametrize(
    ("sql", "is_said"),
    [
        ("FROM shop.sale", True),
        ("FROM shop.main.sale", True),
        ('FROM "shop"."sale"', True),
        ("FROM shop.sale WHERE bill IS NOT NULL", False),
        ('FROM "shop".main."Sale" WHERE shop.sale.bill IS NOT NULL', False),
        ("FROM shop.sale AS s JOIN shop.customer AS c USING (id) WHERE s.bill IS NOT NULL", False),
        ("FROM shop.sale AS s JOIN shop.customer AS c USING (id)", True),
        ("FROM (FROM shop.sale UNION ALL FROM shop.older)", True),
    ],
)
def test_nor_of_a_database(firm: Firm, notes: Said, sql: str, is_said: bool) -> None:
    with duckdb.connect(str(firm.folder / "files" / "shop.duckdb")) as shop:
        shop.sql(
            "CREATE TABLE sale AS SELECT 'A' AS id, DATE '2026-03-01' AS day, 7 AS amount, 'void' AS status, NULL::INT AS bill"
        )
        shop.sql("INSERT INTO sale VALUES ('A', '2026-03-02', 7, 'paid', 8)")
        shop.sql("CREATE TABLE older AS FROM sale")
        shop.sql("CREATE TABLE customer AS SELECT 'A' AS id, 'SMITH' AS name")
    firm.tables = {"shop": "shop.duckdb"}
    firm.yaml()
    firm.sql("accounts", "SELECT 'A' AS account_id")
    firm.sql("orders", f"SELECT id AS account_id, day AS ordered_at, amount {sql}")
    firm.sql("contacts", "SELECT 'A' AS account_id, DATE '2026-03-01' AS contacted_at, 'call' AS channel")
    firm.sql("losses", "SELECT 'A' AS account_id, DATE '2026-04-01' AS lost_on")
    assert bool([line for line in notes() if "says 'void' of 1 of 2 rows" in line]) is is_said


def test_each_of_several_tables_is_looked_into_by_itself(firm: Firm, said: Said) -> None:
    firm.write("older.csv", "account_id,ordered_at,amount,Status,bill\nA,2025-03-01,5,void,\nA,2025-03-02,5,paid,8")
    firm.tables["older"] = "older.csv"
    of_older, billed = SELECT.replace("sales", "older"), "WHERE bill IS NOT NULL"
    values = ["void,", "paid,7"]
    assert said("Status,bill", values, f"{SELECT} {billed} UNION ALL {of_older} {billed}") == []
    (note,) = said("Status,bill", values, f"{SELECT} UNION ALL {of_older} {billed}")
    assert note.startswith("orders.sql: Status of sales says 'void' of 1 of 2 rows")
    (note,) = said("Status,bill", values, f"{SELECT} {billed} UNION {of_older}")
    assert note.startswith("orders.sql: Status of older says 'void' of 1 of 2 rows")
    assert len(said("Status,bill", values, f"{SELECT} UNION ALL {of_older}")) == 2


def test_nor_of_customers_that_are_gone_and_have_days_of_the_same_name(firm: Firm, said: Said) -> None:
    firm.write(
        "customers.csv", "account_id,ordered_at,deleted_at\nA,2020-01-01,\nB,2020-01-01,2026-01-01\nC,2020-01-01,"
    )
    firm.tables["customers"] = "customers.csv"
    select = "SELECT s.account_id, s.ordered_at, amount FROM sales AS s JOIN customers AS c USING (account_id)"
    assert said("Status", ["sale", "sale"], select) == []


def test_nor_of_a_table_of_which_no_day_is_read(firm: Firm, said: Said) -> None:
    firm.write("products.csv", "article,status\n1,deleted\n2,sold")
    firm.tables["products"] = "products.csv"
    assert said("article", ["1", "2"], f"{SELECT} JOIN products USING (article)") == []


@pytest.mark.parametrize(("amount", "is_said"), [(10, True), (0, True), (-10, False)])
def test_credits_without_a_minus_are_said(said: Said, amount: int, is_said: bool) -> None:
    expected = (
        "orders.sql: DocType of sales says 'credit memo' of 1 of 2 rows, and no number of theirs that is read has a "
        "minus; give amounts that are taken back one"
    )
    assert said("DocType", ["Invoice", "Credit Memo"], amount=amount) == [expected] * is_said
    cases = (
        "SELECT account_id, ordered_at, CASE doctype WHEN 'Invoice' THEN amount ELSE -amount END AS amount FROM sales"
    )
    assert said("DocType", ["Invoice", "Credit Memo"], cases) == []
    assert said("DocType", ["Invoice", "Credit Memo"], SELECT.replace("amount", "7 AS amount"), "10 EUR") == []


def test_a_database_is_looked_into_too(firm: Firm, notes: Said) -> None:
    with duckdb.connect(str(firm.folder / "files" / "shop.duckdb")) as shop:
        shop.sql(
            "CREATE TABLE sale AS SELECT 'A' AS id, DATE '2026-03-01' AS day, 7 AS amount, 'void' AS status, '$' AS currency"
        )
        shop.sql("CREATE TABLE quote AS FROM sale")
    firm.tables = {"shop": "shop.duckdb"}
    firm.yaml()
    firm.sql("accounts", "SELECT id AS account_id FROM shop.sale")
    firm.sql("orders", "SELECT id AS account_id, day AS ordered_at, amount FROM shop.sale")
    assert notes() == [
        "orders.sql: status of shop.sale says 'void' of 1 of 1 rows; leave out those that are no orders (WHERE …)"
    ]
