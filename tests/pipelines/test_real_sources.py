"""The real sources that come with the project, read from real files."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from pipelines.check import check
from pipelines.home import Home
from pipelines.ingest import ingest
from pipelines.intake.manifest import Manifest
from pipelines.settings import Ingest, Settings
from pipelines.simulate import simulate


@pytest.fixture(scope="module")
def homes(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Home]:
    made = {}
    for name in ("online_retail_ii", "adventureworks"):
        made[name] = Home(tmp_path_factory.mktemp(name))
        settings = Settings(ingest=Ingest(max_refused=0))
        ingest(settings, made[name], source=name, files=shared_data / name, as_of=None, today=date(2026, 7, 1))
    return made


def rows(home: Home, sql: str) -> list[tuple]:
    con = duckdb.connect()
    for path in home.tables.glob("*.parquet"):
        con.execute(f"CREATE VIEW {path.stem} AS FROM '{path}'")
    return con.sql(sql).fetchall()


def test_online_retail_gives_the_orders_of_the_reference_protocol(homes: dict[str, Home]) -> None:
    at_risk, left = rows(
        homes["online_retail_ii"],
        """
        WITH days AS (SELECT DISTINCT account_id, CAST(ordered_at AS DATE) AS day FROM orders WHERE amount > 0),
        active AS (
            SELECT DISTINCT account_id FROM days
            WHERE day >= DATE '2011-09-10' - 365 AND day < DATE '2011-09-10'
        ),
        stayed AS (
            SELECT DISTINCT account_id FROM days
            WHERE day >= DATE '2011-09-10' AND day < DATE '2011-09-10' + 90
        )
        SELECT count(*), avg(CAST(stayed.account_id IS NULL AS INT)) FROM active LEFT JOIN stayed USING (account_id)
        """,
    )[0]
    assert at_risk == 4317
    assert round(left, 3) == 0.494


def test_online_retail_keeps_one_order_an_account_and_day_and_every_customer(homes: dict[str, Home]) -> None:
    home = homes["online_retail_ii"]
    manifest = Manifest.read(home)
    assert manifest.as_of == date(2011, 12, 10)
    assert {name: facts.refused for name, facts in manifest.tables.items()} == dict.fromkeys(
        ("accounts", "orders", "invoices"), 0
    )
    assert rows(home, "SELECT count(*) FROM accounts") == [(5942,)]
    assert rows(
        home, "SELECT count(*) - count(DISTINCT (account_id, CAST(ordered_at AS DATE))) FROM orders WHERE amount > 0"
    ) == [(0,)]


def test_online_retail_knows_a_return_only_from_its_credit_note_on(homes: dict[str, Home]) -> None:
    home = homes["online_retail_ii"]
    # Invoice 541431: 74,215 jars bought at 10:01 and credited in full at 10:17.
    assert rows(
        home,
        """
        SELECT strftime(ordered_at, '%H:%M'), amount, strftime(returned_at, '%H:%M'), returned_amount,
            strftime(recorded_at, '%H:%M')
        FROM orders WHERE account_id = '12346' AND ordered_at >= '2011-01-01' ORDER BY recorded_at
        """,
    ) == [("10:01", 77183.6, None, None, "10:01"), ("10:01", 0.0, "10:17", 77183.6, "10:17")]
    # A return stands on a day on which the account ordered, never on a day of its own, and never without a credit note.
    assert rows(
        home,
        """
        SELECT count(*), count(*) FILTER (recorded_at < ordered_at), count(*) FILTER (bought.account_id IS NULL),
            count(*) FILTER (returned_at IS DISTINCT FROM recorded_at)
        FROM orders AS returned
        LEFT JOIN (SELECT account_id, order_id, ordered_at FROM orders WHERE amount > 0) AS bought
            USING (account_id, order_id, ordered_at)
        WHERE returned_amount IS NOT NULL
        """,
    ) == [(8222, 0, 0, 0)]


def test_online_retail_knows_credits_that_are_no_returns_as_rows_of_negative_amount(homes: dict[str, Home]) -> None:
    # Invoice 556444: 60 baskets at the price of 60 each, 38,970 too much, credited by hand three minutes later.
    assert rows(
        homes["online_retail_ii"],
        """
        SELECT order_id, amount, strftime(recorded_at, '%H:%M') FROM orders WHERE account_id = '15098' AND amount < 0
        """,
    ) == [("C556445", -38970.0, "15:31")]
    assert rows(homes["online_retail_ii"], "SELECT count(*) FROM orders WHERE amount < 0") == [(741,)]


def test_online_retail_takes_a_manual_adjustment_for_an_error_in_the_invoice_before(homes: dict[str, Home]) -> None:
    assert rows(
        homes["online_retail_ii"],
        """
        SELECT invoice_id, strftime(error_found_at, '%Y-%m-%d'), error_amount FROM invoices
        WHERE account_id = '12365' AND error_found_at IS NOT NULL
        """,
    ) == [("544574", "2011-02-21", 320.69)]


def test_adventureworks_gives_stores_reps_and_who_looked_after_whom(homes: dict[str, Home]) -> None:
    home = homes["adventureworks"]
    manifest = Manifest.read(home)
    assert (manifest.as_of, manifest.currency) == (date(2014, 5, 2), "USD")
    assert {name: facts.kept for name, facts in manifest.tables.items()} == {
        "accounts": 701,
        "orders": 3806,
        "reps": 17,
        "rep_assignments": 914,
    }
    assert rows(home, "SELECT count(DISTINCT account_id), count(DISTINCT order_id) FROM orders") == [(635, 3806)]
    # One store has one rep at a time.
    assert rows(
        home,
        """
        SELECT count(*) FROM rep_assignments AS one JOIN rep_assignments AS other USING (account_id)
        WHERE one.starts_at < other.starts_at AND coalesce(one.ends_at, TIMESTAMP '2100-01-01') > other.starts_at
        """,
    ) == [(0,)]


def test_adventureworks_reads_old_parquet_times_whose_statistics_are_wrong(homes: dict[str, Home]) -> None:
    assert rows(
        homes["adventureworks"], "SELECT min(ordered_at)::DATE::VARCHAR, max(ordered_at)::DATE::VARCHAR FROM orders"
    ) == [("2011-05-31", "2014-05-01")]


@pytest.mark.parametrize("name", ["online_retail_ii", "adventureworks", "simulated"])
def test_nothing_is_assumed_about_a_source_that_comes_with_the_project_and_no_leak_suspected(
    name: str, shared_data: Path, tmp_path: Path, small_settings: Settings
) -> None:
    files, settings = shared_data / name, Settings()
    if name == "simulated":
        settings = small_settings
        simulate(settings, Home(tmp_path))
        files = Home(tmp_path).simulated
    report = check(settings, source=name, files=files, as_of=None, today=date(2026, 7, 1))
    assert (report.notes, report.stops, report.suspected) == ([], [], [])
    assert report.as_of is not None
    assert report.as_of.why.startswith("the day after the newest order, ")
