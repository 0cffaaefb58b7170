"""Options: what commands can be told, each option written once; a command takes one of these classes."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leaky.dates import day_of

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.settings import Settings


@dataclass(frozen=True)
class InHome:
    """Where the command works."""

    home: Annotated[Path, typer.Option(help="The folder to read from and write to.", metavar="DIR")] = Path("data")

    def place(self) -> "Home":
        from pipelines.home import Home

        return Home(self.home)


@dataclass(frozen=True)
class WithSettings(InHome):
    """And by which settings."""

    params: Annotated[
        Path | None,
        typer.Option(
            help="Settings; by default params.yaml here, else beside the home, else the project's.", metavar="FILE"
        ),
    ] = None

    def settings(self) -> "Settings":
        from leaky.settings import settings_of

        return settings_of(self.home, self.params)


@dataclass(frozen=True)
class Simulating(WithSettings):
    """And whether the made-up firm is wanted at all."""

    only_if_source: Annotated[
        bool, typer.Option("--only-if-source", help="Leave an empty folder where params.yaml names another source.")
    ] = False


@dataclass(frozen=True)
class OfSource(WithSettings):
    """And which records it reads."""

    source: Annotated[
        str | None,
        typer.Option(help="A source's name or folder; by default the one in params.yaml.", metavar="NAME_OR_FOLDER"),
    ] = None
    files: Annotated[
        Path | None,
        typer.Option(help="The folder with the source's files; by default the one in source.yaml.", metavar="DIR"),
    ] = None
    as_of: Annotated[
        str | None,
        typer.Option(help="The day to score, YYYY-MM-DD; by default the day after the newest order.", metavar="DATE"),
    ] = None

    def day(self) -> date | None:
        return day_of(self.as_of, "--as-of") if self.as_of else None

    def reading(self, settings: "Settings") -> tuple[str, Path | None, date | None]:
        """Which source, where its files are, and for which day; the simulated firm's files are in the home."""
        source = self.source or settings.source
        files = self.place().simulated if source == "simulated" and self.files is None else self.files
        return source, files, self.day()


@dataclass(frozen=True)
class OfDay(WithSettings):
    """And for which day."""

    as_of: Annotated[
        str | None,
        typer.Option(help="The day, YYYY-MM-DD: that of the tables (by default) or an earlier one.", metavar="DATE"),
    ] = None

    def day(self) -> date | None:
        return day_of(self.as_of, "--as-of") if self.as_of else None


@dataclass(frozen=True)
class WithMetrics(WithSettings):
    """And where the figures stand."""

    metrics: Annotated[
        Path | None,
        typer.Option(
            help="The file of figures; by default metrics.json in the home, or beside it if that is a checkout's data.",
            metavar="FILE",
        ),
    ] = None

    def figures(self) -> Path:
        return self.metrics or self.place().metrics


@dataclass(frozen=True)
class OfDayWithMetrics(OfDay, WithMetrics):
    """All of these."""


@dataclass(frozen=True, kw_only=True)
class OfAccount(WithSettings):
    """And which account it is about."""

    account: Annotated[str, typer.Argument(help="The account's id or name.", metavar="ACCOUNT")]
