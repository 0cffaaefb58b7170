"""Hints: what to write where values of a column cannot be read, seen from the values."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from features.tables import Column
from pipelines.intake.casting import Sign
from pipelines.intake.faults import EARLIEST_DAY, LATEST
from pipelines.intake.months import by_number, written_with_number

_DAYS = (
    "%Y.%m.%d",
    "%Y-%d-%m",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%y",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%d %B %Y",
    "%d. %b %Y",
    "%d. %B %Y",
    "%d de %B de %Y",
    "%b %d, %Y",
    "%B %d, %Y",
)
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_FORMS = tuple(day + clock for day in _DAYS for clock in _CLOCKS)

_ANTIQUITY = r"00\d\d-\d\d-\d\d.*"  # the year 24 as a format of four digits reads it

_OFTEN = 2  # rows with the same impossible day, which are no slip

_COMMA = r"[+-]?((\d{1,3}(\.\d{3})+|\d+),\d*|\d{1,3}(\.\d{3}){2,})"
_THOUSANDS = r"[+-]?\d{1,3}([, '’\u00a0\u202f]\d{3})+(\.\d*)?"
_CURRENCY = r"\D{0,4}[+-]?\d[\d.,]*\D{0,4}"
# (5), 5- and −5 are -5: whoever takes out all but digits makes a purchase of a credit.
_NEGATIVE = (
    r"\D{0,4}\(\D{0,4}\d[\d.,]*\D{0,4}\)\D{0,4}|\D{0,4}\d[\d.,]*\D{0,4}[-−]\D{0,4}|\D{0,4}−\D{0,4}\d[\d.,]*\D{0,4}"
)
_A_NUMBER = r".*[1-9].*(?<!-1)"  # and not -1, nought or a word, which may say that there is none
_CREDIT, _DEBIT = "CR", "DR"
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}


def hint(table: str, column: Column, values: list[str], *, decimal: Sign | None = None) -> str:
    """What to write in source.yaml or the SELECT so that values like these can be read; '' where nothing is known.

    values: some that cannot be read as they are. A hint is given only where it helps most of them. decimal: by what the
    others can be read.
    """
    values = [value.strip() for value in values]
    if column.kind in ("date", "time"):
        return _of_times(table, column.name, values)
    return _of_numbers(table, column.name, values, decimal) if column.kind in ("money", "number") else ""


def stands_for_none(table: str, column: Column, values: list[str]) -> str:
    """What to write where one value, as 9999-12-31 or 0, seems to say that there is none: at least half of those that
    cannot be are this one. '' where there is no such value, it is a day that is only written otherwise (as where all
    rows of a file are of one), or a row must have one.

    values: as for `hint`.
    """
    if column.required or column.kind not in ("date", "time", "number"):
        return ""
    value, rows = Counter(values).most_common(1)[0] if values else ("", 0)
    is_one = _matches(_A_NUMBER) if column.kind == "number" else _is_a_day
    if rows < _OFTEN or rows * 2 < len(values) or is_one(value.strip()):
        return ""
    return f"If {value} says that there is none, write {_nullif(column, value)} in {table}.sql"


def lost_digits(table: str, column: Column) -> str:
    """What to do about ids that a spreadsheet has shortened."""
    anew = "Its digits are lost: export it anew, and do not save it from a spreadsheet, or only with the column as text"
    return anew if column.required else f"{anew}; or leave {column.name} out of {table}.sql"


def no_id(table: str, column: Column) -> str:
    """What to write where a word stands for an id that a row must have."""
    without = f"Leave out rows without {column.name} in {table}.sql (WHERE …)"
    if table == "rep_assignments":
        return f"{without}, and let the assignment before each end with it (ends_at), as it lasts until the next one"
    return without


def fill_down(table: str, key: str) -> str:
    """What to write where an id seems to stand in the first row of each group alone, as in a report."""
    filled = f"last_value({key} IGNORE NULLS) OVER (ORDER BY line) AS {key}"
    numbered = "(SELECT *, row_number() OVER () AS line FROM …)"
    return (
        f"If the {key} stands in the first row of each group alone, write {filled} in {table}.sql, of {numbered}, and "
        "leave out lines of totals (WHERE …)"
    )


def _nullif(column: Column, value: str) -> str:
    quoted = value.replace("'", "''")
    return f"nullif({column.name}, '{quoted}') AS {column.name}"


def _is_a_day(value: str) -> bool:
    """Whether a value is some day of our times in a form that a hint can be given for."""
    days = filter(None, (_read(form, value) for form in _FORMS))
    return any(EARLIEST_DAY <= day.date() < LATEST for day in days) or any(
        counts(value) for counts in _COUNTED.values()
    )


def _of_times(table: str, name: str, values: list[str]) -> str:
    if _best(values, {"%y": _matches(_ANTIQUITY)}):
        return "Write %y, for years of two digits, in the date_format or time_format in source.yaml"
    forms = _best(values, {form: partial(_read, form) for form in _FORMS})
    if forms:
        # Of %b and %B, which another language may not tell apart, the one by which strptime itself reads more.
        ways: dict[str, list[str]] = {}
        for form in forms:
            ways.setdefault(by_number(form) or form, []).append(form)
        forms = [
            max(alike, key=lambda form: sum(bool(_strptime(form, value)) for value in values))
            for alike in ways.values()
        ]
        key = "time_format" if "%M" in forms[0] else "date_format"
        written = " or ".join(f"{{{key}: '{form}'}}" for form in forms)
        cast = f"strptime({name}, '{forms[0]}') AS {name} in {table}.sql"
        if len(forms) > 1:
            return f"Write options: {written} in source.yaml, whichever is right"
        is_in_english = all(_strptime(forms[0], value) or not _read(forms[0], value) for value in values)
        return f"Write options: {written} in source.yaml" + (f", or {cast}" if is_in_english else "")
    found = _best(values, _COUNTED)
    return f"Write {found[0].format(name)} AS {name} in {table}.sql" if found else ""


def _of_numbers(table: str, name: str, values: list[str], decimal: Sign | None) -> str:
    ways = {",": _matches(_COMMA), ".": _matches(_THOUSANDS)}
    decimals = _best(values, ways)
    told = {way for value in values if len(own := [way for way in ways if ways[way](value)]) == 1 for way in own}
    if decimals and (len(told) > 1 or (decimal and decimal not in decimals)):
        return (
            f"{name} is written in two ways, with a decimal point and with a decimal comma; if they are of different "
            "files, give those of each way a table of their own in source.yaml, with options: "
            "{decimal: {one: '.', other: ','}}, and take the rows of both (UNION ALL)"
        )
    if decimals:
        written = " or ".join(f"{{decimal: '{sign}'}}" for sign in decimals)
        return f"Write options: {written} in source.yaml"
    if _best(values, {"currency": _matches(f"{_CURRENCY}|{_NEGATIVE}")}):
        units = _units(values)
        if {_CREDIT, _DEBIT} & set(units):
            return (
                f"{_CREDIT} marks credits and {_DEBIT} debits: give credits a minus in {table}.sql, and leave out both"
            )
        if len(units) > 1:
            return f"These are {', '.join(units)}: bring them to one currency in {table}.sql, then leave out its name"
        # Letters, signs of money and blanks alone: a minus must not get lost, wherever it stands.
        number = f"regexp_replace({name}, '[\\p{{L}}\\p{{Sc}}\\p{{Z}}]', '', 'g')" if units else name
        if any(map(_matches(_NEGATIVE), values)):
            number = f"regexp_replace({number}, '^\\((.+)\\)$|^(.+)[-−]$|^−(.+)$', '-\\1\\2\\3')"
        return f"Write {number} AS {name} in {table}.sql" if number != name else ""
    return ""


def _units(values: list[str]) -> list[str]:
    """What stands before or after numbers, in capitals and each once; a sign of money as the code it is short for."""
    found = (
        re.findall(r"[^\W\d_]+|[€$£¥]", value) for value in values if re.fullmatch(f"{_CURRENCY}|{_NEGATIVE}", value)
    )
    return sorted({_SYMBOLS.get(unit, unit.upper()) for units in found for unit in units})


def _best(values: list[str], ways: Mapping[str, Callable[[str], object]]) -> list[str]:
    """The ways in which the most values can be read, if that is at least half of them."""
    counts = {way: sum(map(bool, map(reads, values))) for way, reads in ways.items()}
    most = max(counts.values(), default=0)
    return [way for way, count in counts.items() if count == most] if most and most * 2 >= len(values) else []


def _read(form: str, value: str) -> datetime | None:
    numbered = by_number(form)
    return _strptime(form, value) or (_strptime(numbered, written_with_number(value)) if numbered else None)


def _strptime(form: str, value: str) -> datetime | None:
    try:
        return datetime.strptime(value, form)  # noqa: DTZ007 - a day, of whatever zone
    except ValueError:
        return None


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


def _is_between(low: float, high: float) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(r"\d+(\.\d+)?", value) is not None and low <= float(value) <= high


# Seconds and milliseconds since 1970, and Excel's days: the SQL that makes times of a column of them.
_COUNTED: dict[str, Callable[[str], bool]] = {
    # As .NET writes times into JSON.
    "to_timestamp(regexp_extract({}, '-?\\d+')::DOUBLE / 1000)": _matches(r"\\?/Date\(-?\d{1,14}([+-]\d{4})?\)\\?/"),
    "to_timestamp({}::DOUBLE)": _is_between(5e8, 5e9),
    "to_timestamp({}::DOUBLE / 1000)": _is_between(5e11, 5e12),
    "TIMESTAMP '1899-12-30' + to_seconds({}::DOUBLE * 86400)": _is_between(20_000, 73_050),
}
