"""Grouped: segment, region and orders of accounts, as each as_of knew them."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from features.tables import TABLES
from pipelines.grouped import known_of
from tests.features.worked import as_arrow, table

ROWS = pd.DataFrame(
    {
        "account_id": ["B", "A", "A", "C"],
        "as_of": pd.to_datetime(["2024-03-01", "2024-03-01", "2024-06-01", "2024-06-01"]),
    },
    index=[7, 3, 5, 1],
)


def write(folder: Path, name: str, text: str) -> None:
    pq.write_table(as_arrow(table(text), TABLES[name]), folder / f"{name}.parquet")


def test_what_counts_is_what_was_known_on_the_day(tmp_path: Path) -> None:
    write(
        tmp_path,
        "accounts",
        """
        account  segment  valid_from  recorded_at
        A        Shop     2023-01-01  2023-01-01
        A        Chain    2024-03-01  2024-03-01
        B        Garage   2023-01-01  2024-03-02
        C        Shop     -           -
        """,
    )
    write(
        tmp_path,
        "orders",
        """
        account  ordered_at  amount  recorded_at
        A        2024-02-01  10      -
        A        2024-02-03  -5      -
        A        2024-02-05  10      2024-03-01
        A        2024-03-01  10      -
        B        2024-02-29  10      -
        """,
    )

    found = known_of(tmp_path, ROWS)

    assert found.index.tolist() == [7, 3, 5, 1]
    assert found["segment"].fillna("-").tolist() == ["-", "Shop", "Chain", "Shop"]
    assert found["orders"].tolist() == [1, 1, 3, 0]
    assert "region" not in found


def test_tables_that_are_not_there_give_no_column(tmp_path: Path) -> None:
    assert known_of(tmp_path, ROWS).shape == (4, 0)
    assert known_of(tmp_path, ROWS[:0]).empty
