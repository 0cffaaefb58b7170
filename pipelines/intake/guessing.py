"""Guessing: what the columns of a CSV file hold, judged by every row, whatever the order of rows.

DuckDB's own guess is not used: it takes 03/04 for the third of April, lets one odd value fail a whole file, and reads
the file again each time that it is asked.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from pipelines.intake.casting import (
    NUMBER,
    Written,
    instant,
    is_instant,
    is_local_time,
    local_time,
    try_strptime,
    with_point,
)

SOME = (
    1000  # what does not hold for the first rows cannot hold for all; that spares most columns the reading of the file
)

# A number with leading zeros, or longer than a whole number can be, is somebody's id and stays a text.
_WHOLE = r"^[+-]?(0|[1-9]\d{0,17})$"
_TRUTH = r"^([Tt]rue|TRUE|[Ff]alse|FALSE)$"
# 1.234, and beside it 950: three digits after a point, or none.
_IN_THREES = r"^[+-]?\d{1,3}(\.\d{3})*$"


class Kind(NamedTuple):
    """One thing that a text may be: how to see it, and how to make it so."""

    is_one: Callable[[ir.StringValue], ir.BooleanValue]
    make: Callable[[ir.StringValue], ir.Value]


def with_guessed_types(con: Backend, text: ir.Table, written: Written) -> ir.Table:
    """A table of texts with whole numbers, numbers, times and truths where every value of a column is one."""
    columns = list(text.columns)
    typed: dict[str, ir.Value] = {}
    for kind in _kinds(written):
        certain = every_value(con, text, columns, kind.is_one)
        typed |= {column: kind.make(text[column]) for column in certain}
        columns = [column for column in columns if column not in certain]
    return text.mutate(**typed)


def in_threes(con: Backend, text: ir.Table, columns: Iterable[str]) -> dict[str, str]:
    """The columns in which every point has three digits after it, and whose points may thus stand between thousands;
    with the longest value that has a point.
    """
    found = every_value(con, text, list(columns), lambda value: value.re_search(_IN_THREES))
    if not found:
        return {}
    shown = {name: text[name].argmax(text[name].length(), where=text[name].contains(".")) for name in found}
    examples: Mapping[str, str | None] = con.to_pyarrow(text.agg(**shown)).to_pylist()[0]
    return {name: example for name, example in examples.items() if example is not None}


def assumed_of_points(what: str, example: str) -> str:
    """In words, what the points in a column are taken for in which each has three digits after it: a decimal point,
    unless a value has two.
    """
    said = f"{what}: every point has three digits after it, as in {example}; taken for"
    if example.count(".") > 1:
        return f"{said} points between thousands. Write options: {{decimal: ','}} in source.yaml to say so"
    return f"{said} a decimal point. Write options: {{decimal: '.'}} in source.yaml if it is one, else {{decimal: ','}}"


def either_way(
    con: Backend, text: ir.Table, columns: Iterable[str], formats: Iterable[str]
) -> dict[str, tuple[str, str, str]]:
    """The columns in which every day can be a month, by a format that the source gives, and that fall into no more
    months than days of the month: bills of the first of each month, read the wrong way, are all of January. With a
    value that can be two days, that format, and the one with day and month changed over.
    """
    columns, found = list(columns), {}
    for form in formats:
        other = form.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")
        if other == form:
            continue
        for column in every_value(con, text, columns, partial(_is_read_by, form=form, other=other)):
            taken, changed = try_strptime(text[column], form), try_strptime(text[column], other)
            seen = text.agg(
                months=taken.month().nunique(),
                days=taken.day().nunique(),
                example=text[column].max(where=taken != changed),
            )
            counts = con.to_pyarrow(seen).to_pylist()[0]
            if counts["example"] is not None and counts["months"] <= counts["days"]:
                found[column] = (counts["example"], form, other)
    return found


def _is_read_by(text: ir.StringValue, form: str, other: str) -> ir.BooleanValue:
    return try_strptime(text, form).notnull() & try_strptime(text, other).notnull()


def assumed_of_days(what: str, column: str, example: str, form: str, other: str) -> str:
    """In words, what days are taken for that can be read with day and month changed over."""
    return (
        f"{what}: every day can be a month, as in {example}; read by {form} as source.yaml says. If this one is "
        f"written otherwise, write strptime(strftime({column}, '{form}'), '{other}')"
    )


def every_value(
    con: Backend, rows: ir.Table, columns: list[str], is_one: Callable[[ir.StringValue], ir.BooleanValue]
) -> list[str]:
    """The columns in which every value is one, and that have any."""
    likely = _all(con, rows.limit(SOME), columns, is_one)
    return _all(con, rows, likely, is_one)


def _kinds(written: Written) -> list[Kind]:
    """The first kind that fits all rows counts."""
    return [
        Kind(lambda text: text.re_search(_WHOLE), lambda text: text.cast("int64")),
        Kind(
            lambda text: with_point(text, written).re_search(NUMBER) & text.re_search(r"\d"),
            lambda text: with_point(text, written).cast("float64"),
        ),
        Kind(lambda text: is_local_time(text, written), lambda text: local_time(text, written)),
        Kind(is_instant, instant),
        Kind(lambda text: text.re_search(_TRUTH), lambda text: text.cast("boolean")),
    ]


def _all(
    con: Backend, rows: ir.Table, columns: list[str], is_one: Callable[[ir.StringValue], ir.BooleanValue]
) -> list[str]:
    if not columns:
        return []
    every = rows.agg(**{column: is_one(rows[column]).all(where=rows[column].notnull()) for column in columns})
    found: Mapping[str, bool | None] = con.to_pyarrow(every).to_pylist()[0]
    return [column for column, is_so in found.items() if is_so]
