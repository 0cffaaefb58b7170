"""Frame: measures as columns, a row an account and as_of."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from features.compute.block import Block
from features.compute.protocol import Engine
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.measures import Measure


def frame_of(engine: Engine, measures: Mapping[str, Measure], grid: Grid) -> pd.DataFrame:
    """account_id, as_of, rep_id and the measures by name, of every account on every snapshot."""
    found = [
        pa.table(frame(block, measures, np.ones((block.keys, grid.snapshots), dtype=bool)))
        for block in blocks(engine, list(measures.values()), grid)
    ]
    return pa.concat_tables(found).to_pandas()


def frame(block: Block, measures: Mapping[str, Measure], asked: np.ndarray) -> dict[str, pa.Array]:
    """Measures of the accounts and snapshots asked for ([accounts, snapshots] of bool), as columns by name."""
    columns = keys(block, asked)
    if block.has_reps:
        rep = cut(block.reps, asked)
        columns["rep_id"] = pa.array(block.firm.reps, pa.string()).take(pa.array(rep, mask=rep < 0))
    else:
        columns["rep_id"] = pa.nulls(int(asked.sum()), pa.string())
    return columns | {name: _numbers(cut(block.whole(measure), asked)) for name, measure in measures.items()}


def keys(block: Block, asked: np.ndarray) -> dict[str, pa.Array]:
    """Account and as_of of those asked for."""
    accounts, snapshots = np.nonzero(asked)
    names = block.firm.accounts["account_id"].iloc[block.first : block.first + block.keys]
    as_ofs = np.array(block.firm.grid.as_ofs, dtype="datetime64[D]")
    return {
        "account_id": pa.array(names, pa.string()).take(pa.array(accounts)),
        "as_of": pa.array(as_ofs[snapshots], pa.date32()),
    }


def cut(values: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Those asked for, by account and then oldest first."""
    return values.ravel() if asked.all() else values[asked]


def _numbers(values: np.ndarray) -> pa.Array:
    """NaN as null; where there is none, as in all counts, the values as they lie there."""
    missing = np.isnan(values)
    return pa.array(values, pa.float64(), mask=missing if missing.any() else None)
