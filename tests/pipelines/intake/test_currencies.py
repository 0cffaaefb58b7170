"""A column that says another currency than the source does is said, unless the SELECT knows of it."""

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


def test_ours_alone_are_not(firm: Firm) -> None:
    assert notes(firm, ["EUR", "eur", ""]) == []


@pytest.mark.parametrize("sql", [f"{SELECT} WHERE currency = 'EUR'", "SELECT * EXCLUDE (Currency) FROM sales"])
def test_nor_is_a_column_that_the_select_names(firm: Firm, sql: str) -> None:
    assert notes(firm, ["EUR", "USD"], sql) == []


def test_nor_what_is_no_code_of_a_currency(firm: Firm) -> None:
    assert notes(firm, ["yes", "no"]) == []
    assert notes(firm, ["EUR", "USD"], column="country") == []
    assert notes(firm, ["Yes", "Yes"], column="is_current") == []
    assert notes(firm, ["NEW", "OLD"], column="current_status") == []


def test_a_select_without_amounts_is_not_asked(firm: Firm) -> None:
    notes(firm, ["EUR", "USD"], f"{SELECT} WHERE currency = 'EUR'")
    firm.sql("contacts", "SELECT account_id, ordered_at AS contacted_at, 'call' AS channel FROM sales")
    report = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY)
    assert not [note for note in report.notes if "amounts are taken" in note]
