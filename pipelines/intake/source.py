"""Source: a folder that says where a firm's records are and how they become the tables of the contract."""

import hashlib
import logging
import os
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from features.mistake import Mistake, closest
from features.tables import TABLES
from pipelines.home import SOURCES, Home
from pipelines.settings import Left, Section, read_yaml

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


class Reading(Section):
    """How the CSV files of a source are written, where that cannot be seen from the files themselves."""

    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    date_format: str | None = Field(default=None, description="As in strptime: '%d.%m.%Y'.")
    time_format: str | None = Field(default=None, description="As in strptime: '%d.%m.%Y %H:%M'.")
    encoding: str | None = None
    nulls: tuple[str, ...] = Field(
        default=(), description="Texts that mean 'nothing', such as NA; an empty text always does."
    )

    @property
    def formats(self) -> tuple[str, ...]:
        """How days and times are written, beside 2026-12-31 23:59:59, which is always understood."""
        return tuple(form for form in (self.date_format, self.time_format) if form)


class SourceFile(Section):
    """source.yaml: which files, in which currency and time zone, and when an account counts as left."""

    description: str = ""
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217: EUR, GBP, USD.")
    time_zone: str = Field(description="The firm's local time: Europe/London.")
    folder: str | None = Field(
        default=None,
        description="Where the files are: absolute, or seen from the source's folder; {home} is the run's folder.",
    )
    files: dict[str, str] = Field(
        min_length=1, description="Table name for the SQL: file name or pattern in the folder."
    )
    options: Reading = Reading()
    left: Left = Left.model_validate({})  # only the keys that are written there count; see Source.left

    @field_validator("files")
    @classmethod
    def _names_are_names(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            if not name.isascii() or not name.isidentifier():
                raise ValueError(f"'{name}' is no name for a table: use letters, digits and _")
        return files


class Source:
    """A source's folder, read: its settings, and its SQL by contract table."""

    def __init__(self, folder: Path, settings: SourceFile, selects: dict[str, Path]) -> None:
        self.folder, self.settings, self.selects = folder, settings, selects

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def yaml(self) -> Path:
        return self.folder / "source.yaml"

    @property
    def left(self) -> dict[str, Any] | None:
        """What the source says about leaving; None where it leaves that to params.yaml."""
        return self.settings.left.model_dump(exclude_unset=True) or None

    def files_folder(self, files: Path | None, home: Home) -> Path:
        """The folder with the firm's files: `files` if given, else what source.yaml says. Raises Mistake."""
        if files is None and self.settings.folder is None:
            raise Mistake(
                f"{self.yaml}: no folder; say where the files are: --files DIR, or folder: DIR in source.yaml."
            )
        if files is None:
            said = os.path.expandvars(str(self.settings.folder)).replace("{home}", str(home.folder.absolute()))
            files = self.folder / Path(said).expanduser()
        if not files.is_dir():
            raise Mistake(f"{files}: no such folder; say where the files of {self.name} are: --files DIR.")
        return files

    def found_files(self, folder: Path) -> dict[str, tuple[Format, list[Path]]]:
        """Format and files, sorted by name, of every table in source.yaml. Raises Mistake where a table has none."""
        found = {}
        for table, pattern in self.settings.files.items():
            paths = sorted(path for path in folder.glob(pattern) if path.is_file())
            if not paths:
                there = sorted(path.name for path in folder.iterdir())
                raise Mistake(
                    f"{folder / pattern}: no such file (table '{table}' of {self.yaml}); "
                    f"the folder has {_listed(there) or 'nothing'}.{closest(pattern, there)}"
                )
            formats = {_format(path) for path in paths}
            if len(formats) > 1 or (formats == {"duckdb"} and len(paths) > 1):
                raise Mistake(
                    f"{folder / pattern}: files of several kinds, or several databases; name one kind a table."
                )
            found[table] = (formats.pop(), _each_once(paths))
        return found


def _each_once(paths: list[Path]) -> list[Path]:
    """The files without those that are another's copy to the last byte: an export saved twice is no second export."""
    kept: dict[tuple[int, str], Path] = {}
    sizes = Counter(path.stat().st_size for path in paths)
    for path in paths:
        size = path.stat().st_size
        # Only files of one size can be equal, so most are never read for this.
        told = "" if sizes[size] > 1 else path.name
        if not told:
            with path.open("rb") as file:
                told = hashlib.file_digest(file, "sha256").hexdigest()
        first = kept.setdefault((size, told), path)
        if first is not path:
            log.warning("%s: left out, the same to the last byte as %s", path, first.name)
    return list(kept.values())


def find_source(name: str) -> Source:
    """The source of that name under data/sources, or in that folder. Raises Mistake where there is none."""
    for folder in (SOURCES / name, Path(name).expanduser()):
        if (folder / "source.yaml").is_file():
            return _read(folder)
    if Path(name).expanduser().is_dir():
        raise Mistake(
            f"{name}: no source.yaml in this folder; a source has one, and a SELECT for each table (orders.sql)."
        )
    known = sorted(path.parent.name for path in SOURCES.glob("*/source.yaml"))
    raise Mistake(
        f"no source '{name}'; there are {', '.join(known)}.{closest(name, known)} "
        "Or give the path of a folder with a source.yaml."
    )


def _read(folder: Path) -> Source:
    settings = read_yaml(folder / "source.yaml", SourceFile)
    selects: dict[str, Path] = {}
    for path in sorted(folder.glob("*.sql")):
        if path.stem not in TABLES:
            names = [f"{name}.sql" for name in TABLES]
            raise Mistake(f"{path}: no table '{path.stem}'; there are {', '.join(TABLES)}.{closest(path.name, names)}")
        selects[path.stem] = path
    if "orders" not in selects and "contracts" not in selects:
        there = ", ".join(path.name for path in selects.values()) or "no SQL at all"
        raise Mistake(
            f"{folder}: neither orders.sql nor contracts.sql; one of them is required. The folder has {there}."
        )
    return Source(folder, settings, {name: selects[name] for name in TABLES if name in selects})


def _format(path: Path) -> Format:
    suffixes = [suffix for suffix in path.suffixes if suffix.lower() not in _COMPRESSED]
    suffix = suffixes[-1].lower() if suffixes else ""
    if suffix not in FORMATS:
        raise Mistake(f"{path}: unknown kind of file; there are {', '.join(FORMATS)}.")
    return FORMATS[suffix]


def _listed(names: list[str], most: int = 12) -> str:
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
