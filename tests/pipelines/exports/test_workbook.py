from datetime import datetime
from itertools import pairwise

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from pipelines.exports import workbook
from pipelines.exports.figures import NO_REASON
from pipelines.exports.ranked import NAMED, not_ranked, ranked
from pipelines.exports.sheets import sheet_names
from pipelines.exports.workbook import write_workbook
from pipelines.scored import PLACES

REASONS = [column for n in PLACES for column in (f"reason_{n}", f"reason_{n}_code", f"reason_{n}_shap", f"action_{n}")]


@pytest.fixture(scope="module")
def path(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("workbook") / "accounts.xlsx"
    write_workbook(path, made.context, made.rows, made.not_scored)
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
    shown = dict(zip(cells(sheet, 1), cells(sheet, 2), strict=True))
    assert sheet.max_row == 301
    assert shown["Rank"] == 1
    assert shown["Account"] == "<img src=x onerror=\"window.hacked='img'\">Acme"
    assert shown["Risk"] == pytest.approx(first["risk"])
    assert shown["Main reason"] == made.context.reasons[first["reason_1_code"]]
    assert (shown["Evidence"], shown["What to do"]) == (first["reason_1"], first["action_1"])
    assert shown["Value at risk"] == pytest.approx(first["value_at_risk"])
    assert shown["Last order"] == datetime.combine(first["last_order_on"], datetime.min.time())
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == list(range(1, 301))


def test_accounts_can_be_filtered_and_printed(book):
    sheet = book["Accounts"]
    assert sheet.tables["Accounts"].ref == "A1:U301"
    assert sheet.tables["Accounts"].autoFilter.ref == "A1:U301"
    assert sheet.freeze_panes == "C2"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0  # as many pages as it takes; the width is one by default
    assert sheet["H2"].number_format.startswith('"€"#,##0')


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
    did, when = (get_column_letter(headings.index(name) + 1) for name in ("What we did", "When"))
    assert kinds[f"{did}5:{did}{last}"] == ("list", '"called,visited,wrote,not reached,held out"')
    assert kinds[f"{when}5:{when}{last}"][0] == "date"


def test_the_summary_adds_up(book, made):
    sheet = book["Summary"]
    shown = {row[0].value: [cell.value for cell in row[1:5]] for row in sheet.iter_rows(max_col=5) if row[0].value}
    assert shown["Accounts expected to leave"][0] == round(made.rows["risk"].sum())
    assert shown["Value at risk"][0] == round(made.rows["value_at_risk"].sum())
    assert shown["At risk though on schedule"][0] + shown["Overdue"][0] == 300
    by_reason = [shown[title][0] for title in [*made.context.reasons.values(), NO_REASON]]
    assert sum(by_reason) == 300


def test_charts_show_reasons_signs_and_reps_each_beside_its_own_table(book):
    sheet = book["Summary"]
    table_of = {
        "Value at risk by main reason": "By main reason",
        "Value at risk by sign": "By sign: how one sees it",
        "Value at risk by rep": "By rep",
    }
    begins = {cell.value: cell.row + 2 for (cell,) in sheet.iter_rows(max_col=1)}  # under its headings
    shown = {
        chart.title.tx.rich.p[0].r[0].t: (chart.series[0].cat.strRef.f, chart.series[0].val.numRef.f)
        for chart in sheet._charts
    }

    assert list(shown) == list(table_of)
    for title, table in table_of.items():
        names, values = shown[title]
        assert names.startswith(f"Summary!$A${begins[table]}:$A$")
        assert values.startswith(f"Summary!$E${begins[table]}:$E$")
    tops = [chart.anchor._from.row for chart in sheet._charts]
    assert tops == sorted(tops), "one under the other"
    assert min(low - high for high, low in pairwise(tops)) >= 18


def test_the_summary_says_what_value_is_and_what_the_accounts_without_a_score_are_worth(book):
    lines = [str(row[0].value) for row in book["Summary"].iter_rows(max_col=1)]
    assert lines[1] == "Source: simulated. 300 accounts scored; 40 not scored, worth €26,565."
    assert (
        "Value is what the account ordered in the last 360 days, less credits and what came back in these days."
        in lines
    )


def test_not_scored_names_the_cause_the_value_and_the_last_order(book):
    sheet = book["Not scored"]
    assert cells(sheet, 1) == [
        "Account", "Why it has no score", "Value, 360 days", "Last order", "Days since order", "Account no.",
    ]  # fmt: skip
    cause = "Already gone: no order for longer than its outlook"
    last_order = datetime.fromisoformat("2025-12-13")
    assert cells(sheet, 2) == ["N000", cause, 900, last_order, 200, "N000"]
    assert cells(sheet, 41) == ["N039", "Never ordered", 0, None, None, "N039"]
    assert sheet.max_row == 41


def test_of_many_accounts_without_a_score_those_of_most_value_are_listed(made, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ACCOUNTS", 5)
    others = made.not_scored.assign(value=[float(n) for n in range(40)])
    write_workbook(tmp_path / "accounts.xlsx", made.context, made.rows, others)
    sheet = openpyxl.load_workbook(tmp_path / "accounts.xlsx")["Not scored (first 5)"]
    assert [row[2].value for row in sheet.iter_rows(min_row=2)] == [35, 36, 37, 38, 39]


def test_the_same_scores_give_the_same_bytes(path, made, tmp_path):
    write_workbook(tmp_path / "again.xlsx", made.context, made.rows, made.not_scored)
    assert (tmp_path / "again.xlsx").read_bytes() == path.read_bytes()


def test_of_a_large_firm_the_workbook_lists_the_foremost_and_says_so(made, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ACCOUNTS", 20)
    monkeypatch.setattr(workbook, "MOST_CALL_LISTS", 3)
    write_workbook(tmp_path / "accounts.xlsx", made.context, made.rows, made.not_scored)
    book = openpyxl.load_workbook(tmp_path / "accounts.xlsx")
    assert book["Accounts"].max_row == 21
    assert len(book.sheetnames) == 4 + 3
    guide = " ".join(str(row[1].value) for row in book["How to read this"].iter_rows(max_col=2))
    assert "lists 20 of 300 accounts" in guide
    assert "3 of 13 reps" in guide


def test_a_firm_without_names_reps_or_reasons_still_gets_its_workbook(made, tmp_path):
    bare = made.rows.head(1).assign(account_id="A", rep_id=None, **dict.fromkeys(REASONS))
    nobody = made.not_scored.head(0)[["account_id", "cause", "value", "last_order_on", "days_since_order"]]
    write_workbook(
        tmp_path / "accounts.xlsx", made.context, ranked(bare.drop(columns=[*NAMED, "rep"])), not_ranked(nobody)
    )
    book = openpyxl.load_workbook(tmp_path / "accounts.xlsx")
    assert book.sheetnames == ["Summary", "Accounts", "Call list", "How to read this", "Not scored"]
    assert book["Accounts"]["B2"].value == "A"
    assert not {"Rep", "Region", "Segment"} & set(cells(book["Accounts"], 1))
    summary = [row[0].value for row in book["Summary"].iter_rows(max_col=1)]
    assert "By main reason" in summary
    assert not {"By rep", "By region"} & set(summary)
    assert len(book["Summary"]._charts) == 1


def test_no_account_at_risk_is_no_error(made, tmp_path):
    write_workbook(tmp_path / "accounts.xlsx", made.context, made.rows.head(0), made.not_scored)
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
