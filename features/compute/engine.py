"""Engine: which engine reads the checked tables, by the settings."""

from pathlib import Path

from features.compute.duckdb import DuckDB
from features.compute.protocol import Engine


def engine_of(name: str, folder: Path) -> Engine:
    """The engine of the settings, over the Parquet files of a folder. Raises Mistake where it cannot run here."""
    if name == "spark":
        from features.compute.spark import Spark

        return Spark(folder)
    return DuckDB(folder)
