"""Contenders: what is measured, each run as `python -m benchmarks.contenders NAME TABLES SNAPSHOTS OUTPUT`."""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np

from benchmarks.made_data import NEWEST
from benchmarks.measured import print_cost
from benchmarks.peers import pandas_loop, range_joins
from benchmarks.subset import FOR_FEATURETOOLS, SUBSET, features_named
from features.ages import Grid
from features.catalogue import catalogue
from features.compute import blocks
from features.declare import Feature
from features.engine import DuckDB
from features.tables import TABLES
from pipelines.snapshots import GrowingParquet, frame

STEP_DAYS = 30


def ours(tables: Path, snapshots: int, output: Path | None, features: list[Feature]) -> None:
    """Our engine: the features of all accounts on all snapshots, by the functions of the snapshots stage."""
    engine = DuckDB(tables)
    grid = Grid(NEWEST, STEP_DAYS, snapshots)
    found = blocks(engine, [feature.measure for feature in features], grid)
    if output is None:
        for block in found:
            frame(block, features, np.ones((block.keys, snapshots), dtype=bool))
        return
    with GrowingParquet(output) as file:
        for block in found:
            file.write(frame(block, features, np.ones((block.keys, snapshots), dtype=bool)))


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
        for column in table.columns:
            if column.name in given and column.kind in ("money", "number"):
                answers.append(f"sum(({column.name} * 100)::BIGINT) AS {column.name}")
            elif column.name in given and column.kind in ("date", "time"):
                answers.append(f"max({column.name}) AS {column.name}")
        connection.sql(
            f"""SELECT {key}, (DATE '{NEWEST}' - {table.happened}::DATE) // {STEP_DAYS} AS tile, {", ".join(answers)}
                FROM '{path}' GROUP BY ALL"""
        ).to_arrow_table()
    write_shape_of_ours(connection, tables, snapshots, output)


def write_shape_of_ours(connection: duckdb.DuckDBPyConnection, tables: Path, snapshots: int, output: Path) -> None:
    """As many rows and columns as ours, of numbers that shrink as well: small whole ones, and a fifth real."""
    columns = [
        (f"((i >> {number % 16}) % 5)::DOUBLE" if number % 5 else f"i * {17 + number} % 499 / 7")
        + f" AS feature_{number}"
        for number in range(len(catalogue().features))
    ]
    connection.execute(
        f"""COPY (SELECT account_id, DATE '{NEWEST}' - ({STEP_DAYS} * snapshot)::INTEGER AS as_of, {", ".join(columns)}
                  FROM (SELECT account_id, snapshot, hash(account_id, snapshot) % 1000003 AS i
                        FROM '{tables}/accounts.parquet', range({snapshots}) AS snapshots(snapshot)))
            TO '{output}' (FORMAT parquet, COMPRESSION zstd)"""
    )


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


if __name__ == "__main__":
    name, folder, count, file = sys.argv[1:]
    start = perf_counter()
    CONTENDERS[name](Path(folder), int(count), Path(file))
    print_cost(start)
