"""What a user can get wrong in a source, and the line that says so."""

from collections.abc import Callable
from datetime import date

import pytest

from features.mistake import Mistake
from pipelines.intake.source import Options, SourceFile, find_source
from pipelines.settings import Left

Stops = Callable[..., str]


def test_a_source_that_does_not_exist() -> None:
    with pytest.raises(Mistake) as caught:
        find_source("online_retail")
    assert str(caught.value) == (
        "no source 'online_retail'; there are adventureworks, online_retail_ii, simulated. "
        "Did you mean 'online_retail_ii'? Or give the path of a folder with a source.yaml."
    )


def test_a_folder_that_is_no_source(tmp_path) -> None:
    with pytest.raises(Mistake) as caught:
        find_source(str(tmp_path))
    assert str(caught.value) == (
        f"{tmp_path}: no source.yaml in this folder; a source has one, and a SELECT for each table (orders.sql)."
    )


@pytest.mark.parametrize(
    ("yaml", "line"),
    [
        ("currencey: EUR", f"unknown key 'currencey'; there are {', '.join(SourceFile.model_fields)}. Did you mean 'currency'?"),
        ("source: simulated", f"unknown key 'source'; there are {', '.join(SourceFile.model_fields)}."),
        ("simulate: {accounts: 20}", f"unknown key 'simulate'; there are {', '.join(SourceFile.model_fields)}."),
        ("left: {byy: silence}", f"unknown key 'left.byy'; there are {', '.join(Left.model_fields)}. Did you mean 'by'?"),
        ("left: {k: -1}", "left.k: input should be greater than 0, not -1."),
        ("snapshots: {step: 7}", "unknown key 'snapshots.step'; there are step_days, count. Did you mean 'step_days'?"),
        ("train: {seed: one}", "train.seed: input should be a valid integer, unable to parse string as an integer, not 'one'."),
        ("options: {seperator: ;}", f"unknown key 'options.seperator'; there are {', '.join(Options.model_fields)}."),
        ("options: {delimiter: ''}", r"options.delimiter: '' separates no columns; write one character, such as ';', ' ' or '\t'."),
        ("options: {delimiter: 5}", "options.delimiter: input should be a valid string, not 5."),
        ("options: {delimiter: {sales: ;}}", "options.delimiter: no table 'sales' in files; there are accounts, orders."),
        ("options: {encoding: klingon}", "options.encoding: no encoding 'klingon'; there are utf-8, latin-1, cp1252, utf-16 and others."),
        ("time_zone: Europe/Berlyn", "time_zone: no zone 'Europe/Berlyn'. Did you mean 'Europe/Berlin'?"),
        ("currency: euro", "currency: string should match pattern '^[A-Z]{3}$', not 'euro'."),
        ("files: [orders.csv]", "files: input should be a valid dictionary, not ['orders.csv']."),
        ("files: {orders: ''}", "files: 'orders' names no file."),
        ("files: {orders: 7}", "files.orders: input should be a valid string, not 7."),
        ("files: {my orders: orders.csv}", "files: 'my orders' is no name for a table: use letters, digits and _."),
    ],
)  # fmt: skip
def test_a_fault_in_source_yaml(firm, stops: Stops, yaml: str, line: str) -> None:
    key = yaml.split(":")[0]
    kept = [old for old in (firm.folder / "source.yaml").read_text().splitlines() if not old.startswith(f"{key}:")]
    if key == "files":
        kept = [old for old in kept if not old.startswith(" ")]
    (firm.folder / "source.yaml").write_text("\n".join([*kept, yaml]))
    assert stops() == f"SOURCE/source.yaml: {line}"


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("SELECT account_id, ordered_at AS date, amount AS type FROM orders", "no column 'ordered_at'; it gives account_id, date, type. Did you mean 'date'? Write: date AS ordered_at"),
        ("SELECT account_id AS Customer_No, ordered_at, amount FROM orders", "no column 'account_id'; it gives Customer_No, ordered_at, amount. Did you mean 'Customer_No'? Write: Customer_No AS account_id"),
        ("SELECT account_id, ordered_at FROM orders", "no column 'amount'; it gives account_id, ordered_at."),
        ("SELECT *, 1 AS ordr_id FROM orders", "unknown column 'ordr_id'; orders has account_id, order_id, ordered_at, amount, promised_at, delivered_at, returned_at, returned_amount, product_line, recorded_at. Did you mean 'order_id'?"),
        ("SELECT * FROM lines", "no table 'lines'; source.yaml gives accounts, orders."),
        ("SELECT * FROM ordres", "no table 'ordres'; source.yaml gives accounts, orders. Did you mean 'orders'?"),
        ("SELECT account_id,\n  ordered_at,, amount\nFROM orders", 'syntax error at or near "," (near: ordered_at,, amount)'),
        ("SELECT account FROM orders", 'Referenced column "account" not found in FROM clause! Candidate bindings: "account_id", "amount" (near: SELECT account FROM orders)'),
        ("DROP TABLE orders", "must be one SELECT; its statements are: DROP."),
        ("SELECT 1; SELECT 2", "must be one SELECT; its statements are: SELECT, SELECT."),
        ("SELECT account_id, ordered_at, amount, amount FROM orders", "gives 'amount' twice; take one of them out."),
        ("-- later", "must be one SELECT; its statements are: none."),
    ],
)  # fmt: skip
def test_a_select_that_cannot_be_used(firm, stops: Stops, sql: str, line: str) -> None:
    firm.sql("orders", sql)
    assert stops() == f"SOURCE/orders.sql: {line}"


def test_capitals_of_columns_do_not_matter(firm) -> None:
    firm.table(
        "orders", "Account_ID,Ordered_At,AMOUNT\nA,2026-01-01,1", "SELECT account_id, ordered_at, amount FROM orders;"
    )
    firm.ingest()
    assert list(firm.kept("orders")[0]) == ["account_id", "ordered_at", "amount"]


def test_sql_for_no_table(firm, stops: Stops) -> None:
    (firm.folder / "orders.sql").rename(firm.folder / "order.sql")
    assert stops().startswith("SOURCE/order.sql: no table 'order'; there are accounts, orders, contacts, ")
    assert stops().endswith(" Did you mean 'orders.sql'?")


def test_neither_orders_nor_contracts(firm, stops: Stops) -> None:
    (firm.folder / "orders.sql").unlink()
    assert stops() == (
        "SOURCE: none of orders.sql, contracts.sql and losses.sql; one of them is required. The folder has accounts.sql."
    )


def test_losses_say_who_left_but_not_who_the_accounts_are(firm, stops: Stops) -> None:
    for name in ("orders", "accounts"):
        (firm.folder / f"{name}.sql").unlink()
    firm.table("losses", "account_id,lost_on\nA,2026-05-01")
    assert stops() == (
        "SOURCE: no accounts.sql; it is required where neither orders.sql nor contracts.sql says who the accounts are."
    )
    firm.sql("accounts", "FROM accounts")
    assert firm.ingest().as_of == date(2026, 5, 2)


def test_a_source_without_rows(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount")
    assert stops() == "SOURCE: none of orders.sql, contracts.sql and losses.sql gives a row; one of them is required."
    firm.write("orders.csv", "")
    assert stops() == "SOURCE/files/orders.csv: empty; a CSV file begins with the names of its columns."


def test_accounts_without_rows(firm, stops: Stops) -> None:
    firm.table("accounts", "account_id,name")
    assert stops() == (
        "SOURCE/accounts.sql: gives no rows; mend it, or remove it to take accounts from orders and contracts."
    )


def test_an_as_of_before_everything(firm, stops: Stops) -> None:
    from datetime import date

    assert stops(as_of=date(2020, 1, 1)) == (
        "as_of 2020-01-01: no order, contract or loss is left from before that day; give a later one."
    )
