"""The command line: reads what it is told, runs a stage or asks the Python API, and says mistakes in one line."""

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer

from features.mistake import Mistake
from leaky.options import OfAccount, OfDay, OfDayWithMetrics, OfSource, Simulating, WithMetrics, WithSettings

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

Options = TypeVar("Options")
Command = Callable[[Options], None]


def command(options: type[Options]) -> Callable[[Command[Options]], Command[Options]]:
    """Makes a function a command, of its name and with its docstring as help; the fields of `options` are the options
    that it has, and what it is called with.
    """

    def register(work: Command[Options]) -> Command[Options]:
        def called(**given: Any) -> None:
            work(options(**given))

        called.__signature__ = inspect.signature(options)  # type: ignore[attr-defined] # what Typer reads
        says = inspect.getdoc(work)
        app.command(work.__name__, help=says, short_help=says)(called)
        return work

    return register


def stage(options: type[Options]) -> Callable[[Command[Options]], Command[Options]]:
    """A command that takes its time: people at a terminal see that and for how long it works."""

    def register(work: Command[Options]) -> Command[Options]:
        def waited_for(asked: Options) -> None:
            from pipelines.progress import log_to_stderr, spinner

            log_to_stderr()
            with spinner(work.__name__):
                work(asked)

        waited_for.__name__, waited_for.__doc__ = work.__name__, work.__doc__
        command(options)(waited_for)
        return work

    return register


@command(OfSource)
def run(asked: OfSource) -> None:
    """Every stage in order, without DVC: the quickest way to try one's own files."""
    import leaky
    from pipelines.progress import log_to_stderr

    log_to_stderr()
    leaky.run(asked.source, asked.files, asked.home, as_of=asked.day(), params=asked.params)


@stage(Simulating)
def simulate(asked: Simulating) -> None:
    """Make up a firm whose truth is known, to try everything on."""
    from pipelines.simulate import simulate

    settings = asked.settings()
    simulate(settings, asked.place(), wanted=not asked.only_if_source or settings.source == "simulated")


@stage(OfSource)
def fingerprint(asked: OfSource) -> None:
    """Note what is in a source's files, so that DVC knows when they have changed."""
    from pipelines.fingerprint import fingerprint

    source, files, _ = asked.reading(asked.settings())
    fingerprint(asked.place(), source=source, files=files)


@stage(OfSource)
def ingest(asked: OfSource) -> None:
    """Read a source, check every row, and write the tables."""
    from pipelines.ingest import ingest

    settings = asked.settings()
    source, files, as_of = asked.reading(settings)
    ingest(settings, asked.place(), source=source, files=files, as_of=as_of, today=date.today())


@command(OfSource)
def check(asked: OfSource) -> None:
    """Read a source and say what is wrong with it and what it gives; writes nothing. Exit code 2: a run would stop."""
    from pipelines.check import check

    settings = asked.settings()
    source, files, as_of = asked.reading(settings)
    report = check(settings, source=source, files=files, as_of=as_of, today=date.today(), home=asked.place())
    for line in report.lines():
        typer.echo(line)
    if report.stops:
        raise typer.Exit(2)


@stage(WithSettings)
def snapshots(asked: WithSettings) -> None:
    """Compute what was known about every account on every as_of, and whether it left."""
    from pipelines.snapshots import snapshots

    snapshots(asked.settings(), asked.place())


@stage(WithSettings)
def train(asked: WithSettings) -> None:
    """Train the model on the past."""
    from pipelines.train import train

    train(asked.settings(), asked.place())


@stage(WithMetrics)
def evaluate(asked: WithMetrics) -> None:
    """Measure the model on months that it has not seen, beside what people do without it."""
    from pipelines.evaluate import evaluate

    evaluate(asked.settings(), asked.place(), metrics=asked.figures())


@stage(OfDay)
def score(asked: OfDay) -> None:
    """Score every account with the champion, with reasons."""
    from pipelines.score import score

    score(asked.settings(), asked.place(), asked.day())


@stage(OfDayWithMetrics)
def export(asked: OfDayWithMetrics) -> None:
    """Write the workbook, the page and the list."""
    from pipelines.export import export

    export(asked.settings(), asked.place(), metrics=asked.figures(), as_of=asked.day())


@command(OfAccount)
def explain(asked: OfAccount) -> None:
    """One account: its risk now and before, the reasons, what would change it, and what happened lately."""
    from pipelines.exports.account import explain

    for line in explain(asked.settings(), asked.place(), asked.account).lines:
        typer.echo(line)


class As(StrEnum):
    """How the catalogue is written."""

    table = "table"
    markdown = "markdown"


@dataclass(frozen=True)
class Listed:
    """How a list is written."""

    as_: Annotated[As, typer.Option("--as", help="A table for the terminal, or Markdown.")] = As.table


@command(Listed)
def features(asked: Listed) -> None:
    """The catalogue: every reason and feature, its unit, its sentence and the tables that it needs."""
    from pipelines.exports.listing import as_markdown, as_text

    typer.echo(as_markdown() if asked.as_ is As.markdown else as_text())


@command(WithSettings)
def backtest(asked: WithSettings) -> None:
    """How good the model proved on earlier days: skill and told against left, by day and by group of accounts."""
    from leaky.backtest import lines

    for line in lines(asked.place(), asked.settings()):
        typer.echo(line)


def main() -> None:
    """Runs the command line; a user's mistake is one line and exit code 2."""
    # Threads that wait for one another shall sleep meanwhile, and not spin. Read when LightGBM is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except Mistake as mistake:
        typer.echo(f"leaky: {mistake}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
