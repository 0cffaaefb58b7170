"""At risk: who is watched on an as_of, and with which features; the same for training and for scoring."""

import logging
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from features.catalogue import catalogue
from features.compute.engine import engine_of
from features.compute.frame import cut, frame, keys
from features.compute.protocol import Engine
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.declare import Feature
from features.mistake import Mistake
from models.left import NEEDED, Watch, watch
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def features_at(settings: Settings, home: Home, as_of: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every account on one as_of: those at risk with features, outlook_days and pace; the others with the cause.

    The same computation as for training; only the number of as_ofs differs.
    """
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    left = manifest.left(settings.left)
    engine = engine_of(settings.engine, home.tables)
    features = features_given(engine)
    grid = Grid(as_of, settings.snapshots.step_days, 1)
    measures = {feature.name: feature.measure for feature in features}
    scored, not_scored = [], []
    for block in blocks(engine, [*measures.values(), *NEEDED], grid):
        watched = watch(block, left)
        asked = watched.at_risk
        scored.append(pa.table(frame(block, measures, asked) | watch_columns(watched)))
        others = keys(block, ~asked) | {
            "cause": pa.array(cut(watched.cause, ~asked), pa.string()),
            "days_since_order": pa.array(cut(block.whole(NEEDED[0]), ~asked), from_pandas=True),
        }
        not_scored.append(pa.table(others))
    return pa.concat_tables(scored).to_pandas(), pa.concat_tables(not_scored).to_pandas()


def watch_columns(watched: Watch) -> dict[str, pa.Array]:
    """outlook_days and pace of those at risk."""
    asked = watched.at_risk
    return {
        "outlook_days": pa.array(cut(watched.outlook, asked)),
        "pace": pa.array(np.where(cut(watched.is_early, asked), "early", "overdue")),
    }


def features_given(engine: Engine) -> list[Feature]:
    """The features that the tables can give. Raises Mistake where there are no orders."""
    if "orders" not in engine.columns:
        raise Mistake("no table of orders, by which leaving is judged; add orders.sql to the source.")
    features = catalogue().given(engine.columns)
    left_out = len(catalogue().features) - len(features)
    if left_out:
        log.info("snapshots: %d features left out, for want of tables or columns; `leaky check` names them", left_out)
    return features
