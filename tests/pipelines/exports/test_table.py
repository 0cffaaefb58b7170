import csv
import io

import pandas as pd
import pytest

from pipelines.exports.ranked import ranked
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


def test_the_csv_opens_in_excel_and_keeps_numbers(tmp_path):
    scores = pd.DataFrame(
        {
            "account_id": ["=A", "B"],
            "rank": [1, 2],
            "risk": [0.123456789, 1e-05],
            "value": [-12.5, 100.0],
            "rep_id": [None, "R"],
            "reason_1": ['He said "no", twice\nand left', None],
            "reason_1_shap": [0.7, None],
        }
    )
    write_table(tmp_path / "accounts.csv", ranked(scores))
    raw = (tmp_path / "accounts.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert first["account_id"] == first["name"] == "'=A"
    assert (first["risk"], first["value"], second["risk"]) == ("0.123456789", "-12.5", "1e-05")
    assert first["reason_1"] == 'He said "no", twice\nand left'
    assert (first["rep"], second["rep"]) == ("", "R")
    assert not [column for column in first if "push" in column]


def test_no_cell_of_hostile_names_is_a_formula(made, tmp_path):
    write_table(tmp_path / "accounts.csv", made.rows)
    rows = list(csv.DictReader((tmp_path / "accounts.csv").open(encoding="utf-8-sig", newline="")))
    assert len(rows) == 300
    texts = [cell for row in rows for column, cell in row.items() if column in ("name", "rep", "region", "account_id")]
    assert not [cell for cell in texts if cell[:1] in "=+-@\t\r" and cell]
    assert {"'+49 Umzüge GmbH", "株式会社 東京商事"} <= set(texts)
