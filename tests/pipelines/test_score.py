"""Score: a ranked list that is the same whenever it is made, each account with reasons it can be told."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.mistake import Mistake
from models.churn import Churn
from models.registry import SCORING
from pipelines.dataset import read_rows
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.score import ranked, score

COLUMNS = [
    "account_id", "as_of", "outlook_days", "risk", "rank", "pace", "value", "value_at_risk", "priority",
    "reason_1", "reason_2", "reason_3", "reason_4", "reason_1_code", "reason_2_code", "reason_3_code", "reason_4_code",
    "reason_1_shap", "reason_2_shap", "reason_3_shap", "reason_4_shap", "action_1", "action_2", "action_3", "action_4",
    "rep_id", "model_version", "data_version",
]  # fmt: skip


def folder(home: Home):
    return home.scores(Manifest.read(home).as_of)


@pytest.fixture(scope="module")
def scores(scored_home):
    return pd.read_parquet(folder(scored_home) / "scores.parquet")


def test_the_promised_columns_are_there_in_order(scored_home):
    assert pq.read_schema(folder(scored_home) / "scores.parquet").names == COLUMNS


def test_ranks_follow_risk_and_priorities_follow_value_at_risk(scores):
    by_priority = scores.sort_values("priority")

    assert scores["rank"].tolist() == list(range(1, len(scores) + 1))
    assert scores["risk"].is_monotonic_decreasing
    assert by_priority["priority"].tolist() == list(range(1, len(scores) + 1))
    assert by_priority["value_at_risk"].is_monotonic_decreasing
    np.testing.assert_array_equal(scores["value_at_risk"], (scores["risk"] * scores["value"]).round(2))
    assert scores["risk"].between(0, 1, inclusive="neither").all()


def test_value_is_what_the_account_ordered_in_the_last_360_days(scored_home, scores):
    orders = pd.read_parquet(scored_home.tables / "orders.parquet")
    as_of = pd.Timestamp(scores["as_of"].iloc[0])
    ago = (as_of - orders["ordered_at"].dt.floor("D")).dt.days
    known = orders[(ago > 0) & (ago <= 360) & (orders["account_id"] == scores["account_id"].iloc[0])]
    if "recorded_at" in known:
        known = known[known["recorded_at"].isna() | (known["recorded_at"] < as_of)]

    assert scores["value"].iloc[0] == pytest.approx(known["amount"].sum(), abs=0.01)


def test_scoring_and_training_see_the_same_features(scored_home, scores):
    rows = read_rows(scored_home)
    newest = rows[rows["as_of"] == pd.Timestamp(scores["as_of"].iloc[0])].set_index("account_id")
    model = Churn.load(scored_home.model / SCORING)

    assert sorted(newest.index) == sorted(scores["account_id"])
    np.testing.assert_array_equal(model.risk(newest.loc[scores["account_id"]]), scores["risk"])


def test_every_account_is_scored_or_has_a_cause(scored_home, scores):
    others = pd.read_parquet(folder(scored_home) / "not_scored.parquet")
    accounts = pd.read_parquet(scored_home.tables / "accounts.parquet")["account_id"]

    assert others.columns.tolist() == ["account_id", "as_of", "cause", "days_since_order"]
    assert others["cause"].str.len().gt(5).all()
    assert sorted([*scores["account_id"], *others["account_id"]]) == sorted(accounts)


def test_reasons_come_with_code_shap_and_action_or_not_at_all(scores):
    for place in (1, 2, 3, 4):
        there = scores[f"reason_{place}"].notna()
        for name in (f"reason_{place}_code", f"reason_{place}_shap", f"action_{place}"):
            assert (scores[name].notna() == there).all(), name
    assert scores["reason_1"].head(20).notna().all()


def test_scoring_twice_gives_the_same_bytes_and_only_the_run_tells_when(own_home, small_settings):
    here = folder(own_home)
    before = {name: (here / name).read_bytes() for name in ("scores.parquet", "not_scored.parquet")}
    (here / "scores.parquet").unlink()

    score(small_settings, own_home)

    assert {name: (here / name).read_bytes() for name in before} == before
    assert set(json.loads((here / "run.json").read_text())) == {
        "made_at",
        "seconds",
        "versions",
        "scored",
        "not_scored",
    }
    assert sorted(path.name for path in here.iterdir()) == ["not_scored.parquet", "run.json", "scores.parquet"]


def test_equal_risks_stand_in_the_order_of_their_accounts(scored_home):
    rows = read_rows(scored_home).tail(1)
    twins = pd.concat([rows] * 3).assign(account_id=["B", "C", "A"]).reset_index(drop=True)

    found = ranked(Churn.load(scored_home.model / SCORING), twins, pd.Series([5.0, 5.0, 7.0]))

    assert found["account_id"].tolist() == ["A", "B", "C"]
    assert found["priority"].tolist() == [1, 2, 3]


def test_without_a_champion_the_stages_to_run_are_named(own_home, small_settings):
    (own_home.folder / "mlflow.db").unlink()

    with pytest.raises(Mistake, match=r"no champion of leaky-bucket-simulated.*leaky train, then leaky evaluate"):
        score(small_settings, own_home)


def test_a_champion_for_another_definition_of_leaving_does_not_score(own_home, small_settings):
    longer = small_settings.model_copy(update={"left": small_settings.left.model_copy(update={"horizon_days": 60})})

    with pytest.raises(Mistake, match=r"left\.horizon_days 90, now 60"):
        score(longer, own_home)


def test_a_window_of_value_that_does_not_exist_is_named(own_home, small_settings):
    week = small_settings.model_copy(update={"export": small_settings.export.model_copy(update={"value_days": 7})})

    with pytest.raises(Mistake, match=r"export\.value_days: no feature 'amount_7d'; there are amount_30d"):
        score(week, own_home)
