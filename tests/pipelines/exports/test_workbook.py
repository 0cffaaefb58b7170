from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from pipelines.exports import workbook
from pipelines.exports.ranked import not_ranked, ranked
from pipelines.exports.sheets import sheet_names
from pipelines.exports.workbook import write_workbook


@pytest.fixture(scope="module")
def path(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("workbook") / "accounts.xlsx"
    write_workbook(path, made.firm, made.rows, made.not_scored)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def cells(sheet, row):
    return [cell.value for cell in sheet[row]]


def test_the_sheets_stand_in_the_order_in_which_they_are_read(book):
    assert book.sheetnames[:2] == ["Summary", "Accounts"]
    assert book.sheetnames[-2:] == ["How to read this", "Not scored"]
    lists = book.sheetnames[2:-2]
    assert len(lists) == 13  # 12 reps and those without one
    assert {"Mia Max East (2)", "mia max east", "Somebody with a name that is fa", "=cmd|calc", "No rep", "R11"} <= set(
        lists
    )


def test_nothing_in_it_is_a_formula_or_a_link(book):
    found = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
    ]
    assert found == []
    assert book["Accounts"]["B4"].value == '=HYPERLINK("http://example.invalid","Click me")'
    assert book["Accounts"]["B4"].data_type == "s"


def test_accounts_are_ranked_with_reason_evidence_action_and_value_at_risk(book, made):
    sheet = book["Accounts"]
    first = made.rows.iloc[0]
    told = dict(zip(cells(sheet, 1), cells(sheet, 2), strict=True))
    assert sheet.max_row == 301
    assert told["Rank"] == 1
    assert told["Account"] == "<img src=x onerror=\"window.hacked='img'\">Acme"
    assert told["Risk"] == pytest.approx(first["risk"])
    assert told["Main reason"] == made.firm.reasons[first["reason_1_code"]]
    assert (told["Evidence"], told["What to do"]) == (first["reason_1"], first["action_1"])
    assert told["Value at risk"] == pytest.approx(first["value_at_risk"])
    assert told["Last order"] == datetime.combine(first["last_order_on"], datetime.min.time())
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(range(1, 301))


def test_accounts_can_be_filtered_and_printed(book):
    sheet = book["Accounts"]
    assert sheet.tables["Accounts"].ref == "A1:S301"
    assert sheet.tables["Accounts"].autoFilter.ref == "A1:S301"
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes; the width is one by default
    assert sheet["G2"].number_format.startswith('"€"#,##0')


def test_a_call_list_is_by_value_at_risk_with_columns_to_fill_in(book, made):
    sheet = book["Luís Á. Souza"]
    headings = cells(sheet, 4)
    theirs = made.rows[made.rows["rep"] == "Luís Á. Souza"].sort_values("priority")
    assert [row[headings.index("Account no.")].value for row in sheet.iter_rows(min_row=5)] == theirs[
        "account_id"
    ].tolist()[:15]
    for column in ("What we did", "What came of it", "When", "Note"):
        assert sheet.cell(5, headings.index(column) + 1).value is None
    kinds = {str(rule.sqref): (rule.type, rule.formula1) for rule in sheet.data_validations.dataValidation}
    last = 4 + min(len(theirs), 15)
    assert kinds[f"I5:I{last}"] == ("list", '"called,visited,wrote,not reached,held out"')
    assert kinds[f"K5:K{last}"][0] == "date"


def test_the_summary_adds_up(book, made):
    sheet = book["Summary"]
    told = {row[0].value: [cell.value for cell in row[1:5]] for row in sheet.iter_rows(max_col=5) if row[0].value}
    assert told["Accounts expected to leave"][0] == round(made.rows["risk"].sum())
    assert told["Value at risk"][0] == round(made.rows["value_at_risk"].sum())
    assert told["At risk though on schedule"][0] + told["Overdue"][0] == 300
    by_reason = [told[title][0] for title in [*made.firm.reasons.values(), "Nothing in particular"]]
    assert sum(by_reason) == 300
    assert len(sheet._charts) == 2


def test_not_scored_names_the_cause(book):
    sheet = book["Not scored"]
    assert cells(sheet, 2) == ["N000", None, "Already gone: no order for longer than its outlook", 200, "N000"]
    assert sheet.max_row == 41


def test_the_same_scores_give_the_same_bytes(path, made, tmp_path):
    write_workbook(tmp_path / "again.xlsx", made.firm, made.rows, made.not_scored)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_of_a_large_firm_the_workbook_lists_the_foremost_and_says_so(made, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ACCOUNTS", 20)
    monkeypatch.setattr(workbook, "MOST_CALL_LISTS", 3)
    write_workbook(tmp_path / "accounts.xlsx", made.firm, made.rows, made.not_scored)
    book = openpyxl.load_workbook(tmp_path / "accounts.xlsx")
    assert book["Accounts"].max_row == 21
    assert len(book.sheetnames) == 4 + 3
    guide = " ".join(str(row[1].value) for row in book["How to read this"].iter_rows(max_col=2))
    assert "lists 20 of 300 accounts" in guide
    assert "3 of 13 reps" in guide


def test_a_firm_without_names_reps_or_reasons_still_gets_its_workbook(made, tmp_path):
    scores = pd.DataFrame(
        {"account_id": ["A"], "risk": [0.1], "rank": [1], "priority": [1], "pace": ["early"], "value": [5.0]}
    ).assign(value_at_risk=0.5, rep_id=None, outlook_days=90)
    nobody = pd.DataFrame({"account_id": [], "cause": []}, dtype="str")
    write_workbook(tmp_path / "accounts.xlsx", made.firm, ranked(scores), not_ranked(nobody))
    book = openpyxl.load_workbook(tmp_path / "accounts.xlsx")
    assert book.sheetnames == ["Summary", "Accounts", "Call list", "How to read this", "Not scored"]
    assert book["Accounts"]["B2"].value == "A"


def test_no_account_at_risk_is_no_error(made, tmp_path):
    write_workbook(tmp_path / "accounts.xlsx", made.firm, made.rows.head(0), made.not_scored)
    assert openpyxl.load_workbook(tmp_path / "accounts.xlsx")["Accounts"].max_row <= 2


def test_sheet_names_are_what_excel_takes():
    names = sheet_names(
        ["a/b:c*d?e[f]\\g", "A B C D E F G", "", "'", "History", "🥐" * 20, "x" * 40, "X" * 40], taken=["Accounts"]
    )
    assert list(names.values()) == [
        "a b c d e f g",
        "A B C D E F G (2)",
        "Rep",
        "Rep (2)",
        "History (2)",
        "🥐" * 15,
        "x" * 31,
        "X" * 27 + " (2)",
    ]
