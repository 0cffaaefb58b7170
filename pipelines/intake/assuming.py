"""Assuming: what the values of a column are taken for where they could be two things, judged by all of them."""

from collections.abc import Mapping
from dataclasses import replace

import ibis
import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from features.tables import Table
from pipelines.intake.casting import Written, cast, whole_number
from pipelines.intake.decimals import doubtful, said_of, what_to_write
from pipelines.intake.guessing import SOME, assumed_of_points, in_threes

# Days of Excel from 1954 to 2099: what a whole number in a column of days is, unless it is a day written as 20241231.
_EXCEL = (20_000, 73_050)


def how_written(
    con: Backend, table: Table, rows: ir.Table, columns: Mapping[str, str], written: Written
) -> tuple[dict[str, Written], list[str]]:
    """How each column of the contract is written in what a SELECT gave, and in words what had to be assumed for that.

    columns: contract name → name as given. written: what source.yaml says, which leaves nothing to assume.
    """
    excel = _excel_columns(con, table, rows, columns)
    points = _points(con, table, rows, columns) if written.decimal is None else {}
    found = dict.fromkeys(columns, written)
    said = []
    for name, example in excel.items():
        found[name] = replace(written, is_excel=True)
        day = con.to_pyarrow(cast(table[name], ibis.literal(example), found[name]))
        said.append(f"{table.name}: {name} is taken for Excel's number of days: {example} is {day.as_py():%Y-%m-%d}")
    for name, example in points.items():
        found[name] = replace(written, decimal=",") if example.count(".") > 1 else written
        said.append(assumed_of_points(f"{name} of {table.name}", example))
    sign = written.decimal
    if sign:
        texts = {name: rows[columns[name]] for name in _numbers_as_texts(table, rows, columns)}
        said += [
            f"{said_of(f'{name} of {table.name}', seen, sign)}; {what_to_write(seen, sign, 'its table')}"
            for name, _, seen in doubtful(con, rows.select(**texts, of=ibis.literal("")), texts, sign, by="of")
        ]
    return found, said


def _excel_columns(con: Backend, table: Table, rows: ir.Table, columns: Mapping[str, str]) -> dict[str, str]:
    """The columns of days or times in which most values are whole numbers that Excel would write; with the smallest."""
    asked = {
        name: whole_number(rows[raw])
        for name, raw in columns.items()
        if table[name].kind in ("date", "time") and _may_be_number(rows[raw])
    }
    if not asked:
        return {}
    numbers = rows.select(**asked, **{f"{name} given": rows[columns[name]].notnull() for name in asked})
    found: dict[str, int | None] = dict.fromkeys(asked)
    for part in (numbers.limit(SOME), numbers):  # the first rows spare most columns the others
        counts = {}
        for name in found:
            is_day = part[name].between(*_EXCEL)
            counts[name] = part[name].min(where=is_day)
            counts[f"{name} days"] = is_day.sum()
            counts[f"{name} given"] = part[f"{name} given"].sum()
        seen = con.to_pyarrow(part.agg(**counts)).to_pylist()[0]
        found = {name: seen[name] for name in found if (seen[f"{name} days"] or 0) * 2 > (seen[f"{name} given"] or 0)}
        if not found:
            return {}
    return {name: str(example) for name, example in found.items()}


def _may_be_number(raw: ir.Value) -> bool:
    return bool(raw.type().is_string() or raw.type().is_numeric())


def _points(con: Backend, table: Table, rows: ir.Table, columns: Mapping[str, str]) -> dict[str, str]:
    texts = {name: rows[columns[name]] for name in _numbers_as_texts(table, rows, columns)}
    return in_threes(con, rows.select(**texts), texts) if texts else {}


def _numbers_as_texts(table: Table, rows: ir.Table, columns: Mapping[str, str]) -> list[str]:
    return [
        name
        for name, raw in columns.items()
        if table[name].kind in ("money", "number") and rows[raw].type().is_string()
    ]
