"""Frame: measures as columns, a row an account and as_of."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from features.compute.block import Block
from features.compute.protocol import Engine
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.measure import Measure
from features.tables import GRACE_DAYS


def frame_of(
    engine: Engine, measures: Mapping[str, Measure], grid: Grid, *, grace_days: int = GRACE_DAYS
) -> pd.DataFrame:
    """account_id, as_of, rep_id and the measures by name, of every account on every snapshot.

    grace_days: see `blocks`.
    """
    found = [
        pa.table(frame(block, measures, np.ones((block.keys, grid.snapshots), dtype=bool)))
        for block in blocks(engine, list(measures.values()), grid, grace_days=grace_days)
    ]
    return pd.DataFrame(pa.concat_tables(found).to_pandas())


def frame(block: Block, measures: Mapping[str, Measure], mask: np.ndarray) -> dict[str, pa.Array]:
    """Measures of the accounts and snapshots in a mask ([accounts, snapshots] of bool), as columns by name."""
    columns = key_columns(block, mask)
    if block.reps is not None:
        rep = select(block.reps, mask)
        columns["rep_id"] = pa.array(block.population.domains["rep_id"], pa.string()).take(pa.array(rep, mask=rep < 0))
    else:
        columns["rep_id"] = pa.nulls(int(mask.sum()), pa.string())
    return columns | {name: _numbers(select(block.dense(measure), mask)) for name, measure in measures.items()}


def key_columns(block: Block, mask: np.ndarray) -> dict[str, pa.Array]:
    """Account and as_of of those in a mask."""
    accounts, snapshots = np.nonzero(mask)
    as_ofs = np.array(block.grid.as_ofs, dtype="datetime64[D]")
    return {
        "account_id": pa.array(block.account_ids, pa.string()).take(pa.array(accounts)),
        "as_of": pa.array(as_ofs[snapshots], pa.date32()),
    }


def select(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Those in a mask, by account and then oldest first."""
    return values.ravel() if mask.all() else values[mask]


def _numbers(values: np.ndarray) -> pa.Array:
    """NaN as null; where there is none, as in all counts, the values as they lie there."""
    missing = np.isnan(values)
    return pa.array(values, pa.float64(), mask=missing if missing.any() else None)
