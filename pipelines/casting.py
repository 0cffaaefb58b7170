"""Casting: what a source gave, as the contract's types; what does not cast becomes null and is refused elsewhere."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

from features.tables import Column

# A text that ends in an offset, Z or a zone's name after its time of day: an instant. Any other is local time already.
_ZONED = r":\d\d.*([Zz]|[+-]\d\d(:?\d\d)?|\s[A-Za-z_]+(/[A-Za-z_]+)*)$"


def cast(column: Column, raw: ir.Value, formats: tuple[str, ...] = ()) -> ir.Value:
    """`raw` in the column's type: string, double, date, or timestamp in the session's time zone; null where it is none.

    formats: how a time may be written in a text, as in strptime, beside ISO 8601.
    Money is rounded to two decimals as a decimal, so that 1.005 becomes 1.01 whether it came as text or as a number.
    """
    match column.kind:
        case "id" | "text":
            return _text(raw)
        case "choice":
            return _text(raw).lower()
        case "money":
            return _decimal(raw).round(2).cast("float64")
        case "number":
            number = _stripped(raw).try_cast("float64") if raw.type().is_string() else raw.try_cast("float64")
            return number.nullif(float("nan")).nullif(float("inf")).nullif(float("-inf"))
        case "time":
            return _time(raw, formats)
        case "date":
            return raw if raw.type().is_date() else _time(raw, formats).date()


def is_blank(raw: ir.Value) -> ir.BooleanValue:
    """Whether nothing was given: null, or a text of blanks."""
    return _stripped(raw).isnull() if raw.type().is_string() else raw.isnull()


def as_given(raw: ir.Value) -> ir.StringValue:
    return raw.cast("string")


def _stripped(raw: ir.Value) -> ir.StringValue:
    # Stripping costs more than all other checks together, and hardly any text needs it; "!" follows the blank in ASCII.
    has_blanks = (raw < "!") | raw.endswith(" ") | raw.endswith("\t") | raw.endswith("\r") | raw.endswith("\n")
    return ibis.ifelse(has_blanks, raw.strip().nullif(""), raw)


def _text(raw: ir.Value) -> ir.StringValue:
    if raw.type().is_floating():
        # pandas turns whole numbers into floats where some are missing: customer 13085.0 is customer 13085.
        whole = raw.try_cast("int64")
        is_whole = whole.cast("float64") == raw
        return ibis.ifelse(is_whole, whole.cast("string"), raw.nullif(float("nan")).cast("string"))
    return _stripped(raw.cast("string"))


def _decimal(raw: ir.Value) -> ir.DecimalValue:
    if raw.type().is_boolean() or raw.type().is_temporal():
        return ibis.null("decimal(28, 6)")
    return (_stripped(raw) if raw.type().is_string() else raw).try_cast("decimal(28, 6)")


def _time(raw: ir.Value, formats: tuple[str, ...]) -> ir.TimestampValue:
    kind = raw.type()
    if kind.is_timestamp() or kind.is_date():
        return raw.cast("timestamp(6)")  # an instant becomes local time: the connection's zone is the firm's
    if kind.is_string():
        text = _stripped(raw)
        return ibis.ifelse(text.re_search(_ZONED), instant(text).cast("timestamp(6)"), local_time(text, formats))
    return ibis.null("timestamp(6)")


def instant(text: ir.StringValue) -> ir.TimestampValue:
    """A text with an offset as a moment in UTC; null where it is none."""
    return text.try_cast("timestamp('UTC')")


def local_time(text: ir.StringValue, formats: tuple[str, ...]) -> ir.TimestampValue:
    """A text without an offset as the time it says; null where it is none."""
    return ibis.coalesce(text.try_cast("timestamp(6)"), *(try_strptime(text, form) for form in formats))


def is_local_time(text: ir.StringValue, formats: tuple[str, ...]) -> ir.BooleanValue:
    """Whether a text is a time without an offset."""
    is_written_so = text.re_search(r"^\d{4}-\d\d-\d\d")
    for form in formats:
        is_written_so |= try_strptime(text, form).notnull()
    return is_written_so & ~text.re_search(_ZONED) & local_time(text, formats).notnull()


def is_instant(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text is a time with an offset."""
    return text.re_search(_ZONED) & instant(text).notnull()


@ibis.udf.scalar.builtin
def try_strptime(text: str, form: str) -> datetime:  # type: ignore[empty-body]
    """DuckDB's: the time that a text says in a format; null where it does not fit."""
