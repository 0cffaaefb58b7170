"""What becomes of a source's rows: they are kept in the contract's types, whatever they came in."""

# ruff: noqa: DTZ001 - the tables hold the firm's local times, without a zone

import json
import random
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from features.tables import TABLES
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings


def test_rows_are_kept_in_the_types_of_the_contract_sorted_by_account_and_time(firm) -> None:
    manifest = firm.ingest()
    assert firm.kept("orders") == [
        {"account_id": "A", "ordered_at": datetime(2026, 1, 15), "amount": 7.0},
        {"account_id": "A", "ordered_at": datetime(2026, 3, 1, 9, 30), "amount": 10.5},
        {"account_id": "B", "ordered_at": datetime(2026, 3, 2, 10), "amount": 20.0},
    ]
    types = {field.name: str(field.type) for field in pq.read_schema(firm.home.tables / "orders.parquet")}
    assert types == {"account_id": "string", "ordered_at": "timestamp[us]", "amount": "double"}
    assert manifest.as_of == date(2026, 3, 3)  # the day after the newest order
    assert manifest.source == "corner_shop"
    assert manifest.tables["orders"].model_dump(exclude={"sha256"}) == {
        "rows_in": 3,
        "kept": 3,
        "refused": 0,
        "columns": ["account_id", "ordered_at", "amount"],
    }
    assert manifest.missing == [name for name in TABLES if name not in ("accounts", "orders")]


def test_without_accounts_they_are_those_with_orders_or_contracts(firm) -> None:
    (firm.folder / "accounts.sql").unlink()
    firm.table("contracts", "account_id,starts_on,ends_on\nC,2026-01-01,2026-12-31")
    firm.table("calls", "account_id,called_at\nA,2026-01-01\nC,2026-01-01\nD,2026-01-01")
    manifest = firm.ingest()
    assert firm.kept("accounts") == [{"account_id": "A"}, {"account_id": "B"}, {"account_id": "C"}]
    assert firm.refused("calls") == [(3, "an account_id that accounts does not know")]
    assert manifest.derived == ["accounts"]
    assert "accounts" not in manifest.missing


def test_contracts_alone_are_enough(firm) -> None:
    (firm.folder / "orders.sql").unlink()
    firm.table("contracts", "account_id,starts_on,ends_on\nA,2026-01-01,2026-12-31\nB,2026-09-01,2027-08-31")
    manifest = firm.ingest(max_refused=0)  # signed today, in force from September: a plan, no fault
    assert manifest.as_of == date(2026, 1, 2)
    assert firm.refused("contracts") == [(2, "a starts_on after today")]


def test_zoned_times_become_local_time(firm) -> None:
    firm.write(
        "zoned.csv",
        """
        account_id,ordered_at,amount
        A,2026-01-01T23:30:00Z,1
        A,2026-06-01T23:30:00+00:00,2
        A,2026-03-29T00:59:59Z,3
        A,2026-03-29T01:00:00Z,4
        A,2025-10-26 02:30:00+02:00,5
        A,2025-10-26 02:30:00+01:00,6
        """,
    )
    firm.tables["orders"] = "zoned.csv"
    firm.yaml()
    expected = {
        1: datetime(2026, 1, 2, 0, 30),
        2: datetime(2026, 6, 2, 1, 30),
        3: datetime(2026, 3, 29, 1, 59, 59),  # the clocks go forward
        4: datetime(2026, 3, 29, 3, 0),
        5: datetime(2025, 10, 26, 2, 30),  # and back: half past two comes twice
        6: datetime(2025, 10, 26, 2, 30),
    }
    firm.ingest()
    assert {row["amount"]: row["ordered_at"] for row in firm.kept("orders")} == expected
    # The same as texts, which is what they are where one of them is no time at all.
    firm.sql(
        "orders", "SELECT account_id, strftime(ordered_at, '%Y-%m-%dT%H:%M:%S%z') AS ordered_at, amount FROM orders"
    )
    firm.ingest()
    assert {row["amount"]: row["ordered_at"] for row in firm.kept("orders")} == expected


def test_money_is_rounded_to_cents_alike_from_every_type(firm) -> None:
    firm.sql(
        "orders",
        """
        SELECT 'A' AS account_id, DATE '2026-01-01' AS ordered_at, amount
        FROM (VALUES (1.005::DOUBLE), (1.004::DOUBLE), (-2.675::DOUBLE)) AS given (amount)
        """,
    )
    firm.ingest()
    doubles = [row["amount"] for row in firm.kept("orders")]
    assert doubles == [-2.68, 1.0, 1.01]
    for other in ("VARCHAR", "DECIMAL(18, 4)"):
        sql = (firm.folder / "orders.sql").read_text()
        firm.sql("orders", sql.replace("ordered_at, amount", f"ordered_at, CAST(amount AS {other}) AS amount"))
        firm.ingest()
        assert [row["amount"] for row in firm.kept("orders")] == doubles


def test_an_id_is_the_same_from_text_whole_number_and_float(firm) -> None:
    firm.sql("accounts", "SELECT 7 AS account_id UNION ALL SELECT 13085")
    firm.sql(
        "orders",
        "SELECT CAST(id AS DOUBLE) AS account_id, DATE '2026-01-01' AS ordered_at, 1 AS amount FROM (VALUES (7), (13085)) AS given (id)",
    )
    firm.ingest()
    assert [row["account_id"] for row in firm.kept("orders")] == ["13085", "7"]


def test_a_day_is_not_guessed(firm) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-01-01,1\nA,03/04/2026,1\nA,31.12.2025,1")
    firm.ingest()
    assert firm.refused("orders") == [(2, "an ordered_at that is not a time"), (3, "an ordered_at that is not a time")]
    firm.yaml('options: {date_format: "%m/%d/%Y", time_format: "%d.%m.%Y"}\n')
    firm.ingest()
    assert sorted(str(row["ordered_at"].date()) for row in firm.kept("orders")) == [
        "2025-12-31",
        "2026-01-01",
        "2026-03-04",
    ]


def test_leading_zeros_of_an_id_stay_wherever_the_row_stands(firm) -> None:
    rows = "\n".join(f"{number},2026-01-01,1" for number in range(1000, 30000))
    firm.table("orders", f"account_id,ordered_at,amount\n{rows}\n007,2026-01-01,1")
    (firm.folder / "accounts.sql").unlink()
    firm.ingest()
    assert firm.kept("accounts")[0] == {"account_id": "007"}


def test_csv_parquet_json_and_duckdb_files_give_the_same_bytes(firm) -> None:
    firm.ingest()
    expected = {path.name: path.read_bytes() for path in firm.home.tables.glob("*.parquet")}
    assert set(expected) == {"accounts.parquet", "orders.parquet"}
    files = firm.folder / "files"
    con = duckdb.connect(str(files / "shop.duckdb"))
    for name in ("accounts", "orders"):
        con.execute(f"CREATE TABLE {name} AS FROM '{files / name}.csv'")
        con.execute(f"COPY {name} TO '{files / name}.parquet'")
        con.execute(f"COPY {name} TO '{files / name}.jsonl' (FORMAT json)")
        con.execute(f"COPY (FROM {name} LIMIT 1) TO '{files / name}_1.csv'")
        con.execute(f"COPY (FROM {name} OFFSET 1) TO '{files / name}_2.csv'")
        con.execute(f"COPY {name} TO '{files / name}_all.csv.gz' (COMPRESSION gzip)")
    con.close()
    for pattern in ("{}.parquet", "{}.jsonl", "{}_[12].csv", "{}_all.csv.gz"):
        firm.tables = {name: pattern.format(name) for name in firm.tables}
        firm.yaml()
        firm.ingest()
        assert {path.name: path.read_bytes() for path in firm.home.tables.glob("*.parquet")} == expected, pattern
    firm.tables = {"shop": "shop.duckdb"}
    firm.yaml()
    for name in ("accounts", "orders"):
        firm.sql(name, f"FROM shop.{name}")
    firm.ingest()
    assert {path.name: path.read_bytes() for path in firm.home.tables.glob("*.parquet")} == expected


def test_the_order_of_rows_changes_no_byte(firm) -> None:
    chance = random.Random(1)  # noqa: S311 - rows to shuffle, no secret
    lines = [
        f"{chance.choice('ABC')},{chance.randint(1, 9)},2026-0{chance.randint(1, 6)}-01,{chance.randint(0, 300) / 100},"
        for _ in range(3000)
    ] + [f"A,9,2026-01-01,{text},x" for text in ("5", "5", "6", "nothing")]
    accounts = ["A,Abel,", "A,,north", "A,Adam,", "B,Baker,south"]
    seen = set()
    for _ in range(3):
        chance.shuffle(lines)
        chance.shuffle(accounts)
        firm.table("orders", "account_id,order_id,ordered_at,amount,product_line\n" + "\n".join(lines))
        firm.table("accounts", "account_id,name,region\n" + "\n".join(accounts))
        manifest = firm.ingest()
        facts = manifest.tables["orders"]
        assert (facts.rows_in, facts.refused) == (3004, sum(line[0] == "C" for line in lines) + 1)
        seen.add((firm.home.manifest.read_bytes(), (firm.home.tables / "orders.parquet").read_bytes()))
    assert len(seen) == 1


def test_a_table_that_the_source_no_longer_gives_is_gone(firm) -> None:
    firm.table("calls", "account_id,called_at\nA,2026-01-01\nX,2026-01-01")
    before = firm.ingest()
    assert {"calls.parquet", "refused"} <= {path.name for path in firm.home.tables.iterdir()}
    (firm.folder / "calls.sql").unlink()
    after = firm.ingest()
    assert sorted(path.name for path in firm.home.tables.rglob("*.parquet")) == ["accounts.parquet", "orders.parquet"]
    assert "calls" in after.missing
    assert before.data_version != after.data_version


def test_a_table_without_rows_counts_as_missing(firm) -> None:
    firm.table("losses", "account_id,lost_on,cause")
    assert "losses" in firm.ingest().missing


def test_every_table_is_told_in_one_line(firm, caplog) -> None:
    caplog.set_level("INFO")
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-01-01,1\nX,2026-01-01,1")
    firm.ingest()
    assert "orders: 2 rows in, 1 kept, 1 refused (1 have an account_id that accounts does not know)" in caplog.messages
    assert "accounts: 2 rows in, 2 kept, 0 refused" in caplog.messages


def test_a_source_says_what_is_another_for_it(firm) -> None:
    firm.yaml("left: {by: silence, active_days: 200}\nsnapshots: {count: 9}\nengine: spark\ntrain: {}\n")
    manifest = firm.ingest()
    assert manifest.settings_override == {
        "engine": "spark",
        "snapshots": {"count": 9},
        "left": {"by": "silence", "active_days": 200},
    }
    mine = Settings.model_validate({"left": {"horizon_days": 60, "active_days": 300}, "export": {"value_days": 90}})
    settings = manifest.settings(mine)
    assert (settings.left.by, settings.left.active_days, settings.left.horizon_days) == ("silence", 200, 60)
    assert (settings.snapshots.count, settings.snapshots.step_days, settings.engine) == (9, 30, "spark")
    assert settings.export.value_days == 90
    assert settings.as_of == manifest.as_of
    assert manifest.settings(mine).left == settings.left
    assert manifest.settings(settings) == settings
    assert json.loads(firm.home.manifest.read_text())["currency"] == "EUR"


def test_what_a_source_allows_itself_counts_for_ingest(firm, stops: Callable[..., str]) -> None:
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-01-01,1\nX,2026-01-01,1")
    assert ("ingest.max_refused allows 0.1 of the rows; they are in HOME/tables/refused/orders.parquet.") in stops(
        max_refused=0.1
    )
    firm.yaml("ingest: {max_refused: 0.5}\n")
    firm.ingest(max_refused=0.1)
    firm.yaml("ingest: {max_refused: 0.2}\n")
    assert "ingest.max_refused allows 0.2 of the rows" in stops(max_refused=0.9)


def test_the_command_line_goes_before_the_source_and_the_source_before_params(firm, caplog) -> None:
    caplog.set_level("INFO")
    params = Settings(as_of=date(2026, 2, 1))
    assert firm.ingest(settings=params).as_of == date(2026, 2, 1)
    assert "as_of 2026-02-01: params.yaml" in caplog.messages
    firm.yaml("as_of: 2026-03-01\n")
    assert firm.ingest(settings=params).as_of == date(2026, 3, 1)
    assert "as_of 2026-03-01: source.yaml" in caplog.messages
    manifest = firm.ingest(settings=params, as_of=date(2026, 3, 2))
    assert manifest.as_of == date(2026, 3, 2)
    assert "as_of 2026-03-02: --as-of" in caplog.messages
    assert manifest.settings(params).as_of == date(2026, 3, 2)  # whatever source.yaml says
    firm.yaml("as_of: null\n")
    assert firm.ingest(settings=params).as_of == date(2026, 3, 3)
    assert "as_of 2026-03-03: the day after the newest order, 2026-03-02" in caplog.messages


def test_the_manifest_of_an_empty_home_says_what_to_run(tmp_path: Path) -> None:
    from features.mistake import Mistake
    from pipelines.home import Home

    with pytest.raises(Mistake, match=r"manifest.json: no such file; nothing is ingested here yet. Run: leaky ingest."):
        Manifest.read(Home(tmp_path))
