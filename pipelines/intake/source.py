"""Source: a folder that says where a firm's records are and how they become the tables of the contract."""

import codecs
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from features.language.tongue import ENGLISH, languages
from features.mistake import Mistake, closest
from features.tables import TABLES
from pipelines.home import SOURCES, Home
from pipelines.settings import Overridable, Section, Settings, read_yaml

_TAB = {"\\t": "\t", "tab": "\t", "space": " "}
_LONGEST_DELIMITER = 4  # in bytes; DuckDB reads no longer ones


_Sign = Literal[".", ","]


class Options(Section):
    """How the files of a source are written, where that cannot be seen from the files themselves."""

    delimiter: str | dict[str, str] | None = Field(
        None, description="What separates the columns of CSV files: ';', ' ', '\\t'; or, where they differ, by table."
    )
    encoding: str | dict[str, str] | None = Field(
        None, description="Of CSV files that are not in UTF-8: latin-1, cp1252, utf-16; or by table."
    )
    decimal: _Sign | dict[str, _Sign] | None = Field(
        None,
        description="What stands before the decimals, or by table; the other of . and , may then separate thousands.",
    )
    date_format: str | None = Field(None, description="As in strptime: '%d.%m.%Y'.")
    time_format: str | None = Field(None, description="As in strptime: '%d.%m.%Y %H:%M'.")
    nulls: tuple[str, ...] = Field((), description="Texts that mean 'nothing', such as NA; an empty text always does.")

    @field_validator("delimiter")
    @classmethod
    def _can_be_read(cls, given: str | dict[str, str] | None) -> str | dict[str, str] | None:
        if isinstance(given, dict):
            return {table: _delimiter(text) for table, text in given.items()}
        return None if given is None else _delimiter(given)

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, given: str | dict[str, str] | None) -> str | dict[str, str] | None:
        for name in given.values() if isinstance(given, dict) else filter(None, [given]):
            try:
                codecs.lookup(name)
            except LookupError:
                raise ValueError(f"no encoding '{name}'; there are utf-8, latin-1, cp1252, utf-16 and others") from None
        return given

    @property
    def formats(self) -> tuple[str, ...]:
        """How days and times are written, beside 2026-12-31 23:59:59, which is always understood."""
        return tuple(form for form in (self.date_format, self.time_format) if form)

    def decimal_of(self, tables: Iterable[str]) -> _Sign | None:
        """What stands before the decimals in these tables; None where nobody said, or they differ."""
        if not isinstance(self.decimal, dict):
            return self.decimal
        signs = {self.decimal.get(table) for table in tables}
        return signs.pop() if len(signs) == 1 else None

    def delimiter_of(self, table: str) -> str | None:
        """What separates the columns of a table's files; None: whatever the files show."""
        return self.delimiter.get(table) if isinstance(self.delimiter, dict) else self.delimiter

    def encoding_of(self, table: str) -> str | None:
        """How the letters of a table's files are stored; None: whatever the files show, or UTF-8."""
        return self.encoding.get(table) if isinstance(self.encoding, dict) else self.encoding


class SourceFile(Overridable):
    """source.yaml: which files, in which currency and time zone, and what of params.yaml is another for this firm."""

    description: str = Field("", description="What the source is, for people.")
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO 4217: EUR, GBP, USD.")
    time_zone: str = Field(description="The firm's local time: Europe/London.")
    language: str = Field(
        ENGLISH, description=f"Of the workbook, the page and all sentences: {' or '.join(languages())}."
    )
    folder: str | None = Field(
        None, description="Where the files are: absolute, or seen from the source's folder; {home} is the run's folder."
    )
    files: dict[str, str] = Field(
        min_length=1,
        description="Table name for the SQL: a file's name, its path, or a pattern of them (sales_*.csv).",
    )
    options: Options = Field(Options.model_validate({}), description="How the files are written.")

    @field_validator("language")
    @classmethod
    def _is_shipped(cls, given: str) -> str:
        if given not in languages():
            raise ValueError(f"no language '{given}'; there are {', '.join(languages())}")
        return given

    @field_validator("files")
    @classmethod
    def _names_are_names(cls, files: dict[str, str]) -> dict[str, str]:
        for name, pattern in files.items():
            if not name.isascii() or not name.isidentifier():
                raise ValueError(f"'{name}' is no name for a table: use letters, digits and _")
            if not pattern.strip():
                raise ValueError(f"'{name}' names no file")
        return files


class Source:
    """A source's folder, read: what source.yaml says, and its SQL by contract table."""

    def __init__(self, folder: Path, about: SourceFile, selects: dict[str, Path]) -> None:
        self.folder, self.about, self.selects = folder, about, selects

    @property
    def name(self) -> str:
        return self.folder.resolve().name

    @property
    def yaml(self) -> Path:
        return self.folder / "source.yaml"

    @property
    def override(self) -> dict[str, Any]:
        """What the source says that params.yaml says otherwise: the keys that are written there, and no other."""
        said = self.about.model_dump(mode="json", exclude_unset=True, include=set(Overridable.model_fields))
        return {key: value for key, value in said.items() if value != {}}

    def settings(self, settings: Settings) -> Settings:
        """The settings in force for this source. Raises Mistake where both together make no sense."""
        return settings.overridden(self.override, by=str(self.yaml))

    def files_folder(self, files: Path | None, home: Home) -> Path:
        """The folder with the firm's files: `files` if given, else what source.yaml says. Raises Mistake."""
        if files is None and self.about.folder is None:
            raise Mistake(
                f"{self.yaml}: no folder; say where the files are: --files DIR, or folder: DIR in source.yaml."
            )
        if files is None:
            said = os.path.expandvars(str(self.about.folder)).replace("{home}", str(home.folder.absolute()))
            files = self.folder / expanded(said)
        if not files.is_dir():
            raise Mistake(f"{files}: no such folder; say where the files of {self.name} are: --files DIR.")
        return files


def expanded(path: str) -> Path:
    """A path with ~ as somebody's home; as it stands where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser fails for a user that is not known


def find_source(name: str) -> Source:
    """The source of that name under data/sources, or in that folder. Raises Mistake where there is none."""
    for folder in (SOURCES / name, expanded(name)):
        if (folder / "source.yaml").is_file():
            return _read(folder)
    if expanded(name).is_dir():
        raise Mistake(
            f"{name}: no source.yaml in this folder; a source has one, and a SELECT for each table (orders.sql)."
        )
    known = sorted(path.parent.name for path in SOURCES.glob("*/source.yaml"))
    raise Mistake(
        f"no source '{name}'; there are {', '.join(known)}.{closest(name, known)} "
        "Or give the path of a folder with a source.yaml."
    )


def _read(folder: Path) -> Source:
    about = read_yaml(folder / "source.yaml", SourceFile)
    for option in ("delimiter", "encoding", "decimal"):
        given = getattr(about.options, option)
        unknown = [table for table in given if table not in about.files] if isinstance(given, dict) else []
        if unknown:
            known = list(about.files)
            raise Mistake(
                f"{folder / 'source.yaml'}: options.{option}: no table '{unknown[0]}' in files; "
                f"there are {', '.join(known)}.{closest(unknown[0], known)}"
            )
    selects: dict[str, Path] = {}
    for path in sorted(folder.glob("*.sql")):
        if path.stem not in TABLES:
            names = [f"{name}.sql" for name in TABLES]
            raise Mistake(f"{path}: no table '{path.stem}'; there are {', '.join(TABLES)}.{closest(path.name, names)}")
        selects[path.stem] = path
    if not {"orders", "contracts", "losses"} & set(selects):
        there = ", ".join(path.name for path in selects.values()) or "no SQL at all"
        raise Mistake(
            f"{folder}: none of orders.sql, contracts.sql and losses.sql; one of them is required. "
            f"The folder has {there}."
        )
    if not {"orders", "contracts", "accounts"} & set(selects):
        raise Mistake(
            f"{folder}: no accounts.sql; it is required where neither orders.sql nor contracts.sql says who the "
            "accounts are."
        )
    return Source(folder, about, {name: selects[name] for name in TABLES if name in selects})


def _delimiter(text: str) -> str:
    found = _TAB.get(text, text)
    if not 1 <= len(found.encode()) <= _LONGEST_DELIMITER:
        raise ValueError(f"'{text}' separates no columns; write one character, such as ';', ' ' or '\\t'")
    return found
