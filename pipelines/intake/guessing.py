"""Guessing: what the columns of a CSV file hold, judged by every row, whatever the order of rows.

DuckDB's own guess is not used: it takes 03/04 for the third of April, lets one odd value fail a whole file, and reads
the file again each time that it is asked.
"""

from collections.abc import Callable, Mapping

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from pipelines.intake.casting import instant, is_instant, is_local_time, local_time, with_point
from pipelines.intake.source import Reading

SOME = (
    1000  # what does not hold for the first rows cannot hold for all; that spares most columns the reading of the file
)

# A number with leading zeros, or longer than a whole number can be, is somebody's id and stays a text.
_WHOLE = r"^[+-]?(0|[1-9]\d{0,17})$"
_NUMBER = r"^[+-]?(0|[1-9]\d{0,17})?(\.\d*)?([eE]-?\d{1,3})?$"
_TRUTH = r"^([Tt]rue|TRUE|[Ff]alse|FALSE)$"


def guessed(con: Backend, text: ir.Table, reading: Reading) -> ir.Table:
    """A table of texts with whole numbers, numbers, times and truths where every value of a column is one."""
    columns = list(text.columns)
    typed: dict[str, ir.Value] = {}
    for is_one, made in _kinds(reading):
        likely = _all(con, text.limit(SOME), columns, is_one)
        certain = _all(con, text, likely, is_one)
        typed |= {column: made(text[column]) for column in certain}
        columns = [column for column in columns if column not in certain]
    return text.mutate(**typed)


def _kinds(
    reading: Reading,
) -> list[tuple[Callable[[ir.StringValue], ir.BooleanValue], Callable[[ir.StringValue], ir.Value]]]:
    """How to see that a text is of a kind, and how to make it one; the first kind that fits all rows counts."""
    return [
        (lambda text: text.re_search(_WHOLE), lambda text: text.cast("int64")),
        (
            lambda text: with_point(text, reading).re_search(_NUMBER) & text.re_search(r"\d"),
            lambda text: with_point(text, reading).cast("float64"),
        ),
        (lambda text: is_local_time(text, reading), lambda text: local_time(text, reading)),
        (is_instant, instant),
        (lambda text: text.re_search(_TRUTH), lambda text: text.cast("boolean")),
    ]


def _all(
    con: Backend, rows: ir.Table, columns: list[str], is_one: Callable[[ir.StringValue], ir.BooleanValue]
) -> list[str]:
    """The columns in which every value is one, and that have any."""
    if not columns:
        return []
    every = rows.agg(**{column: is_one(rows[column]).all(where=rows[column].notnull()) for column in columns})
    found: Mapping[str, bool | None] = con.to_pyarrow(every).to_pylist()[0]
    return [column for column, is_so in found.items() if is_so]
