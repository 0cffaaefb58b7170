"""Which of a firm's files are read, each of them once, and the line that says so where there are none."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

Stops = Callable[..., str]

HEAD = "account_id,ordered_at,amount\n"


def amounts(firm) -> list[object]:
    return [row["amount"] for row in firm.kept("orders")]


def read(firm, pattern: str) -> list[object]:
    """The amounts of the orders in the files that a pattern names."""
    firm.sql("orders", "FROM sales")
    firm.tables = {"accounts": "accounts.csv", "sales": f"'{pattern}'"}
    firm.yaml()
    firm.ingest()
    return amounts(firm)


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
    firm.write("orders.dbf", "")
    firm.tables["orders"] = "orders.dbf"
    firm.yaml()
    assert stops() == (
        "SOURCE/files/orders.dbf: unknown kind of file; there are "
        ".csv, .tsv, .txt, .parquet, .pq, .jsonl, .ndjson, .json, .duckdb, .ddb, .db."
    )


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.XLS", "orders.ods"])
def test_a_workbook_is_to_be_saved_as_csv(firm, stops: Stops, name: str) -> None:
    firm.write(name, "")
    firm.tables["orders"] = name
    firm.yaml()
    assert stops() == f"SOURCE/files/{name}: a workbook; save each of its sheets as CSV."


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


def test_so_is_one_of_sqlite_and_nothing_is_fetched_from_the_net(firm, stops: Stops) -> None:
    with closing(sqlite3.connect(firm.folder / "files" / "shop.db")) as shop:
        shop.execute("CREATE TABLE sale (id TEXT)")
        shop.commit()
    firm.tables["shop"] = "shop.db"
    firm.yaml()
    assert stops() == (
        "SOURCE/files/shop.db: a database of SQLite; write each of its tables as CSV: "
        "sqlite3 -header -csv shop.db 'SELECT * FROM …' > shop.csv"
    )


def test_a_file_that_lies_there_twice_is_read_once(firm, caplog) -> None:
    firm.ingest()
    expected = {path.name: path.read_bytes() for path in firm.home.tables.glob("*.parquet")}
    files = firm.folder / "files"
    (files / "orders (copy).csv").write_bytes((files / "orders.csv").read_bytes())
    (files / "accounts2.csv").write_bytes((files / "accounts.csv").read_bytes())
    firm.tables = {"orders": "orders*.csv", "accounts": "accounts*.csv"}
    firm.yaml()
    firm.ingest()
    assert {path.name: path.read_bytes() for path in firm.home.tables.glob("*.parquet")} == expected
    assert "orders.csv: left out, the same to the last byte as orders (copy).csv" in caplog.text


@pytest.mark.parametrize("pattern", ["sales*.csv", "**/sales*.csv", "../files/sales*.csv"])
def test_a_name_that_looks_like_a_pattern_is_a_name(firm, pattern: str) -> None:
    for amount, name in enumerate(("sales1.csv", "sales[1].csv", "sales[2].csv", "sale?s.csv", "sales'3.csv"), start=1):
        firm.write(name, f"{HEAD}A,2026-01-0{amount},{amount}")
    assert read(firm, pattern) == [1, 2, 3, 5]
    assert read(firm, "sales[1].csv") == [2]  # there is a file of this name
    assert read(firm, "sales[13].csv") == [1]  # of this there is none


def test_a_name_that_looks_like_a_pattern_is_a_name_in_parquet_and_json_too(firm) -> None:
    for amount, name in enumerate(("sales1", "sales[1]"), start=1):
        row = {"account_id": "A", "ordered_at": f"2026-01-0{amount}", "amount": amount}
        pq.write_table(pa.Table.from_pylist([row]), firm.folder / "files" / f"{name}.parquet")
        firm.write(f"{name}.json", str(row).replace("'", '"'))
    assert read(firm, "sales*.parquet") == read(firm, "sales*.json") == [1, 2]


def test_a_path_may_be_absolute_or_begin_at_home(firm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "far away").mkdir()
    for number in (1, 2):
        (tmp_path / "far away" / f"sales{number}.csv").write_text(f"{HEAD}A,2026-01-01,{number}\n")
    assert read(firm, f"{tmp_path}/far away/sales2.csv") == [2]
    assert read(firm, f"{tmp_path}/far */sales*.csv") == [1, 2]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read(firm, "~/far away/sales1.csv") == [1]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("/nowhere/orders.csv", "/nowhere/orders.csv: no such file (table 'orders' of SOURCE/source.yaml); there is no folder /nowhere either."),
        ("~nobody_at_all/orders.csv", "SOURCE/files/~nobody_at_all/orders.csv: no such file (table 'orders' of SOURCE/source.yaml); there is no folder SOURCE/files/~nobody_at_all either."),
        (".", "SOURCE/files: a folder, no file (table 'orders' of SOURCE/source.yaml); for the files in it write ./*.csv."),
        ("years/", "SOURCE/files/years: a folder, no file (table 'orders' of SOURCE/source.yaml); for the files in it write years/*.csv."),
        ("a**b/orders.csv", "SOURCE/files/a**b/orders.csv: no pattern of files: invalid pattern: '**' can only be an entire path component."),
        ("orders.*", "SOURCE/files/orders.*: files of several kinds, or several databases; name one kind a table."),
    ],
)  # fmt: skip
def test_a_pattern_that_names_no_files_of_one_kind(firm, stops: Stops, pattern: str, line: str) -> None:
    (firm.folder / "files" / "years").mkdir()
    firm.write("orders.json", "{}")
    firm.tables["orders"] = pattern
    firm.yaml()
    assert stops() == line


def test_json_without_records(firm, stops: Stops) -> None:
    firm.write("orders.json", "[]")
    firm.tables["orders"] = "orders.json"
    firm.yaml()
    assert stops() == "SOURCE/files/orders.json: no records in it."
    firm.write("orders.json", '{"account_id": "A", ')
    assert stops() == (
        'SOURCE/files/orders.json: cannot be read as json: Malformed JSON in file "SOURCE/files/orders.json", '
        "at byte 21 in record/value 2: unexpected end of data."
    )
