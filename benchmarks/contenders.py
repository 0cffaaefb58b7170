"""Contenders: what is measured of features, each in a process of its own, which `benchmarks.features` starts."""

import argparse
import tempfile
from collections import deque
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.made_data import NEWEST, Size, made
from benchmarks.measured import Start
from benchmarks.peers import pandas_loop, range_joins
from benchmarks.subset import FOR_FEATURETOOLS, SUBSET, features_named
from features.catalogue import catalogue
from features.compute.ahead import map_ahead
from features.compute.block import Block
from features.compute.duckdb import DuckDB
from features.compute.frame import frame
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.declare import Feature
from features.tables import TABLES
from pipelines.snapshots import GrowingParquet, mostly_distinct

STEP_DAYS = 30
ROW_GROUP = 100_000


def ours(tables: Path, snapshots: int, output: Path | None, features: list[Feature]) -> None:
    """Our engine: the features of all accounts on all snapshots, by the functions of the snapshots stage."""
    engine = DuckDB(tables)
    needed = {"accounts"} | {table for feature in features for table, _ in feature.needs}
    engine.columns = {name: columns for name, columns in engine.columns.items() if name in needed}
    grid = Grid(NEWEST, STEP_DAYS, snapshots)
    measures = {feature.name: feature.measure for feature in features}

    def of_block(block: Block) -> dict[str, pa.Array]:
        return frame(block, measures, np.ones((block.keys, snapshots), dtype=bool))

    found = map_ahead(of_block, blocks(engine, list(measures.values()), grid))
    if output is None:
        deque(found, maxlen=0)
        return
    with GrowingParquet(output, mostly_distinct(features)) as file:
        for columns in found:
            file.write(columns)


def limit(tables: Path, snapshots: int, output: Path) -> None:
    """A bare scan and group-by of every table, and a file of the shape of ours: less can hardly be done."""
    connection = duckdb.connect()
    for table in TABLES.values():
        path = tables / f"{table.name}.parquet"
        if not path.exists() or table.happened is None:
            continue
        key = "account_id" if "account_id" in table.column_names else "rep_id"
        given = {name for name, *_ in connection.execute(f"DESCRIBE FROM '{path}'").fetchall()}
        answers = ["count(*) AS rows"]
        answers += [
            f"sum(({column.name} * 100)::BIGINT) AS {column.name}"
            for column in table.columns
            if column.name in given and column.kind in ("money", "number")
        ]
        connection.sql(
            f"""SELECT {key}, (DATE '{NEWEST}' - {table.happened}::DATE) // {STEP_DAYS} AS tile, {", ".join(answers)}
                FROM '{path}' GROUP BY ALL"""
        ).to_arrow_table()
    write_shape_of_ours(tables, snapshots, output)


def write_shape_of_ours(tables: Path, snapshots: int, output: Path) -> None:
    """As many rows and columns as ours, of numbers that shrink as well: small whole ones, and a fifth real.

    Its row groups are all the same one, so that making up numbers costs nothing beside writing them.
    """
    accounts = pq.read_table(tables / "accounts.parquet", columns=["account_id"])["account_id"].to_numpy()
    rows = min(len(accounts) * snapshots, ROW_GROUP)
    chance = np.random.default_rng(0)
    columns = {"account_id": np.repeat(accounts[: -(-rows // snapshots)], snapshots)[:rows]}
    columns["as_of"] = np.resize(np.array(as_ofs(snapshots), dtype="datetime64[D]"), rows)
    for number, feature in enumerate(catalogue().features):
        real, whole = chance.integers(0, 500, rows) / 7, chance.poisson(number % 5, rows)
        columns[feature.name] = (whole if number % 5 else real).astype(np.float64)
    group = pa.table(columns)
    with pq.ParquetWriter(output, group.schema, compression="zstd") as file:
        for written in range(0, len(accounts) * snapshots, rows):
            file.write_table(group.slice(0, min(rows, len(accounts) * snapshots - written)))


def as_ofs(snapshots: int) -> list[date]:
    return [NEWEST - timedelta(days=STEP_DAYS * number) for number in range(snapshots)]


CONTENDERS: dict[str, Callable[[Path, int, Path], None]] = {
    "ours": lambda tables, snapshots, output: ours(tables, snapshots, output, catalogue().features),
    "ours_unwritten": lambda tables, snapshots, _: ours(tables, snapshots, None, catalogue().features),
    "ours_subset": lambda tables, snapshots, output: ours(tables, snapshots, output, features_named(SUBSET)),
    "ours_for_featuretools": lambda tables, snapshots, output: ours(
        tables, snapshots, output, features_named(FOR_FEATURETOOLS)
    ),
    "limit": limit,
    "range_joins": lambda tables, snapshots, output: range_joins(tables, as_ofs(snapshots), output),
    "pandas_loop": lambda tables, snapshots, output: pandas_loop(tables, as_ofs(snapshots), output),
}


def run(name: str, tables: Path, snapshots: int, output: Path) -> None:
    """Runs a contender and prints its cost: once over a few rows, so that everything is loaded, then for the record."""
    with tempfile.TemporaryDirectory() as temporary:
        few = made(Path(temporary), Size(events=2_000, accounts=50))
        CONTENDERS[name](few, snapshots, output)
    start = Start()
    CONTENDERS[name](tables, snapshots, output)
    start.print_cost()


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.contenders", description=__doc__.splitlines()[0])
    options.add_argument("name", choices=CONTENDERS)
    options.add_argument("tables", type=Path, help="a folder that benchmarks.made_data made")
    options.add_argument("snapshots", type=int, help="how many")
    options.add_argument("output", type=Path, help="the file of features that it writes")
    given = options.parse_args()
    run(given.name, given.tables, given.snapshots, given.output)


if __name__ == "__main__":
    main()
