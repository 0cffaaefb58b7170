"""Fidelity: how often reasons name the true cause of a made-up firm, and how often its records would let anybody.

    python -m benchmarks.fidelity [--seeds 11 23] [--accounts 3000] [--folder FOLDER]

By the rows and figures of `pipelines/simulated/fidelity.py`, on the newest days that test a model, each told by a model
that knows nothing of them: reasons by plain log-odds, reasons each on its own spread, and the best that records allow:
trees that were taught, of another firm, what each cause truly adds. README.md beside this file says what came of it.
"""

import argparse
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

from benchmarks.skill import firm, home_of
from features.catalogue import catalogue
from models.explain import shap_contributions
from models.ready import ready_to_tell
from models.reasons import MAX_REASONS, reasons
from pipelines.dataset import features_of, origins_of, recipe_of
from pipelines.home import PROJECT, Home
from pipelines.settings import Settings, Simulate, read_settings
from pipelines.simulated.fidelity import NEWEST, fidelity, truth_of
from pipelines.simulated.firm import CAUSES

OTHER_SEED = 1_000_003  # added to a firm's seed: the firm of which the truth is taught
TAUGHT = 80_000  # rows of it
FIGURES = ("first", "in_three")


def told(rows: pd.DataFrame, settings: Settings, home: Home) -> dict[str, pd.DataFrame]:
    """By contender the reasons of the rows of the newest origins, under the index of `rows`."""
    recipe = recipe_of(rows, settings.train, home)
    found: dict[str, list[pd.DataFrame]] = {"plain": [], "spread": []}
    for origin in origins_of(rows, settings)[-NEWEST:]:
        fitted = recipe.fit(rows, origin.train, origin.as_of)
        model = ready_to_tell(fitted, rows, origin.train, origin.as_of)
        day = rows[origin.test]
        contributions = shap_contributions(model, day)
        for name, used in (("plain", replace(contributions, spreads={})), ("spread", contributions)):
            found[name].append(reasons(used, day, model.profiles, catalogue()))
    return {name: pd.concat(parts) for name, parts in found.items()}


def taught(other: pd.DataFrame, adds: np.ndarray, asked: pd.DataFrame) -> pd.DataFrame:
    """The reasons of the rows that are asked for, by trees that learned what each cause adds on another firm's rows."""
    names = features_of(other)
    learned = other[names].to_numpy(np.float64, na_value=np.nan)
    rows = asked[names].to_numpy(np.float64, na_value=np.nan)
    foretold = np.stack([_regressor().fit(learned, added).predict(rows) for added in adds.T], axis=1)
    order = np.argsort(-foretold, axis=1, kind="stable")[:, :MAX_REASONS]
    codes = np.array(CAUSES, dtype=object)[order]
    frame = pd.DataFrame({f"reason_{place + 1}_code": codes[:, place] for place in range(MAX_REASONS)}, asked.index)
    return frame.assign(reason_1_shap=np.nan)


def _regressor() -> lightgbm.LGBMRegressor:
    return lightgbm.LGBMRegressor(
        n_estimators=120,
        learning_rate=0.08,
        num_leaves=31,
        min_child_samples=60,
        colsample_bytree=0.5,
        reg_lambda=5.0,
        max_bin=63,
        n_jobs=1,
        random_state=1,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )


def report(measured: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """A row a contender: the figures over all accounts and over early ones, and by cause the first reason of all."""
    return pd.DataFrame(
        {
            name: {f"{figure}, {which}": found[which][figure] for which in ("all", "early") for figure in FIGURES}
            | {"no cause, told for sure": found.get("confident_without_cause", np.nan)}
            | {code: facts["first"] for code, facts in found["all"]["by_cause"].items()}
            for name, found in measured.items()
        }
    ).T.round(3)


def main() -> None:
    """Prints a table a firm."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, nargs="+", default=(11, 23))
    options.add_argument("--accounts", type=int, default=3000)
    options.add_argument("--taught", type=int, default=10_000, help="accounts of the firm of which the truth is taught")
    options.add_argument("--folder", type=Path, help="where the firms are kept, and found again; by default not at all")
    given = options.parse_args()
    settings = read_settings(PROJECT / "params.yaml")
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        for seed in given.seeds:
            made = Simulate(accounts=given.accounts, seed=seed)
            others = Simulate(accounts=given.taught, seed=seed + OTHER_SEED)
            rows, other = firm(folder, made), firm(folder, others)
            home, others_home = home_of(folder, made), home_of(folder, others)
            some = other.iloc[:: max(1, -(-len(other) // TAUGHT))]
            found = told(rows, settings, home)
            asked = rows.loc[found["plain"].index]
            found["records allow"] = taught(some, truth_of(others_home.simulated, some, others)[0], asked)
            measured = {name: fidelity(home.simulated, asked, frame, made) for name, frame in found.items()}
            print(f"\nseed {seed}\n{report(measured).to_string()}", flush=True)


if __name__ == "__main__":
    main()
