"""How CSV files are written, as their first lines show; what cannot be read right is named, file and line."""

import gzip
from collections.abc import Callable

import pytest

Stops = Callable[..., str]

ROWS = "account_id,ordered_at,amount\nA,2026-01-01,1\nB,2026-01-02,2\n"
SELECT = "SELECT account_id, ordered_at, amount FROM orders"


def given(firm, content: str | bytes, options: str = "", sql: str = SELECT, name: str = "orders.csv") -> None:
    """A file of orders, to the byte, and options in source.yaml."""
    raw = content.encode() if isinstance(content, str) else content
    (firm.folder / "files" / name).write_bytes(raw)
    firm.tables["orders"] = name
    firm.sql("orders", sql)
    firm.yaml(f"options: {{{options}}}\n")


def amounts(firm) -> dict[str, object]:
    firm.ingest(max_refused=0)
    return {row["account_id"]: row["amount"] for row in firm.kept("orders")}


@pytest.mark.parametrize(
    "content",
    [
        ROWS,
        ROWS.replace(",", ";"),
        ROWS.replace(",", "\t"),
        ROWS.replace(",", "|"),
        ROWS.replace(",", ", "),
        ROWS.replace("\n", "\r\n"),
        ROWS.replace("\n", "\r"),
        ROWS.replace("\n", "\r\n", 1),  # both kinds of line ends
        ROWS.replace("\n", "\n\n") + "\n",
        ROWS.replace("amount", "amount,").replace("1\n", "1,\n").replace("2\n", "2,\n"),  # one more column without a name
        ROWS.replace("1\n", "1,\n").replace("2\n", "2,\n"),  # rows that end in a delimiter
        "sep=;\n" + ROWS.replace(",", ";"),  # as Excel says it
        ROWS.replace("A,", '"A",'),
        b"\xef\xbb\xbf" + ROWS.encode(),
        ROWS.encode("utf-16"),
    ],
)  # fmt: skip
def test_a_file_is_read_however_it_is_written(firm, caplog, content: str | bytes) -> None:
    given(firm, content)
    assert amounts(firm) == {"A": 1, "B": 2}
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_compressed_files_are_read(firm) -> None:
    given(firm, gzip.compress(ROWS.encode()), name="orders.csv.gz")
    assert amounts(firm) == {"A": 1, "B": 2}
    given(firm, gzip.compress(ROWS.encode("utf-16-le")), "encoding: {orders: utf-16-le}", name="orders.csv.gz")
    assert amounts(firm) == {"A": 1, "B": 2}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"Abel, Son ""& Co"""', 'Abel, Son "& Co"'),
        ('"Abel\nand Son"', "Abel\nand Son"),
        ('"Abel \\"& Son\\""', 'Abel "& Son"'),
        ("'Abel, Son'", "Abel, Son"),
        ('Abel "& Son"', 'Abel "& Son"'),
        ("O'Brien", "O'Brien"),
        ('"C:\\Abel\\"', "C:\\Abel\\"),
    ],
)
def test_quotes_are_read(firm, text: str, name: str) -> None:
    (firm.folder / "files" / "accounts.csv").write_text(f"account_id,name\nA,{text}\nB,Baker\n")
    firm.ingest(max_refused=0)
    assert [row["name"] for row in firm.kept("accounts")] == [name, "Baker"]


def test_letters_are_read_in_the_encoding_that_is_said(firm, stops: Stops) -> None:
    accounts = firm.folder / "files" / "accounts.csv"
    accounts.write_bytes("account_id,name\nA,Müller & Söhne – 5 €\nB,Baker\n".encode("cp1252"))
    assert stops() == (
        "SOURCE/files/accounts.csv: not a text in utf-8: line 2 holds b'\\xfc'. Write options: "
        "{encoding: {accounts: …}} in source.yaml with what it is in: cp1252 or latin-1 or utf-16."
    )
    firm.yaml("options: {encoding: {accounts: cp1252}}\n")
    firm.ingest(max_refused=0)
    assert firm.kept("accounts")[0]["name"] == "Müller & Söhne – 5 €"
    accounts.write_bytes("account_id,name\nA,Abel\n".encode("utf-16-le"))
    firm.yaml()
    assert stops() == (
        "SOURCE/files/accounts.csv: not a text in UTF-8; every other byte is 0, as in UTF-16. "
        "Write options: {encoding: {accounts: utf-16-le}} in source.yaml."
    )


def test_a_letter_far_below_that_cannot_be_read_is_named(firm, stops: Stops) -> None:
    lines = "".join(f"A{number},Abel\n" for number in range(40_000))
    (firm.folder / "files" / "accounts.csv").write_bytes(f"account_id,name\n{lines}B,Bäcker\n".encode("latin-1"))
    assert stops() == (
        "SOURCE/files/accounts.csv: line 40002 is not in UTF-8. "
        "Write options: {encoding: cp1252} in source.yaml, or what it is in."
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("", "empty; a CSV file begins with the names of its columns."),
        ("\n\n", "empty; a CSV file begins with the names of its columns."),
        (ROWS + "A,2026-01-03,3,9\n", "line 4 has 4 fields, not 3 as above: A,2026-01-03,3,9"),
        (ROWS + "A,2026-01-03\n", "line 4 has 2 fields, not 3 as above: A,2026-01-03"),
        (ROWS.replace("1\nB", "1,9\nB"), "line 2 has 4 fields, not 3 as above: A,2026-01-01,1,9"),
        (ROWS * 20_000 + "A,1\n", "line 60001 has 2 fields, not 3 as above: A,1"),
        (ROWS.replace("A,", '"A,'), 'line 2 cannot be read (a quote that is not closed): "A,2026-01-01,1'),
        (b"PK\x03\x04" + b"\0" * 100, "a workbook or a ZIP file, no text; save it as CSV."),
        ("\n<HTML><table><tr><td>A</td></tr></table>", "a page of HTML or XML, no table of text; save it as CSV, from a spreadsheet that opens it."),
        ("<?xml version='1.0'?><Workbook/>", "a page of HTML or XML, no table of text; save it as CSV, from a spreadsheet that opens it."),
        (ROWS + "\n,2026-01-03\n", "line 5 has 2 fields, not 3 as above: ,2026-01-03"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_one_line(firm, stops: Stops, content: str | bytes, line: str) -> None:
    given(firm, content)
    assert stops() == f"SOURCE/files/orders.csv: {line}"


def test_a_line_of_a_file_in_another_encoding_is_named_by_the_files_own_name(firm, stops: Stops) -> None:
    given(firm, (ROWS + "A,2026-01-03\n").encode("utf-16"))
    assert stops() == "SOURCE/files/orders.csv: line 4 has 2 fields, not 3 as above: A,2026-01-03"


def test_a_file_that_is_no_gzip(firm, stops: Stops) -> None:
    given(firm, "no gzip", name="orders.csv.gz")
    assert stops() == "SOURCE/files/orders.csv.gz: cannot be read: zlib inflate failed: incorrect header check."


def test_files_of_one_table_may_differ(firm, caplog) -> None:
    given(firm, ROWS, name="orders_1.csv")
    given(firm, "amount;product_line;ordered_at;account_id\n3;tea;2026-01-03;C\n", name="orders_2.csv")
    given(firm, "", name="orders_3.csv", sql="FROM orders")
    firm.tables["orders"] = "orders_*.csv"
    firm.yaml()
    (firm.folder / "accounts.sql").unlink()
    firm.ingest(max_refused=0)
    found = [(row["account_id"], row["amount"], row["product_line"]) for row in firm.kept("orders")]
    assert found == [("A", 1, None), ("B", 2, None), ("C", 3, "tea")]
    assert "orders_3.csv is empty" in caplog.messages


@pytest.mark.parametrize(
    ("content", "note"),
    [
        ("Report of sales\n\n" + ROWS, "a line above the names of its columns is left out: 'Report of sales'"),
        ("Sales,,\nNorth,,\n" + ROWS, "2 lines above the names of its columns are left out: 'Sales'"),
        (ROWS.replace("amount", "amount,Amount").replace("1\n", "1,7\n").replace("2\n", "2,8\n"), "2 of its columns are named 'amount'; the first stays so, the next is 'amount_1'"),
    ],
)  # fmt: skip
def test_what_nobody_would_expect_is_said(firm, caplog, content: str, note: str) -> None:
    given(firm, content)
    assert amounts(firm) == {"A": 1, "B": 2}
    assert f"orders.csv: {note}" in caplog.messages


def test_columns_of_one_name_are_told_apart(firm) -> None:
    given(
        firm,
        "account_id,ordered_at,amount,amount\nA,2026-01-01,1,100\n",
        sql="SELECT account_id, ordered_at, amount_1 AS amount FROM orders",
    )
    assert amounts(firm) == {"A": 100}


def test_a_file_without_names_of_columns_is_said_to_have_none(firm, stops: Stops) -> None:
    given(firm, ROWS.partition("\n")[2])
    assert stops().endswith(
        "(orders.csv: its first line, 'A, 2026-01-01, 1', is taken for the names of its columns, though it looks like a row)"
    )


@pytest.mark.parametrize(
    ("between", "said"),
    [
        (" ", "it has one column, 'account_id ordered_at amount'; if ' ' separates columns, write options: {delimiter: {orders: ' '}} in source.yaml"),
        ("   ", "it has one column, 'account_id   ordered_at   amount'; if ' ' separates columns, write options: {delimiter: {orders: ' '}} in source.yaml"),
        (":", "it has one column, 'account_id:ordered_at:amount'; if ':' separates columns, write options: {delimiter: {orders: ':'}} in source.yaml"),
    ],
)  # fmt: skip
def test_a_delimiter_that_cannot_be_seen_can_be_said(firm, stops: Stops, between: str, said: str) -> None:
    given(firm, ROWS.replace(",", between))
    assert stops().endswith(f"(orders.csv: {said})")
    given(firm, ROWS.replace(",", between), said.partition("options: {")[2].partition("} in source.yaml")[0])
    assert amounts(firm) == {"A": 1, "B": 2}


@pytest.mark.parametrize(
    ("between", "written"),
    [(" ", "' '"), ("\t", r"'\t'"), ("\t", r'"\t"'), ("\t", "tab"), ("||", "'||'"), ("¦", "'¦'")],
)
def test_a_delimiter_is_for_all_files_or_for_one(firm, stops: Stops, between: str, written: str) -> None:
    given(firm, ROWS.replace(",", between), f"delimiter: {{orders: {written}}}")
    assert amounts(firm) == {"A": 1, "B": 2}
    given(firm, ROWS.replace(",", between), f"delimiter: {written}")
    assert "accounts.csv: it has one column, 'account_id,name', cut at " in stops()
    assert stops().endswith("write options: {delimiter: {accounts: ','}} in source.yaml)")
    firm.write("accounts.csv", f"account_id{between}name\nA{between}Abel\nB{between}Baker")
    assert amounts(firm) == {"A": 1, "B": 2}


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


def test_rows_without_anything_in_them_are_no_rows(firm) -> None:
    """As a spreadsheet leaves them below its last row, or between two parts."""
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-03-01,1\n,,\nA,2026-03-02,2\n,,5" + "\n,," * 30)
    firm.ingest()
    assert len(firm.kept("orders")) == 2
    assert firm.refused("orders") == [(3, "no account_id")]


def test_the_names_of_the_columns_may_come_again_and_that_is_said(firm, caplog) -> None:
    given(firm, "Report\n\n" + ROWS + "\naccount_id, ordered_at,amount\nC,2026-01-03,3\n" + ROWS.partition("\n")[0])
    (firm.folder / "accounts.sql").unlink()
    assert amounts(firm) == {"A": 1, "B": 2, "C": 3}
    assert firm.refused("orders") == []
    assert "orders: 2 rows are the names of its columns again, and are left out" in caplog.messages
    given(firm, ROWS)
    caplog.clear()
    amounts(firm)
    assert "are the names of" not in caplog.text


def test_so_may_such_that_had_to_be_told_apart(firm) -> None:
    rows = ROWS.replace("amount", "amount,,amount").replace("1\n", "1,x,8\n").replace("2\n", "2,x,9\n")
    given(firm, rows + rows.partition("\n")[0] + "\n")
    assert amounts(firm) == {"A": 1, "B": 2}


def test_a_row_that_says_some_of_them_is_a_row(firm) -> None:
    given(firm, ROWS + "account_id,2026-01-03,3\n")
    (firm.folder / "accounts.sql").unlink()
    assert amounts(firm) == {"A": 1, "B": 2, "account_id": 3}


def test_a_line_of_names_below_one_of_groups_is_said(firm, stops: Stops) -> None:
    given(firm, "Customer,Order,Order\n" + ROWS)
    second = (
        "its second line, 'account_id, ordered_at, amount', may be the names of its columns; if so, take out the first"
    )
    assert f"orders.csv: {second}" in stops()
    given(firm, "account_id,ordered_at,amount,Amount\nA,2026-01-01,1,2\n")
    firm.ingest(max_refused=0)
