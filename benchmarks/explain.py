"""Explain: what exact SHAP values cost by three ways that must agree, and reasons in words for many rows.

    python -m benchmarks.explain --home data --rows 20000 400000 --in-words 1000000

The model and the snapshots of a home, its rows repeated with a little noise in what is no whole number. Each way runs
in a process of its own. README.md beside this file has what it printed.
"""

import argparse
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.measured import Start, cost_of
from models.churn import Churn
from models.explain import EXACT, Contributions, lightgbm_contributions, shap_contributions
from models.layout import SCORING
from pipelines.dataset import read_rows
from pipelines.home import PROJECT, Home
from pipelines.told import told

WAYS = {"woodelf": "WOODELF", "pred_contrib": "LightGBM's pred_contrib", "tree_explainer": "shap.TreeExplainer"}
WORDS = "words"
TO_MAKE_AT_ONCE = 100_000
A_DAY = date(2026, 7, 1)  # sentences may name days
NOISE = 1e-6


def rows_of(home: Home, model: Churn, count: int) -> pd.DataFrame:
    """So many rows of features: those of the home, again and again, with a little noise."""
    known = read_rows(home)[list(model.features)].astype(np.float64)
    chosen = known.iloc[np.arange(count) % len(known)].reset_index(drop=True)
    return noisy(chosen, np.random.default_rng(1).random(chosen.shape))


def noisy(rows: pd.DataFrame, noise: np.ndarray | float) -> pd.DataFrame:
    """Counts and days stay whole, as nobody has 3.000001 of them: a sentence is made once for all rows that say 3."""
    return rows.where(rows == rows.round(), rows * (1 + NOISE * noise))


def measure(way: str, home: Home, count: int) -> None:
    """One way, in this process."""
    model = Churn.load(home.model / SCORING)
    if way == WORDS:
        _words(model, many_rows_of(home, model, count))
        return
    rows = rows_of(home, model, count)
    if way == "tree_explainer":
        import shap
    start = Start()
    if way == "woodelf":
        found = shap_contributions(model, rows)
    elif way == "pred_contrib":
        found = lightgbm_contributions(model, rows)
    else:
        explained = shap.TreeExplainer(model.trees)(model.matrix(rows))
        found = Contributions(explained.values, float(np.ravel(explained.base_values)[0]), model.features)
    miss = np.abs(found.shap_values.sum(axis=1) + found.base_value - model.raw(rows)).max()
    if not miss <= EXACT:
        raise SystemExit(f"{way} misses the scores by {miss:.2g}")
    start.print_cost()


def many_rows_of(home: Home, model: Churn, count: int) -> pd.DataFrame:
    """As `rows_of`, made in parts that have another noise each, so that making them takes no more room than they do."""
    some, noise = rows_of(home, model, TO_MAKE_AT_ONCE), np.random.default_rng(2)
    numbers = np.empty((count, some.shape[1]))
    for first in range(0, count, len(some)):
        numbers[first : first + len(some)] = noisy(some.head(count - first), noise.random())
    return pd.DataFrame(numbers, columns=some.columns, copy=False)


def _words(model: Churn, rows: pd.DataFrame) -> None:
    """As the accounts of a night are told: see `pipelines.told`."""
    start = Start()
    told(model, rows, A_DAY)
    start.print_cost()


def main() -> None:
    """Prints a row a way and size."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.explain", description=__doc__.splitlines()[0])
    options.add_argument("--home", type=Path, default=PROJECT / "data")
    options.add_argument("--rows", type=int, nargs="*", default=[20_000])
    options.add_argument("--in-words", type=int, nargs="*", default=[])
    options.add_argument("--way", choices=[*WAYS, WORDS], help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.way:
        measure(given.way, Home(given.home), given.rows[0])
        return
    command = [sys.executable, "-m", "benchmarks.explain", "--home", str(given.home.resolve())]
    print("| rows | way | seconds | of CPU | MB | CPU beside WOODELF |\n|---|---|---|---|---|---|")
    for count in given.rows:
        first = None
        for way, name in WAYS.items():
            cost = cost_of([*command, "--rows", str(count), "--way", way])
            first = first or cost.cpu_seconds
            print(
                f"| {count:,} | {name} | {cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.megabytes:,.0f} | "
                f"{cost.cpu_seconds / first:.1f} |",
                flush=True,
            )
    for count in given.in_words:
        cost = cost_of([*command, "--rows", str(count), "--way", WORDS])
        spent = f"{cost.seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.megabytes:,.0f}"
        print(f"| {count:,} | SHAP and reasons in words | {spent} | |")


if __name__ == "__main__":
    main()
