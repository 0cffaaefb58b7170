"""Backtest: at every origin a model is trained on what was known then, and held against what came."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.baselines import Baseline, baselines
from models.churn import Churn
from models.groupings import READ
from models.origins import Origin
from models.ready import ready_to_tell
from models.recipe import Recipe
from models.target import targets

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Found = TypeVar("Found")

MOST_AT_ONCE = 4  # origins; each holds what its model learns from, a byte a number
EXPLAINED = 100_000  # rows: more give the same shares of reasons, and take memory


@dataclass(frozen=True)
class Backtest:
    """What was foretold on the origins, and what came; everything by row, origin after origin.

    rows: the tested snapshots, without features, but for those that group them. explained: rows of the newest origin,
    all or evenly `EXPLAINED` of them, with every feature. left, involuntary: 1 or 0. risk, risk_involuntary: of the
    model of the row's origin. model: that of the newest origin, which knows nothing of its rows, ready to tell reasons.
    """

    rows: pd.DataFrame
    explained: pd.DataFrame
    left: Floats
    involuntary: Floats
    risk: Floats
    risk_involuntary: Floats
    baselines: tuple[Baseline, ...]
    model: Churn


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

    def on(origin: Origin) -> tuple[Churn, Floats, Floats, list[Baseline]]:
        model = recipe.fit(rows, origin.train, origin.as_of, {**about, "knows_until": str(origin.as_of.date())})
        tested = rows[origin.test]
        known, _ = targets(rows, origin.as_of)
        rivals = baselines(rows, known, recipe, train=origin.train, test=origin.test)
        return model, model.risk(tested), model.risk_involuntary(tested), rivals

    left, involuntary = targets(rows)
    risk, risk_involuntary = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    rivals: list[list[Baseline]] = []
    for origin, (model, *risks, rivals_there) in zip(origins, _side_by_side(on, origins), strict=True):
        risk[origin.test], risk_involuntary[origin.test] = risks
        rivals.append(rivals_there)
        if progress:
            progress(origin, model)
    test = np.concatenate([np.flatnonzero(origin.test) for origin in origins])
    newest = np.flatnonzero(origins[-1].test)
    kept = [name for name in rows if name not in recipe.directions or name in READ]
    return Backtest(
        rows=rows[kept].iloc[test].reset_index(drop=True),
        explained=rows.iloc[newest[:: max(1, -(-len(newest) // EXPLAINED))]].reset_index(drop=True),
        left=left[test],
        involuntary=involuntary[test],
        risk=risk[test],
        risk_involuntary=risk_involuntary[test],
        baselines=joined(rivals),
        model=ready_to_tell(model, rows, origin.train, origin.as_of),
    )


def rerun(rows: pd.DataFrame, origins: Sequence[Origin], recipe: Recipe) -> Floats:
    """The risks that a recipe would have given on the origins, by row, origin after origin."""

    def on(origin: Origin) -> Floats:
        return recipe.fit(rows, origin.train, origin.as_of).risk(rows[origin.test])

    return np.concatenate(list(_side_by_side(on, origins)))


def _side_by_side(on: Callable[[Origin], Found], origins: Sequence[Origin]) -> Iterator[Found]:
    """What is found on each origin, in their order.

    Several at a time: threads of one model wait for one another after every split, models never do.
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_AT_ONCE)) as pool:
        yield from pool.map(on, origins)


def joined(by_origin: Sequence[Sequence[Baseline]]) -> tuple[Baseline, ...]:
    """Baselines of several origins, end to end; those that are there on every one."""
    shared = [known for known in by_origin[0] if all(known.name in {other.name for other in at} for at in by_origin)]
    return tuple(
        replace(
            known, score=np.concatenate([other.score for at in by_origin for other in at if other.name == known.name])
        )
        for known in shared
    )
