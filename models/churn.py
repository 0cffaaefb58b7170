"""Churn: the model of who leaves, as gradient-boosted trees that common sense holds to a direction."""

import json
import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits

from features.mistake import Mistake
from models.competing import Involuntary
from models.log_odds import sigmoid
from models.numbers import BATCH, Numbers, NumbersInFrame
from models.reach import Reach, Window
from models.tree_params import TreeParams

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]
Direction = Literal["rises", "falls"] | None

TREES = "trees.txt"
FACTS = "model.json"
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)
# Threads of one model wait for one another after every split, and spin while they do: 2.7 million numbers took 1.2 s of
# CPU with one thread; with two, on a busy machine, 3 to 14 s, and 124 million 141 s instead of 40. The trees are the
# same. The limit is the calling thread's own. LightGBM's parameter num_threads is the whole process's: what one thread
# lays out for one thread, another that says nothing then fills with two, and the process dies.
THREADS = 1
# A model that grows alone on so many numbers has all that the process has, if they sleep while they wait: 124 million
# took 33 s on the clock with two and 54 with one, and as much CPU; beside two busy programs 3 s of CPU more.
THREADS_PAY = 50_000_000
# Rows that a tree is shown at most, drawn anew for every so many trees. Of many more the trees learn next to nothing
# more (benchmarks/README.md), and copying what was drawn takes as long as growing a tree on it.
ROWS_A_TREE, TREES_A_DRAW = 250_000, 10
SECONDS_OF_SILENCE = 10.0  # while trees grow; then a line says how far they are
_SIGN = {"rises": 1, "falls": -1, None: 0}


@dataclass(frozen=True)
class FeatureProfile:
    """How a feature is spread among some rows, of a finished model those of the last year (`models.usual`); None where
    it was always missing.

    low and high hold all but the outermost percent on either side; missing is the share of rows without a value.
    """

    missing: float
    low: float | None = None
    lower_quartile: float | None = None
    median: float | None = None
    upper_quartile: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Churn:
    """A trained model: trees that say who leaves by choice, how often others leave, and a profile of each feature.

    spreads: by reason, how far what it adds to the log-odds strays (`models.spread`); none in older models. reach: how
    far back the records go of what it learned from (`models.reach`).

    about: facts of its training that a reader may want (rounds, rows, as_ofs, versions); numbers and strings only.
    """

    trees: lightgbm.Booster
    features: tuple[str, ...]
    profiles: dict[str, FeatureProfile]
    involuntary: Involuntary = field(default_factory=Involuntary)
    about: dict[str, Any] = field(default_factory=dict)
    spreads: dict[str, float] = field(default_factory=dict)
    reach: Reach = field(default_factory=Reach)

    def __repr__(self) -> str:
        return f"<Churn of {len(self.features)} features and {self.trees.num_trees()} trees>"

    def raw(self, rows: pd.DataFrame) -> Floats:
        """Log-odds of leaving by choice, by row; missing numbers stay missing."""
        starts = range(0, max(len(rows), 1), BATCH)  # so that there is no copy of all rows
        parts = [self.trees.predict(self.matrix(rows.iloc[at : at + BATCH]), raw_score=True) for at in starts]
        return np.concatenate(parts, dtype=np.float64)

    def risk(self, rows: pd.DataFrame) -> Floats:
        """The probability of leaving by choice, by row."""
        return sigmoid(self.raw(rows))

    def risk_involuntary(self, rows: pd.DataFrame) -> Floats:
        """The probability of leaving because they closed, moved or were bought, by row."""
        return self.involuntary.risk(rows, self.risk(rows))

    def matrix(self, rows: pd.DataFrame) -> Floats:
        """The features that the model knows, in its order, as it sees them (`models.reach`): [rows, features].

        Raises Mistake where one is not there.
        """
        absent = [name for name in self.features if name not in rows.columns]
        if absent:
            raise Mistake(
                f"the model needs {len(absent)} features that the snapshots do not have: {', '.join(absent[:5])}"
                f"{' ...' if len(absent) > 5 else ''}. Train again on these features: leaky train, then leaky evaluate."
            )
        numbers = matrix(rows, self.features)
        stretch = self.reach.stretch_of(rows)
        if stretch.factors:
            numbers = numbers.copy()  # they may be the rows' own
        for name in stretch.factors:
            place = self.features.index(name)
            numbers[:, place] = stretch(name, numbers[:, place])
        return numbers

    def save(self, folder: str | Path) -> None:
        """LightGBM's text beside one JSON; reading them back runs no code."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / TREES).write_text(self.trees.model_to_string(), encoding="utf-8", newline="\n")
        facts = {
            "features": list(self.features),
            "involuntary": asdict(self.involuntary),
            "profiles": {name: asdict(profile) for name, profile in self.profiles.items()},
            "spreads": self.spreads,
            "reach": {name: asdict(window) for name, window in self.reach.windows.items()},
            "about": self.about,
        }
        (folder / FACTS).write_text(json.dumps(facts, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> "Churn":
        """The model that `save` wrote. Raises Mistake where there is none, or one that an older version wrote."""
        folder = Path(folder)
        try:
            facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
            text = (folder / TREES).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise Mistake(f"{error.filename}: no such file, so there is no model. Train one: leaky train.") from None
        if "involuntary" not in facts:
            raise Mistake(f"{folder / FACTS}: a model of an older version. Run: leaky train, then leaky evaluate.")
        return cls(
            trees=lightgbm.Booster(model_str=text),
            features=tuple(facts["features"]),
            involuntary=Involuntary(**facts["involuntary"]),
            profiles={name: FeatureProfile(**profile) for name, profile in facts["profiles"].items()},
            about=facts["about"],
            spreads=facts.get("spreads", {}),
            reach=Reach({name: Window(**window) for name, window in facts.get("reach", {}).items()}),
        )


def matrix(rows: pd.DataFrame, features: Sequence[str]) -> Floats:
    return rows[list(features)].to_numpy(dtype=np.float64, na_value=np.nan)


def fit(
    rows: pd.DataFrame,
    left: Floats,
    *,
    train: npt.NDArray[np.bool_],
    directions: Mapping[str, Direction],
    params: TreeParams,
    about: Mapping[str, Any],
    involuntary: Involuntary | None = None,
    reach: Reach | None = None,
) -> Churn:
    """A model of the rows in `train`, by their label `left` (1 or 0 there); see `learn`."""
    return learn(
        NumbersInFrame(rows, train, reach),
        left[train],
        directions=directions,
        params=params,
        about=about,
        involuntary=involuntary,
        reach=reach,
    )


def learn(
    numbers: Numbers,
    left: Floats,
    *,
    directions: Mapping[str, Direction],
    params: TreeParams,
    about: Mapping[str, Any],
    involuntary: Involuntary | None = None,
    reach: Reach | None = None,
    is_alone: bool = False,
) -> Churn:
    """A model of rows, by their label `left` (1 or 0).

    A fixed number of rounds: what is fitted besides (when to stop, a calibration) is fitted on the fewest and oldest
    rows, and cost more than it gave wherever that was measured; see benchmarks/README.md. directions: the features to
    use, in order, and the direction in which each may move the risk. reach: by which `numbers` are stretched.
    is_alone: no other model grows meanwhile.
    """
    names = tuple(directions)
    signs = [_SIGN[direction] for direction in directions.values()]
    threads = _threads(len(left) * len(names)) if is_alone else THREADS
    trees = _grow(numbers, left, names, signs, params, threads)
    facts = {
        "rounds": params.rounds,
        "rows": len(left),
        "leavers": int(left.sum()),
        "lightgbm": lightgbm.__version__,
    }
    return Churn(
        trees,
        names,
        profiles_of(numbers, names),
        involuntary or Involuntary(),
        facts | dict(about),
        reach=reach or Reach(),
    )


def _drawn(rows: int, share: float) -> dict[str, float]:
    """Which share of the rows a tree is shown, and how many trees are shown the same."""
    if rows * share <= ROWS_A_TREE:
        return {"bagging_fraction": share, "bagging_freq": 1}
    return {"bagging_fraction": ROWS_A_TREE / rows, "bagging_freq": TREES_A_DRAW}


def _threads(numbers: int) -> int | None:
    """How many a model that grows alone is limited to; None: to those of the process."""
    sleeps_while_waiting = os.environ.get("OMP_WAIT_POLICY", "").lower() == "passive"
    return None if sleeps_while_waiting and numbers >= THREADS_PAY else THREADS


def _grow(
    numbers: Numbers, left: Floats, names: Sequence[str], signs: Sequence[int], params: TreeParams, threads: int | None
) -> lightgbm.Booster:
    parameters = {
        "objective": "binary",
        "learning_rate": params.learning_rate,
        "num_leaves": params.num_leaves,
        "min_data_in_leaf": params.min_child_samples,
        **_drawn(len(left), params.subsample),
        "feature_fraction": params.colsample_bytree,
        "lambda_l2": params.reg_lambda,
        "monotone_constraints": list(signs),
        "monotone_constraints_method": "basic",
        "use_missing": True,
        "zero_as_missing": False,
        "seed": params.seed,
        "deterministic": True,
        "force_col_wise": True,  # the same trees as by rows, in three quarters of the time
        "verbosity": -1,
    }
    # Parameters are handed to the data set as well, because LightGBM reads some of them when it makes the bins.
    train_set = lightgbm.Dataset(numbers.batches(names), left, feature_name=list(names), params=parameters)
    with threadpool_limits(threads, "openmp"):
        return lightgbm.train(parameters, train_set, num_boost_round=params.rounds, callbacks=[_Progress(len(left))])


class _Progress:
    """Says from time to time how many trees have grown, where that takes long."""

    def __init__(self, rows: int) -> None:
        self._rows, self._said = rows, time.monotonic()

    def __call__(self, now: lightgbm.callback.CallbackEnv) -> None:
        if time.monotonic() - self._said >= SECONDS_OF_SILENCE:
            self._said = time.monotonic()
            log.info("%d of %d trees on %s rows", now.iteration + 1, now.end_iteration, f"{self._rows:,}")


def profiles_of(numbers: Numbers, names: Sequence[str]) -> dict[str, FeatureProfile]:
    """How each feature is spread among the rows."""
    found = {}
    for name in names:
        values = numbers.column(name)
        present = values[~np.isnan(values)]
        marks = np.quantile(present, QUANTILES).tolist() if len(present) else []
        found[name] = FeatureProfile(float(np.isnan(values).mean()), *marks)
    return found
