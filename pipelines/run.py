"""Run: every stage in order, into one home, without DVC."""

import logging
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from pipelines.home import Home
from pipelines.progress import run_with_bar
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def run_all(
    settings: Settings, home: Home, *, source: str, files: Path | None, as_of: date | None, today: date
) -> None:
    """From a source to a workbook. Raises Mistake where a stage does, with nothing half written."""
    from pipelines.evaluate import evaluate
    from pipelines.export import export
    from pipelines.ingest import ingest
    from pipelines.intake.manifest import Manifest
    from pipelines.score import score
    from pipelines.simulate import simulate
    from pipelines.snapshots import snapshots
    from pipelines.train import train

    began = time.perf_counter()
    is_made_up = source == "simulated" and files is None
    files = home.simulated if is_made_up else files
    stages: list[tuple[str, Callable[[], None]]] = [
        ("ingest", lambda: ingest(settings, home, source=source, files=files, as_of=as_of, today=today)),
        ("snapshots", lambda: snapshots(settings, home)),
        ("train", lambda: train(settings, home)),
        ("evaluate", lambda: evaluate(settings, home, metrics=home.metrics)),
        ("score", lambda: score(settings, home)),
        ("export", lambda: export(settings, home, metrics=home.metrics)),
    ]
    if is_made_up:
        stages.insert(0, ("simulate", lambda: simulate(settings, home)))
    run_with_bar(stages)
    seconds = time.perf_counter() - began
    log.info("done in %.0f s: see %s", seconds, home.exports(Manifest.read(home).as_of))
