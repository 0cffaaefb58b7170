"""What each reason is worth: how well its features rank alone, and what is lost without them.

    python -m benchmarks.reasons [--home data]

On the days that `leaky evaluate` tests, by models of what was known on each. Silence is in almost everything: look at
the early accounts.
"""

import argparse
from collections.abc import Collection
from pathlib import Path

import numpy as np

from benchmarks.narrowed import narrowed
from features.catalogue import catalogue
from models.backtest import rerun
from models.metrics import EvaluationSet, points
from models.origins import too_short
from models.target import targets
from pipelines.dataset import features_of, origins_of, read_rows, recipe_of
from pipelines.home import PROJECT, Home
from pipelines.settings import read_settings


def main() -> None:
    """Prints a row a reason."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.reasons", description=__doc__.splitlines()[0])
    options.add_argument("--home", type=Path, default=PROJECT / "data")
    home = Home(options.parse_args().home)
    settings = read_settings(PROJECT / "params.yaml")
    rows = read_rows(home)
    origins = origins_of(rows, settings)
    if not origins:
        options.error(too_short(rows, settings.snapshots.count))
    test = np.concatenate([np.flatnonzero(origin.test) for origin in origins])
    tested = rows.iloc[test].assign(left=targets(rows)[0][test])
    everybody = EvaluationSet.of(tested, capacity=settings.evaluate.capacity, resamples=1, seed=0)
    is_early = (tested["pace"] == "early").to_numpy(dtype=bool)
    every = recipe_of(rows, settings.train, home)
    reason_of = {name: catalogue().by_name[name].reason for name in features_of(rows)}

    def roc_auc(names: Collection[str]) -> tuple[float, float]:
        """Over all accounts and over early ones, the mean over days."""
        risk = rerun(rows, origins, narrowed(every, {name: every.directions[name] for name in names}))
        early = everybody.subset(is_early)
        return points(everybody, risk)["roc_auc"], points(early, risk[is_early])["roc_auc"]

    complete = roc_auc(reason_of)
    print(f"{'':<12}{'features':>9}{'alone: all':>12}{'early':>8}{'without: all':>14}{'early':>8}")
    print(f"{'all':<12}{len(reason_of):>9}{complete[0]:>12.3f}{complete[1]:>8.3f}")
    for code in dict.fromkeys(reason_of.values()):
        own = [name for name in reason_of if reason_of[name] == code]
        alone, without = roc_auc(own), roc_auc([name for name in reason_of if reason_of[name] != code])
        print(
            f"{code:<12}{len(own):>9}{alone[0]:>12.3f}{alone[1]:>8.3f}"
            f"{without[0] - complete[0]:>+14.3f}{without[1] - complete[1]:>+8.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
