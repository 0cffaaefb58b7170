"""Spark: the second engine, for firms whose tables lie where Spark reads them; nothing else imports pyspark."""

import os
import shutil
import tempfile
import warnings
from functools import reduce
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa

from features.compute.protocol import OfKeys
from features.mistake import Mistake
from features.tables import TABLES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Everything comes and goes as Arrow, so what PySpark cannot do with this pandas is of no concern to who runs it.
warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)


ONE_AT_A_TIME = Lock()  # keys are asked for by a view of one name, which all threads of a session see


class Spark:
    """Spark over Parquet files: the session that is active, or a new one, set up as spark-defaults.conf says.

    Spark reads and filters; what comes after runs in this process. Executors must see the files under the
    same path. The session stays open: the next one to ask for an engine takes it, and it ends with the process.
    """

    def __init__(self, folder: Path) -> None:
        self._session = _session()
        self._connection = ibis.pyspark.connect(self._session)  # this also sets the session's time zone to UTC
        # Without names of their own: the session may know other tables, of another folder, by the same ones.
        self._tables = {
            name: self._connection.read_parquet(folder / f"{name}.parquet")
            for name in TABLES
            if (folder / f"{name}.parquet").exists()
        }
        self.columns = {name: set(table.columns) for name, table in self._tables.items()}

    def table(self, name: str) -> ir.Table:
        return self._tables[name]

    def rows(self, name: str) -> int:
        return self._session.table(self._tables[name].get_name()).count()

    def arrow(self, expression: ir.Table) -> pa.Table:
        # Ibis itself would go through pandas, where whole numbers with nulls become floats.
        return self._session.sql(str(self._connection.compile(as_on_duckdb(expression)))).toArrow()

    def of_keys(self, expression: ir.Table) -> OfKeys:
        columns = ", ".join(f"found.{name}" for name in expression.columns if name != "key")
        asked = f"""
            SELECT asked_keys.code, {columns}
            FROM ({self._connection.compile(as_on_duckdb(expression))}) found JOIN asked_keys USING (key)
            WHERE found.key BETWEEN :first AND :last"""  # noqa: S608

        def of(keys: pa.Table) -> pa.Table:
            ends = {"first": keys["key"][0].as_py(), "last": keys["key"][-1].as_py()}
            with ONE_AT_A_TIME:
                self._session.createDataFrame(keys).createOrReplaceTempView("asked_keys")
                try:
                    return self._session.sql(asked, args=ends).toArrow()
                finally:
                    self._session.catalog.dropTempView("asked_keys")

        return of


def as_on_duckdb(expression: ir.Table) -> ir.Table:
    """The expression, so written that it gives on Spark what it gives on DuckDB.

    Between two times DuckDB counts the midnights (or full minutes, or hours) that were passed, Spark those that have
    elapsed: 23:59 and 0:01 are a day apart on one and none on the other; what is cut off to whole units first is as far
    apart on both.
    """

    def same(node: ops.Node, rewritten: dict[str, Any] | None) -> ops.Node:
        node = node.__recreate__(rewritten) if rewritten else node
        match node:
            case ops.TimestampDelta(part=ops.Literal(value="day"), left=left, right=right):
                return left.to_expr().cast("date").delta(right.to_expr().cast("date"), unit="day").op()
            case ops.TimestampDelta(part=ops.Literal(value=unit), left=left, right=right):
                return left.to_expr().truncate(unit).delta(right.to_expr().truncate(unit), unit=unit).op()
        return node

    return expression.op().replace(same).to_expr()


def _session() -> "SparkSession":
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise Mistake(
            "params.yaml: engine: spark needs PySpark, which is not here; "
            "`pip install leaky-bucket[spark]`, or set engine: duckdb."
        ) from None
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    if not any((os.environ.get("JAVA_HOME"), os.environ.get("SPARK_REMOTE"), shutil.which("java"))):
        raise Mistake(
            "params.yaml: engine: spark needs Java 17 or newer, and there is no java on this machine; "
            "install it or set JAVA_HOME, or set engine: duckdb."
        )
    settings = {
        "spark.sql.warehouse.dir": (Path(tempfile.gettempdir()) / "leaky-bucket-warehouse").as_uri(),  # stays empty
        "spark.ui.enabled": "false",
    }
    builder = SparkSession.builder.appName("leaky-bucket")
    try:
        return reduce(lambda built, item: built.config(*item), settings.items(), builder).getOrCreate()
    except PySparkRuntimeError as error:
        says = " ".join(str(error).split())
        raise Mistake(
            "params.yaml: engine: spark: Spark does not start; "
            f"it needs Java 17 or newer, on the PATH or in JAVA_HOME: {says}"
        ) from None
