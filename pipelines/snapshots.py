"""Snapshots: what was known about every account on every as_of, and whether it left."""

import logging
from collections.abc import Collection
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.compute.ahead import map_ahead
from features.compute.block import Block
from features.compute.engine import engine_of
from features.compute.frame import frame, key_columns, select
from features.compute.protocol import Engine
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.declare import Feature
from models.left import NEEDED, kind_of_loss, outcome, watch
from pipelines.at_risk import features_given, watch_columns
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def snapshots(settings: Settings, home: Home) -> None:
    """Writes features and outcomes of every account at risk on every as_of, sorted by account and as_of."""
    manifest = Manifest.read(home)
    settings = manifest.settings(settings)
    left = settings.left
    engine = engine_of(settings.engine, home.tables)
    features = features_given(engine)
    grid = Grid(manifest.as_of, settings.snapshots.step_days, settings.snapshots.count)
    losses = _losses(engine, manifest.as_of)
    measures = {feature.name: feature.measure for feature in features}
    rows = 0

    def of_block(block: Block) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
        watched = watch(block, left)
        asked = watched.at_risk
        gone = outcome(block, watched.outlook)
        return frame(block, measures, asked), key_columns(block, asked) | watch_columns(watched) | {
            "left": pa.array(select(gone, asked), from_pandas=True).cast("bool"),
            "kind": pa.array(select(kind_of_loss(block, losses, gone), asked), pa.string()),
        }

    with written_whole(home.features) as features_path, written_whole(home.left) as left_path:
        with GrowingParquet(features_path, mostly_distinct(features)) as known, GrowingParquet(left_path) as happened:
            for knew, followed in map_ahead(of_block, blocks(engine, [*measures.values(), *NEEDED], grid)):
                rows += len(knew["as_of"])
                known.write(knew)
                happened.write(followed)
    log.info(
        "snapshots: %s rows, %d features, %d as_ofs to %s", f"{rows:,}", len(features), grid.snapshots, grid.newest
    )


def mostly_distinct(features: list[Feature]) -> list[str]:
    """Names of the features that are real numbers, whose values are mostly distinct."""
    return [feature.name for feature in features if feature.unit not in ("count", "days", "yes/no")]


def _losses(engine: Engine, newest: date) -> pd.DataFrame:
    """The losses that the firm knows of on the newest as_of."""
    if not {"lost_on", "kind"} <= engine.columns.get("losses", set()):
        return pd.DataFrame({"account_id": [], "lost_on": [], "kind": []})
    losses = engine.arrow(engine.table("losses")).to_pandas()
    recorded = losses["recorded_at"] if "recorded_at" in losses else losses["lost_on"]
    known = pd.to_datetime(recorded).fillna(pd.to_datetime(losses["lost_on"])) < pd.Timestamp(newest)
    return pd.DataFrame(losses.loc[known, ["account_id", "lost_on", "kind"]])


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
