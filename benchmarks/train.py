"""Train: what it costs to learn from many rows, read a batch at a time, beside ways that hold them all in memory.

Run as `python -m benchmarks.train`; README.md beside this file says how to read what it prints.
"""

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measured import Cost, Start, cost_of
from models.churn import learn
from models.numbers import NumbersInFile
from models.tree_params import TreeParams

ROW_GROUP = 200_000
LEARNED = 0.8  # of the rows
_LEFT = "left"
WAYS = {
    "streamed": "ours, a batch at a time",
    "arrow": "an Arrow table",
    "frame": "a pandas frame, then a matrix of the rows",
}


def main() -> None:
    asked = _arguments()
    if asked.way:
        _run(asked.way, asked.file, asked.rounds)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{asked.rows}x{asked.features}.parquet"
        if not path.exists():
            _make(path, asked.rows, asked.features)
        size = asked.rows * asked.features * 8 / 2**20
        print(f"{asked.rows:,} rows, {asked.features} features ({size:,.0f} MB), {asked.rounds} trees")
        print(f"{'':44}{'seconds':>9}{'of CPU':>9}{'MB':>8}{'rows/s':>10}")
        for way in ["streamed"] if asked.no_peers else WAYS:
            cost = _cost_of(way, path, asked.rounds)
            per_second = asked.rows / cost.cpu_seconds
            print(f"{WAYS[way]:44}{cost.seconds:9.1f}{cost.cpu_seconds:9.1f}{cost.megabytes:8,.0f}{per_second:10,.0f}")


def _cost_of(way: str, path: Path, rounds: int) -> Cost:
    command = [sys.executable, "-m", "benchmarks.train", "--way", way, "--file", str(path), "--rounds", str(rounds)]
    return cost_of(command)


def _run(way: str, path: Path, rounds: int) -> None:
    """Learns from a file, and prints a digest of the trees, and what they cost."""
    names = [name for name in pq.read_schema(path).names if name != _LEFT]
    start = Start()
    left = pq.read_table(path, columns=[_LEFT])[_LEFT].to_numpy()
    mask = np.random.default_rng(1).random(len(left)) < LEARNED
    numbers = {"streamed": NumbersInFile, "arrow": _InArrow, "frame": _InPandas}[way](path, mask)
    model = learn(
        numbers, left[mask], directions=dict.fromkeys(names), params=TreeParams(rounds=rounds), about={"way": way}
    )
    text, _, _ = model.trees.model_to_string().partition("parameters:")
    print(hashlib.sha256(text.encode()).hexdigest())
    start.print_cost()


class _InArrow(NumbersInFile):
    """All of the rows at once, as LightGBM reads them out of Arrow's memory."""

    def batches(self, names: Sequence[str]) -> pa.Table:  # LightGBM takes either
        return pq.read_table(self._path, columns=list(names)).filter(pa.array(self.mask))


class _InPandas(NumbersInFile):
    """All of the rows at once, as most programs do it."""

    def batches(self, names: Sequence[str]) -> np.ndarray:  # type: ignore[override] # LightGBM takes either
        return pd.read_parquet(self._path)[self.mask][list(names)].to_numpy(np.float64)


def _make(path: Path, rows: int, features: int) -> None:
    """Counts, days and shares, some of them missing, and a label that the first few of them move."""
    random = np.random.default_rng(7)
    unfinished = path.with_suffix(".unfinished")
    with pq.ParquetWriter(unfinished, _schema(features), compression="zstd") as writer:
        for start in range(0, rows, ROW_GROUP):
            count = min(ROW_GROUP, rows - start)
            columns = [_feature(random, count, place) for place in range(features)]
            pull = sum(np.nan_to_num(column) / 60 for column in columns[:6]) - 3
            left = (random.random(count) < 1 / (1 + np.exp(-pull))).astype(np.float64)
            writer.write_table(pa.table([*columns, left], schema=_schema(features)))
    unfinished.replace(path)


def _schema(features: int) -> pa.Schema:
    return pa.schema([*((f"feature_{place}", pa.float64()) for place in range(features)), (_LEFT, pa.float64())])


def _feature(random: np.random.Generator, count: int, place: int) -> np.ndarray:
    kind = place % 3
    if kind == 0:
        return random.integers(0, 60, count).astype(np.float64)
    if kind == 1:
        return random.poisson(0.5, count).astype(np.float64)
    return np.where(random.random(count) < 0.3, np.nan, random.random(count))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--features", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=20, help="trees")
    parser.add_argument("--no-peers", action="store_true", help="only ours: the others hold all of the rows")
    parser.add_argument("--folder", type=Path, help="where the data is kept, and found again; by default not at all")
    parser.add_argument("--way", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
