"""A firm without orders, from its files to who left, held against a calendar."""

import json
from datetime import timedelta

import pandas as pd
import pytest

from pipelines.at_risk import features_at
from pipelines.check import check
from pipelines.evaluate import evaluate
from pipelines.exports.account import explain
from pipelines.home import GATE, Home
from pipelines.intake.manifest import Manifest
from pipelines.score import score
from pipelines.scored import Scored
from pipelines.settings import Settings
from pipelines.snapshots import snapshots
from pipelines.train import train
from tests.pipelines.conftest import TODAY, Firm
from tests.pipelines.subscriptions import AS_OF, Subscriptions, has_left, subscriptions


@pytest.fixture(scope="module")
def made() -> Subscriptions:
    return subscriptions()


@pytest.fixture(scope="module")
def subscriber(made: Subscriptions, tmp_path_factory: pytest.TempPathFactory) -> Firm:
    folder = tmp_path_factory.mktemp("subscriptions")
    firm = Firm(folder / "software", Home(folder / "home"))
    firm.folder.mkdir()
    for name in ("contracts", "contacts", "tickets"):
        firm.table(name, "\n".join(getattr(made, name)))
    firm.yaml("left: {by: contract}\n")
    return firm


def test_check_says_that_nothing_stops_a_run_and_what_it_would_learn_from(subscriber: Firm) -> None:
    report = check(Settings(), source=str(subscriber.folder), files=None, as_of=AS_OF, today=TODAY)
    assert report.stops == []
    known, *tested, scored = report.snapshots
    assert known.startswith("to learn from: ")
    assert all(line.startswith("tested on ") for line in tested)
    assert len(tested) == 12
    assert scored.startswith("to score: ")


def test_labels_are_those_that_a_walk_over_the_calendar_gives(subscriber: Firm, made: Subscriptions) -> None:
    subscriber.ingest(as_of=AS_OF)
    snapshots(Settings(), subscriber.home)
    rows = pd.read_parquet(subscriber.home.left)
    complete = rows[rows["left"].notna()]
    latest = AS_OF - timedelta(days=120)
    assert (rows["left"].notna() == (rows["as_of"] <= latest)).all()
    expected = [has_left(made.days[account], as_of) for account, as_of in complete[["account_id", "as_of"]].to_numpy()]
    assert complete["left"].astype(bool).tolist() == expected
    assert 100 < sum(expected) < len(expected) / 2
    listed = {(account, as_of) for account, as_of in rows[["account_id", "as_of"]].to_numpy() if as_of != AS_OF}
    in_force = {
        (account, as_of)
        for account, days in made.days.items()
        for as_of in rows["as_of"].unique()
        if as_of in days and as_of != AS_OF
    }
    assert listed <= in_force
    starts = {tuple(line.split(",")[:2]) for line in made.contracts}
    # A contract that begins on as_of is not known yet; the one before it may just have ended.
    assert {(account, str(as_of)) for account, as_of in in_force - listed} <= starts


def test_scoring_sees_the_accounts_as_training_did(subscriber: Firm) -> None:
    subscriber.ingest(as_of=AS_OF)
    snapshots(Settings(), subscriber.home)
    as_of = Manifest.read(subscriber.home).as_of
    known, _ = features_at(Settings(), subscriber.home, as_of)
    rows = pd.read_parquet(subscriber.home.left)
    newest = rows[rows["as_of"] == as_of].set_index("account_id")
    assert known.set_index("account_id")["pace"].to_dict() == newest["pace"].to_dict()
    assert set(newest["pace"]) == {"early", "overdue", "new"}
    assert (known["value"] >= 1200).all()


def test_the_gate_asks_for_no_early_leavers_where_contracts_bind_them(subscriber: Firm) -> None:
    by_few = {"train": {"rounds": 3}, "backtest": {"origins": 2}, "evaluate": {"resamples": 20}}
    gate = {"min_leavers": 1, "min_early_leavers": 10_000}
    settings = Settings().overridden({**by_few, "gate": gate}, by="the test")
    subscriber.ingest(as_of=AS_OF)
    snapshots(settings, subscriber.home)
    train(settings, subscriber.home)
    evaluate(settings, subscriber.home, metrics=subscriber.home.metrics)
    checks = json.loads((subscriber.home.model / GATE).read_text())["checks"]
    assert checks[0]["passed"]
    assert checks[0]["says"].endswith("as contracts bind these")


def test_an_account_without_orders_is_explained(subscriber: Firm) -> None:
    subscriber.ingest(as_of=AS_OF)
    snapshots(Settings(), subscriber.home)
    train(Settings(), subscriber.home)
    evaluate(Settings(), subscriber.home, metrics=subscriber.home.metrics)
    score(Settings(), subscriber.home)
    scored = Scored.read(subscriber.home, AS_OF)
    for account in (scored.scores["account_id"].iloc[0], scored.not_scored["account_id"].iloc[0]):
        found = explain(Settings(), subscriber.home, account)

        is_scored = account == scored.scores["account_id"].iloc[0]
        assert any(line.startswith("Its risk on earlier dates, by the model") for line in found.lines)
        assert found.history["as_of"].iloc[-1] == pd.Timestamp(AS_OF)
        assert (found.history["risk"].notna().iloc[-1], not found.what_if.empty) == (is_scored, is_scored)
        if is_scored:
            assert found.history["risk"].iloc[-1] == scored.scores["risk"].iloc[0]
            assert any(line.startswith("The contract: ") for line in found.lines)
