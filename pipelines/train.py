"""Train: learns who leaves from the snapshots whose outlook has passed."""

import logging
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import catalogue
from models.layout import SCORING
from models.lost import names_of_nothing
from models.numbers import NumbersInFile
from models.origins import too_short
from models.spread import with_spreads
from models.target import targets
from models.usual import of_last_year, with_usual
from pipelines.dataset import (
    check_outcomes,
    columns_in,
    facts_of,
    forget,
    left_out,
    origins_of,
    read_outcomes,
    recipe_of,
    save_whole,
)
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.leaks import stop_at_leaks
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def train(settings: Settings, home: Home) -> None:
    """Writes model/scoring, which learns from every row whose label is complete: it is what `score` uses.

    No figure is ever reported of it, since no snapshot is left to measure it on: `evaluate` measures models made by the
    same recipe on earlier days. Where there is no day on which that could be done there is no model either, and a rule
    will rank. Raises Mistake where no outcome is known.
    """
    rows = read_outcomes(home)
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    forget(home.model / SCORING)  # of other snapshots, whatever stops this
    check_outcomes(rows, settings.left)
    for line in names_of_nothing(settings.gate.accept_lost, catalogue().by_name):
        log.warning(line)
    if unseen := left_out(home):
        log.warning("train: %s", unseen)
    stop_at_leaks(settings.leak, home, rows)
    if not origins_of(rows, settings):
        log.warning("train: no model: %s", too_short(rows, settings.snapshots.count))
        return
    voluntary, _ = targets(rows)
    known = ~np.isnan(voluntary)
    recipe = recipe_of(columns_in(home), settings.train, home)
    about = facts_of(manifest, settings) | _span(rows, known)
    numbers = NumbersInFile(home.features, known, recipe.reach)
    model = with_spreads(recipe.fit(rows, known, None, about, numbers, is_alone=True), numbers)
    model = with_usual(model, NumbersInFile(home.features, of_last_year(rows["as_of"]), recipe.reach))
    save_whole(model, home.model / SCORING)
    log.info(
        "train: %d trees on %s rows, %s of which left (as_ofs %s to %s)",
        model.about["rounds"],
        f"{model.about['rows']:,}",
        f"{model.about['leavers']:,}",
        model.about["first_as_of"],
        model.about["last_as_of"],
    )


def _span(rows: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """The as_ofs that were learned from, and the day from which on nothing was known."""
    as_of = rows.loc[mask, "as_of"]
    return {
        "first_as_of": as_of.min().date().isoformat(),
        "last_as_of": as_of.max().date().isoformat(),
        "knows_until": rows.loc[mask, "labelled_on"].max().date().isoformat(),
    }
