"""Casting: what a source gave, as the contract's types; what does not cast becomes null and is refused elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import ibis
import ibis.expr.types as ir

from features.tables import Column
from pipelines.intake.months import by_number, with_number
from pipelines.intake.no_ids import NO_ID

# A text that ends in an offset, Z or a zone's name after its time of day: an instant. Any other is local time already.
_ZONED = r"^\d{4}.*:\d\d.*([Zz]|[+-]\d\d(:?\d\d)?|\s[A-Za-z_]+(/[A-Za-z_]+)*)$"
_LOCAL = r"^\d{4}-\d\d-\d\d([ T][\d:.]*)?$"
_HAS_YEAR_FIRST = r"^\d{4}"  # DuckDB takes 01/02/24 for a day of the year 1
_PACKED = {r"^\d{8}$": "%Y%m%d", r"^\d{14}$": "%Y%m%d%H%M%S"}  # 20241231 and 20241231235959, as ERP systems write them

_EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones; it believes in 29 February 1900
EXCEL_LAST = 109_574  # 2199-12-31

# Marks between thousands, apart from . and ,: blanks (the usual one and two that do not break) and apostrophes.
MARKS = " \u00a0\u202f'’"
# Beyond E9 it may be somebody's id that has been shortened, and stays a text.
NUMBER = r"^[+-]?(0|[1-9]\d{0,17})?(\.\d*)?([eE](-\d{1,3}|\d))?$"


Sign = Literal[".", ","]  # before the decimals


@dataclass(frozen=True)
class Written:
    """How the values of a column are written, beside the usual way.

    decimal: what stands before the decimals; where it is known, thousands may be set apart. formats: of days and times,
    as in strptime. is_excel: whole numbers are Excel's numbers of days.
    """

    decimal: Sign | None = None
    formats: tuple[str, ...] = ()
    is_excel: bool = False


AS_USUAL = Written()


def cast(column: Column, raw: ir.Value, written: Written = AS_USUAL) -> ir.Value:
    """`raw` in the column's type: string, double, date, or timestamp in the session's time zone; null where it is none.

    Money is rounded to two decimals as a decimal, so that 1.005 becomes 1.01 whether it came as text or as a number.
    """
    match column.kind:
        case "id" if not column.required:
            id_ = _text(raw)
            return ibis.ifelse(id_.isin(NO_ID), ibis.null("string"), id_)
        case "id" | "text":
            return _text(raw)
        case "choice":
            return _text(raw).lower()
        case "money":
            return _number(raw, "decimal(28, 6)", written).round(2).cast("float64")
        case "number":
            number = _number(raw, "float64", written)
            return number.nullif(float("nan")).nullif(float("inf")).nullif(float("-inf"))
        case "time":
            return _time(raw, written)
        case "date":
            return raw if raw.type().is_date() else _time(raw, written).date()


def is_blank(raw: ir.Value) -> ir.BooleanValue:
    """Whether nothing was given: null, or a text of blanks."""
    return _stripped(raw).isnull() if raw.type().is_string() else raw.isnull()


def as_given(raw: ir.Value) -> ir.StringValue:
    return raw.cast("string")


def as_double(raw: ir.Value, written: Written = AS_USUAL) -> ir.FloatingValue:
    """A number however large it is; null where it is none."""
    return _number(raw, "float64", written)


def _stripped(raw: ir.Value) -> ir.StringValue:
    # Stripping costs more than all other checks together, and hardly any text needs it; "!" follows the blank in ASCII.
    has_blanks = (raw < "!") | raw.endswith(" ") | raw.endswith("\t") | raw.endswith("\r") | raw.endswith("\n")
    return ibis.ifelse(has_blanks, raw.strip().nullif(""), raw)


def _text(raw: ir.Value) -> ir.StringValue:
    if raw.type().is_floating():
        # pandas turns whole numbers into floats where some are missing: customer 13085.0 is customer 13085.
        whole = whole_number(raw)
        return ibis.ifelse(whole.notnull(), whole.cast("string"), raw.nullif(float("nan")).cast("string"))
    return _stripped(raw.cast("string"))


def _none(raw: ir.Value, kind: str) -> ir.Value:
    """Null in every row; a bare null would be a single value, of which there is no smallest or largest."""
    return ibis.ifelse(raw.isnull(), ibis.null(kind), ibis.null(kind))


def _number(raw: ir.Value, kind: str, written: Written) -> ir.Value:
    if raw.type().is_string():
        return with_point(_stripped(raw), written).try_cast(kind)
    return raw.try_cast(kind) if raw.type().is_numeric() else _none(raw, kind)  # True is no number


def whole_number(raw: ir.Value) -> ir.IntegerValue:
    """Whole numbers, as 7 and as 7.0; null for any other."""
    if raw.type().is_string():
        # DuckDB would round a text of 7.5.
        return ibis.ifelse(raw.re_search(r"^\d{1,18}(\.0+)?$"), raw, ibis.null("string")).try_cast("int64")
    whole = raw.try_cast("int64")
    return whole if raw.type().is_integer() else ibis.ifelse(whole.cast(raw.type()) == raw, whole, ibis.null("int64"))


def with_point(text: ir.StringValue, written: Written) -> ir.StringValue:
    """The text of a number with a decimal point and nothing between its thousands, where the source says how it writes.

    Thousands are thousands only in groups of three: with a decimal comma 1.234 is 1234 and 1.5 stays 1.5.
    """
    if written.decimal is None:
        return text
    apart = MARKS + ("." if written.decimal == "," else ",")
    groups = rf"^[+-]?\d{{1,3}}([{apart}]\d{{3}})+([{written.decimal}]\d*)?$"
    text = ibis.ifelse(text.re_search(groups), text.re_replace(f"[{apart}]", ""), text)
    return text.replace(",", ".") if written.decimal == "," else text


def _time(raw: ir.Value, written: Written) -> ir.TimestampValue:
    kind = raw.type()
    if kind.is_timestamp() or kind.is_date():
        return raw.cast("timestamp(6)")  # an instant becomes local time: the connection's zone is the firm's
    if kind.is_string():
        text = _stripped(raw)
        return ibis.ifelse(text.re_search(_ZONED), instant(text).cast("timestamp(6)"), local_time(text, written))
    if kind.is_numeric():  # True is none
        return local_time(whole_number(raw).cast("string"), written)
    return _none(raw, "timestamp(6)")


def instant(text: ir.StringValue) -> ir.TimestampValue:
    """A text with an offset as a moment in UTC; null where it is none."""
    # DuckDB reads no offset after a blank, as in 2026-12-31 23:59:59 +0100, which shops write.
    return text.re_replace(r" ([+-]\d\d(:?\d\d)?)$", r"\1").try_cast("timestamp('UTC')")


def local_time(text: ir.StringValue, written: Written) -> ir.TimestampValue:
    """A text without an offset as the time it says; null where it is none."""
    packed = [
        ibis.ifelse(text.re_search(pattern), try_strptime(text, form), ibis.null("timestamp(6)"))
        for pattern, form in _PACKED.items()
    ]
    excel = [_excel_day(text)] if written.is_excel else []
    formats = (_by_format(text, form) for form in written.formats)
    usual = ibis.ifelse(text.re_search(_HAS_YEAR_FIRST), text.try_cast("timestamp(6)"), ibis.null("timestamp(6)"))
    return ibis.coalesce(*formats, usual, *packed, *excel)


def _excel_day(text: ir.StringValue) -> ir.TimestampValue:
    days = whole_number(text)
    in_range = ibis.ifelse(days.between(1, EXCEL_LAST), days, ibis.null("int64"))  # a larger number is no interval
    return ibis.literal(_EXCEL_DAY_0, type="timestamp(6)") + in_range.as_interval("D")


def is_local_time(text: ir.StringValue, written: Written) -> ir.BooleanValue:
    """Whether a text is a time without an offset, written as usual or in one of the formats."""
    is_iso = text.re_search(_LOCAL) & text.try_cast("timestamp(6)").notnull()
    return ibis.or_(is_iso, *(_by_format(text, form).notnull() for form in written.formats))


def _by_format(text: ir.StringValue, form: str) -> ir.TimestampValue:
    """The time that a text says in a format, whatever language its month is named in; null where it does not fit."""
    read, numbered = try_strptime(text, form), by_number(form)
    return read if numbered is None else ibis.coalesce(read, try_strptime(with_number(text), numbered))


def is_instant(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text is a time with an offset."""
    return text.re_search(_ZONED) & instant(text).notnull()


def _try_strptime(text: str, form: str) -> datetime:  # type: ignore[empty-body]
    """DuckDB's: the time that a text says in a format; null where it does not fit."""


try_strptime: Callable[[ir.StringValue, str], ir.TimestampValue] = ibis.udf.scalar.builtin(
    _try_strptime, name="try_strptime"
)
