"""The command line: reads the settings, runs stages, tells mistakes in one line."""

import sys
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.mistake import Mistake

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.settings import Settings

app = typer.Typer(
    name="leaky",
    help="Leaky Bucket says which business customers will leave in the next months, why, what that costs, and whom to "
    "call today.\n\nIt reads a firm's own records (orders, calls, invoices, reps), learns from those who left, and "
    "writes a ranked workbook and page with reasons in plain words. Try it: leaky run --home /tmp/try",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

HomeOption = Annotated[Path, typer.Option("--home", help="The folder to write to.", metavar="DIR")]
ParamsOption = Annotated[
    Path | None,
    typer.Option("--params", help="Settings; by default params.yaml here, or the project's.", metavar="FILE"),
]
SourceOption = Annotated[
    str | None,
    typer.Option(
        "--source", help="A source's name or folder; by default the one in params.yaml.", metavar="NAME_OR_FOLDER"
    ),
]
FilesOption = Annotated[
    Path | None, typer.Option("--files", help="The folder in which the source's files lie.", metavar="DIR")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of", help="The day to score, YYYY-MM-DD; by default the day after the newest order.", metavar="DATE"
    ),
]
MetricsOption = Annotated[
    Path | None,
    typer.Option("--metrics", help="The file of figures; by default metrics.json in the home.", metavar="FILE"),
]
DATA = Path("data")


def _settings(params: Path | None) -> "Settings":
    from pipelines.home import PROJECT
    from pipelines.settings import read_settings

    here = Path("params.yaml")
    return read_settings(params or (here if here.exists() else PROJECT / here))


def _home(folder: Path) -> "Home":
    from pipelines.home import Home

    return Home(folder)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Mistake(f"--as-of {text}: not a day. Write it as YYYY-MM-DD.") from None


def _read(settings: "Settings", home: "Home", source: str | None, files: Path | None, as_of: str | None) -> None:
    """Ingests a source, after making it where it is the simulated firm."""
    from pipelines.ingest import ingest

    name = source or settings.source
    if name == "simulated" and files is None:
        files = home.simulated
    ingest(settings, home, source=name, files=files, as_of=_day(as_of), today=date.today())


def _wait_for(stage: "Callable[[], None]") -> None:
    """Runs one stage, telling people at a terminal that and how long it works."""
    from pipelines.progress import log_to_stderr, working

    log_to_stderr()
    with working(sys.argv[1]):
        stage()


@app.command()
def run(
    source: SourceOption = None,
    files: FilesOption = None,
    home: HomeOption = DATA,
    as_of: AsOfOption = None,
    params: ParamsOption = None,
) -> None:
    """Every stage in order, without DVC: the quickest way to try one's own files."""
    from pipelines.progress import log_to_stderr
    from pipelines.run import run_all

    settings = _settings(params)
    name = source or settings.source
    log_to_stderr()
    run_all(settings, _home(home), source=name, files=files, as_of=_day(as_of), today=date.today())


@app.command()
def simulate(home: HomeOption = DATA, params: ParamsOption = None) -> None:
    """Make up a firm whose truth is known, to try everything on."""
    from pipelines.simulate import simulate as stage

    _wait_for(lambda: stage(_settings(params), _home(home)))


@app.command()
def ingest(
    source: SourceOption = None,
    files: FilesOption = None,
    home: HomeOption = DATA,
    as_of: AsOfOption = None,
    params: ParamsOption = None,
) -> None:
    """Read a source, check every row, and write the tables."""
    settings = _settings(params)
    _wait_for(lambda: _read(settings, _home(home), source, files, as_of))


@app.command()
def check(
    source: SourceOption = None,
    files: FilesOption = None,
    home: HomeOption = DATA,
    as_of: AsOfOption = None,
    params: ParamsOption = None,
) -> None:
    """Read a source and say what is wrong with it and which features it gives; writes nothing."""
    from pipelines.check import check as read_and_report

    settings = _settings(params)
    name = source or settings.source
    if name == "simulated" and files is None:
        files = _home(home).simulated
    report = read_and_report(
        settings, source=name, files=files, as_of=_day(as_of), today=date.today(), home=_home(home)
    )
    for line in report.lines():
        typer.echo(line)


@app.command()
def snapshots(home: HomeOption = DATA, params: ParamsOption = None) -> None:
    """Compute what was known about every account on every as_of, and whether it left."""
    from pipelines.snapshots import snapshots as stage

    _wait_for(lambda: stage(_settings(params), _home(home)))


@app.command()
def train(home: HomeOption = DATA, params: ParamsOption = None) -> None:
    """Train the model on the past."""
    from pipelines.train import train as stage

    _wait_for(lambda: stage(_settings(params), _home(home)))


@app.command()
def evaluate(
    home: HomeOption = DATA,
    metrics: MetricsOption = None,
    params: ParamsOption = None,
) -> None:
    """Measure the model on months that it has not seen, beside what people do without it."""
    from pipelines.evaluate import evaluate as stage

    place = _home(home)
    _wait_for(lambda: stage(_settings(params), place, metrics=metrics or place.metrics))


@app.command()
def score(home: HomeOption = DATA, params: ParamsOption = None) -> None:
    """Score every account with the champion, with reasons."""
    from pipelines.score import score as stage

    _wait_for(lambda: stage(_settings(params), _home(home)))


@app.command()
def export(home: HomeOption = DATA, metrics: MetricsOption = None, params: ParamsOption = None) -> None:
    """Write the workbook, the page and the list."""
    from pipelines.export import export as stage

    place = _home(home)
    _wait_for(lambda: stage(_settings(params), place, metrics=metrics or place.metrics))


@app.command()
def explain(
    account: Annotated[str, typer.Argument(help="The account's id or name.", metavar="ACCOUNT")],
    home: HomeOption = DATA,
) -> None:
    """One account: its risk, the reasons, and what happened lately."""
    from pipelines.exports.account import explain as tell

    for line in tell(_home(home), account):
        typer.echo(line)


class As(StrEnum):
    """How the catalogue is written."""

    table = "table"
    markdown = "markdown"


@app.command()
def features(
    as_: Annotated[As, typer.Option("--as", help="A table for the terminal, or Markdown.")] = As.table,
) -> None:
    """The catalogue: every reason and feature, its unit, its sentence and the tables that it needs."""
    from pipelines.exports.listing import as_markdown, as_text

    typer.echo(as_markdown() if as_ is As.markdown else as_text())


def main() -> None:
    """Runs the command line; a user's mistake is one line and exit code 2."""
    try:
        app()
    except Mistake as mistake:
        typer.echo(f"leaky: {mistake}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
