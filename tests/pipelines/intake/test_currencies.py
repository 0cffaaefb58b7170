"""A column that says another currency than the source does is said, unless the SELECT knows of it."""

import duckdb
import pytest

from pipelines.check import check
from pipelines.settings import Settings
from tests.pipelines.conftest import TODAY, Firm

SELECT = "SELECT account_id, ordered_at, amount FROM sales"


def notes(firm: Firm, codes: list[str], sql: str = SELECT, column: str = "Currency") -> list[str]:
    lines = [f"A,2026-03-0{day + 1},10,{code}" for day, code in enumerate(codes)]
    firm.tables.pop("orders", None)
    firm.write("sales.csv", "\n".join([f"account_id,ordered_at,amount,{column}", *lines]))
    firm.tables["sales"] = "sales.csv"
    firm.yaml()
    firm.sql("orders", sql)
    return [
        note
        for note in check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY).notes
        if "amounts are taken" in note
    ]


def test_other_currencies_are_said(firm: Firm) -> None:
    said = (
        "orders.sql: Currency of sales says {}, and amounts are taken for EUR; bring all to EUR, leave out the others"
    )
    (note,) = notes(firm, ["EUR", "usd ", "", "EUR"])
    assert note.startswith(said.format("EUR, USD"))
    (note,) = notes(firm, ["USD", "USD"])
    assert note.startswith(said.format("USD"))
    (note,) = notes(firm, ["AUD", "CHF", "EUR", "GBP", "JPY", "USD"])
    assert note.startswith(said.format("AUD, CHF, EUR, GBP, JPY and others"))


@pytest.mark.parametrize(
    "others",
    [
        ["€", "$"],
        ["Euro", "Dollar"],
        ["Euro", "US-Dollar"],
        ["EUR", "US$"],
        ["EUR", "£"],
        ["US Dollars"],
        ["Euro", "GBP"],
    ],
)
def test_others_are_said_by_name_or_sign(firm: Firm, others: list[str]) -> None:
    (note,) = notes(firm, others)
    assert f"Currency of sales says {', '.join(sorted(other.upper() for other in others))}, and amounts" in note


@pytest.mark.parametrize("ours", [["€", "EUR"], ["Euro", "euros"], ["$", "$"], ["EUR", "Taler"], ["€", ""]])
def test_ours_by_name_or_sign_is_not(firm: Firm, ours: list[str]) -> None:
    assert notes(firm, ours) == []


def test_a_database_is_looked_into_too(firm: Firm) -> None:
    with duckdb.connect(str(firm.folder / "files" / "shop.duckdb")) as shop:
        shop.sql("CREATE TABLE sale AS SELECT 'A' AS id, DATE '2026-03-01' AS day, 7 AS amount, 'USD' AS currency")
        shop.sql("CREATE TABLE other AS FROM sale")
    firm.tables["shop"] = "shop.duckdb"
    firm.yaml()
    firm.sql("orders", "SELECT id AS account_id, day AS ordered_at, amount FROM shop.sale")
    report = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY)
    (note,) = [note for note in report.notes if "amounts are taken" in note]
    assert note.startswith("orders.sql: currency of shop.sale says USD, and amounts are taken for EUR; ")


def test_ours_alone_are_not(firm: Firm) -> None:
    assert notes(firm, ["EUR", "eur", ""]) == []


@pytest.mark.parametrize("column", ["amount_eur", "AmountEUR", "base_amount", "amount_local"])
def test_nor_are_amounts_that_are_in_ours_as_their_column_says(firm: Firm, column: str) -> None:
    sql = SELECT.replace("amount", f"{column} AS amount")
    assert notes(firm, ["EUR,8", "USD,9"], sql, f"Currency,{column}") == []
    assert notes(firm, ["EUR,8", "USD,9"], SELECT, f"Currency,{column}")
    assert notes(firm, ["EUR,8", "USD,9"], SELECT.replace("amount", "neural AS amount"), "Currency,neural")


def test_nor_a_currency_of_another_table(firm: Firm) -> None:
    firm.write("customers.csv", "account_id,since,currency\nA,2020-01-01,USD")
    firm.tables["customers"] = "customers.csv"
    assert notes(firm, ["EUR"], f"{SELECT} JOIN customers USING (account_id)") == []


@pytest.mark.parametrize("sql", [f"{SELECT} WHERE currency = 'EUR'", "SELECT * EXCLUDE (Currency) FROM sales"])
def test_nor_is_a_column_that_the_select_names(firm: Firm, sql: str) -> None:
    assert notes(firm, ["EUR", "USD"], sql) == []


def test_nor_what_is_no_code_of_a_currency(firm: Firm) -> None:
    assert notes(firm, ["yes", "no"]) == []
    assert notes(firm, ["EUR", "USD"], column="country") == []
    assert notes(firm, ["Yes", "Yes"], column="is_current") == []
    assert notes(firm, ["NEW", "OLD"], column="current_status") == []
    assert notes(firm, ["Gold", "Silver"], column="current_level") == []
    assert notes(firm, ["EUR", "XXX"]) == []  # for none


def test_a_select_without_amounts_is_not_asked(firm: Firm) -> None:
    notes(firm, ["EUR", "USD"], f"{SELECT} WHERE currency = 'EUR'")
    firm.sql("contacts", "SELECT account_id, ordered_at AS contacted_at, 'call' AS channel FROM sales")
    report = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY)
    assert not [note for note in report.notes if "amounts are taken" in note]
