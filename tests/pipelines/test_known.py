"""Known: what the tables said before as_of, by their two clocks."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from features.tables import TABLES
from pipelines.known import known_events, latest_rows
from tests.features.worked import as_arrow, table

AS_OF = date(2024, 7, 1)


def write(folder: Path, name: str, text: str) -> Path:
    import pyarrow.parquet as pq

    pq.write_table(as_arrow(table(text), TABLES[name]), folder / f"{name}.parquet")
    return folder


def names(folder: Path, name: str = "accounts", as_of: date = AS_OF) -> dict[str, str]:
    rows = latest_rows(folder, name, as_of)
    return dict(zip(rows.iloc[:, 0], rows["name"], strict=True))


ACCOUNTS = """
    account  name     valid_from  recorded_at
    A        Alder    -           -
    A        Aspen    2024-03-01  -
    A        Ash      2024-07-01  -
    B        Beech    2024-01-01  2024-01-01
    B        Birch    2024-05-01  2024-07-01
    C        Cedar    2024-02-01  2024-02-01
    C        Citron   2024-02-01  2024-03-01
    D        Damson   2024-07-02  2024-01-01
    E        Elder    2024-04-01  2024-01-01
    E        Elm      2024-02-01  2024-06-01
"""


def test_of_every_account_the_row_that_was_valid_and_recorded_last_is_known(tmp_path: Path) -> None:
    write(tmp_path, "accounts", ACCOUNTS)
    assert names(tmp_path) == {"A": "Aspen", "B": "Beech", "C": "Citron", "E": "Elder"}
    assert names(tmp_path, as_of=date(2024, 7, 2))["B"] == "Birch"
    assert names(tmp_path, as_of=date(2024, 3, 1)) == {"A": "Alder", "B": "Beech", "C": "Cedar"}


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path, "accounts", ACCOUNTS)
    path = tmp_path / "accounts.parquet"
    pd.read_parquet(path).iloc[::-1].to_parquet(path)
    assert names(tmp_path) == {"A": "Aspen", "B": "Beech", "C": "Citron", "E": "Elder"}


def test_reps_have_a_history_too_and_without_one_every_row_is_known(tmp_path: Path) -> None:
    write(tmp_path, "reps", "rep name valid_from\nR1 Rita -\nR1 Rita-Lee 2024-05-01")
    assert names(tmp_path, "reps") == {"R1": "Rita-Lee"}
    write(tmp_path, "reps", "rep name\nR2 Ron\nR1 Rita")
    assert names(tmp_path, "reps") == {"R1": "Rita", "R2": "Ron"}
    assert latest_rows(tmp_path, "accounts", AS_OF) is None


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.happened])
def test_no_second_time_that_is_still_to_come_is_shown(tmp_path: Path, name: str) -> None:
    of = TABLES[name]
    cells = {"id": "X", "text": "X", "money": "1", "number": "1", "date": "2024-07-01", "time": "2024-07-01"}
    row = {column.name: column.allowed[0] if column.allowed else cells[column.kind] for column in of.columns}
    row |= {of.happened: "2024-06-01", "recorded_at": "2024-06-30"}
    rows = as_arrow(pd.DataFrame([row, row | {"recorded_at": "2024-07-01"}, row | {of.happened: "2024-07-01"}]), of)
    rows.to_pandas().to_parquet(tmp_path / f"{name}.parquet")
    (shown,) = known_events(tmp_path, name, AS_OF).to_pandas().to_dict("records")
    waits = {
        column.name
        for column in of.columns
        if column.kind in ("date", "time") and column.name not in (of.happened, "recorded_at") and not column.planned
    }
    waits |= {column.name for column in of.columns if column.known_with in waits}
    assert {column for column, value in shown.items() if pd.isna(value)} == waits


def test_a_table_of_no_events_is_our_own_mistake(tmp_path: Path) -> None:
    write(tmp_path, "reps", "rep name\nR2 Ron")
    with pytest.raises(ValueError, match="reps is not an event table"):
        known_events(tmp_path, "reps", AS_OF)
    assert known_events(tmp_path, "orders", AS_OF) is None
