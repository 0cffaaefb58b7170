"""Files: which of a firm's files each table of a source is in, each of them once."""

import hashlib
import logging
import re
from collections import Counter
from pathlib import Path
from typing import Literal, NamedTuple

from features.mistake import Mistake, closest
from pipelines.intake.source import Source, expanded

log = logging.getLogger(__name__)

Format = Literal["csv", "parquet", "json", "duckdb"]

FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json": "json",
    ".duckdb": "duckdb",
    ".ddb": "duckdb",
    ".db": "duckdb",
}
_COMPRESSED = {".gz", ".zst"}
_WORKBOOKS = {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"}


class TableFiles(NamedTuple):
    """Where the rows of one table of a source are: files of one format, sorted by name."""

    format: Format
    paths: list[Path]


def find_files(source: Source, folder: Path) -> dict[str, TableFiles]:
    """The files of every table in source.yaml. Raises Mistake where a table has none, or several kinds of them."""
    found = {}
    for table, pattern in source.about.files.items():
        pattern = str(expanded(pattern))
        where = folder / pattern
        paths = [] if where.is_dir() else _matching(folder, pattern)
        if not paths:
            raise _no_file(where, table, source)
        formats = {_format(path) for path in paths}
        if len(formats) > 1 or (formats == {"duckdb"} and len(paths) > 1):
            raise Mistake(f"{where}: files of several kinds, or several databases; name one kind a table.")
        found[table] = TableFiles(formats.pop(), _without_copies(paths))
    return found


def escape_glob(path: Path) -> str:
    """A file's path as a pattern that means this file and no other: DuckDB takes every path for a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _matching(folder: Path, pattern: str) -> list[Path]:
    # A name that is a file's own counts as that, so that sales[1].csv can be named although it looks like a pattern.
    if (folder / pattern).is_file():
        return [folder / pattern]
    root = Path(pattern).anchor  # '' unless the pattern is absolute
    try:
        return sorted(path for path in (folder / root).glob(pattern.removeprefix(root)) if path.is_file())
    except ValueError as error:
        raise Mistake(f"{folder / pattern}: no pattern of files: {str(error)[:1].lower()}{str(error)[1:]}.") from None


def _no_file(where: Path, table: str, source: Source) -> Mistake:
    named = f"(table '{table}' of {source.yaml})"
    if where.is_dir():
        inside = f"{source.about.files[table].rstrip('/')}/*.csv"
        return Mistake(f"{where}: a folder, no file {named}; for the files in it write {inside}.")
    folder = where.parent
    if not folder.is_dir():
        return Mistake(f"{where}: no such file {named}; there is no folder {folder} either.")
    there = sorted(path.name for path in folder.iterdir())
    return Mistake(
        f"{where}: no such file {named}; the folder has {_first_of(there) or 'nothing'}.{closest(where.name, there)}"
    )


def _without_copies(paths: list[Path]) -> list[Path]:
    """The files without those that are another's copy to the last byte: an export saved twice is no second export."""
    kept: dict[tuple[int, str], Path] = {}
    sizes = Counter(path.stat().st_size for path in paths)
    for path in paths:
        size = path.stat().st_size
        # Only files of one size can be equal, so most are never read for this.
        content = str(path)
        if sizes[size] > 1:
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
        first = kept.setdefault((size, content), path)
        if first is not path:
            log.warning("%s: left out, the same to the last byte as %s", path, first.name)
    return list(kept.values())


def _format(path: Path) -> Format:
    suffixes = [suffix for suffix in path.suffixes if suffix.lower() not in _COMPRESSED]
    suffix = suffixes[-1].lower() if suffixes else ""
    if suffix in _WORKBOOKS:
        raise Mistake(f"{path}: a workbook; save each of its sheets as CSV.")
    if suffix not in FORMATS:
        raise Mistake(f"{path}: unknown kind of file; there are {', '.join(FORMATS)}.")
    return FORMATS[suffix]


def _first_of(names: list[str], most: int = 12) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
