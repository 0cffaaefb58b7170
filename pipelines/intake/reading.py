"""Reading: a source's files opened as tables, and its SELECTs run on them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from features.mistake import Mistake, closest
from features.tables import TABLES, Table
from pipelines.intake.guessing import guessed
from pipelines.intake.source import Format, Reading, Source

GIVEN = "given_by_source"  # the schema that holds what the SELECTs gave, apart from the source's own tables

# Columns that people have under other names; only for "did you mean".
_OTHER_NAMES = {
    "account_id": ("account", "customer", "customer_id", "client", "client_id", "kunde"),
    "amount": ("total", "value", "price", "revenue", "net", "sum"),
    "rep_id": ("rep", "seller", "salesperson", "sales_person", "owner", "user_id"),
    "channel": ("type", "medium", "how"),
    "kind": ("type", "category"),
}
_OTHER_TIMES = ("date", "day", "time", "at", "timestamp", "datetime", "created_at", "on")


@dataclass(frozen=True)
class Given:
    """What one SELECT gave: its rows lie in `given_by_source.<table>`; columns: contract name → name as given."""

    table: Table
    sql: Path
    rows: int
    columns: dict[str, str]


@contextmanager
def opened(source: Source, folder: Path) -> Iterator[Backend]:
    """A DuckDB connection that knows the source's files as tables. Raises Mistake for a file that cannot be read."""
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
            for name, (kind, paths) in source.found_files(folder).items():
                _open_table(con, source, name, kind, paths)
            yield con
        finally:
            con.disconnect()


def run_select(con: Backend, source: Source, name: str) -> Given:
    """Runs the SELECT of one contract table. Raises Mistake where it fails or its columns do not fit the contract."""
    sql = source.selects[name]
    select = _one_select(sql)
    try:
        con.raw_sql(f'CREATE TABLE {GIVEN}."{name}" AS\n{select}')
    except duckdb.Error as error:
        raise Mistake(f"{sql}: {_told(error, source)}") from None
    given = con.table(name, database=GIVEN)
    columns = _columns(sql, TABLES[name], list(given.columns))
    return Given(TABLES[name], sql, int(given.count().execute()), columns)


def _set_zone(con: Backend, source: Source) -> None:
    zone = source.settings.time_zone
    known = [row[0] for row in con.raw_sql("SELECT name FROM pg_timezone_names()").fetchall()]
    if zone not in known:
        near = closest(zone, known) or " They are named as Europe/London."
        raise Mistake(f"{source.yaml}: time_zone: no zone '{zone}'.{near}")
    con.raw_sql(f"SET TimeZone = '{zone}'")


def _open_table(con: Backend, source: Source, name: str, kind: Format, paths: list[Path]) -> None:
    files = [str(path) for path in paths]
    try:
        match kind:
            case "csv":
                _open_csv(con, name, files, source.settings.options)
            case "parquet":
                con.read_parquet(files, table_name=name, union_by_name=True)
            case "json":
                con.read_json(files, table_name=name, sample_size=-1)
            case "duckdb":
                con.attach(files[0], name, read_only=True)
    except (duckdb.Error, ValueError) as error:
        where = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
        raise Mistake(f"{where}: cannot be read as {kind}: {_one_line(error)}") from None


def _open_csv(con: Backend, name: str, files: list[str], reading: Reading) -> None:
    options: dict[str, object] = {}
    if reading.delimiter is not None:
        options["delim"] = reading.delimiter
    if reading.encoding is not None:
        options["encoding"] = reading.encoding
    if reading.nulls:
        options["nullstr"] = ["", *reading.nulls]
    if len(files) > 1:
        options["union_by_name"] = True
    text = con.read_csv(files, table_name=f"{name} as text", all_varchar=True, **options)
    con.create_view(name, guessed(con, text, reading))


def _one_select(sql: Path) -> str:
    try:
        text = sql.read_text(encoding="utf-8")
        statements = duckdb.extract_statements(text)
    except UnicodeDecodeError:
        raise Mistake(f"{sql}: not a text in UTF-8.") from None
    except duckdb.Error as error:
        raise Mistake(f"{sql}: {_one_line(error)}") from None
    kinds = [statement.type for statement in statements]
    if kinds != [duckdb.StatementType.SELECT]:
        found = ", ".join(kind.name for kind in kinds) or "none"
        raise Mistake(f"{sql}: must be one SELECT; its statements are: {found}.")
    return statements[0].query.strip().rstrip(";")


def _columns(sql: Path, table: Table, given: list[str]) -> dict[str, str]:
    """Contract name → name as given. DuckDB keeps the capitals of the files, so they do not matter here."""
    found = {name.lower(): name for name in given}
    gives = f"it gives {', '.join(given)}."
    missing = [name for name in table.required if name not in found]
    unknown = [name for name in found if name not in table.column_names]
    if missing:
        near = _meant(missing[0], unknown)
        hint = f" Did you mean '{found[near]}'? Write: {found[near]} AS {missing[0]}" if near else ""
        raise Mistake(f"{sql}: no column '{missing[0]}'; {gives}{hint}")
    if unknown:
        free = [name for name in table.column_names if name not in found]
        hint = closest(unknown[0], free) or " Take it out, or give it the name of one of these."
        raise Mistake(
            f"{sql}: unknown column '{found[unknown[0]]}'; {table.name} has {', '.join(table.column_names)}.{hint}"
        )
    return {name: found[name] for name in table.column_names if name in found}


def _meant(wanted: str, given: list[str]) -> str | None:
    """The given column that is most likely the wanted one: by its spelling, or by a name that people often use."""
    near = closest(wanted, given)
    if near:
        return re.findall("'(.+)'", near)[0]
    others = _OTHER_NAMES.get(wanted, ())
    if wanted.endswith(("_at", "_on")):
        others = _OTHER_TIMES
    exact = [name for name in others if name in given]
    parts = [name for name in given if any(other in name.split("_") for other in others)]
    return next(iter(exact + parts), None)


def _told(error: duckdb.Error, source: Source) -> str:
    """DuckDB's message in one line; for an unknown table, with the tables that the source has."""
    text = _one_line(error)
    unknown = re.match(r"Table with name (\S+) does not exist", text)
    if unknown:
        known = list(source.settings.files)
        return f"no table '{unknown[1]}'; source.yaml gives {', '.join(known)}.{closest(unknown[1], known)}"
    return text


def _one_line(error: Exception) -> str:
    """A message without its kind, its picture of the query and its list of candidates."""
    text = re.split(r"\n\s*LINE \d+:|\n\s*Candidate functions|\n\s*Possible solutions|\n\nColumn ", str(error))[0]
    text = re.sub(r"^(\w+ )+Error: ", "", text)
    line = re.search(r"LINE (\d+): (.*)", str(error))
    near = f" (near: {line[2].strip()})" if line else ""
    return " ".join(text.split()) + near
