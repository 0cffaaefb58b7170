"""Dataset: the snapshots read back as one table, what of it is a feature, the days that test a model, and its files."""

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.mistake import Mistake
from models.churn import FACTS, TREES, Churn
from models.origins import Origin, rolling_origins
from models.recipe import Recipe
from models.target import targets
from models.tree_params import TreeParams
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

_KEYS = ["account_id", "as_of"]


def read_rows(home: Home) -> pd.DataFrame:
    """features.parquet and left.parquet as one table, as_of as a time, left as 1, 0 or NA, value, kind where known.

    Raises Mistake where a file is not there.
    """
    for path in (home.features, home.left):
        if not path.exists():
            raise Mistake(f"{path}: no such file. Make the snapshots first: leaky snapshots.")
    known, happened = pd.read_parquet(home.features), pd.read_parquet(home.left)
    if not known[_KEYS].equals(happened[_KEYS]):
        raise RuntimeError(f"{home.features} and {home.left} do not hold the same rows in the same order")
    rows = pd.concat([known, happened.drop(columns=_KEYS)], axis=1)
    rows["as_of"] = pd.to_datetime(rows["as_of"])
    rows["left"] = rows["left"].astype("boolean").astype("Float64")
    for name in ("labelled_on", "kind_known_on", "left_known_on", "next_order_on"):
        if name not in rows:
            raise Mistake(
                f"{home.left}: of an older version, without {name}. Make the snapshots again: leaky snapshots."
            )
        rows[name] = pd.to_datetime(rows[name])
    return rows.sort_values(["as_of", "account_id"], ignore_index=True)


def origins_of(rows: pd.DataFrame, settings: Settings) -> tuple[Origin, ...]:
    """The days on which the model is tested, oldest first; none where the history is too short."""
    return rolling_origins(rows, count=settings.backtest.origins, horizon_days=settings.left.horizon_days)


def check_outcomes(rows: pd.DataFrame) -> None:
    """Raises Mistake where no outcome is known, or all are the same: neither a model nor a rule says anything then."""
    voluntary, _ = targets(rows)
    gone, known = int(np.nansum(voluntary)), int((~np.isnan(voluntary)).sum())
    if not 0 < gone < known:
        raise Mistake(
            f"snapshots: the outcome of {known:,} of {len(rows):,} rows is known, and {gone:,} left; some must have "
            "left and some stayed. Give a longer history, or change what counts as left (left.horizon_days, left.k)."
        )


def recipe_of(rows: pd.DataFrame, params: TreeParams) -> Recipe:
    """How a model is made of the features among the columns."""
    return Recipe({name: catalogue().by_name[name].risk for name in features_of(rows)}, params)


def facts_of(manifest: Manifest, settings: Settings) -> dict[str, Any]:
    """What a model of this firm's says about itself."""
    return {
        "source": manifest.source,
        "data_version": manifest.data_version,
        "left": settings.left.model_dump(),
        "definition": settings.left.digest,
    }


def forget(folder: Path) -> None:
    """Leaves an empty folder: what stood there was of other snapshots."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def save_whole(model: Churn, folder: Path) -> None:
    """The model's files, each written whole."""
    unfinished = folder / ".unfinished"
    model.save(unfinished)
    for name in (TREES, FACTS):
        with written_whole(folder / name) as path:
            (unfinished / name).replace(path)
    unfinished.rmdir()


def features_of(rows: pd.DataFrame) -> list[str]:
    """The features among the columns, in the order of the catalogue."""
    return [feature.name for feature in catalogue().features if feature.name in rows.columns]
