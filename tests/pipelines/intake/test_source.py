"""What a user can get wrong in a source, and the line that says so."""

from collections.abc import Callable

import pytest

from features.mistake import Mistake
from pipelines.intake.source import find_source
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
        ("currencey: EUR", "unknown key 'currencey'; there are description, currency, time_zone, folder, files, options, left. Did you mean 'currency'?"),
        ("left: {byy: silence}", f"unknown key 'left.byy'; there are {', '.join(Left.model_fields)}. Did you mean 'by'?"),
        ("left: {k: -1}", "left.k: input should be greater than 0, not -1."),
        ("options: {seperator: ;}", "unknown key 'options.seperator'; there are delimiter, decimal, date_format, time_format, encoding, nulls."),
        ("time_zone: Europe/Berlyn", "time_zone: no zone 'Europe/Berlyn'. Did you mean 'Europe/Berlin'?"),
        ("currency: euro", "currency: string should match pattern '^[A-Z]{3}$', not 'euro'."),
        ("files: [orders.csv]", "files: input should be a valid dictionary, not ['orders.csv']."),
    ],
)  # fmt: skip
def test_a_fault_in_source_yaml(firm, stops: Stops, yaml: str, line: str) -> None:
    key = yaml.split(":")[0]
    kept = [old for old in (firm.folder / "source.yaml").read_text().splitlines() if not old.startswith(f"{key}:")]
    if key == "files":
        kept = [old for old in kept if not old.startswith(" ")]
    (firm.folder / "source.yaml").write_text("\n".join([*kept, yaml]))
    assert stops() == f"SOURCE/source.yaml: {line}"


def test_a_file_that_is_not_there(firm, stops: Stops) -> None:
    firm.tables["orders"] = "order.csv"
    firm.yaml()
    assert stops() == (
        "SOURCE/files/order.csv: no such file (table 'orders' of SOURCE/source.yaml); "
        "the folder has accounts.csv, orders.csv. Did you mean 'orders.csv'?"
    )


def test_a_folder_that_is_not_there(firm, stops: Stops) -> None:
    (firm.folder / "files").rename(firm.folder / "elsewhere")
    assert stops() == "SOURCE/files: no such folder; say where the files of corner_shop are: --files DIR."


def test_a_source_without_a_folder(firm, stops: Stops) -> None:
    yaml = firm.folder / "source.yaml"
    yaml.write_text(yaml.read_text().replace("folder: files\n", ""))
    assert stops() == (
        "SOURCE/source.yaml: no folder; say where the files are: --files DIR, or folder: DIR in source.yaml."
    )


def test_an_unknown_kind_of_file(firm, stops: Stops) -> None:
    firm.write("orders.xlsx", "")
    firm.tables["orders"] = "orders.xlsx"
    firm.yaml()
    assert stops() == (
        "SOURCE/files/orders.xlsx: unknown kind of file; there are "
        ".csv, .tsv, .txt, .parquet, .pq, .jsonl, .ndjson, .json, .duckdb, .ddb, .db."
    )


def test_a_parquet_file_that_is_none(firm, stops: Stops) -> None:
    firm.write("orders.parquet", "account_id,ordered_at,amount")
    firm.tables["orders"] = "orders.parquet"
    firm.yaml()
    assert stops().startswith("SOURCE/files/orders.parquet: cannot be read as parquet: ")


def test_a_database_that_is_none(firm, stops: Stops) -> None:
    firm.write("shop.duckdb", "account_id,ordered_at,amount")
    firm.tables["shop"] = "shop.duckdb"
    firm.yaml()
    assert stops().startswith("SOURCE/files/shop.duckdb: cannot be read as duckdb: ")


@pytest.mark.parametrize(
    ("sql", "line"),
    [
        ("SELECT account_id, ordered_at AS date, amount AS type FROM orders", "no column 'ordered_at'; it gives account_id, date, type. Did you mean 'date'? Write: date AS ordered_at"),
        ("SELECT account_id AS Customer_No, ordered_at, amount FROM orders", "no column 'account_id'; it gives Customer_No, ordered_at, amount. Did you mean 'Customer_No'? Write: Customer_No AS account_id"),
        ("SELECT account_id, ordered_at FROM orders", "no column 'amount'; it gives account_id, ordered_at."),
        ("SELECT *, 1 AS ordr_id FROM orders", "unknown column 'ordr_id'; orders has account_id, order_id, ordered_at, amount, promised_at, delivered_at, returned_amount, product_line, recorded_at. Did you mean 'order_id'?"),
        ("SELECT * FROM lines", "no table 'lines'; source.yaml gives accounts, orders."),
        ("SELECT * FROM ordres", "no table 'ordres'; source.yaml gives accounts, orders. Did you mean 'orders'?"),
        ("SELECT account_id,\n  ordered_at,, amount\nFROM orders", 'syntax error at or near "," (near: ordered_at,, amount)'),
        ("SELECT account FROM orders", 'Referenced column "account" not found in FROM clause! Candidate bindings: "account_id", "amount" (near: SELECT account FROM orders)'),
        ("DROP TABLE orders", "must be one SELECT; its statements are: DROP."),
        ("SELECT 1; SELECT 2", "must be one SELECT; its statements are: SELECT, SELECT."),
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
        "SOURCE: neither orders.sql nor contracts.sql; one of them is required. The folder has accounts.sql."
    )


def test_a_source_without_rows(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount")
    assert stops() == "SOURCE: neither orders.sql nor contracts.sql gives a row; one of them is required."
    firm.write("orders.csv", "")
    assert stops().startswith("SOURCE/orders.sql: ")


def test_accounts_without_rows(firm, stops: Stops) -> None:
    firm.table("accounts", "account_id,name")
    assert stops() == (
        "SOURCE/accounts.sql: gives no rows; mend it, or remove it to take accounts from orders and contracts."
    )


def test_an_as_of_before_everything(firm, stops: Stops) -> None:
    from datetime import date

    assert stops(as_of=date(2020, 1, 1)) == (
        "as_of 2020-01-01: no order or contract is left from before that day; give a later one."
    )


def test_csv_as_it_is_written_elsewhere(firm) -> None:
    firm.table(
        "orders",
        """
        account_id;ordered_at;amount;product_line
        A;31.12.2025;1234,50;tea
        B;01.02.2026;7,00;n/a
        """,
    )
    firm.yaml('options: {delimiter: ";", decimal: ",", date_format: "%d.%m.%Y", nulls: [n/a]}\n')
    (firm.folder / "accounts.sql").unlink()
    firm.ingest(max_refused=0)
    assert [(str(row["ordered_at"]), row["amount"], row["product_line"]) for row in firm.kept("orders")] == [
        ("2025-12-31 00:00:00", 1234.5, "tea"),
        ("2026-02-01 00:00:00", 7.0, None),
    ]


def test_one_odd_value_is_refused_alone_however_the_others_are_written(firm) -> None:
    firm.table(
        "orders",
        """
        account_id;ordered_at;amount
        A;31.12.2025;1234,50
        A;31.12.2025;a lot
        A;12.31.2025;1,00
        """,
    )
    firm.tables.pop("accounts")
    (firm.folder / "accounts.sql").unlink()
    firm.yaml('options: {delimiter: ";", decimal: ",", date_format: "%d.%m.%Y"}\n')
    firm.ingest()
    assert [row["amount"] for row in firm.kept("orders")] == [1234.5]
    assert firm.refused("orders") == [(2, "an amount that is not a number"), (3, "an ordered_at that is not a time")]
