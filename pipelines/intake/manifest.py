"""Manifest: what ingest read and kept, so that later stages know what they stand on."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from features.language.tongue import ENGLISH
from features.mistake import Mistake
from pipelines.home import Home, written_whole
from pipelines.settings import Settings


class TableFacts(BaseModel):
    """What became of one table's rows: rows_in = kept + refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows_in: int
    kept: int
    refused: int
    sha256: str
    columns: list[str]


class Thinned(BaseModel):
    """days: before as_of, of which a table has so many rows, where so many are usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int
    rows: int
    usual: int


class Pause(BaseModel):
    """Days without an order. since: the day of the last one before; until: of the first one after, None where none came
    by as_of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date
    until: date | None = None

    def days_by(self, as_of: date) -> int:
        """How long it had lasted by then."""
        return ((self.until or as_of) - self.since).days - 1


@dataclass(frozen=True)
class Found:
    """What the rows known on a day show of it. ended: tables that end long before it, as where an export has broken
    down, and the day of their last row. thinned: tables of which the newest rows are too few, as where they come late.
    pause: one of the firm's that makes accounts seem more silent on it than they are.
    """

    ended: Mapping[str, date] = field(default_factory=dict)
    thinned: Mapping[str, Thinned] = field(default_factory=dict)
    pause: Pause | None = None


class Renamed(BaseModel):
    """A day on which many accounts seem to have been given another id: how many had their last row in the days before
    it, and in as many days after it; how many their first one in as many days from it on, and before it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date
    days: int
    ended: int
    ended_after: int
    begun: int
    begun_before: int

    @property
    def accounts(self) -> int:
        """How many, about: those beyond what is usual, of both the fewer."""
        return min(self.ended - self.ended_after, self.begun - self.begun_before)


class Manifest(BaseModel):
    """manifest.json: the same for the same data, whenever and wherever it was made.

    settings_override: what the source says that params.yaml says otherwise. derived: tables that the source does not
    give and that were made from others. ended, thinned, pause: what was `Found` of as_of. gone_since: the day before
    which hardly anybody on record has gone, where that is not believable. renamed: tables in which many accounts seem
    to have been given another id. data_version: changes with any row of any table.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    as_of: date
    currency: str
    time_zone: str
    language: str = ENGLISH
    settings_override: dict[str, Any]
    tables: dict[str, TableFacts]
    derived: list[str] = []
    missing: list[str]
    ended: dict[str, date] = {}
    thinned: dict[str, Thinned] = {}
    gone_since: date | None = None
    pause: Pause | None = None
    renamed: dict[str, Renamed] = {}
    data_version: str

    @classmethod
    def read(cls, home: Home) -> "Manifest":
        """The manifest of a home. Raises Mistake where nothing has been ingested yet."""
        try:
            return cls.model_validate_json(home.manifest.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise Mistake(f"{home.manifest}: no such file; nothing is ingested here yet. Run: leaky ingest.") from None
        except ValidationError:
            raise Mistake(f"{home.manifest}: not a manifest of this version. Run: leaky ingest.") from None

    def write(self, path: Path) -> None:
        with written_whole(path) as unfinished:
            unfinished.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @property
    def found(self) -> Found:
        """What the rows show of as_of."""
        return Found(self.ended, self.thinned, self.pause)

    @property
    def columns(self) -> dict[str, set[str]]:
        """What the tables give: the columns of each."""
        return {name: set(table.columns) for name, table in self.tables.items()}

    def settings(self, settings: Settings) -> Settings:
        """The settings in force for this home: what the source says goes before params.yaml, and as_of is the day that
        was settled when it was read.
        """
        override = self.settings_override | {"as_of": self.as_of}
        return settings.overridden(override, by=f"source.yaml of {self.source}")


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def data_version(tables: dict[str, TableFacts]) -> str:
    """12 hexadecimal digits that change with any row of any table."""
    hashes = "".join(f"{name} {facts.sha256}\n" for name, facts in sorted(tables.items()))
    return hashlib.sha256(hashes.encode()).hexdigest()[:12]
