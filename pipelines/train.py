"""Train: learns who leaves from the snapshots whose outlook has passed."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import catalogue
from models.churn import FACTS, TREES, Churn, fit
from models.registry import EVALUATED, SCORING
from pipelines.dataset import check_both_kinds, features_of, is_involuntary, read_rows, split_of
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.leaks import stop_at_leaks
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def train(settings: Settings, home: Home) -> None:
    """Writes two models to the home, made by the same steps (`models.churn.fit`) at two points in time.

    model/evaluated knows nothing from the first test as_of on: it is what `evaluate` measures. model/scoring comes one
    round later, with the test snapshots in the place of the validation snapshots, and learns from every row that is
    labelled: it is what `score` uses. No figure is ever reported of it, since no snapshot is left to measure it on.

    Involuntary leavers teach neither: they closed, moved or were bought, and nothing that anybody did would have kept
    them.
    """
    rows = read_rows(home)
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    parts = split_of(rows, settings)
    check_both_kinds(rows, parts)
    stop_at_leaks(settings.leak, home, rows)
    voluntary = ~is_involuntary(rows)
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    directions = {name: catalogue().by_name[name].risk for name in features_of(rows)}
    facts = {
        "source": manifest.source,
        "data_version": manifest.data_version,
        "left": settings.left.model_dump(),
    }
    labelled = rows["left"].notna().to_numpy()
    for name, train_rows, validation, refit in (
        (EVALUATED, parts.train, parts.validation, parts.before_test),
        (SCORING, parts.before_test, parts.test, labelled),
    ):
        model = fit(
            rows,
            left,
            train=train_rows & voluntary,
            validation=validation & voluntary,
            refit=refit & voluntary,
            directions=directions,
            params=settings.train,
            about=facts | _span(rows, refit & voluntary),
        )
        save_whole(model, home.model / name)
        log.info(
            "train: %s model: %d rounds on %s rows, then %d on %s (as_ofs %s to %s)",
            name,
            model.about["rounds"],
            f"{model.about['train_rows']:,}",
            model.about["refit_rounds"],
            f"{model.about['refit_rows']:,}",
            model.about["first_as_of"],
            model.about["last_as_of"],
        )


def save_whole(model: Churn, folder: Path) -> None:
    """The model's files, each written whole."""
    unfinished = folder / ".unfinished"
    model.save(unfinished)
    for name in (TREES, FACTS):
        with written_whole(folder / name) as path:
            (unfinished / name).replace(path)
    unfinished.rmdir()


def _span(rows: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """The as_ofs that were learned from, and the day from which on nothing was known."""
    as_of = rows.loc[mask, "as_of"]
    ends = as_of + pd.to_timedelta(rows.loc[mask, "outlook_days"], unit="D")
    return {
        "first_as_of": as_of.min().date().isoformat(),
        "last_as_of": as_of.max().date().isoformat(),
        "knows_until": ends.max().date().isoformat(),
    }
