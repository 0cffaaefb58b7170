"""Texts: the CSV files of one table, read once as texts, and what their columns are taken for."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from features.language.tongue import counted
from features.mistake import Mistake
from pipelines.intake.casting import Written
from pipelines.intake.decimals import doubtful, said_of, what_to_write
from pipelines.intake.delimited import Layout, layout_of, rewritten
from pipelines.intake.files import escape_glob
from pipelines.intake.guessing import assumed_of_days, assumed_of_points, either_way, in_threes, with_guessed_types
from pipelines.intake.source import Options

# Whether a row is the names of the columns once more, and its file. No name in a file keeps a blank before it.
_AGAIN = " names again"
_FILE = " file"


@dataclass(frozen=True)
class Texts:
    """What reading files showed, as `pipelines.intake.reading.OpenSource` has it of every table."""

    notes: list[str] = field(default_factory=list)
    assumed: list[tuple[str, str]] = field(default_factory=list)


def read_texts(
    con: Backend, name: str, paths: list[Path], options: Options, copies: Path, originals: dict[str, Path]
) -> Texts:
    """Makes a view `name` of CSV files, its columns typed. Raises Mistake or DuckDB's error where they cannot be read.

    copies: a folder for copies of files that DuckDB cannot read as they lie there; originals: takes what each is of.
    """
    found = Texts()
    groups: dict[Layout, list[Path]] = {}
    for path in paths:
        layout = layout_of(path, name, delimiter=options.delimiter_of(name), encoding=options.encoding_of(name))
        if layout is None:
            found.notes.append(f"{path.name} is empty")
            continue
        found.notes.extend(f"{path.name}: {note}" for note in layout.notes)
        if not layout.is_plain:
            copy = rewritten(path, layout, name, copies)
            originals[str(copy)] = path
            path = copy
        groups.setdefault(layout, []).append(path)
    if not groups:
        raise Mistake(f"{paths[0]}: empty; a CSV file begins with the names of its columns.")
    rows = _rows(con, name, groups, options)
    again = int(rows[_AGAIN].sum().fill_null(0).execute())
    if again:
        are = (
            "are the names of its columns again, and are" if again > 1 else "is the names of its columns again, and is"
        )
        found.notes.append(f"{name}: {counted(again, 'row')} {are} left out")
    rows = rows.filter(~rows[_AGAIN])
    con.create_view(f"{name} as text", rows.drop(_AGAIN, _FILE))
    text = con.table(f"{name} as text")
    decimal = options.decimal_of([name])
    written = Written(decimal, options.formats)
    typed = with_guessed_types(con, text, written)
    con.create_view(name, typed)
    times = [column for column, kind in typed.schema().items() if kind.is_timestamp()]
    found.assumed.extend(
        (column, assumed_of_days(f"{column} of {paths[0].name}", column, *ways))
        for column, ways in either_way(con, text, times, options.formats).items()
    )
    numbers = [column for column, kind in typed.schema().items() if kind.is_floating()]
    if decimal is None:
        in_all = in_threes(con, text, numbers)
        found.assumed.extend(
            (column, assumed_of_points(f"{column} of {paths[0].name}", example)) for column, example in in_all.items()
        )
        # Of one file that is all: no number of it has a comma.
        numbers = [column for column in numbers if column not in in_all] if len(paths) > 1 else []
    sign = decimal or "."
    odd = list(doubtful(con, rows, numbers, sign, by=_FILE))
    for column, file, seen in odd:
        path = originals.get(file, Path(file))
        is_one = Counter(other for other, *_ in odd)[column] < len(paths)
        what = what_to_write(seen, sign, name, is_one_of_several=is_one)
        found.assumed.append((column, f"{said_of(f'{column} of {path.name}', seen, sign)}; {what}"))
    return found


def _rows(con: Backend, name: str, groups: dict[Layout, list[Path]], options: Options) -> ir.Table:
    """All rows as texts, in a table of ours: the files are taken apart once, however often their rows are looked at."""
    parts = [_select(layout, files, options) for layout, files in groups.items()]
    con.raw_sql(f'CREATE TABLE "{name} as read" AS {" UNION ALL BY NAME ".join(parts)}')
    return con.table(f"{name} as read")


def _select(layout: Layout, paths: list[Path], options: Options) -> str:
    """A SELECT of all rows of files that are written alike, as texts, but those that a spreadsheet leaves blank; with
    where the names of the columns come again, as on each page of a report.
    """
    columns = ", ".join(f"{_quoted(column)}: 'VARCHAR'" for column in layout.columns)
    arguments = {
        "auto_detect": "false",
        "columns": f"{{{columns}}}",
        "delim": _quoted(layout.delimiter),
        "quote": _quoted(layout.quote),
        "escape": _quoted(layout.escape),
        "header": "false",
        "skip": str(layout.skip),
        "nullstr": _list(["", *options.nulls]),
        "filename": _quoted(_FILE),
    }
    named = ", ".join(f"{argument} = {value}" for argument, value in arguments.items())
    cells = ['"' + column.replace('"', '""') + '"' for column in layout.columns]
    again = " AND ".join(
        f"coalesce(trim({cell}), '') = {_quoted(name)}" for cell, name in zip(cells, layout.header, strict=True)
    )
    is_again = again if len(cells) > 1 else "false"
    files = f"read_csv({_list([escape_glob(path) for path in paths])}, {named})"
    is_row = f"coalesce({', '.join(cells)}) IS NOT NULL"
    return f'FROM {files} SELECT *, ({is_again}) AS "{_AGAIN}" WHERE {is_row}'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _list(texts: list[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"
