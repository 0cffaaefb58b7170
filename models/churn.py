"""Churn: the model of who leaves, as gradient-boosted trees that common sense holds to a direction."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd

from features.mistake import Mistake
from models.calibration import Calibration, calibrated_log_loss, fit_calibration
from models.tree_params import TreeParams

Floats = npt.NDArray[np.float64]
Direction = Literal["rises", "falls"] | None

TREES = "trees.txt"
FACTS = "model.json"
LOSS = "calibrated_log_loss"
CERTAIN = 1e-12  # LightGBM hands over risks, not log-odds; of one that is 0 or 1 there are none
QUANTILES = (0.01, 0.25, 0.5, 0.75, 0.99)
# Numbers to learn from below which one thread does it. Threads wait for one another after every split: 100 rounds of
# 2.7 million numbers took 1.2 s with one thread; with two 0.7 s on an idle machine, but 3 to 14 s on a busy one. The
# trees are the same.
THREADS_PAY = 10_000_000
_THREADS = re.compile(r"\[num_threads: \d+\]")  # stands in LightGBM's text, and changes no tree
_DIGITS = 9  # of a log loss
_SIGN = {"rises": 1, "falls": -1, None: 0}


@dataclass(frozen=True)
class FeatureProfile:
    """How a feature is spread among the rows that the model learned from; None where it was always missing.

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
    """A trained model: trees, the calibration of their log-odds, and a profile of each feature.

    about: facts of its training that a reader may want (rounds, rows, as_ofs, versions); numbers and strings only.
    """

    trees: lightgbm.Booster
    features: tuple[str, ...]
    calibration: Calibration
    profiles: dict[str, FeatureProfile]
    about: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Churn of {len(self.features)} features and {self.trees.num_trees()} trees>"

    def raw(self, rows: pd.DataFrame) -> Floats:
        """Log-odds of leaving before calibration, by row; missing numbers stay missing."""
        return np.asarray(self.trees.predict(self.matrix(rows), raw_score=True), dtype=np.float64)

    def risk(self, rows: pd.DataFrame) -> Floats:
        """The calibrated probability of leaving, by row."""
        return self.calibration.risk(self.raw(rows))

    def matrix(self, rows: pd.DataFrame) -> Floats:
        """The features that the model knows, in its order: [rows, features]. Raises Mistake where one is not there."""
        absent = [name for name in self.features if name not in rows.columns]
        if absent:
            raise Mistake(
                f"the model needs {len(absent)} features that the snapshots do not have: {', '.join(absent[:5])}"
                f"{' ...' if len(absent) > 5 else ''}. Train again on these features: leaky train, then leaky evaluate."
            )
        return matrix(rows, self.features)

    def save(self, folder: str | Path) -> None:
        """LightGBM's text beside one JSON; reading them back runs no code."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        text = _THREADS.sub("[num_threads: 0]", self.trees.model_to_string())
        (folder / TREES).write_text(text, encoding="utf-8", newline="\n")
        facts = {
            "features": list(self.features),
            "calibration": asdict(self.calibration),
            "profiles": {name: asdict(profile) for name, profile in self.profiles.items()},
            "about": self.about,
        }
        (folder / FACTS).write_text(json.dumps(facts, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path) -> "Churn":
        """The model that `save` wrote. Raises Mistake where there is none."""
        folder = Path(folder)
        try:
            facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
            text = (folder / TREES).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise Mistake(f"{error.filename}: no such file, so there is no model. Train one: leaky train.") from None
        return cls(
            trees=lightgbm.Booster(model_str=text),
            features=tuple(facts["features"]),
            calibration=Calibration(**facts["calibration"]),
            profiles={name: FeatureProfile(**profile) for name, profile in facts["profiles"].items()},
            about=facts["about"],
        )


def matrix(rows: pd.DataFrame, features: Sequence[str]) -> Floats:
    return rows[list(features)].to_numpy(dtype=np.float64, na_value=np.nan)


def fit(
    rows: pd.DataFrame,
    left: Floats,
    *,
    train: npt.NDArray[np.bool_],
    validation: npt.NDArray[np.bool_],
    refit: npt.NDArray[np.bool_],
    directions: Mapping[str, Direction],
    params: TreeParams,
    about: Mapping[str, Any],
) -> Churn:
    """A model in three steps, none of which sees a row outside its masks.

    1. Trees grow on `train` until `patience` rounds have not bettered the log loss on `validation`, taken after
       calibration: were a shift of the base rate counted against the trees, they would stop too soon. (A seasonal
       wholesaler, mean of five as_ofs: 87 rounds instead of 180, ROC AUC over early accounts .772 instead of .774.)
    2. The calibration is fitted on those trees' predictions of `validation`: out of time, as every prediction that is
       ever used will be. Predictions of rows that trees were grown on are too sure of themselves and calibrate nothing.
    3. Trees grow again on `refit` (everything that may be known, validation included, since the newest rows are the
       most like those to come), for as many rounds as `rounds_for` says, and take over the calibration. Trees from more
       rows of the same firm are as sure of themselves as the first ones or a little less so; whether that holds is
       measured each time, because what is evaluated on the test snapshots went through these same three steps.

    directions: the features to use, in order, and the direction in which each may move the risk.
    """
    names = tuple(directions)
    signs = [_SIGN[direction] for direction in directions.values()]
    numbers = matrix(rows, names)
    first = _grow(numbers, left, train, names, signs, params, rounds=params.max_rounds, validation=validation)
    rounds = first.best_iteration
    raw = np.asarray(first.predict(numbers[validation], raw_score=True, num_iteration=rounds), dtype=np.float64)
    calibration = fit_calibration(raw, left[validation])
    refit_rounds = rounds_for(rounds, rows=int(train.sum()), refit_rows=int(refit.sum()))
    trees = _grow(numbers, left, refit, names, signs, params, rounds=refit_rounds)
    facts = {
        "rounds": rounds,
        "refit_rounds": refit_rounds,
        "train_rows": int(train.sum()),
        "validation_rows": int(validation.sum()),
        "refit_rows": int(refit.sum()),
        "validation_log_loss": round(float(first.best_score["validation"][LOSS]), _DIGITS),
        "lightgbm": lightgbm.__version__,
    }
    return Churn(trees, names, calibration, _profiles(numbers[refit], names), facts | dict(about))


def rounds_for(rounds: int, *, rows: int, refit_rows: int) -> int:
    """Rounds for more rows: they bear more trees, though less than in proportion, so by the square root."""
    return max(1, round(rounds * math.sqrt(max(1.0, refit_rows / rows))))


def threads_for(numbers: int) -> int:
    """How many threads grow trees on so many numbers; 0 are all that there are."""
    return 1 if numbers < THREADS_PAY else 0


def _grow(
    numbers: Floats,
    left: Floats,
    mask: npt.NDArray[np.bool_],
    names: Sequence[str],
    signs: Sequence[int],
    params: TreeParams,
    *,
    rounds: int,
    validation: npt.NDArray[np.bool_] | None = None,
) -> lightgbm.Booster:
    parameters = {
        "objective": "binary",
        "metric": "none",
        "learning_rate": params.learning_rate,
        "num_leaves": params.num_leaves,
        "min_data_in_leaf": params.min_child_samples,
        "bagging_fraction": params.subsample,
        "bagging_freq": 1,
        "feature_fraction": params.colsample_bytree,
        "lambda_l2": params.reg_lambda,
        "monotone_constraints": list(signs),
        "monotone_constraints_method": "basic",
        "use_missing": True,
        "zero_as_missing": False,
        "seed": params.seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads_for(int(mask.sum()) * len(names)),
        "verbosity": -1,
    }
    # Parameters are handed to the data set as well, because LightGBM reads some of them when it makes the bins.
    train_set = lightgbm.Dataset(numbers[mask], left[mask], feature_name=list(names), params=parameters)
    if validation is None:
        return lightgbm.train(parameters, train_set, num_boost_round=rounds)
    return lightgbm.train(
        parameters,
        train_set,
        num_boost_round=rounds,
        valid_sets=[train_set.create_valid(numbers[validation], left[validation])],
        valid_names=["validation"],
        feval=_log_loss,
        callbacks=[lightgbm.early_stopping(params.patience, verbose=False)],
    )


def _log_loss(risk: Floats, data: lightgbm.Dataset) -> tuple[str, float, bool]:
    """What early stopping goes by, as LightGBM wants it: name, value, whether higher is better."""
    certain = np.clip(risk, CERTAIN, 1 - CERTAIN)
    raw = np.log(certain) - np.log1p(-certain)
    return LOSS, calibrated_log_loss(raw, np.asarray(data.get_label(), dtype=np.float64)), False


def _profiles(numbers: Floats, names: Sequence[str]) -> dict[str, FeatureProfile]:
    found = {}
    for column, name in enumerate(names):
        values = numbers[:, column]
        present = values[~np.isnan(values)]
        marks = np.quantile(present, QUANTILES).tolist() if len(present) else []
        found[name] = FeatureProfile(float(np.isnan(values).mean()), *marks)
    return found
