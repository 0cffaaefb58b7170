"""Reading: a source's files opened as tables of one DuckDB connection."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from features.mistake import Mistake, closest
from pipelines.intake.files import Format, escape_glob, find_files
from pipelines.intake.source import Source
from pipelines.intake.texts import read_texts

_SQLITE = b"SQLite format 3\0"  # what such a file begins with
GIVEN = "given_by_source"  # the schema that holds what the SELECTs gave, apart from the source's own tables


@dataclass(frozen=True)
class OpenSource:
    """A source whose files are tables of `con`.

    notes: by table of the source, what nobody would expect who knows its files. assumed: how numbers in it were taken
    where they can be taken in two ways, by the column's name. originals: the firm's file of which a file is our copy.
    """

    con: Backend
    source: Source
    originals: dict[str, Path] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    assumed: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


@contextmanager
def open_source(source: Source, folder: Path) -> Iterator[OpenSource]:
    """The source with its files in `folder` as tables. Raises Mistake for a file that cannot be read."""
    with TemporaryDirectory(prefix="leaky-") as scratch:
        # On disk, so that a source larger than memory can be read.
        con = ibis.duckdb.connect(Path(scratch) / "scratch.duckdb", temp_directory=scratch)
        try:
            con.raw_sql("SET enable_progress_bar = false")  # it would write between our own lines
            # Parquet files by Spark and Hive carry wrong statistics for their old 96-bit times; DuckDB believes them
            # and gives wrong groups or fails, unless it is kept from reasoning with them.
            con.raw_sql("SET disabled_optimizers = 'statistics_propagation'")
            _set_zone(con, source)
            con.raw_sql(f"CREATE SCHEMA {GIVEN}")
            opened = OpenSource(con, source)
            copies = Path(scratch) / "copies"
            copies.mkdir()
            for name, (kind, paths) in find_files(source, folder).items():
                _open_table(opened, name, kind, paths, copies)
            yield opened
        finally:
            con.disconnect()


def one_line(error: Exception) -> str:
    """DuckDB's message without its kind, its picture of the query, and its lists of candidates and settings."""
    text = re.split(r"\n\s*LINE \d+:|\n\s*Candidate functions|\n\s*Possible|\n\nColumn ", str(error))[0]
    return " ".join(re.sub(r"^(\w+ )+Error: ", "", text).split())


def fault_of_file(opened: OpenSource, error: Exception) -> Mistake | None:
    """What is wrong with which line of a CSV file, where that is what DuckDB complains of."""
    text = str(error)
    line, file = re.search(r"CSV Error on Line: (\d+)", text), re.search(r"^\s*file = (.*)$", text, re.MULTILINE)
    if not line or not file:
        return None
    where = f"{opened.originals.get(file[1], file[1])}: line {line[1]}"
    said = re.search(r"Original Line:\s*(.*)", text)  # blank lines may stand before it
    shown = f": {said[1].strip()}" if said else ""
    fields = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if fields:
        return Mistake(f"{where} has {fields[2]} fields, not {fields[1]} as above{shown}")
    if "Invalid unicode" in text:
        return Mistake(
            f"{where} is not in UTF-8. Write options: {{encoding: cp1252}} in source.yaml, or what it is in."
        )
    why = "a quote that is not closed" if "unterminated quote" in text else one_line(error).removesuffix(".")
    return Mistake(f"{where} cannot be read ({why}){shown}")


def _set_zone(con: Backend, source: Source) -> None:
    zone = source.about.time_zone
    known = [row[0] for row in con.raw_sql("SELECT name FROM pg_timezone_names()").fetchall()]
    if zone not in known:
        near = closest(zone, known) or " They are named as Europe/London."
        raise Mistake(f"{source.yaml}: time_zone: no zone '{zone}'.{near}")
    con.raw_sql(f"SET TimeZone = '{zone}'")


def _open_table(opened: OpenSource, name: str, kind: Format, paths: list[Path], copies: Path) -> None:
    files = [escape_glob(path) for path in paths]
    try:
        match kind:
            case "csv":
                options = opened.source.about.options
                texts = read_texts(opened.con, name, paths, options, copies, opened.originals)
                opened.notes[name], opened.assumed[name] = texts.notes, texts.assumed
            case "parquet":
                opened.con.read_parquet(files, table_name=name, union_by_name=True)
            case "json":
                opened.con.read_json(files, table_name=name, sample_size=-1)
                if opened.con.table(name).columns == ("json",):  # what DuckDB calls the column of no record
                    raise Mistake(f"{paths[0]}: no records in it.")
            case "duckdb":
                _refuse_sqlite(paths[0], name)
                opened.con.attach(str(paths[0]), name, read_only=True)
    except (duckdb.Error, ValueError) as error:
        where = f"{paths[0]} and {len(paths) - 1} more" if len(paths) > 1 else f"{paths[0]}"
        mistake = Mistake(f"{where}: cannot be read as {kind}: {one_line(error)}")
        raise fault_of_file(opened, error) or mistake from None


def _refuse_sqlite(path: Path, name: str) -> None:
    """DuckDB would fetch what it needs for such a file from the net, and complain of that."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE)) == _SQLITE:
            written = f"sqlite3 -header -csv {path.name} 'SELECT * FROM …' > {name}.csv"  # noqa: S608 - for people
            raise Mistake(f"{path}: a database of SQLite; write each of its tables as CSV: {written}")
