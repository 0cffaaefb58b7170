"""A column that says another currency than the source does is said, unless the SELECT knows of it."""

from collections.abc import Callable

import duckdb
import pytest

from pipelines.check import check
from pipelines.settings import Settings
from tests.pipelines.conftest import TODAY, Firm
from tests.pipelines.intake.conftest import SELECT, WriteSales

Notes = Callable[..., list[str]]


@pytest.fixture
def notes(firm: Firm, write_sales: WriteSales) -> Notes:
    """What is said of the currencies of orders in a file with a column of them."""

    def run(codes: list[str], sql: str = SELECT, column: str = "Currency") -> list[str]:
        write_sales(column, codes, sql)
        report = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY)
        return [note for note in report.notes if "amounts are taken" in note]

    return run


def test_other_currencies_are_said(notes: Notes) -> None:
    said = (
        "orders.sql: Currency of sales says {}, and amounts are taken for EUR; bring all to EUR, leave out the others"
    )
    (note,) = notes(["EUR", "usd ", "", "EUR"])
    assert note.startswith(said.format("EUR, USD"))
    (note,) = notes(["USD", "USD"])
    assert note.startswith(said.format("USD"))
    (note,) = notes(["AUD", "CHF", "EUR", "GBP", "JPY", "USD"])
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
def test_others_are_said_by_name_or_sign(notes: Notes, others: list[str]) -> None:
    (note,) = notes(others)
    assert f"Currency of sales says {', '.join(sorted(other.upper() for other in others))}, and amounts" in note


@pytest.mark.parametrize("ours", [["€", "EUR"], ["Euro", "euros"], ["$", "$"], ["EUR", "Taler"], ["€", ""]])
def test_ours_by_name_or_sign_is_not(notes: Notes, ours: list[str]) -> None:
    assert notes(ours) == []


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


def test_ours_alone_are_not(notes: Notes) -> None:
    assert notes(["EUR", "eur", ""]) == []


@pytest.mark.parametrize("column", ["amount_eur", "AmountEUR", "base_amount", "amount_local"])
def test_nor_are_amounts_that_are_in_ours_as_their_column_says(notes: Notes, column: str) -> None:
    sql = SELECT.replace("amount", f"{column} AS amount")
    assert notes(["EUR,8", "USD,9"], sql, f"Currency,{column}") == []
    assert notes(["EUR,8", "USD,9"], SELECT, f"Currency,{column}")
    assert notes(["EUR,8", "USD,9"], SELECT.replace("amount", "neural AS amount"), "Currency,neural")


def test_nor_a_currency_of_another_table(firm: Firm, notes: Notes) -> None:
    firm.write("customers.csv", "account_id,since,currency\nA,2020-01-01,USD")
    firm.tables["customers"] = "customers.csv"
    assert notes(["EUR"], f"{SELECT} JOIN customers USING (account_id)") == []


@pytest.mark.parametrize("sql", [f"{SELECT} WHERE currency = 'EUR'", "SELECT * EXCLUDE (Currency) FROM sales"])
def test_nor_is_a_column_that_the_select_names(notes: Notes, sql: str) -> None:
    assert notes(["EUR", "USD"], sql) == []


def test_nor_what_is_no_code_of_a_currency(notes: Notes) -> None:
    assert notes(["yes", "no"]) == []
    assert notes(["EUR", "USD"], column="country") == []
    assert notes(["Yes", "Yes"], column="is_current") == []
    assert notes(["NEW", "OLD"], column="current_status") == []
    assert notes(["Gold", "Silver"], column="current_level") == []
    assert notes(["EUR", "XXX"]) == []  # for none


def test_a_select_without_amounts_is_not_asked(firm: Firm, notes: Notes) -> None:
    notes(["EUR", "USD"], f"{SELECT} WHERE currency = 'EUR'")
    firm.sql("contacts", "SELECT account_id, ordered_at AS contacted_at, 'call' AS channel FROM sales")
    report = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY)
    assert not [note for note in report.notes if "amounts are taken" in note]
