import csv
import io

import pytest

from pipelines.exports.table import without_formulas, write_table


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+49 Umzüge", "'+49 Umzüge"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1+1", "'\t'=1+1"),
        ("\r=1+1", "'\r'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("＝1+1", "'＝1+1"),
        ("a;=1+1", "a;'=1+1"),
        ("Smith + Sons = good, 1-2 @home", "Smith + Sons = good, 1-2 @home"),
        ("", ""),
    ],
)
def test_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text, safe):
    assert without_formulas(text) == safe


def read(path):
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_the_csv_opens_in_excel_and_keeps_numbers(made, tmp_path):
    rows = made.rows.head(2).assign(
        risk=[0.123456789, 1e-05],
        value=[12.5, 100.0],
        rep=[None, "R"],
        reason_1=['He said "no", twice\nand left', None],
    )
    write_table(tmp_path / "accounts.csv", rows)
    first, second = read(tmp_path / "accounts.csv")
    assert (first["risk"], first["value"], second["risk"]) == ("0.123456789", "12.5", "1e-05")
    assert (first["days_since_order"], first["last_order_on"]) == (
        str(rows["days_since_order"][0]),
        str(rows["last_order_on"][0]),
    )
    assert first["reason_1"] == 'He said "no", twice\nand left'
    assert (first["rep"], second["rep"]) == ("", "R")
    assert not [column for column in first if "push" in column]


def test_ids_are_as_they_are_so_that_other_programs_find_the_accounts(made, tmp_path):
    ids = ["-0012", "=A", "+49 1", "@7", "007"]
    rows = made.rows.head(5).assign(account_id=ids, rep_id=ids[::-1])
    write_table(tmp_path / "accounts.csv", rows)
    found = read(tmp_path / "accounts.csv")
    assert [row["account_id"] for row in found] == ids
    assert [row["rep_id"] for row in found] == ids[::-1]


def test_no_cell_of_hostile_names_is_a_formula(made, tmp_path):
    write_table(tmp_path / "accounts.csv", made.rows)
    rows = read(tmp_path / "accounts.csv")
    assert len(rows) == 300
    texts = [cell for row in rows for column, cell in row.items() if column in ("name", "rep", "region")]
    assert not [cell for cell in texts if cell[:1] in "=+-@\t\r" and cell]
    assert {"'+49 Umzüge GmbH", "株式会社 東京商事"} <= set(texts)
