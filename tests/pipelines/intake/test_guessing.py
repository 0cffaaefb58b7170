"""What a column of a CSV file is taken for."""

from collections.abc import Iterator

import ibis
import pyarrow as pa
import pytest
from ibis.backends.duckdb import Backend

from pipelines.intake.casting import Written
from pipelines.intake.guessing import SOME, with_guessed_types


@pytest.fixture
def con() -> Iterator[Backend]:
    made = ibis.duckdb.connect()
    yield made
    made.disconnect()


def kind(con: Backend, values: list[str | None], written: Written = Written()) -> str:  # noqa: B008 - a frozen value
    rows = ibis.memtable(pa.table({"value": pa.array(values, pa.string())}))
    return str(with_guessed_types(con, rows, written).schema()["value"])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1", "-2", "0", None], "int64"),
        (["1", "2.5", ".5", "1e-3"], "float64"),
        (["1", "a lot"], "string"),
        (["007", "8"], "string"),  # somebody's id
        (["1234567890123456789"], "string"),
        (["."], "string"),
        (["1,5"], "string"),
        (["2026-01-01", None], "timestamp(6)"),
        (["2026-01-01", "2026-01-01 10:00:00.5", "2026-01-01T10:00"], "timestamp(6)"),
        (["2026-01-01", "2026-02-30"], "string"),
        (["31.12.2025"], "string"),
        (["03/04/2026"], "string"),
        (["2026-01-01T10:00:00Z", "2026-01-01 10:00:00+02:00"], "timestamp('UTC')"),
        (["2026-01-01T10:00:00Z", "2026-01-01T10:00:00"], "string"),  # each is read for itself when it is checked
        (["true", "False"], "boolean"),
        (["true", "1"], "string"),
        ([None, None], "string"),
    ],
)
def test_a_column_is_what_every_value_is(con: Backend, values: list[str | None], expected: str) -> None:
    assert kind(con, values) == expected


def test_the_last_row_counts_like_the_first(con: Backend) -> None:
    rows = [str(number) for number in range(1, SOME + 100)]
    assert kind(con, rows) == "int64"
    assert kind(con, [*rows, "007"]) == kind(con, ["007", *rows]) == "string"


def test_it_reads_numbers_and_days_as_the_source_writes_them(con: Backend) -> None:
    assert kind(con, ["1,5", "2", "1.234,5"], Written(decimal=",")) == "float64"
    assert kind(con, ["31.12.2025", "2026-01-01"], Written(formats=("%d.%m.%Y",))) == "timestamp(6)"
    assert kind(con, ["12/31/2025"], Written(formats=("%d/%m/%Y",))) == "string"
