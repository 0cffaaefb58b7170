"""At risk: who is watched on an as_of, and with which features; the same for training and for scoring."""

from collections.abc import Collection
from datetime import date
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa

from features.catalogue import catalogue
from features.compute.block import Block
from features.compute.engine import engine_of
from features.compute.frame import frame, key_columns, select
from features.compute.protocol import Engine
from features.compute.run import blocks
from features.cycle import cycle, since_order
from features.kernels.grid import Grid
from features.language.declare import Feature
from features.language.measure import Measure, is_given
from features.mistake import Mistake
from features.tables import TABLES
from features.value import value
from models.definition import By, Left
from models.left import Watch, needed, watch
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings


def features_at(
    settings: Settings,
    home: Home,
    as_of: date,
    *,
    step_days: int = 1,
    count: int = 1,
    only: Collection[str] | None = None,
    engine: Engine | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every account on one as_of: those at risk with features, outlook_days and pace; the others with the cause; both
    with `order_columns`. Who came only later is in neither.

    The same computation as for training; only the number of as_ofs differs. count: so many as_ofs at once, `step_days`
    apart, of which `as_of` is the newest. only: these accounts alone, with the same numbers, in less time. engine: what
    reads the tables; by default that of the settings.
    """
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    left = settings.left
    engine = engine or engine_of(settings.engine, home.tables)
    features = features_given(engine, left)
    grid = Grid(as_of, step_days, count)
    measures = {feature.name: feature.measure for feature in features}
    worth = value(settings.export.value_days, engine.columns)
    scored, not_scored = [], []
    asked = [*measures.values(), *needed(left, engine.columns), worth]
    for block in blocks(engine, asked, grid, only, grace_days=left.grace_days):
        watched = watch(block, left)
        mask = watched.at_risk
        scored.append(
            pa.table(frame(block, measures, mask) | watch_columns(watched) | order_columns(block, worth, mask))
        )
        others = key_columns(block, ~mask) | order_columns(block, worth, ~mask)
        not_scored.append(pa.table(others | {"cause": pa.array(select(watched.cause, ~mask), pa.string())}))
    others = pa.concat_tables(not_scored).to_pandas()
    return pa.concat_tables(scored).to_pandas(), others[_had_come(engine, others)].reset_index(drop=True)


def _had_come(engine: Engine, others: pd.DataFrame) -> pd.Series:
    """Whether each account was a customer before as_of: had ordered, or been opened or, where nobody says when that
    was, had any row. One of which nothing at all is dated has always been there.
    """
    never_ordered = others["days_since_order"].isna()
    ids = others.loc[never_ordered, "account_id"].unique()
    if not len(ids):
        return ~never_ordered
    is_opened = "opened_on" in engine.columns["accounts"]
    opened = [_first_days(engine, "accounts", "opened_on").reindex(ids)] if is_opened else []
    came = pd.concat([pd.Series(pd.NaT, ids), *opened], axis=1).min(axis=1)
    if came.isna().any():
        first = [
            _first_days(engine, table.name, table.happened).reindex(ids)
            for table in TABLES.values()
            if table.happened and "account_id" in engine.columns.get(table.name, ())
        ]
        came = came.fillna(pd.concat(first, axis=1).min(axis=1))
    first_day = others["account_id"].map(came)
    return ~never_ordered | first_day.isna() | (first_day < pd.to_datetime(others["as_of"]))


def _first_days(engine: Engine, table: str, time: str) -> pd.Series:
    """The day of the first row, by account.

    Of all that have one: Ibis takes longer to write down which are meant than DuckDB to look at all.
    """
    rows = engine.table(table)
    rows = rows.filter(rows[time].notnull())
    first = engine.arrow(rows.group_by("account_id").agg(day=rows[time].cast("date").min())).to_pandas()
    days: pd.Series = first.set_index("account_id")["day"]
    return pd.to_datetime(days)


def order_columns(block: Block, worth: Measure, mask: np.ndarray) -> dict[str, pa.Array]:
    """value, last_order_on, days_since_order and usual_cycle of those in a mask; missing where they never ordered, or
    where no orders are given.

    They are what features and the definition of leaving go by. The block must have been asked for `needed` and `worth`.
    """
    silent, usual = (_known(block, measure, mask) for measure in (since_order, cycle))
    as_ofs = np.array(block.grid.as_ofs, dtype="datetime64[D]")[np.nonzero(mask)[1]]
    never = np.isnan(silent)
    last = as_ofs - np.where(never, 0, silent).astype("timedelta64[D]")
    return {
        "value": pa.array(select(block.dense(worth), mask), from_pandas=True),
        "last_order_on": pa.array(last, pa.date32(), mask=never),
        "days_since_order": pa.array(silent, from_pandas=True),
        "usual_cycle": pa.array(usual, from_pandas=True),
    }


def _known(block: Block, measure: Measure, mask: np.ndarray) -> np.ndarray:
    """The values of those in a mask; NaN where the tables cannot give them."""
    if not is_given(measure, block.columns):
        return np.full(int(mask.sum()), np.nan)
    return select(block.dense(measure), mask)


def watch_columns(watched: Watch) -> dict[str, pa.Array]:
    """outlook_days and pace of those at risk."""
    mask = watched.at_risk
    return {
        "outlook_days": pa.array(select(watched.outlook, mask), pa.int32()),
        "pace": pa.array(select(watched.pace, mask), pa.string()),
    }


def features_given(engine: Engine, left: Left) -> list[Feature]:
    """The features that the tables can give. Raises Mistake where they lack the one that leaving is judged by."""
    if left.table not in engine.columns:
        raise Mistake(
            f"no table of {left.table}, by which left.by: {left.by} judges leaving; add {left.table}.sql to the "
            f"source, or choose another left.by in source.yaml{_others(engine, left)}."
        )
    return catalogue().given(engine.columns)


def _others(engine: Engine, left: Left) -> str:
    """The definitions that the tables there are can serve."""
    others = [by for by in get_args(By) if left.model_copy(update={"by": by}).table in engine.columns]
    return f": {', '.join(others)}" if others else ""
