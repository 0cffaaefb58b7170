"""Trying a feature: what truly helps is seen to help, and noise is not."""

import shutil

import numpy as np
import pandas as pd
import pytest
import yaml

import leaky
from features.catalogue import catalogue
from leaky import _, count, feature, orders, share, signals
from leaky.experiment import SEEDS, Baseline
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

web = orders.where(_.order_id.startswith("WEB"))
lucky = orders.where(_.order_id.endswith("7"))
web_share = share(web, of=orders, days=180, risk="rises")


def plant(home: Home) -> None:
    """Marks orders as placed in the web shop: most of the last 150 days before an account falls silent, few others.

    No feature of the catalogue reads the order's number, so the model cannot know without a new one.
    """
    assert not any(("orders", "order_id") in known.needs for known in catalogue().features)
    path = home.tables / "orders.parquet"
    rows = pd.read_parquet(path).sort_values(["account_id", "ordered_at"], ignore_index=True)
    following = rows.groupby("account_id")["ordered_at"].shift(-1).fillna(pd.Timestamp("2026-07-01"))
    last_of_all = rows["ordered_at"].where((following - rows["ordered_at"]).dt.days >= 90)
    is_late = (last_of_all.groupby(rows["account_id"]).bfill() - rows["ordered_at"]).dt.days <= 150
    is_web = np.random.default_rng(1).random(len(rows)) < np.where(is_late, 0.7, 0.1)
    rows["order_id"] = np.where(is_web, "WEB", "") + rows["order_id"].fillna("")
    rows.to_parquet(path)


@pytest.fixture(scope="module")
def planted(scored_home: Home, tmp_path_factory: pytest.TempPathFactory, small_settings: Settings) -> leaky.Firm:
    """The small firm, whose customers take to the web shop before they leave."""
    folder = tmp_path_factory.mktemp("planted")
    shutil.copytree(scored_home.folder, folder / "data")
    plant(Home(folder / "data"))
    enough = small_settings.evaluate.model_copy(update={"resamples": 200})
    settings = small_settings.model_copy(update={"evaluate": enough})
    (folder / "params.yaml").write_text(yaml.safe_dump(settings.model_dump(mode="json")))
    return leaky.open(folder / "data", params=folder / "params.yaml")


@pytest.fixture(scope="module")
def tried(planted: leaky.Firm):
    return planted.try_feature(web_share=web_share)


def test_a_feature_that_helps_is_seen_to_help(tried):
    over_all = tried.gain.loc["all"]

    assert (over_all["low"] > 0).all()
    assert tried.gain.loc[("early", "roc_auc"), "low"] > 0
    assert (over_all["gain"] > 0.05).all()
    assert tried.alone.loc[("web_share_180d", "early"), "low"] > 0.6
    assert str(tried).count("  better") >= 3


def test_noise_is_not(planted):
    tried = planted.try_feature(lucky=count(lucky, days=360))

    assert (tried.gain["low"] <= 0).all()
    assert tried.gain.loc[("all", "roc_auc"), "high"] >= 0
    assert "  better" not in str(tried)
    assert "no gain shown" in str(tried)


def test_the_result_can_be_read_and_looked_into(planted, tried):
    labelled = planted.snapshots()["left"].dropna()

    assert tried.gain.index.tolist() == [
        ("all", "roc_auc"), ("all", "average_precision"), ("early", "roc_auc"), ("early", "average_precision")
    ]  # fmt: skip
    np.testing.assert_allclose(tried.gain["with"] - tried.gain["without"], tried.gain["gain"])
    assert (tried.gain["low"] <= tried.gain["gain"]).all()
    assert (tried.gain["gain"] <= tried.gain["high"]).all()
    assert sorted(tried.features.index) == sorted(labelled.index)
    assert tried.features["web_share_180d"].dropna().between(0, 1).all()
    assert tried.model.feature_names_in_[-1] == "web_share_180d"
    assert f"web_share_180d     early{tried.alone.loc[('web_share_180d', 'early'), 'roc_auc']:>13.3f}" in str(tried)
    assert repr(tried) == str(tried)
    assert "test rows, 2025-02-06 to 2026-01-02" in str(tried)


def test_without_anything_new_the_model_is_the_evaluated_one(planted):
    baseline: Baseline = planted._baseline
    foretold = planted.backtest()

    assert len(baseline.risks) == SEEDS
    np.testing.assert_allclose(baseline.risks[0], foretold["risk"], atol=1e-6)
    assert baseline.risks[1].tolist() != baseline.risks[0].tolist()


def test_it_tells_what_is_usual_as_the_evaluated_model_does_by_the_year_before_the_newest_tested_day(planted, tried):
    told, evaluated = tried.model.churn, planted.evaluated_model.churn

    assert {name: told.profiles[name] for name in evaluated.features} == evaluated.profiles
    assert told.spreads.keys() >= evaluated.spreads.keys() > set()


def test_its_model_speaks_the_language_of_the_firm(planted, monkeypatch):
    read = Manifest.read
    monkeypatch.setattr(Manifest, "read", lambda home: read(home).model_copy(update={"language": "de"}))
    assert planted.try_feature(lucky=count(lucky, days=30)).model.language == "de"


def test_several_features_and_windows_are_tried_together(planted):
    gaps = count(orders, days=90)[90] / count(orders, days=360)[360]

    tried = planted.try_feature(web=count(web, days=(90, 360)), recently=feature(gaps, "ratio"))

    assert tried.features.columns.tolist() == ["web_90d", "web_360d", "recently"]
    assert tried.alone.index.unique("feature").tolist() == ["web_90d", "web_360d", "recently"]
    assert tried.model.feature_names_in_.tolist()[-3:] == ["web_90d", "web_360d", "recently"]
    assert len(tried.gain) == 4


def test_values_are_those_of_the_rows_that_were_known(planted):
    tried = planted.try_feature(web=count(web, days=360))
    account_id, as_of = tried.features["web_360d"].idxmax()

    rows = planted.tables["orders"]
    rows = rows[(rows["account_id"] == account_id) & rows["order_id"].str.startswith("WEB")]
    days = (as_of - rows["ordered_at"].dt.normalize()).dt.days
    assert tried.features.loc[(account_id, as_of), "web_360d"] == days.between(1, 360).sum() > 3


def test_a_direction_binds_the_model_and_turns_the_ranking(planted):
    rises, falls = (planted.try_feature(web=share(web, of=orders, days=180, risk=risk)) for risk in ("rises", "falls"))

    def risk_of(tried, web: float) -> np.ndarray:
        snapshots = planted.snapshots().query("part == 'test'")
        return tried.model.predict_proba(snapshots.assign(web_180d=web))[:, 1]

    assert (risk_of(rises, 0.9) >= risk_of(rises, 0.1)).all()
    assert (risk_of(rises, 0.9) > risk_of(rises, 0.1)).any()
    assert (risk_of(falls, 0.9) <= risk_of(falls, 0.1)).all()
    np.testing.assert_allclose(rises.alone["roc_auc"] + falls.alone["roc_auc"], 1)


@pytest.mark.parametrize(
    ("features", "line"),
    [
        ({}, "try_feature: no feature; name one"),
        ({"web": 7}, "web: of type int, not a declared feature; write count(orders, days=360)"),
        ({"web": web}, "web: of type Rows, not a declared feature"),
        ({"orders": count(web, days=(30, 7))}, "orders_30d: the snapshots have a column of this name already"),
        ({"web": count(web, days=90), "web_90d": feature(web_share[180], "share")}, "web_90d: the snapshots have"),
        ({"left": feature(web_share[180], "share")}, "left: the snapshots have a column of this name already"),
    ],
)
def test_what_cannot_be_tried_is_a_mistake(firm, features, line):
    with pytest.raises(leaky.Mistake) as caught:
        firm.try_feature(**features)
    assert str(caught.value).startswith(line)


def test_what_the_tables_do_not_have_is_named(own_home):
    (own_home.tables / "signals.parquet").unlink()

    with pytest.raises(leaky.Mistake, match=r"^praise_90d: needs signals\.account_id, signals\.kind, signals\.occ"):
        leaky.open(own_home.folder).try_feature(praise=count(signals.where(_.kind == "referral"), days=90))


def test_snapshots_of_other_days_are_not_mixed_with_new_ones(own_home, tmp_path):
    (tmp_path / "params.yaml").write_text("snapshots: {step_days: 20}\n")

    with pytest.raises(leaky.Mistake, match=r"has a snapshot of .* others every 20 days back. Run: leaky snapshots"):
        leaky.open(own_home.folder, params=tmp_path / "params.yaml").try_feature(web=count(web, days=90))


def test_where_no_day_can_test_a_model_nothing_can_be_compared(own_home):
    left = pd.read_parquet(own_home.left)
    left.assign(left=left["left"].where(left["left"].isna(), False)).to_parquet(own_home.left)

    with pytest.raises(leaky.Mistake, match=r"0 of which left; a model needs 20 that left"):
        leaky.open(own_home.folder).try_feature(web=count(web, days=90))
