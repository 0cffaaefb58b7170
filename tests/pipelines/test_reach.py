"""Reach: the day on which the records of each table begin, and which features it concerns."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from features.catalogue import catalogue
from models.churn import Churn
from models.reach import Reach, Window
from pipelines.exports.scorer import scorer_of
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.reach import LEAST_ROWS, by_records_of, reach_of
from pipelines.score import score
from pipelines.scored import Scored

FIRST = date(2024, 3, 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.tables.mkdir(parents=True)
    return home


def orders(home: Home, days: list[date]) -> None:
    rows = pd.DataFrame({"account_id": "A", "ordered_at": pd.to_datetime(days), "amount": 1.0})
    rows.to_parquet(home.tables / "orders.parquet")


def daily(count: int) -> list[date]:
    return [FIRST + timedelta(days=day) for day in range(count)]


def begins(home: Home, *names: str) -> dict[str, str]:
    found = reach_of(home, [catalogue().by_name[name] for name in names])
    return {name: window.begins for name, window in found.windows.items()}


def test_features_that_add_rows_up_have_the_window_and_the_day_of_the_first_row(home):
    orders(home, daily(300))
    features = [catalogue().by_name[name] for name in ("orders_90d", "amount_360d", "days_since_order", "orders_trend")]

    assert reach_of(home, features).windows == {
        "orders_90d": Window(90, "2024-03-01"),
        "amount_360d": Window(360, "2024-03-01"),
    }


def test_so_have_notices_of_contracts_though_those_that_were_replaced_do_not_count(home):
    rows = pd.DataFrame({"account_id": "A", "starts_on": pd.to_datetime(daily(300)), "cancelled_at": pd.NaT})
    rows.to_parquet(home.tables / "contracts.parquet")

    assert begins(home, "cancellations_720d") == {"cancellations_720d": "2024-03-01"}


def test_so_have_renewals_though_they_are_missing_of_whom_nothing_could_be_renewed(home):
    rows = pd.DataFrame({"account_id": "A", "starts_on": pd.to_datetime(daily(300)), "renewed_at": pd.NaT})
    rows.to_parquet(home.tables / "contracts.parquet")

    assert begins(home, "renewals_720d", "contract_value_trend") == {"renewals_720d": "2024-03-01"}


def test_so_have_calls_whether_or_not_the_source_tells_them_from_other_requests(home):
    rows = pd.DataFrame({"account_id": "A", "called_at": pd.to_datetime(daily(300)), "returned_at": pd.NaT})
    rows.to_parquet(home.tables / "calls.parquet")

    names = ("calls_from_them_360d", "unreturned_calls_180d")
    assert begins(home, *names) == dict.fromkeys(names, "2024-03-01")


def test_counts_of_what_is_open_now_do_not_grow_with_the_window(home):
    rows = pd.DataFrame({"account_id": "A", "ordered_at": pd.to_datetime(daily(300)), "promised_at": pd.NaT})
    rows.to_parquet(home.tables / "orders.parquet")

    assert begins(home, "late_deliveries_360d", "overdue_deliveries") == {"late_deliveries_360d": "2024-03-01"}


def test_a_few_rows_long_before_all_others_are_slips(home):
    orders(home, [date(1999, 1, 1), date(2019, 5, 5), *daily(3000)])
    assert begins(home, "orders_90d") == {"orders_90d": "2024-03-01"}


def test_more_rows_or_a_shorter_pause_are_the_beginning(home):
    orders(home, [date(2019, 5, 5)] * 4 + daily(3000))
    assert begins(home, "orders_90d") == {"orders_90d": "2019-05-05"}
    orders(home, [date(2024, 1, 2), *daily(3000)])
    assert begins(home, "orders_90d") == {"orders_90d": "2024-01-02"}


def test_of_few_rows_nobody_can_tell_when_they_begin(home):
    orders(home, daily(LEAST_ROWS))
    assert begins(home, "orders_90d") == {"orders_90d": "2024-03-01"}
    orders(home, daily(LEAST_ROWS - 1))
    assert begins(home, "orders_90d") == {}


def test_a_model_sees_windows_by_the_records_of_today(home):
    then = Reach({name: Window(90, "2024-06-01") for name in ("orders_90d", "conversations_90d", "tried_by_somebody")})
    model = Churn(None, ("orders_90d",), {}, reach=then)  # type: ignore[arg-type] # no trees
    orders(home, daily(300))

    assert by_records_of(home, model).reach.windows == {"orders_90d": Window(90, "2024-03-01")}
    assert by_records_of(home, replace(model, reach=Reach())).reach == Reach(), "an older one sees what was counted"


def test_the_champion_scores_and_is_explained_by_the_records_of_today(own_home, small_settings):
    score(small_settings, own_home)
    as_of = Manifest.read(own_home).as_of
    scored = Scored.read(own_home, as_of).scores
    stale = {
        name: {"days": 10_000, "begins": str(as_of)} for name in ("orders_90d", "orders_360d", "conversations_90d")
    }
    for path in [*own_home.artifacts.rglob("model.json"), *own_home.model.rglob("model.json")]:
        path.write_text(json.dumps(json.loads(path.read_text()) | {"reach": stale}))

    score(small_settings, own_home)
    pd.testing.assert_series_equal(Scored.read(own_home, as_of).scores["risk"], scored["risk"])
    scorer = scorer_of(own_home, Manifest.read(own_home), Scored.read(own_home, as_of))
    assert scorer is not None
    assert {window.days for window in scorer.reach.windows.values()} == {90, 360}


def test_a_table_that_is_not_there_has_no_beginning(home):
    orders(home, daily(300))
    assert begins(home, "orders_90d", "conversations_90d") == {"orders_90d": "2024-03-01"}


@pytest.mark.parametrize(("late", "first"), [(80, "2024-03-01"), (400, "2023-03-01")])
def test_older_rows_that_were_entered_later_do_not_move_it_where_most_are_entered_in_time(home, late, first):
    days = [*daily(300), *(date(2023, 3, 1) + timedelta(days=day % 40) for day in range(late))]
    rows = pd.DataFrame({"account_id": "A", "ordered_at": pd.to_datetime(days), "amount": 1.0})
    rows["recorded_at"] = rows["ordered_at"].where(rows["ordered_at"] >= "2024-01-01", pd.Timestamp("2025-01-01"))
    rows.loc[0, "recorded_at"] = pd.NaT
    rows.to_parquet(home.tables / "orders.parquet")

    assert begins(home, "orders_90d") == {"orders_90d": first}


def test_each_table_begins_by_itself(home):
    orders(home, daily(300))
    later = pd.to_datetime([day + timedelta(days=120) for day in daily(300)])
    pd.DataFrame({"account_id": "A", "contacted_at": later, "channel": "call"}).to_parquet(
        home.tables / "contacts.parquet"
    )
    assert begins(home, "orders_90d", "conversations_90d") == {
        "orders_90d": "2024-03-01",
        "conversations_90d": "2024-06-29",
    }
