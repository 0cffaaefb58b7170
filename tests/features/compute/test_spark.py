"""Spark gives what DuckDB gives, to the last bit."""

import os
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.catalogue import catalogue
from features.compute.engine import engine_of
from features.compute.protocol import Engine
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.mistake import Mistake
from features.tables import TABLES
from pipelines.at_risk import features_at
from pipelines.home import Home
from pipelines.ingest import ingest
from pipelines.settings import Settings, Simulate, Snapshots
from pipelines.simulate import simulate
from pipelines.snapshots import snapshots
from tests.features.random_firm import NEWEST, random_firm
from tests.features.worked import as_arrow


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A cluster of two executors, each a process of its own, that the engine finds active."""
    try:
        import pyspark
        from pyspark.sql import SparkSession
    except ImportError:
        pyspark = None
    if pyspark is None or not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        says = "Spark needs PySpark (the extra 'spark') and Java 17"
        if os.environ.get("CI"):
            pytest.fail(says)
        pytest.skip(says)
    folder = tmp_path_factory.mktemp("spark")
    spark_home = folder / "home"  # workers write into it, so it is not the installed one but leads there
    spark_home.mkdir()
    for part in Path(pyspark.__file__).parent.iterdir():
        (spark_home / part.name).symlink_to(part)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SPARK_HOME", str(spark_home))
        environment.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        started = (
            SparkSession.builder.master("local-cluster[2,1,1024]")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.adaptive.enabled", "false")  # from here on: what pays off on large data only
            .config("spark.sql.codegen.wholeStage", "false")
            .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1")
            .config("spark.sql.warehouse.dir", (folder / "warehouse").as_uri())
            .config("spark.local.dir", str(folder / "local"))
            .config("spark.driver.extraJavaOptions", f"-XX:TieredStopAtLevel=1 -Djava.io.tmpdir={folder}")
            .getOrCreate()
        )
        yield started
        started.stop()


def features_of(engine: Engine) -> pd.DataFrame:
    """Every feature of the catalogue on four as_ofs, a row an account and as_of."""
    features = catalogue().given(engine.columns)
    (block,) = blocks(engine, [feature.measure for feature in features], Grid(NEWEST.date(), 30, 4))
    return pd.DataFrame({feature.name: block.dense(feature.measure).ravel() for feature in features})


@pytest.mark.parametrize("seed", [0, 1], ids=["says when it learned of things", "does not"])
def test_every_feature_of_a_random_firm_is_the_same_on_both_engines(session, tmp_path: Path, seed: int) -> None:
    for name, rows in random_firm(seed, rows=300).items():
        pq.write_table(as_arrow(rows, TABLES[name]), tmp_path / f"{name}.parquet")
    on_duckdb = features_of(engine_of("duckdb", tmp_path))
    assert list(on_duckdb) == [feature.name for feature in catalogue().features]
    pd.testing.assert_frame_equal(features_of(engine_of("spark", tmp_path)), on_duckdb, check_exact=True)


def test_the_snapshots_of_a_simulated_firm_are_the_same_on_both_engines(session, tmp_path: Path) -> None:
    on_duckdb = Settings(simulate=Simulate(accounts=200, months=30), snapshots=Snapshots(count=12))
    on_spark = on_duckdb.model_copy(update={"engine": "spark"})
    home = Home(tmp_path)
    simulate(on_duckdb, home)
    ingest(on_duckdb, home, source="simulated", files=home.simulated, as_of=None, today=date(2026, 7, 1))

    snapshots(on_duckdb, home)
    expected = [pq.read_table(home.features), pq.read_table(home.left)]
    assert expected[0].num_rows > 500
    snapshots(on_spark, home)
    assert [pq.read_table(home.features), pq.read_table(home.left)] == expected

    for found, wanted in zip(
        features_at(on_spark, home, date(2026, 3, 1)), features_at(on_duckdb, home, date(2026, 3, 1)), strict=True
    ):
        pd.testing.assert_frame_equal(found, wanted, check_exact=True)


def test_between_two_times_lie_the_midnights_and_minutes_that_were_passed(session, tmp_path: Path) -> None:
    rows = {
        "account_id": ["A", "B", "C", "D"],
        "called_at": ["2026-03-01 23:59:59", "2026-03-01 10:00:59", "2026-03-01 08:00", "2026-03-01"],
        "returned_at": ["2026-03-02 00:00:01", "2026-03-01 10:02:01", "2026-03-04 07:00", None],
    }
    pq.write_table(as_arrow(pd.DataFrame(rows), TABLES["calls"]), tmp_path / "calls.parquet")
    for name in ("duckdb", "spark"):
        engine = engine_of(name, tmp_path)
        calls = engine.table("calls")
        between = calls.select(
            "account_id",
            days=calls.returned_at.delta(calls.called_at, unit="day"),
            minutes=calls.returned_at.delta(calls.called_at, unit="minute"),
        )
        found = {row["account_id"]: (row["days"], row["minutes"]) for row in engine.arrow(between).to_pylist()}
        assert found == {"A": (1, 1), "B": (0, 2), "C": (3, 4260), "D": (None, None)}, name


def test_keys_that_were_asked_for_do_not_stay_in_the_session(session, tmp_path: Path) -> None:
    pq.write_table(pa.table({"account_id": ["A", "B"]}), tmp_path / "accounts.parquet")
    engine = engine_of("spark", tmp_path)
    before = session.catalog.listTables()
    of_keys = engine.of_keys(engine.table("accounts").select(name="account_id", key="account_id"))
    asked = pa.table({"key": ["B"], "code": pa.array([7], pa.int32())})
    assert of_keys(asked).to_pylist() == [{"code": 7, "name": "B"}]
    assert session.catalog.listTables() == before


def test_without_pyspark_one_line_says_what_to_install(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(Mistake, match=r"pip install leaky-bucket\[spark\]") as caught:
        engine_of("spark", tmp_path)
    assert "\n" not in str(caught.value)


def test_without_java_one_line_says_so(monkeypatch, tmp_path: Path) -> None:
    sql = pytest.importorskip("pyspark.sql")
    monkeypatch.setattr(sql.SparkSession, "getActiveSession", lambda: None)
    for name in ("JAVA_HOME", "SPARK_REMOTE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Mistake, match="needs Java 17 or newer") as caught:
        engine_of("spark", tmp_path)
    assert "\n" not in str(caught.value)
