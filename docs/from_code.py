"""Reference pages that are written from the code they describe: tables, features, settings and commands.

    python docs/from_code.py

writes them all; a test holds every page to what this gives.
"""

import inspect
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from features.tables import RECORDED_AT, TABLES, Column, Table
from pipelines.exports.listing import as_markdown
from pipelines.intake.faults import MOST_NUMBER
from pipelines.intake.source import SourceFile
from pipelines.settings import Settings

REFERENCE = Path(__file__).parent / "reference"
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def pages() -> dict[str, str]:
    """The text of every page that is written from code, by file name."""
    return {
        "tables.md": _page(_tables()),
        "features.md": _page([as_markdown()]),
        "settings.md": _page(_settings()),
        "commands.md": _page([_commands()]),
    }


def _page(parts: Iterator[str] | list[str]) -> str:
    return "\n\n".join(["<!-- Written by docs/from_code.py; change the code, not this page. -->", *parts]) + "\n"


def _table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _tables() -> Iterator[str]:
    yield "# Tables"
    yield (
        "The data contract: what a source's SELECTs give, under these names. A table or column that is missing takes "
        "away the features that need it and no others; `leaky check` says which. Columns in **bold** are required "
        "where their table is given."
    )
    yield _table(
        ("kind", "holds"),
        [
            ("id, text", "any text; numbers are taken as text"),
            ("choice", "one of the words that are named"),
            ("money", "an amount in the source's currency, with two decimals"),
            ("number", f"a whole number from 1 to {MOST_NUMBER:,}"),
            ("date", "a day"),
            ("time", "a moment in the firm's local time; a day counts as its midnight"),
        ],
    )
    for table in TABLES.values():
        yield f"## {table.name}"
        when = f" A row happened at `{table.happened}`." if table.happened else ""
        yield f"{table.says}{when}"
        rows = [
            (
                f"**{column.name}**" if column.required else column.name,
                f"choice: {', '.join(column.allowed)}" if column.allowed else column.kind,
                column.says,
                _known(table, column),
            )
            for column in table.columns
        ]
        yield _table(("column", "kind", "what it is", "known"), rows)


def _known(table: Table, column: Column) -> str:
    """From when on a feature may use the column's value."""
    if column.known_with:
        return f"once `{column.known_with}` has come"
    is_time = column.kind in ("date", "time")
    is_own = column.name in (table.happened, RECORDED_AT.name) or table.happened is None
    return "once it has come" if is_time and not is_own and not column.planned else "with the row"


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield (
        "`params.yaml` is read once into one typed object, and so is a source's `source.yaml`. Unknown keys are "
        "refused; a key that is left out has its default."
    )
    yield "## params.yaml"
    yield from _sections(Settings, "")
    yield "## source.yaml"
    yield (
        "In a source's folder, beside one SELECT a table. What a source may override stands there under the same keys "
        "as in `params.yaml`, and then counts."
    )
    yield from _sections(SourceFile, "", without=Settings.model_fields)


def _sections(model: type[BaseModel], prefix: str, without: Collection[str] = ()) -> Iterator[str]:
    """A table of the model's own keys, then one for each section in it."""
    fields = {name: field for name, field in model.model_fields.items() if name not in without}
    sections = {name: kind for name, field in fields.items() if (kind := _section(field))}
    rows = [_setting(prefix + name, field) for name, field in fields.items() if name not in sections]
    if rows:
        yield _table(("key", "value", "default", "what it is"), rows)
    for name, kind in sections.items():
        yield f"### {prefix}{name}"
        if kind.__doc__:
            yield " ".join(inspect.cleandoc(kind.__doc__).split())
        yield from _sections(kind, f"{prefix}{name}.")


def _section(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _setting(key: str, field: FieldInfo) -> tuple[str, ...]:
    default = "required" if field.default is PydanticUndefined else f"`{_yaml(field.default)}`"
    bounds = [
        f"{words} {bound:g}"
        for rule in field.metadata
        for name, words in _BOUNDS.items()
        if (bound := getattr(rule, name, None)) is not None
    ]
    return (f"`{key}`", "; ".join([_type(field.annotation), *bounds]), default, field.description or "")


def _yaml(value: object) -> str:
    """A default as it would stand in YAML."""
    return str(yaml.safe_dump(list(value) if isinstance(value, tuple) else value)).removesuffix("...\n").strip()


def _type(annotation: Any) -> str:
    """A type in words: 'cycle or silence', 'a whole number', 'a day or null'."""
    words = {
        int: "a whole number",
        float: "a number",
        str: "a text",
        bool: "true or false",
        type(None): "null",
    }
    if annotation in words:
        return words[annotation]
    arguments = get_args(annotation)
    if not arguments:
        return {"date": "a day"}.get(annotation.__name__, str(annotation.__name__))
    if all(isinstance(argument, str) for argument in arguments):
        return " or ".join(f"`{argument}`" for argument in arguments)
    origin = getattr(annotation, "__origin__", None)
    if origin is dict:
        return "name: text, for each"
    if origin is tuple:
        return "a list of texts"
    return " or ".join(_type(argument) for argument in arguments)


def _commands() -> str:
    """Typer's own page of the command line."""
    typer = [sys.executable, "-m", "typer", "leaky.cli", "utils", "docs", "--name", "leaky", "--title", "Commands"]
    return subprocess.run(typer, capture_output=True, text=True, check=True, cwd=REFERENCE.parents[1]).stdout.strip()


def main() -> None:
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
