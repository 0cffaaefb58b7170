"""The simulated firm's files: what ingest and people will meet in them."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from features.tables import TABLES
from pipelines.home import Home
from pipelines.settings import Settings, Simulate
from pipelines.simulate import simulate

ENDS_ON = date(2026, 7, 1)
WRITTEN = [name for name in TABLES if name != "outcomes"]


def simulated(folder: Path, **wanted: object) -> Path:
    home = Home(folder)
    simulate(Settings(simulate=Simulate(**{"accounts": 300, "months": 24, "ends_on": ENDS_ON, **wanted})), home)
    return home.simulated


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    folder = simulated(tmp_path_factory.mktemp("firm"))
    return {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path):
    one = hashes(simulated(tmp_path / "one", accounts=40, months=8))
    two = hashes(simulated(tmp_path / "two", accounts=40, months=8))
    other = hashes(simulated(tmp_path / "other", accounts=40, months=8, seed=8))
    assert one == two
    assert sorted(one) == sorted(other) == sorted(f"{name}.parquet" for name in [*WRITTEN, "truth"])
    assert not set(one.values()) & set(other.values())


def test_every_table_has_the_columns_of_the_contract(firm):
    # Where nothing is ever recorded late or ahead, there is no recorded_at; and no contract renews itself.
    prompt = {"calls", "tickets", "rep_assignments", "prospecting"}
    unsaid = {(name, "recorded_at") for name in prompt} | {("contracts", "renewal_months")}
    for name in WRITTEN:
        wanted = [column for column in TABLES[name].column_names if (name, column) not in unsaid]
        assert list(firm[name].columns) == wanted, name
        for column in TABLES[name].columns:
            if column.allowed:
                assert set(firm[name][column.name].dropna()) <= set(column.allowed), (name, column.name)


@pytest.mark.parametrize("name", WRITTEN)
def test_nothing_has_happened_after_the_end_but_plans_reach_beyond(firm, name):
    for column in TABLES[name].columns:
        if column.kind not in {"date", "time"} or column.name not in firm[name]:
            continue
        newest = pd.to_datetime(firm[name][column.name]).max()
        if column.planned:
            assert newest >= pd.Timestamp(ENDS_ON), column.name
        else:
            assert newest < pd.Timestamp(ENDS_ON), column.name


def test_second_times_come_after_first_times_but_in_a_few_spoilt_rows(firm):
    spoilt = 0
    for name in WRITTEN:
        for column in TABLES[name].columns:
            if column.after is None:
                continue
            before = pd.to_datetime(firm[name][column.name]) < pd.to_datetime(firm[name][column.after])
            spoilt += before.sum()
            assert before.mean() < 0.005, (name, column.name)
    assert spoilt > 0


def test_ingest_has_a_few_rows_to_refuse_and_far_fewer_than_it_bears(firm):
    known = set(firm["accounts"]["account_id"])
    for name, time in {"orders": "ordered_at", "contacts": "contacted_at", "invoices": "issued_at"}.items():
        unknown, timeless = ~firm[name]["account_id"].isin(known), firm[name][time].isna()
        assert unknown.sum() >= 1, name
        assert timeless.sum() >= 1, name
        assert (unknown | timeless).mean() < 0.003, name


def test_some_rows_are_recorded_late_and_none_before_it_happened(firm):
    few = {"orders": 0.01, "contacts": 0.05, "invoices": 0.005, "signals": 0.1, "accounts": 0.01, "reps": 0.05}
    for name, least in {**few, "losses": 0.9}.items():
        happened = pd.to_datetime(firm[name][TABLES[name].happened or "valid_from"])
        late = pd.to_datetime(firm[name]["recorded_at"]) - happened
        assert late.min() >= pd.Timedelta(0), name
        assert (late > pd.Timedelta(days=1)).mean() > least, name


def test_the_truth_knows_every_account_in_every_month_since_it_was_opened(firm):
    truth, accounts = firm["truth"], firm["accounts"]
    assert set(truth["account_id"]) == set(accounts["account_id"])
    assert not truth.duplicated(["account_id", "month"]).any()
    assert truth["month_start"].min() == date(2024, 7, 1)
    assert truth["month_start"].max() == date(2026, 6, 1)
    assert (truth.groupby("account_id")["month"].max() == 23).all()
    parts = [column for column in truth if column.startswith("p_") and column != "p_total"]
    assert np.allclose(truth[parts].sum(axis=1), truth["p_total"], atol=1e-6)
    assert truth["p_total"].between(0, 1).all()
    gone = truth["left_at"] <= pd.to_datetime(truth["month_start"])
    assert (truth["is_there"] == ~gone).all()
    opened = truth.merge(accounts.drop_duplicates("account_id"), on="account_id", validate="many_to_one")
    assert len(opened) == len(truth)
    month_ends = pd.to_datetime(opened["month_start"]) + pd.DateOffset(months=1)
    assert (month_ends > pd.to_datetime(opened["opened_on"])).all()


def test_who_leaves_stops_ordering_and_soon_hears_less_from_us(firm):
    left = firm["truth"].drop_duplicates("account_id").set_index("account_id")["left_at"].dropna()
    assert len(left) > 40
    orders = firm["orders"].assign(left=firm["orders"]["account_id"].map(left)).dropna(subset=["ordered_at", "left"])
    assert (orders["ordered_at"] < orders["left"]).all()
    long_gone = left[left < pd.Timestamp("2025-12-01")]
    contacts = firm["contacts"].assign(left=firm["contacts"]["account_id"].map(long_gone)).dropna(subset=["left"])
    contacts = contacts[~contacts["channel"].isin(["invoice", "newsletter"])]
    since = (contacts["contacted_at"] - contacts["left"]).dt.days
    just_after, later = since.between(0, 60).sum(), since.between(120, 180).sum()
    assert just_after > 20
    assert later < just_after / 3


def test_only_some_losses_are_on_record_late_and_with_a_cause(firm):
    left = firm["truth"].drop_duplicates("account_id").set_index("account_id")["left_at"].dropna()
    losses = firm["losses"]
    of_leavers = losses["account_id"].isin(left.index)
    assert (~of_leavers).sum() <= 0.05 * len(losses)  # who only paused was taken for closed
    assert 0.2 < of_leavers.sum() / len(left) < 0.6
    assert losses["cause"].str.len().gt(0).all()
    assert set(losses["kind"]) == {"voluntary", "involuntary"}


def test_an_account_has_one_rep_at_a_time_but_for_covers_and_only_one_who_works_there(firm):
    held = firm["rep_assignments"].sort_values(["account_id", "starts_at"])
    until = held["ends_at"].fillna(pd.Timestamp(ENDS_ON)).astype("datetime64[us]")
    latest_before = until.groupby(held["account_id"]).cummax().groupby(held["account_id"]).shift()
    is_cover = held["starts_at"] < latest_before
    assert (until[is_cover] <= latest_before[is_cover]).all()
    assert (until - held["starts_at"])[is_cover].max() <= pd.Timedelta(days=21)
    own = held[~is_cover]
    follows = own.groupby("account_id")["starts_at"].shift(-1)
    assert (own["ends_at"].isna() & follows.notna()).sum() == 0
    assert (own["ends_at"] > follows).sum() == 0
    last_rows = firm["reps"].drop_duplicates("rep_id", keep="last")
    reps = held.merge(last_rows, on="rep_id", validate="many_to_one")
    assert len(reps) == len(held)
    assert (reps["starts_at"] >= pd.to_datetime(reps["hired_on"])).all()
    gone = reps.dropna(subset=["left_on"])
    over_the_weekend = pd.Timedelta(days=3)  # who leaves on a Friday hands over on Monday
    assert (gone["ends_at"] <= pd.to_datetime(gone["left_on"]) + over_the_weekend).all()


def test_people_work_on_weekdays(firm):
    for name, time in {"orders": "ordered_at", "calls": "called_at", "tickets": "opened_at"}.items():
        assert firm[name][time].dropna().dt.day_of_week.max() == 4, name
    share_on_mondays = (firm["orders"]["ordered_at"].dt.day_of_week == 0).mean()
    assert 0.15 < share_on_mondays < 0.25


def test_the_source_selects_every_column_that_was_written(firm, tmp_path):
    sources = Path(__file__).resolve().parents[2] / "data" / "sources" / "simulated"
    assert {path.stem for path in sources.glob("*.sql")} == set(WRITTEN)
    with duckdb.connect() as engine:
        for name in WRITTEN:
            engine.register(name, firm[name])
            selected = engine.sql((sources / f"{name}.sql").read_text()).df()
            assert list(selected.columns) == list(firm[name].columns), name
