"""Workbook: the ranked accounts for those who live in Excel, with a call list for every rep to fill in."""

from datetime import datetime, time
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from pipelines.exports.guide import Bounds, write_guide
from pipelines.exports.ranked import Firm, foremost
from pipelines.exports.sheets import Column, Styles, sheet_names, write_list
from pipelines.exports.summary_sheet import write_summary
from pipelines.exports.wording import NO_REP, PACES, day

MOST_ACCOUNTS = 20_000  # beyond that, Excel opens slowly and nobody scrolls; the CSV has all
MOST_CALL_LISTS = 60
CALL_LIST = 15  # accounts; beyond that little is at stake, and a longer list is not worked through

DID = ("called", "visited", "wrote", "not reached", "held out")
CAME_OF_IT = ("all is well", "ordered again", "problem solved", "problem still open", "will leave", "has left")


def write_workbook(path: Path, firm: Firm, rows: pd.DataFrame, not_scored: pd.DataFrame) -> None:
    """The workbook: Summary, Accounts, one call list a rep, How to read this, Not scored. The same input gives the same
    bytes; nothing in it is a formula or a link.
    """
    listed = foremost(rows, MOST_ACCOUNTS)
    lists = _call_lists(rows)
    bounds = Bounds(len(rows), len(listed), len(lists), min(len(lists), MOST_CALL_LISTS), CALL_LIST)
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), plain) as book:
        # A fixed day instead of now, so that the same scores give the same file.
        day_of_scores = datetime.combine(firm.as_of, time())
        book.set_properties(
            {"title": f"Accounts at risk, {day(firm.as_of)}", "subject": firm.source, "created": day_of_scores}
        )
        styles = Styles(book, firm.currency)
        write_summary(book, styles, firm, rows, len(not_scored))
        _write_accounts(book, styles, firm, listed)
        shown = list(lists)[: bounds.reps_listed]
        for whose, name in sheet_names(shown, ["Summary", "Accounts", "How to read this", "Not scored"]).items():
            _write_call_list(book, styles, firm, name, whose, lists[whose])
        write_guide(book, styles, firm, bounds)
        _write_not_scored(book, styles, firm, not_scored)


def _call_lists(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Each rep's accounts, most value at risk first, and the rep with most of it first; where the firm names no reps,
    one list for whoever calls.
    """
    ordered = rows.sort_values("priority", kind="stable")
    if rows["rep"].isna().all():
        return {"Call list": ordered}
    reps = ordered["rep"].fillna(NO_REP)
    at_risk = ordered["value_at_risk"].groupby(reps).sum().sort_values(ascending=False, kind="stable")
    return {str(rep): ordered[reps == rep] for rep in at_risk.index}


def _write_accounts(book: xlsxwriter.Workbook, styles: Styles, firm: Firm, rows: pd.DataFrame) -> None:
    sheet = book.add_worksheet("Accounts")
    sheet.set_tab_color(styles.accent)
    columns = [
        Column("Rank", rows["rank"], 7, styles.whole),
        Column("Account", rows["name"], 30, styles.strong),
        Column("Risk", rows["risk"], 10, styles.percent),
        Column("Main reason", _titles(rows, firm), 27, styles.wrapped),
        Column("Evidence", rows["reason_1"], 42, styles.wrapped),
        Column("What to do", rows["action_1"], 26, styles.wrapped),
        Column("Value at risk", rows["value_at_risk"], 13, styles.money),
        Column(f"Value, {firm.value_days} days", rows["value"], 13, styles.money),
        Column("Pace", rows["pace"].map(lambda pace: PACES.get(pace, pace)), 13, styles.text),
        Column("Days since order", rows["days_since_order"], 10, styles.whole),
        Column("Usual days between orders", rows["usual_cycle"], 12, styles.whole),
        Column("Rep", rows["rep"], 20, styles.text),
        Column("Region", rows["region"], 14, styles.text),
        Column("Segment", rows["segment"], 14, styles.text),
        Column("Also", rows["reason_2"], 54, styles.wrapped),
        Column("And", rows["reason_3"], 54, styles.wrapped),
        Column("Last order", rows["last_order_on"], 12, styles.date),
        Column("Call order", rows["priority"], 8, styles.whole),
        Column("Account no.", rows["account_id"], 14, styles.text),
    ]
    write_list(sheet, styles, columns, table="Accounts")
    sheet.freeze_panes(1, 2)
    if len(rows):
        bar = {"type": "data_bar", "bar_color": styles.risk, "bar_solid": True, "min_type": "num", "max_type": "num"}
        sheet.conditional_format(1, 2, len(rows), 2, {**bar, "min_value": 0, "max_value": 1})
        scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": styles.warm}
        sheet.conditional_format(1, 6, len(rows), 6, scale)
    _printed(sheet, firm, "Accounts by risk", last_column=11)


def _write_call_list(
    book: xlsxwriter.Workbook, styles: Styles, firm: Firm, name: str, whose: str, rows: pd.DataFrame
) -> None:
    sheet = book.add_worksheet(name)
    first = rows.head(CALL_LIST)
    title = whose if whose == "Call list" else f"Call list: {whose}"
    blank = pd.Series([None] * len(first))
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, title, styles.title)
    told = f"{len(first):,} of {len(rows):,} accounts" if len(first) < len(rows) else f"{len(rows):,} accounts"
    sheet.write_string(
        1,
        0,
        f"As of {day(firm.as_of)}. {told}, most value at risk first. Please fill in the shaded columns.",
        styles.muted,
    )
    columns = [
        Column("No.", pd.Series(range(1, len(first) + 1)), 5, styles.whole),
        Column("Account", first["name"], 25, styles.strong),
        Column("Risk", first["risk"], 9, styles.percent),
        Column("Value at risk", first["value_at_risk"], 11, styles.money),
        Column("Pace", first["pace"].map(lambda pace: PACES.get(pace, pace)), 11, styles.text),
        Column("Main reason", _titles(first, firm), 24, styles.wrapped),
        Column("Evidence", first["reason_1"], 34, styles.wrapped),
        Column("What to do", first["action_1"], 22, styles.wrapped),
        Column("What we did", blank, 13, styles.entry),
        Column("What came of it", blank, 17, styles.entry),
        Column("When", blank, 11, styles.entry_date),
        Column("Note", blank, 30, styles.entry),
        Column("Also", first["reason_2"], 54, styles.wrapped),
        Column("Region", first["region"], 13, styles.text),
        Column("Account no.", first["account_id"], 13, styles.text),
    ]
    write_list(sheet, styles, columns, table=None, top=3)
    sheet.freeze_panes(4, 2)
    if len(first):
        bottom = 3 + len(first)
        bar = {"type": "data_bar", "bar_color": styles.risk, "bar_solid": True, "min_type": "num", "max_type": "num"}
        sheet.conditional_format(4, 2, bottom, 2, {**bar, "min_value": 0, "max_value": 1})
        for column, choices in ((8, DID), (9, CAME_OF_IT)):
            sheet.data_validation(
                4,
                column,
                bottom,
                column,
                {
                    "validate": "list",
                    "source": list(choices),
                    "error_type": "warning",
                    "error_title": "Not on the list",
                    "error_message": "Choose from the list, and say the rest under Note.",
                },
            )
        sheet.data_validation(
            4,
            10,
            bottom,
            10,
            {
                "validate": "date",
                "criteria": ">=",
                "value": firm.as_of,
                "error_title": "Not a day",
                "error_message": f"A day from {day(firm.as_of)} on.",
            },
        )
    _printed(sheet, firm, title, last_column=11, header=3)


def _write_not_scored(book: xlsxwriter.Workbook, styles: Styles, firm: Firm, rows: pd.DataFrame) -> None:
    is_cut = len(rows) > MOST_ACCOUNTS
    sheet = book.add_worksheet(f"Not scored (first {MOST_ACCOUNTS:,})" if is_cut else "Not scored")
    listed = rows.head(MOST_ACCOUNTS)
    columns = [
        Column("Account", listed["name"], 34, styles.strong),
        Column("Region", listed["region"], 16, styles.text),
        Column("Why it has no score", listed["cause"], 70, styles.wrapped),
        Column("Days since order", listed["days_since_order"], 12, styles.whole),
        Column("Account no.", listed["account_id"], 16, styles.text),
    ]
    write_list(sheet, styles, columns, table="NotScored")
    sheet.freeze_panes(1, 1)
    _printed(sheet, firm, "Accounts without a score", last_column=4)


def _titles(rows: pd.DataFrame, firm: Firm) -> pd.Series:
    return rows["reason_1_code"].map(lambda code: firm.reasons.get(code, code))


def _printed(sheet: Any, firm: Firm, title: str, last_column: int, header: int = 0) -> None:
    """Landscape, as wide as one page, the header row on every page. '&' commands the page header, so it is doubled."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.print_area(0, 0, max(sheet.dim_rowmax or 0, header), last_column)
    doubled = f"{title} · as of {day(firm.as_of)} · {firm.source}".replace("&", "&&")[:200]
    sheet.set_header(f"&L&9{doubled}")
    sheet.set_footer("&L&9Reasons say what moved the score, not what caused anyone to leave&R&9&P / &N")
