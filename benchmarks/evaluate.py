"""Evaluate: what it takes to measure a model on millions of tested rows, the backtest itself not counted.

    python -m benchmarks.evaluate [--rows 3000000] [--home data]

The newest origins of a home are tested for once, and then stand there again and again under other accounts' names, with
a little noise in every score, so that hardly any two are equal. README.md beside this file says what came of it.
"""

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeVar

import numpy as np
import pandas as pd

from benchmarks.measured import peak_megabytes
from features.catalogue import catalogue
from models import gate
from models.backtest import EXPLAINED, Backtest, backtest
from models.evaluation import Evaluation, foretold
from models.metrics import Floats
from models.plots import write_plots
from pipelines.dataset import origins_of, read_rows, recipe_of
from pipelines.home import PROJECT, Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings, read_settings

DAYS = 4
NOISE = 0.05  # of the spread of a score
Found = TypeVar("Found")


def tested_again(tested: Backtest, times: int) -> Backtest:
    """The same rows so many times, each time of other accounts."""
    random = np.random.default_rng(1)
    copy = np.repeat(np.arange(times), len(tested.rows))

    def again(values: Floats) -> Floats:
        return np.tile(values, times)

    def noisy(score: Floats) -> Floats:
        return np.asarray(again(score) + NOISE * score.std() * random.normal(size=len(copy)))

    rows = pd.concat([tested.rows] * times, ignore_index=True)
    rows["account_id"] = rows["account_id"].astype(str) + "-" + pd.Series(copy).astype(str)
    risk = noisy(tested.risk).clip(1e-6, 1 - 1e-6)
    return replace(
        tested,
        rows=rows,
        explained=pd.concat([tested.explained] * times, ignore_index=True).head(EXPLAINED),
        left=again(tested.left),
        involuntary=again(tested.involuntary),
        risk=risk,
        risk_involuntary=np.minimum(again(tested.risk_involuntary), 1 - risk),
        baselines=tuple(
            replace(rival, score=noisy(rival.score).clip(1e-6, 1 - 1e-6) if rival.is_risk else noisy(rival.score))
            for rival in tested.baselines
        ),
    )


def timed(what: str, make: Callable[[], Found]) -> Found:
    """Prints what a step took, and the most memory until then."""
    clock, cpu = perf_counter(), process_time()
    found = make()
    took = f"{perf_counter() - clock:.1f} | {process_time() - cpu:.1f} | {peak_megabytes():,.0f}"
    print(f"| {what} | {took} |", flush=True)
    return found


def measured(settings: Settings, home: Home, rows: int) -> None:
    """Prints a row a step."""
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    known = read_rows(home)
    origins = origins_of(known, settings)[-DAYS:]
    once = backtest(known, origins, recipe_of(known, settings.train, home), {})
    tested = timed("rows made", lambda: tested_again(once, -(-rows // len(once.rows))))
    print(f"| {len(tested.rows):,} rows, {len(tested.baselines)} rivals | | | |")
    asked = settings.evaluate
    drawn = timed(
        "accounts drawn, SHAP values of a sample",
        lambda: Evaluation.of(tested, capacity=asked.capacity, resamples=asked.resamples, seed=asked.seed),
    )
    timed("figures of the model, its rivals, days and groups", lambda: drawn.figures(catalogue()))
    timed(
        "gate",
        lambda: gate.judge(
            drawn,
            settings.gate,
            champion=None,
            champion_risk=None,
            features=catalogue().by_name,
            columns=manifest.columns,
            knows_until="",
            pace_by=settings.left.pace_by(manifest.tables),
        ),
    )
    timed("what was foretold", lambda: foretold(drawn))
    with tempfile.TemporaryDirectory() as folder:
        timed("plots", lambda: write_plots(Path(folder), tested.left, drawn.labelled_scores(), tested.risk, {}))


def main() -> None:
    """Prints a table: seconds on the clock, of CPU, and the most memory so far, in MB."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.evaluate", description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=3_000_000)
    options.add_argument("--home", type=Path, default=PROJECT / "data")
    given = options.parse_args()
    print("| | seconds on the clock | of CPU | most memory, MB |\n|---|---|---|---|")
    clock, cpu = perf_counter(), process_time()
    measured(read_settings(PROJECT / "params.yaml"), Home(given.home), given.rows)
    print(f"| all, with the backtest | {perf_counter() - clock:.1f} | {process_time() - cpu:.1f} | |")


if __name__ == "__main__":
    main()
