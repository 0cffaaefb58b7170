"""Backtest: at every origin a model is trained on what was known then, and held against what came."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.baselines import Baseline, baselines
from models.churn import Churn
from models.origins import Origin
from models.recipe import Recipe
from models.target import targets

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Backtest:
    """What was foretold on the origins, and what came; everything by row, origin after origin.

    rows: the tested snapshots. left, involuntary: 1 or 0. risk, risk_involuntary: of the model of the row's origin.
    model: that of the newest origin, which knows nothing of its rows.
    """

    rows: pd.DataFrame
    left: Floats
    involuntary: Floats
    risk: Floats
    risk_involuntary: Floats
    baselines: tuple[Baseline, ...]
    model: Churn

    @property
    def newest(self) -> Mask:
        """The rows of the newest origin."""
        return np.asarray(self.rows["as_of"] == self.rows["as_of"].max(), dtype=bool)


def backtest(
    rows: pd.DataFrame,
    origins: Sequence[Origin],
    recipe: Recipe,
    about: Mapping[str, Any],
    progress: Callable[[Origin, Churn], None] | None = None,
) -> Backtest:
    """Trains and tests on every origin. rows: snapshots with features, see `models.target.targets`. about: facts for
    the models. progress: is told of every model that is made.
    """
    left, involuntary = targets(rows)
    risk, risk_involuntary = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    rivals: list[list[Baseline]] = []
    for origin in origins:
        model = recipe.fit(rows, origin.train, origin.as_of, {**about, "knows_until": str(origin.as_of.date())})
        tested = rows[origin.test]
        risk[origin.test] = model.risk(tested)
        risk_involuntary[origin.test] = model.risk_involuntary(tested)
        known, _ = targets(rows, origin.as_of)
        rivals.append(baselines(rows, known, recipe, train=origin.train, test=origin.test))
        if progress:
            progress(origin, model)
    test = np.concatenate([np.flatnonzero(origin.test) for origin in origins])
    return Backtest(
        rows=rows.iloc[test].reset_index(drop=True),
        left=left[test],
        involuntary=involuntary[test],
        risk=risk[test],
        risk_involuntary=risk_involuntary[test],
        baselines=joined(rivals),
        model=model,
    )


def rerun(rows: pd.DataFrame, origins: Sequence[Origin], recipe: Recipe) -> Floats:
    """The risks that a recipe would have given on the origins, by row, origin after origin."""
    return np.concatenate([recipe.fit(rows, origin.train, origin.as_of).risk(rows[origin.test]) for origin in origins])


def joined(by_origin: Sequence[Sequence[Baseline]]) -> tuple[Baseline, ...]:
    """Baselines of several origins, end to end; those that are there on every one."""
    shared = [known for known in by_origin[0] if all(known.name in {other.name for other in at} for at in by_origin)]
    return tuple(
        replace(
            known, score=np.concatenate([other.score for at in by_origin for other in at if other.name == known.name])
        )
        for known in shared
    )
