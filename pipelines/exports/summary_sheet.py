"""Summary sheet: how much is at stake, and where, on one page."""

from collections.abc import Mapping

import pandas as pd
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from features.language.signs import TITLES
from features.language.tongue import later, tr
from features.value import ValueBy
from pipelines.exports.figures import Figures, by_pace, by_reason, by_region, by_rep, by_sign, figures, holding_half
from pipelines.exports.ranked import ExportContext
from pipelines.exports.sheets import A4, LINE, Styles
from pipelines.exports.wording import day, money, value_explained

MOST_GROUPS = 15  # of a breakdown; the rest is one line, so that its total is the firm's
CHART_GROUPS = 10
CHART_ROWS = 20  # that a chart stands beside
_NUMBERS_WIDE = 17  # characters
_HEADINGS = (later("Accounts"), later("Expected to leave"))
_OF_VALUE = (later("Value"), later("Value at risk"))


def write_summary(
    book: xlsxwriter.Workbook, styles: Styles, context: ExportContext, rows: pd.DataFrame, not_scored: pd.DataFrame
) -> None:
    """The sheet 'Summary': four figures, breakdowns by pace, sign, reason, rep and region, and charts by
    reason, sign and rep.
    """
    sheet = book.add_worksheet(tr("Summary"))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 4, _NUMBERS_WIDE)
    sheet.set_column(5, 5, 3)
    sheet.set_column(6, 12, 11)
    total = figures(rows)
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, tr("Accounts at risk, {day}", day=day(context.as_of)), styles.title)
    about = tr("Source: {source}. {count:,} accounts scored;", source=context.source, count=total.accounts)
    if context.value_by is ValueBy.orders:
        worth = money(not_scored["value"].sum(), context.currency)
        others = tr("{count:,} not scored, worth {worth}.", count=len(not_scored), worth=worth)
    else:
        others = tr("{count:,} not scored.", count=len(not_scored))
    sheet.write_string(1, 0, f"{about} {others}", styles.muted)
    lines: list[tuple[str, float, bool]] = [(tr("Accounts expected to leave"), total.leaving, False)]
    if context.has_value:
        of_all = (
            tr("Value of all scored accounts, a year")
            if context.value_by is ValueBy.contracts
            else tr("Value of all scored accounts, last {days} days", days=context.value_days)
        )
        lines += [
            (tr("Value at risk"), total.value_at_risk, True),
            (of_all, total.value, True),
            (tr("Accounts that hold half of the value at risk"), holding_half(rows), False),
        ]
    for row, (label, number, is_money) in enumerate(lines, start=3):
        sheet.set_row(row, 22)
        sheet.write_string(row, 0, label, styles.figure_label)
        sheet.write_number(row, 1, round(number), styles.figure_money if is_money else styles.figure)
    if context.notice:
        sheet.merge_range(2, 0, 2, 4, "", styles.notice)
        sheet.write_string(2, 0, context.notice, styles.notice)
        sheet.set_row(2, LINE * (1 + len(context.notice) // 95))
    row = 8
    meaning = value_explained(context.value_by, context.value_days, context.returns)
    for sentence in (
        context.worth,
        tr("An account has left when there is {leaves}.", leaves=context.leaves),
        tr("Value is {meaning}", meaning=f"{meaning[:1].lower()}{meaning[1:]}") if context.has_value else None,
        tr("Expected to leave is the sum of the risks, value at risk the sum of risk times value.")
        if context.has_value
        else tr("Expected to leave is the sum of the risks."),
        context.skill,
    ):
        if sentence:
            sheet.merge_range(row, 0, row, 4, "", styles.note)
            sheet.write_string(row, 0, sentence, styles.note)
            sheet.set_row(row, LINE * (1 + len(sentence) // 105))
            row += 1
    row += 1
    charts: dict[str, tuple[int, Mapping[str, Figures]]] = {}  # by title: the first row and the groups of a breakdown
    if context.pace:
        names = {**context.pace.names, "early": context.pace.early}
        pace = {names[code]: group for code, group in by_pace(rows).items() if group.accounts}
        row = _write_breakdown(sheet, styles, context, row, context.pace.question, pace) + 2
    if rows["sign_code"].notna().any():
        signs = by_sign(rows, {code: tr(title) for code, title in TITLES.items()})
        charts[tr("Value at risk by sign") if context.has_value else tr("Expected to leave by sign")] = row + 2, signs
        row = _write_breakdown(sheet, styles, context, row, tr("By sign: how one sees it"), signs) + 2
    reasons = by_reason(rows, context.reasons)
    title = tr("Value at risk by main reason") if context.has_value else tr("Expected to leave by main reason")
    charts = {title: (row + 2, reasons), **charts}  # the first that is looked at
    title = tr("By main reason")
    row = _write_breakdown(sheet, styles, context, row, title, reasons) + 2
    reps = by_rep(rows)
    if reps:
        charts[tr("Value at risk by rep") if context.has_value else tr("Expected to leave by rep")] = row + 2, reps
        row = _write_breakdown(sheet, styles, context, row, tr("By rep"), reps) + 2
    regions = by_region(rows)
    if regions:
        _write_breakdown(sheet, styles, context, row, tr("By region"), regions)
    for place, (title, (first, groups)) in enumerate(charts.items()):
        colour = styles.calm if place else styles.bar
        _write_chart(book, sheet, context, title, first, len(groups), colour, top=2 + CHART_ROWS * place)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 1)


def _write_breakdown(
    sheet: Worksheet, styles: Styles, context: ExportContext, row: int, title: str, groups: Mapping[str, Figures]
) -> int:
    """A small table from `row` on: title, headings, a line a group; returns its last row."""
    sheet.set_row(row, 20)
    headings = [tr(heading) for heading in (*_HEADINGS, *(_OF_VALUE if context.has_value else ()))]
    sheet.set_row(row + 1, 18 if max(map(len, headings)) <= _NUMBERS_WIDE else 2 * LINE + 3)
    sheet.write_string(row, 0, title, styles.subtitle)
    sheet.write_string(row + 1, 0, "", styles.heading)
    for place, heading in enumerate(headings, start=1):
        sheet.write_string(row + 1, place, heading, styles.heading_right)
    lines = list(groups.items())
    if len(lines) > MOST_GROUPS:
        rest = [group for _, group in lines[MOST_GROUPS - 1 :]]
        together = Figures(
            sum(group.accounts for group in rest),
            sum(group.leaving for group in rest),
            sum(group.value for group in rest),
            sum(group.value_at_risk for group in rest),
        )
        lines = [*lines[: MOST_GROUPS - 1], (tr("All {count:,} others", count=len(rest)), together)]
    for line, (name, group) in enumerate(lines, start=row + 2):
        sheet.write_string(line, 0, name, styles.text)
        sheet.write_number(line, 1, group.accounts, styles.whole)
        sheet.write_number(line, 2, round(group.leaving, 1), styles.expected)
        if context.has_value:
            sheet.write_number(line, 3, round(group.value), styles.money)
            sheet.write_number(line, 4, round(group.value_at_risk), styles.money)
    return row + 1 + len(lines)


def _write_chart(
    book: xlsxwriter.Workbook,
    sheet: Worksheet,
    context: ExportContext,
    title: str,
    first: int,
    lines: int,
    colour: str,
    top: int,
) -> None:
    """Horizontal bars of the value at risk of a breakdown's first lines, beside the tables; where nobody knows a value,
    of the accounts expected to leave.
    """
    if not lines:
        return
    column = 4 if context.has_value else 2
    last = first + min(lines, CHART_GROUPS) - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "categories": [sheet.name, first, 0, last, 0],
            "values": [sheet.name, first, column, last, column],
            "fill": {"color": colour},
            "gap": 45,
        }
    )
    chart.set_title({"name": title, "name_font": {"size": 12, "bold": True, "color": Styles.accent}, "overlay": False})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "num_font": {"size": 9}, "line": {"color": Styles.line}})
    chart.set_x_axis(
        {
            "num_font": {"size": 9},
            "num_format": tr('[>=1000000]0.0,,"m";[>=1000]0,"k";0'),  # as a spreadsheet writes it
            "major_gridlines": {"visible": True, "line": {"color": Styles.line}},
            "line": {"none": True},
        }
    )
    chart.set_size({"width": 560, "height": 370})
    chart.set_chartarea({"border": {"color": Styles.line}})
    sheet.insert_chart(top, 6, chart, {"description": title, "object_position": 2})
