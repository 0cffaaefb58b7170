"""Progress: what people see while they wait; schedulers get plain log lines instead."""

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

_console = Console(stderr=True)


def log_to_stderr() -> None:
    """One plain line a message; at a terminal they scroll past above the progress bar."""
    if _console.is_terminal:
        handler: logging.Handler = RichHandler(
            console=_console, show_time=False, show_level=False, show_path=False, markup=False, highlighter=None
        )
    else:
        handler = logging.StreamHandler(sys.stderr)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    for chatty in ("mlflow", "alembic", "matplotlib", "shap", "numba", "py4j"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def run_with_bar(steps: Sequence[tuple[str, Callable[[], None]]]) -> None:
    """Takes every step, with a bar of how many are done where there is a terminal."""
    with _bar(MofNCompleteColumn()) as bar:
        task = bar.add_task("", total=len(steps))
        for name, step in steps:
            bar.update(task, description=name)
            step()
            bar.advance(task)


@contextmanager
def spinner(name: str) -> Iterator[None]:
    """Says what is going on and for how long, where there is a terminal."""
    with _bar() as bar:
        bar.add_task(name, total=None)
        yield


def _bar(*more: MofNCompleteColumn) -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description:<10}"), BarColumn(), *more, TimeElapsedColumn())
    return Progress(*columns, console=_console, transient=True, disable=not _console.is_terminal)
