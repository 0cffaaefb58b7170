"""Snapshots: what was known about every account on every as_of, and whether it left."""

import json
import logging
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import catalogue
from features.compute.ahead import map_ahead
from features.compute.block import Block
from features.compute.engine import engine_of
from features.compute.frame import frame, key_columns, select
from features.compute.run import blocks
from features.kernels.grid import Floats, Grid
from features.language.declare import Feature
from features.value import value
from models.contradictions import Contradictions, contradictions
from models.definition import Left
from models.late import days_to_wait
from models.left import Outcome, Watch, needed, order_days, outcome, watch
from models.losses import KINDS
from pipelines.at_risk import features_given, watch_columns
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def snapshots(settings: Settings, home: Home) -> None:
    """Writes features and outcomes of every account at risk on every as_of, sorted by account and as_of, beside the
    outcome what the account was worth (`value`), and how many of the outcomes other records contradict.

    Raises Mistake where the source lacks the table that leaving is judged by.
    """
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    left = settings.left
    engine = engine_of(settings.engine, home.tables)
    features = features_given(engine, left)
    left_out = len(catalogue().features) - len(features)
    if left_out:
        log.info("snapshots: %d features left out, for want of tables or columns; `leaky check` names them", left_out)
    grid = Grid(manifest.as_of, settings.snapshots.step_days, settings.snapshots.count)
    measures = {feature.name: feature.measure for feature in features}
    worth = value(settings.export.value_days, engine.columns)
    wait = days_to_wait(left, engine, grid.newest)
    if wait:
        log.info("snapshots: losses are recorded late, so labels wait for them for %d days after the outlook", wait)
    rows, against = 0, Contradictions()

    def of_block(block: Block) -> tuple[dict[str, pa.Array], dict[str, pa.Array], Contradictions]:
        watched = watch(block, left)
        became = outcome(block, watched.outlook, left, wait)
        known = frame(block, measures, watched.at_risk)
        followed = left_columns(block, watched, became, left, wait) | {
            "value": pa.array(select(block.dense(worth), watched.at_risk), from_pandas=True)
        }
        return known, followed, contradictions(block, watched.outlook, became)

    with written_whole(home.features) as features_path, written_whole(home.left) as left_path:
        with GrowingParquet(features_path, mostly_distinct(features)) as known, GrowingParquet(left_path) as happened:
            asked = [*measures.values(), *needed(left, engine.columns), worth]
            made = blocks(engine, asked, grid, grace_days=left.grace_days)
            for knew, followed, contradicted in map_ahead(of_block, made):
                rows += len(knew["as_of"])
                against += contradicted
                known.write(knew)
                happened.write(followed)
    with written_whole(home.contradictions) as unfinished:
        unfinished.write_text(json.dumps(against.as_json(), indent=2) + "\n", encoding="utf-8")
    log.info(
        "snapshots: %s rows, %d features, %d as_ofs to %s", f"{rows:,}", len(features), grid.snapshots, grid.newest
    )
    for line in against.lines():
        log.warning("snapshots: %s", line)


def left_columns(block: Block, watched: Watch, became: Outcome, left: Left, wait: int) -> dict[str, pa.Array]:
    """The rows of left.parquet of those at risk.

    left: null while the label is not complete. kind, kind_known_on: of the loss on record that explains a leaving, and
    the day on which it was recorded. left_known_on: where nothing but losses tells of a leaving, the day on which the
    first of them was recorded. labelled_on: the day from which on the label is complete, for which losses are waited
    for `wait` days. order_days: on how many days the account had ordered, only where leaving is judged by orders; no
    feature, but what a baseline learns from.
    """
    mask = watched.at_risk
    kinds = np.array([*KINDS, None], dtype=object)[select(became.kind, mask)]
    labelled = block.grid.ages - watched.outlook - left.days_of_grace - wait
    return (
        key_columns(block, mask)
        | watch_columns(watched)
        | {
            "left": pa.array(select(became.left, mask), from_pandas=True).cast("bool"),
            "kind": pa.array(kinds, pa.string()),
            "kind_known_on": _days_before(block.grid, select(became.known_age, mask)),
            "left_known_on": _days_before(block.grid, select(became.told_age, mask)),
            "labelled_on": _days_before(block.grid, select(labelled, mask).astype(np.float64)),
        }
        | ({"order_days": pa.array(select(order_days(block), mask)).cast("int32")} if left.table == "orders" else {})
    )


def _days_before(grid: Grid, ages: Floats) -> pa.Array:
    """Ages as days; null where they are missing."""
    missing = np.isnan(ages)
    days = np.datetime64(grid.newest, "D") - np.where(missing, 0, ages).astype("timedelta64[D]")
    return pa.array(days, pa.date32(), mask=missing)


def mostly_distinct(features: list[Feature]) -> list[str]:
    """Names of the features that are real numbers, whose values are mostly distinct."""
    return [feature.name for feature in features if feature.unit not in ("count", "days", "yes/no")]


class GrowingParquet:
    """A Parquet file that grows by a row group a block, written while the next block is computed.

    distinct: columns in which most values differ, so that a dictionary of them would cost time and save no space.
    """

    def __init__(self, path: object, distinct: Collection[str] = ()) -> None:
        self._path = path
        self._distinct = distinct
        self._writer: pq.ParquetWriter | None = None
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._unfinished: Future[None] | None = None

    def __enter__(self) -> "GrowingParquet":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._finish()
        finally:
            self._thread.shutdown()
            if self._writer:
                self._writer.close()

    def write(self, columns: dict[str, pa.Array]) -> None:
        table = pa.table(columns)
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path,
                table.schema,
                compression="zstd",
                use_dictionary=[name for name in table.column_names if name not in self._distinct],
                write_statistics=["account_id", "as_of"],
            )
        self._finish()
        self._unfinished = self._thread.submit(self._writer.write_table, table)

    def _finish(self) -> None:
        """Waits for the block before; one at a time, so that no more than one is held in memory."""
        if self._unfinished:
            self._unfinished.result()
