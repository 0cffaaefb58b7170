"""Workbook: the ranked accounts for those who live in Excel, with a call list for every rep to fill in."""

from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from features.language.tongue import later, tr
from features.value import ValueBy
from pipelines.exports.figures import NO_REASON
from pipelines.exports.guide import Bounds, first_come, write_guide
from pipelines.exports.ranked import ExportContext, foremost, most_valuable
from pipelines.exports.sheets import A4, LINE, SheetColumn, Styles, sheet_names, write_list
from pipelines.exports.summary_sheet import write_summary
from pipelines.exports.wording import NO_REP, day, is_missing

MOST_ACCOUNTS = 20_000  # beyond that, Excel opens slowly and nobody scrolls; the CSV has all
MOST_CALL_LISTS = 60
_SHEETS = (later("Summary"), later("Accounts"), later("How to read this"), later("Not scored"))
NOTICE_WIDE = 200  # characters of a notice in a line above a call list
CALL_LIST = 15  # accounts; beyond that little is at stake, and a longer list is not worked through

DID = (later("called"), later("visited"), later("wrote"), later("not reached"), later("held out"))
CAME_OF_IT = (
    later("all is well"),
    later("ordered again"),
    later("renewed"),
    later("problem solved"),
    later("problem still open"),
    later("will leave"),
    later("has left"),
)
_OF_ORDERS, _OF_CONTRACTS = "ordered again", "renewed"


def write_workbook(path: Path, context: ExportContext, rows: pd.DataFrame, not_scored: pd.DataFrame) -> None:
    """The workbook: Summary, Accounts, one call list a rep, How to read this, Not scored. The same input gives the same
    bytes; nothing in it is a formula or a link.
    """
    listed = foremost(rows, MOST_ACCOUNTS)
    lists = _call_lists(rows)
    bounds = Bounds(len(rows), len(listed), len(lists), min(len(lists), MOST_CALL_LISTS), CALL_LIST)
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), plain) as book:
        # A fixed day instead of now, so that the same scores give the same file.
        day_of_scores = datetime.combine(context.as_of, time())
        book.set_properties(
            {
                "title": tr("Accounts at risk, {day}", day=day(context.as_of)),
                "subject": context.source,
                "created": day_of_scores,
            }
        )
        styles = Styles(book, context.currency)
        write_summary(book, styles, context, rows, not_scored)
        _write_accounts(book, styles, context, listed)
        shown = list(lists)[: bounds.reps_listed]
        for whose, name in sheet_names(shown, [tr(name) for name in _SHEETS]).items():
            _write_call_list(book, styles, context, name, whose, lists[whose])
        write_guide(book, styles, context, bounds)
        _write_not_scored(book, styles, context, not_scored)


def _call_lists(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Each rep's accounts, most value at risk first, and the rep with most of it first; where the firm names no reps,
    one list for whoever calls.
    """
    ordered = rows.sort_values("priority", kind="stable")
    if rows["rep"].isna().all():
        return {tr("Call list"): ordered}
    reps = ordered["rep"].fillna(tr(NO_REP))
    at_risk = ordered["value_at_risk"].groupby(reps).sum().sort_values(ascending=False, kind="stable")
    return {str(rep): ordered[reps == rep] for rep in at_risk.index}


def _write_accounts(book: xlsxwriter.Workbook, styles: Styles, context: ExportContext, rows: pd.DataFrame) -> None:
    sheet = book.add_worksheet(tr("Accounts"))
    sheet.set_tab_color(styles.accent)
    notice = tr("Notice")
    columns = [
        SheetColumn(tr("Rank"), rows["rank"], 7, styles.whole),
        SheetColumn(tr("Account"), rows["name"], 30, styles.strong),
        SheetColumn(tr("Risk"), rows["risk"], 10, styles.percent),
        SheetColumn(tr("Sign"), rows["sign"], 34, styles.wrapped, may_lack=True),
        SheetColumn(tr("Main reason"), _titles(rows, context), 27, styles.wrapped),
        SheetColumn(tr("Evidence"), rows["reason_1"], 42, styles.wrapped),
        SheetColumn(tr("What to do"), rows["action_1"], 26, styles.wrapped),
        SheetColumn(tr("Value at risk"), rows["value_at_risk"], 13, styles.money, may_lack=True),
        SheetColumn(_value_heading(context), rows["value"], 13, styles.money, may_lack=True),
        *_paces(rows, context, styles, 13),
        SheetColumn(tr("Days since order"), rows["days_since_order"], 10, styles.whole, may_lack=True),
        SheetColumn(tr("Expected days between orders"), rows["usual_cycle"], 12, styles.whole, may_lack=True),
        SheetColumn(tr("Days to contract end"), rows["days_to_contract_end"], 10, styles.whole, may_lack=True),
        SheetColumn(tr("Days to renewal"), rows["days_to_renewal"], 10, styles.whole, may_lack=True),
        SheetColumn(
            notice, rows["has_notice"].map({True: tr("given")}), max(9, len(notice) + 2), styles.text, may_lack=True
        ),
        SheetColumn(tr("Rep"), rows["rep"], 20, styles.text, may_lack=True),
        SheetColumn(tr("Region"), rows["region"], 14, styles.text, may_lack=True),
        SheetColumn(tr("Segment"), rows["segment"], 14, styles.text, may_lack=True),
        SheetColumn(tr("Also"), rows["reason_2"], 54, styles.wrapped),
        SheetColumn(tr("And"), rows["reason_3"], 54, styles.wrapped),
        SheetColumn(tr("What holds them"), _held(rows), 54, styles.wrapped, may_lack=True),
        SheetColumn(tr("Last order"), rows["last_order_on"], 12, styles.date, may_lack=True),
        SheetColumn(tr("Call order"), rows["priority"], 8, styles.whole),
        SheetColumn(tr("Account no."), rows["account_id"], 14, styles.text),
    ]
    at = write_list(sheet, styles, _filled(columns), table="Accounts")
    sheet.freeze_panes(1, at[tr("Account")] + 1)
    if len(rows):
        _bars(sheet, styles, 1, len(rows), at[tr("Risk")])
    if len(rows) and tr("Value at risk") in at:
        scale = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": styles.warm}
        sheet.conditional_format(1, at[tr("Value at risk")], len(rows), at[tr("Value at risk")], scale)
    _printed(sheet, context, tr("Accounts by risk"), last_column=_before_also(at))


def _write_call_list(
    book: xlsxwriter.Workbook, styles: Styles, context: ExportContext, name: str, whose: str, rows: pd.DataFrame
) -> None:
    sheet = book.add_worksheet(name)
    first = rows.head(CALL_LIST)
    title = whose if whose == tr("Call list") else tr("Call list: {rep}", rep=whose)
    blank = pd.Series([None] * len(first))
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, title, styles.title)
    values = {
        "day": day(context.as_of),
        "count": len(rows),
        "listed": len(first),
        "first": first_come(context),
    }
    about = (
        tr("As of {day}. {count:,} accounts, {first} first. Please fill in the shaded columns.", **values)
        if len(first) == len(rows)
        else tr(
            "As of {day}. {listed:,} of {count:,} accounts, {first} first. Please fill in the shaded columns.", **values
        )
    )
    sheet.write_string(1, 0, about, styles.muted)
    columns = [
        SheetColumn(tr("No."), pd.Series(range(1, len(first) + 1)), 5, styles.whole),
        SheetColumn(tr("Account"), first["name"], 25, styles.strong),
        SheetColumn(tr("Risk"), first["risk"], 9, styles.percent),
        SheetColumn(tr("Value at risk"), first["value_at_risk"], 11, styles.money, may_lack=True),
        *_paces(first, context, styles, 11),
        SheetColumn(tr("Sign"), first["sign"], 30, styles.wrapped, may_lack=True),
        SheetColumn(tr("Main reason"), _titles(first, context), 24, styles.wrapped),
        SheetColumn(tr("Evidence"), first["reason_1"], 34, styles.wrapped),
        SheetColumn(tr("What to do"), first["action_1"], 22, styles.wrapped),
        SheetColumn(tr("What we did"), blank, 13, styles.entry),
        SheetColumn(tr("What came of it"), blank, 17, styles.entry),
        SheetColumn(tr("When"), blank, 11, styles.entry_date),
        SheetColumn(tr("Note"), blank, 30, styles.entry),
        SheetColumn(tr("Also"), first["reason_2"], 54, styles.wrapped),
        SheetColumn(tr("What holds them"), _held(first), 54, styles.wrapped, may_lack=True),
        SheetColumn(tr("Region"), first["region"], 13, styles.text, may_lack=True),
        SheetColumn(tr("Account no."), first["account_id"], 13, styles.text),
    ]
    head = 3
    at = write_list(sheet, styles, _filled(columns), table=None, top=head)
    if context.notice:  # a rep may see this sheet alone
        last = at[tr("Note")]
        sheet.merge_range(2, 0, 2, last, "", styles.notice)
        sheet.write_string(2, 0, context.notice, styles.notice)
        sheet.set_row(2, LINE * (1 + len(context.notice) // NOTICE_WIDE))
    sheet.freeze_panes(head + 1, at[tr("Account")] + 1)
    if len(first):
        top, bottom = head + 1, head + len(first)
        _bars(sheet, styles, top, bottom, at[tr("Risk")])
        for heading, choices in ((tr("What we did"), DID), (tr("What came of it"), _results(context))):
            one_of = {
                "validate": "list",
                "source": [tr(choice) for choice in choices],
                "error_type": "warning",
                "error_title": tr("Not on the list"),
                "error_message": tr("Choose from the list, and say the rest under Note."),
            }
            sheet.data_validation(top, at[heading], bottom, at[heading], one_of)
        a_day = {
            "validate": "date",
            "criteria": ">=",
            "value": context.as_of,
            "error_title": tr("Not a day"),
            "error_message": tr("A day from {day} on.", day=day(context.as_of)),
        }
        sheet.data_validation(top, at[tr("When")], bottom, at[tr("When")], a_day)
    _printed(sheet, context, title, last_column=at[tr("Note")], header=head)


def _write_not_scored(book: xlsxwriter.Workbook, styles: Styles, context: ExportContext, rows: pd.DataFrame) -> None:
    is_cut = len(rows) > MOST_ACCOUNTS
    cut = tr("Not scored (first {count:,})", count=MOST_ACCOUNTS)
    sheet = book.add_worksheet(cut if is_cut else tr("Not scored"))
    listed = most_valuable(rows, MOST_ACCOUNTS)
    columns = [
        SheetColumn(tr("Account"), listed["name"], 34, styles.strong),
        SheetColumn(tr("Why it has no score"), listed["cause"], 60, styles.wrapped),
        SheetColumn(_value_heading(context), listed["value"], 13, styles.money, may_lack=True),
        SheetColumn(tr("Last order"), listed["last_order_on"], 13, styles.date, may_lack=True),
        SheetColumn(tr("Days since order"), listed["days_since_order"], 12, styles.whole, may_lack=True),
        SheetColumn(tr("Region"), listed["region"], 16, styles.text, may_lack=True),
        SheetColumn(tr("Account no."), listed["account_id"], 16, styles.text),
    ]
    at = write_list(sheet, styles, _filled(columns), table="NotScored")
    sheet.freeze_panes(1, at[tr("Account")] + 1)
    _printed(sheet, context, tr("Accounts without a score"), last_column=at[tr("Account no.")])


def _filled(columns: list[SheetColumn]) -> list[SheetColumn]:
    """Without what the firm does not record: reps and regions, or orders where it sells contracts."""
    return [column for column in columns if not column.may_lack or column.cells.notna().any() or column.cells.empty]


def _value_heading(context: ExportContext) -> str:
    return tr("Value, {period}", period=context.value_period)


def _before_also(at: Mapping[str, int]) -> int:
    """The last column that is printed: beyond it stands what names and sorts accounts, and their lesser reasons."""
    return min(at[heading] for heading in (tr("Region"), tr("Segment"), tr("Also")) if heading in at) - 1


def _results(context: ExportContext) -> list[str]:
    """What may come of a call, in the words of what the firm sells."""
    other = _OF_CONTRACTS if context.value_by is ValueBy.orders else _OF_ORDERS
    return [result for result in CAME_OF_IT if result != other]


def _titles(rows: pd.DataFrame, context: ExportContext) -> pd.Series:
    return rows["reason_1_code"].map(
        lambda code: tr(NO_REASON) if is_missing(code) else context.reasons.get(code, code)
    )


def _held(rows: pd.DataFrame) -> pd.Series:
    """What holds each account, in one cell."""
    held = zip(rows["holds_1"], rows["holds_2"], strict=True)
    texts = ["; ".join(fact for fact in facts if not is_missing(fact)) or None for facts in held]
    return pd.Series(texts, index=rows.index, dtype=object)


def _paces(rows: pd.DataFrame, context: ExportContext, styles: Styles, width: float) -> list[SheetColumn]:
    """The column of the pace; none where all accounts are alike."""
    if context.pace is None:
        return []
    names = context.pace.names
    return [SheetColumn(context.pace.heading, rows["pace"].map(lambda pace: names.get(pace, pace)), width, styles.text)]


def _bars(sheet: Worksheet, styles: Styles, top: int, bottom: int, place: int) -> None:
    """A bar behind every risk, as long as the risk is high."""
    bar = {"type": "data_bar", "bar_color": styles.risk, "bar_solid": True, "min_type": "num", "max_type": "num"}
    sheet.conditional_format(top, place, bottom, place, {**bar, "min_value": 0, "max_value": 1})


def _printed(sheet: Worksheet, context: ExportContext, title: str, last_column: int, header: int = 0) -> None:
    """Landscape, as wide as one page, the header row on every page. '&' commands the page header, so it is doubled."""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.print_area(0, 0, max(sheet.dim_rowmax or 0, header), last_column)
    as_of = tr("as of {day}", day=day(context.as_of))
    doubled = f"{title} · {as_of} · {context.source}".replace("&", "&&")[:200]
    sheet.set_header(f"&L&9{doubled}")
    claim = tr("Reasons say what moved the score, not what caused anyone to leave")
    sheet.set_footer(f"&L&9{claim}&R&9&P / &N")
