"""Casting: what a source gave, as the contract's types; what does not cast becomes null and is refused elsewhere."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

from features.tables import Column
from pipelines.intake.source import Reading

AS_USUAL = Reading.model_validate({})

# A text that ends in an offset, Z or a zone's name after its time of day: an instant. Any other is local time already.
_ZONED = r":\d\d.*([Zz]|[+-]\d\d(:?\d\d)?|\s[A-Za-z_]+(/[A-Za-z_]+)*)$"
_LOCAL = r"^\d{4}-\d\d-\d\d([ T][\d:.]*)?$"


def cast(column: Column, raw: ir.Value, reading: Reading = AS_USUAL) -> ir.Value:
    """`raw` in the column's type: string, double, date, or timestamp in the session's time zone; null where it is none.

    reading: how numbers and times are written in texts, beside the usual way.
    Money is rounded to two decimals as a decimal, so that 1.005 becomes 1.01 whether it came as text or as a number.
    """
    match column.kind:
        case "id" | "text":
            return _text(raw)
        case "choice":
            return _text(raw).lower()
        case "money":
            return _decimal(raw, reading).round(2).cast("float64")
        case "number":
            number = (
                with_point(_stripped(raw), reading).try_cast("float64")
                if raw.type().is_string()
                else raw.try_cast("float64")
            )
            return number.nullif(float("nan")).nullif(float("inf")).nullif(float("-inf"))
        case "time":
            return _time(raw, reading)
        case "date":
            return raw if raw.type().is_date() else _time(raw, reading).date()


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


def _decimal(raw: ir.Value, reading: Reading) -> ir.DecimalValue:
    if raw.type().is_boolean() or raw.type().is_temporal():
        return ibis.null("decimal(28, 6)")
    return (with_point(_stripped(raw), reading) if raw.type().is_string() else raw).try_cast("decimal(28, 6)")


def with_point(text: ir.StringValue, reading: Reading) -> ir.StringValue:
    """The text of a number with a decimal point, where the source writes a comma."""
    return text.replace(",", ".") if reading.decimal == "," else text


def _time(raw: ir.Value, reading: Reading) -> ir.TimestampValue:
    kind = raw.type()
    if kind.is_timestamp() or kind.is_date():
        return raw.cast("timestamp(6)")  # an instant becomes local time: the connection's zone is the firm's
    if kind.is_string():
        text = _stripped(raw)
        return ibis.ifelse(text.re_search(_ZONED), instant(text).cast("timestamp(6)"), local_time(text, reading))
    return ibis.null("timestamp(6)")


def instant(text: ir.StringValue) -> ir.TimestampValue:
    """A text with an offset as a moment in UTC; null where it is none."""
    return text.try_cast("timestamp('UTC')")


def local_time(text: ir.StringValue, reading: Reading) -> ir.TimestampValue:
    """A text without an offset as the time it says; null where it is none."""
    return ibis.coalesce(text.try_cast("timestamp(6)"), *(try_strptime(text, form) for form in reading.formats))


def is_local_time(text: ir.StringValue, reading: Reading) -> ir.BooleanValue:
    """Whether a text is a time without an offset."""
    is_iso = text.re_search(_LOCAL) & local_time(text, AS_USUAL).notnull()
    return ibis.or_(is_iso, *(try_strptime(text, form).notnull() for form in reading.formats))


def is_instant(text: ir.StringValue) -> ir.BooleanValue:
    """Whether a text is a time with an offset."""
    return text.re_search(_ZONED) & instant(text).notnull()


@ibis.udf.scalar.builtin
def try_strptime(text: str, form: str) -> datetime:  # type: ignore[empty-body]
    """DuckDB's: the time that a text says in a format; null where it does not fit."""
