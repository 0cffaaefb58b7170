"""Sheets: how a list becomes a worksheet, in one look, with text that stays text whatever it says."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import wrap
from typing import Any
from unicodedata import east_asian_width

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from features.language.tongue import number, tr
from pipelines.exports.wording import NEARLY_ALL, NEARLY_NONE, around, is_missing

LONGEST_CELL = 32_767  # Excel's limit; XlsxWriter leaves a longer cell out without a word
LONGEST_NAME = 31  # of a sheet, in UTF-16 code units, as Excel counts
LINE = 15  # points
A4 = 9  # paper, as Excel counts
MOST_LINES = 5
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class SheetColumn:
    """One column of a list: its heading, its cells, its width in characters and the look of its cells.

    may_lack: whether it is left out where the firm records nothing for it.
    """

    heading: str
    cells: pd.Series
    width: float
    style: Format
    may_lack: bool = False


class Styles:
    """The few cell formats and colours that all sheets share."""

    ink = "#1D2733"
    grey = "#5C6773"
    line = "#D9DEE4"
    accent = "#1F4E79"
    bar = "#D98B73"
    risk = "#EDBBAB"  # behind numbers
    warm = "#F2C9A5"
    calm = "#9DB8D2"

    def __init__(self, book: xlsxwriter.Workbook, currency: str | None) -> None:
        before, behind = (f'"{text}"' if text else "" for text in around((currency or "").replace('"', "")))
        amount = f"{before}#,##0{behind};[Red]-{before}#,##0{behind}"
        share = f'[>={NEARLY_ALL}]">{number(0.99, ".0%")}";[<{NEARLY_NONE}]"<{number(0.01, ".0%")}";'
        a_day = tr("d mmm yyyy")  # as a spreadsheet writes it

        def style(**look: Any) -> Format:
            return book.add_format({"font_color": self.ink, "valign": "vcenter", **look})

        self.text = style(align="left", indent=1)
        self.wrapped = style(align="left", indent=1, text_wrap=True)
        self.strong = style(align="left", indent=1, bold=True, text_wrap=True)
        self.whole = style(num_format="#,##0")
        self.expected = style(num_format="[<9.95]0.0;#,##0")  # accounts, as a sum of risks: of a few, a tenth matters
        self.percent = style(num_format=f"{share}{number(0, '.0%')}")
        self.money = style(num_format=amount)
        self.date = style(num_format=a_day, align="left", indent=1)
        entry = {"bg_color": "#FFF9E8", "border": 1, "border_color": "#E3D9B8", "text_wrap": True}
        self.entry = style(**entry)
        self.entry_date = style(**entry, num_format=a_day)
        head = {"bold": True, "font_color": "#FFFFFF", "bg_color": self.accent, "text_wrap": True}
        self.heading = style(**head, align="left", indent=1)
        self.heading_right = style(**head, align="right")
        self.title = style(bold=True, font_size=16, font_color=self.accent)
        self.subtitle = style(bold=True, font_size=12, font_color=self.accent)
        self.muted = style(font_color=self.grey)
        self.note = style(font_color=self.grey, text_wrap=True)
        self.notice = style(text_wrap=True, bg_color="#fbf1ea", left=5, left_color="#c4673f")
        self.figure = style(bold=True, font_size=14, align="right", num_format="#,##0")
        self.figure_money = style(bold=True, font_size=14, align="right", num_format=amount)
        self.figure_label = style(align="left", indent=1)
        self._right = (self.whole, self.expected, self.percent, self.money)

    def heading_over(self, style: Format) -> Format:
        """The heading that suits cells of a style: over numbers it stands at the right."""
        return self.heading_right if style in self._right else self.heading


def write_list(
    sheet: Worksheet, styles: Styles, columns: Sequence[SheetColumn], *, table: str | None, top: int = 0
) -> dict[str, int]:
    """A heading row at `top` and the columns' cells below it, as an Excel table of that name, or as plain rows; returns
    where each heading stands.
    """
    count = len(columns[0].cells)
    lines = [1] * count
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(top, place, column.heading, styles.heading_over(column.style))
        for row, cell in enumerate(column.cells):
            write_cell(sheet, top + 1 + row, place, cell, column.style)
            if column.style.text_wrap and isinstance(cell, str):
                lines[row] = max(lines[row], _lines(cell, column))
    sheet.set_row(top, 3 * LINE)
    for row, needed in enumerate(lines):
        if needed > 1:
            sheet.set_row(top + 1 + row, LINE * min(needed, MOST_LINES))
    if table is not None:
        sheet.add_table(
            top,
            0,
            top + max(count, 1),
            len(columns) - 1,
            {
                "name": table,
                "style": "Table Style Light 1",
                "columns": [
                    {"header": column.heading, "header_format": styles.heading_over(column.style)} for column in columns
                ],
            },
        )
    return {column.heading: place for place, column in enumerate(columns)}


def write_cell(sheet: Worksheet, row: int, place: int, cell: Any, style: Format) -> None:
    """One cell by its type; text is written as text, never as a formula or a link."""
    if is_missing(cell):
        sheet.write_blank(row, place, None, style)
    elif isinstance(cell, str):
        sheet.write_string(row, place, cell[:LONGEST_CELL], style)
    elif isinstance(cell, datetime | date):
        sheet.write_datetime(row, place, cell, style)
    else:
        sheet.write_number(row, place, float(cell), style)


def _lines(text: str, column: SheetColumn) -> int:
    """How many lines a text needs in a column, for viewers that do not fit rows themselves.

    East Asian characters are twice as wide as others, and bold ones a little wider.
    """
    room = max(1, round(column.width * (0.9 if column.style.bold else 1)) - 2)
    wide = 0 if text.isascii() else sum(east_asian_width(letter) in "WF" for letter in text)
    if len(text) + wide <= room:
        return 1  # as most need, and found in no time
    return max(1, len(wrap(text + "m" * wide, room)))


def sheet_names(wanted: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """A sheet name for every name: nothing that Excel forbids, short enough, and no two alike in any case.

    >>> sheet_names(["A/B", "a b", "Summary", "'"], taken=["Summary"])
    {'A/B': 'A B', 'a b': 'a b (2)', 'Summary': 'Summary (2)', "'": 'Rep'}
    """
    # Excel keeps 'History' to itself.
    used = {name.casefold() for name in taken} | {"history"}
    names: dict[str, str] = {}
    for name in wanted:
        plain = " ".join(_FORBIDDEN.sub(" ", name).split()).strip("' ") or tr("Rep")
        place, candidate = 1, _shortened(plain, LONGEST_NAME)
        while candidate.casefold() in used:
            place += 1
            ending = f" ({place})"
            candidate = _shortened(plain, LONGEST_NAME - len(ending)) + ending
        used.add(candidate.casefold())
        names[name] = candidate
    return names


def _shortened(name: str, length: int) -> str:
    while len(name.encode("utf-16-le")) // 2 > length:
        name = name[:-1]
    return name.strip("' ") or tr("Rep")
