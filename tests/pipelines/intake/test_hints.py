"""What to write where values cannot be read; and that it helps, where it can be tried."""

from collections.abc import Callable

import pytest

from features.tables import TABLES
from pipelines.intake.hints import hint

Stops = Callable[..., str]

ordered_at, amount = TABLES["orders"]["ordered_at"], TABLES["orders"]["amount"]


def cast(form: str) -> str:
    return f"strptime(ordered_at, '{form}') AS ordered_at in orders.sql"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["16-10-2024", "01-02-2024"], f"Write options: {{date_format: '%d-%m-%Y'}} in source.yaml, or {cast('%d-%m-%Y')}"),
        (["10/16/2024"], f"Write options: {{date_format: '%m/%d/%Y'}} in source.yaml, or {cast('%m/%d/%Y')}"),
        (["31.12.24"], f"Write options: {{date_format: '%d.%m.%y'}} in source.yaml, or {cast('%d.%m.%y')}"),
        (["16-Oct-2024"], f"Write options: {{date_format: '%d-%b-%Y'}} in source.yaml, or {cast('%d-%b-%Y')}"),
        (["16-OCT-24"], f"Write options: {{date_format: '%d-%b-%y'}} in source.yaml, or {cast('%d-%b-%y')}"),
        (["2024.10.16"], f"Write options: {{date_format: '%Y.%m.%d'}} in source.yaml, or {cast('%Y.%m.%d')}"),
        (["2024-16-10"], f"Write options: {{date_format: '%Y-%d-%m'}} in source.yaml, or {cast('%Y-%d-%m')}"),
        (["October 16, 2024"], f"Write options: {{date_format: '%B %d, %Y'}} in source.yaml, or {cast('%B %d, %Y')}"),
        (["16.10.2024 09:30"], f"Write options: {{time_format: '%d.%m.%Y %H:%M'}} in source.yaml, or {cast('%d.%m.%Y %H:%M')}"),
        (["10/16/2024 9:30 PM"], f"Write options: {{time_format: '%m/%d/%Y %I:%M %p'}} in source.yaml, or {cast('%m/%d/%Y %I:%M %p')}"),
        (["03/04/2024"], "Write options: {date_format: '%d/%m/%Y'} or {date_format: '%m/%d/%Y'} in source.yaml, whichever is right"),
        (["03/04/2024", "16/04/2024", "soon"], f"Write options: {{date_format: '%d/%m/%Y'}} in source.yaml, or {cast('%d/%m/%Y')}"),
        (["1700000000", "1700000001.5"], "Write to_timestamp(ordered_at::DOUBLE) AS ordered_at in orders.sql"),
        (["1700000000000"], "Write to_timestamp(ordered_at::DOUBLE / 1000) AS ordered_at in orders.sql"),
        (["45322.5"], "Write TIMESTAMP '1899-12-30' + to_seconds(ordered_at::DOUBLE * 86400) AS ordered_at in orders.sql"),
        (["16-Okt-24", "02-Mrz-24", "03-Jan-24"], "Write options: {date_format: '%d-%b-%y'} in source.yaml"),
        (["16. Oktober 2024"], "Write options: {date_format: '%d. %b %Y'} in source.yaml"),
        (["16 de marzo de 2024"], "Write options: {date_format: '%d de %B de %Y'} in source.yaml"),
        (["/Date(1700000000000)/"], r"Write to_timestamp(regexp_extract(ordered_at, '-?\d+')::DOUBLE / 1000) AS ordered_at in orders.sql"),
        (["/Date(1700000000000+0100)/"], r"Write to_timestamp(regexp_extract(ordered_at, '-?\d+')::DOUBLE / 1000) AS ordered_at in orders.sql"),
        (["soon", "later", "16-10-2024"], ""),
        (["2024-02-30"], ""),
        ([], ""),
    ],
)  # fmt: skip
def test_of_times(values: list[str], expected: str) -> None:
    assert hint("orders", ordered_at, values) == expected


BARE = r"regexp_replace(amount, '[\p{L}\p{Sc}\p{Z}]', '', 'g')"


def signed(number: str) -> str:
    return rf"regexp_replace({number}, '^\((.+)\)$|^(.+)[-−]$|^−(.+)$', '-\1\2\3')"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1,5", "1234,50"], "Write options: {decimal: ','} in source.yaml"),
        (["1.234,50"], "Write options: {decimal: ','} in source.yaml"),
        (["1.234.567"], "Write options: {decimal: ','} in source.yaml"),
        (["1,234.50"], "Write options: {decimal: '.'} in source.yaml"),
        (["1,234"], "Write options: {decimal: ','} or {decimal: '.'} in source.yaml"),
        (["€5", "6.50 EUR"], f"Write {BARE} AS amount in orders.sql"),
        (["5.00-"], f"Write {signed('amount')} AS amount in orders.sql"),
        (["$5", "($5)"], f"Write {signed(BARE)} AS amount in orders.sql"),
        (["5 CR", "7"], "CR marks credits and DR debits: give credits a minus in orders.sql, and leave out both"),
        (
            ["74,54 EUR", "8.947,20 JPY", "$5"],
            "These are EUR, JPY, USD: bring them to one currency in orders.sql, then leave out its name",
        ),
        (["a lot"], ""),
    ],
)
def test_of_numbers(values: list[str], expected: str) -> None:
    assert hint("orders", amount, values) == expected


@pytest.mark.parametrize(
    "value",
    ["16-10-2024", "16/10/24", "10/16/2024 9:30 PM", "1700000000", "1700000000000", "45322.5", "/Date(1700000000000)/"],
)
def test_what_is_said_helps(firm, stops: Stops, value: str) -> None:
    firm.table("orders", f"account_id,ordered_at,amount\nA,{value},1\nA,{value},2")
    written = stops().rpartition(" Write ")[2]
    options, _, select = written.removesuffix(" in orders.sql.").rpartition(", or ")
    firm.sql("orders", f"SELECT account_id, {select}, amount FROM orders")  # noqa: S608 - the hint itself
    firm.ingest(max_refused=0)
    by_select = firm.kept("orders")
    assert len(by_select) == 2
    if options:
        firm.sql("orders", "FROM orders")
        firm.yaml(options.removesuffix(" in source.yaml") + "\n")
        firm.ingest(max_refused=0)
        assert firm.kept("orders") == by_select


@pytest.mark.parametrize(
    "credit", ["($5.00)", "$(5.00)", "($ 5.00)", "$5.00-", "5.00- $", "−$5.00", "-$5.00", "(5.00)", "5.00-", "−5.00"]
)
def test_a_credit_stays_one_by_what_is_said(firm, stops: Stops, credit: str) -> None:
    firm.table("orders", f"account_id,ordered_at,amount\nA,2024-01-01,$7.00\nA,2024-01-02,{credit}")
    written = stops().rpartition(" Write ")[2]
    select = written.removesuffix(" in orders.sql.")
    firm.sql("orders", f"SELECT account_id, ordered_at, {select} FROM orders")  # noqa: S608 - the hint itself
    firm.ingest(max_refused=0)
    assert [row["amount"] for row in firm.kept("orders")] == [7, -5]


@pytest.mark.parametrize("value", ["1700000000", "1700000000000", "45322.5"])
def test_what_is_said_helps_where_numbers_are_texts(firm, stops: Stops, value: str) -> None:
    firm.write("orders.jsonl", f'{{"account_id": "A", "ordered_at": "{value}", "amount": "5"}}')
    firm.tables["orders"] = "orders.jsonl"
    firm.yaml()
    select = stops().rpartition(" Write ")[2].removesuffix(" in orders.sql.")
    firm.sql("orders", f"SELECT account_id, {select}, amount FROM orders")  # noqa: S608 - the hint itself
    firm.ingest(max_refused=0)
    assert len(firm.kept("orders")) == 1


def test_a_year_of_two_digits_is_no_year_of_antiquity(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,01/02/24,1\nA,03/02/24,2")
    assert stops().endswith(
        " Write options: {date_format: '%d/%m/%y'} or {date_format: '%m/%d/%y'} in source.yaml, whichever is right."
    )
    for form, first in (("%d/%m/%y", "2024-02-01"), ("%m/%d/%y", "2024-01-02")):
        firm.yaml(f"options: {{date_format: '{form}'}}\n")
        firm.ingest(max_refused=0)
        assert str(firm.kept("orders")[0]["ordered_at"]) == f"{first} 00:00:00"


def test_nor_is_it_where_the_source_gives_a_format_of_four_digits(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,16/02/24,1\nA,13/02/24,2")
    firm.yaml("options: {date_format: '%d/%m/%Y'}\n")
    line = stops()
    assert line.startswith("orders: 2 of 2 rows have an ordered_at before 1990")
    assert line.endswith(" Write %y, for years of two digits, in the date_format or time_format in source.yaml.")


def test_what_is_really_too_early_gets_no_hint(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,16/02/1924,1\nA,13/02/1924,2")
    firm.yaml("options: {date_format: '%d/%m/%Y'}\n")
    assert "Write" not in stops()


def test_nor_is_one_of_a_time_with_a_zone(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,01/02/24 10:00:00Z,1\nA,03/02/24 10:00:00Z,2")
    assert stops().startswith("orders: 2 of 2 rows have an ordered_at that is not a time ('01/02/24 10:00:00Z')")


def test_the_format_that_a_source_gives_is_believed_where_a_value_could_be_read_in_another(firm) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,2024-02-01,1\nA,2024-02-13,2")
    firm.yaml("options: {date_format: '%Y-%d-%m'}\n")
    firm.ingest(max_refused=1)
    assert str(firm.kept("orders")[0]["ordered_at"]) == "2024-01-02 00:00:00"


def test_the_hint_stands_in_the_line_and_in_the_report_once(firm, stops: Stops) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,16-10-2024,1\nX,2024-01-01,2")
    line = stops()
    assert line.startswith("orders: 2 of 2 rows are refused: ")
    assert line.endswith(f" Write options: {{date_format: '%d-%m-%Y'}} in source.yaml, or {cast('%d-%m-%Y')}.")
    assert line.count("Write") == 1


@pytest.mark.parametrize(
    "none", ["9999-12-31", "9999-12-31 00:00:00", "1900-01-01", "0001-01-01", "0000-00-00", "00000000", "0", "-"]
)
def test_a_day_that_stands_for_none_is_no_day(firm, stops: Stops, none: str) -> None:
    firm.table(
        "orders",
        f"account_id,ordered_at,amount,delivered_at\nA,2026-03-01,1,2026-03-02\nA,2026-03-01,2,{none}\nA,2026-03-01,2,{none}",
    )
    line = stops()
    assert " says that there is none, write nullif(delivered_at, " in line
    select = line.rpartition(", write ")[2].removesuffix(" in orders.sql.")
    firm.sql("orders", f"SELECT account_id, ordered_at, amount, {select} FROM orders")  # noqa: S608 - the hint itself
    firm.ingest(max_refused=0)
    assert [str(row["delivered_at"]) for row in firm.kept("orders")] == ["2026-03-02 00:00:00", "None", "None"]


def test_an_impossible_day_that_comes_once_or_is_one_of_many_stands_for_nothing(firm, stops: Stops) -> None:
    said = "says that there is none"
    firm.table("orders", "account_id,ordered_at,amount,delivered_at\nA,2026-03-01,1,9999-12-31")
    assert said not in stops()
    firm.table("orders", "account_id,ordered_at,amount\nA,9999-12-31,1\nA,9999-12-31,2")  # every order has a day
    assert said not in stops()
    lines = [f"A,2026-03-01,1,{day}" for day in ("9999-12-31", "9999-12-31", "9998-12-31", "9997-12-31", "9996-12-31")]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount,delivered_at", *lines]))
    assert said not in stops()
    firm.table("orders", "\n".join(["account_id,ordered_at,amount,delivered_at", *lines[:4]]))
    assert said in stops()


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("16.10.2024", "Write options: {date_format: '%d.%m.%Y'} in source.yaml"),
        ("16.10.2024 09:30", "Write options: {time_format: '%d.%m.%Y %H:%M'} in source.yaml"),
        ("45322.5", "Write TIMESTAMP '1899-12-30' + to_seconds(delivered_at::DOUBLE * 86400) AS delivered_at"),
        ("31.12.9999", "If 31.12.9999 says that there is none, write nullif(delivered_at, '31.12.9999')"),
        ("01.01.1900", "If 01.01.1900 says that there is none, write nullif(delivered_at, '01.01.1900')"),
    ],
)
def test_one_day_on_which_much_came_is_no_word_for_none(firm, stops: Stops, day: str, expected: str) -> None:
    lines = [f"A,2024-10-01,1,{day}"] * 3 + ["A,2024-10-01,1,2024-10-15"]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount,delivered_at", *lines]))
    assert expected in stops()


def test_a_report_by_customer_is_told_how_to_be_filled_down(firm, stops: Stops) -> None:
    rows = "id,day,amount\nA,2026-03-01,1\n,2026-03-02,2\n,2026-03-03,3\nTotal A,,6\nB,2026-03-01,4\n,2026-03-04,5\nTotal B,,9"
    firm.table(
        "orders",
        rows.replace("Total A", "").replace("Total B", ""),
        "SELECT id AS account_id, day AS ordered_at, amount FROM orders",
    )
    line = stops()
    assert "have no account_id" in line
    assert line.endswith(
        " If the account_id stands in the first row of each group alone, write last_value(account_id IGNORE NULLS) OVER "
        "(ORDER BY line) AS account_id in orders.sql, of (SELECT *, row_number() OVER () AS line FROM …), and leave out "
        "lines of totals (WHERE …)."
    )
    firm.table("orders", rows)
    firm.sql(
        "orders",
        "SELECT last_value(id IGNORE NULLS) OVER (ORDER BY line) AS account_id, day AS ordered_at, amount "
        "FROM (SELECT *, row_number() OVER () AS line FROM orders) WHERE day IS NOT NULL",
    )
    firm.ingest(max_refused=0)
    assert sorted((row["account_id"], row["amount"]) for row in firm.kept("orders")) == [
        ("A", 1), ("A", 2), ("A", 3), ("B", 4), ("B", 5),
    ]  # fmt: skip


@pytest.mark.parametrize("ids", [["", "", "A"], ["A", "", "B"], ["A", "B", "", ""]])
def test_nor_is_one_in_which_only_some_rows_are_nobodys(firm, stops: Stops, ids: list[str]) -> None:
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *(f"{id_},2026-03-01,1" for id_ in ids)]))
    assert "first row of each group" not in stops()
