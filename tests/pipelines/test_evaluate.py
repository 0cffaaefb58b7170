"""Evaluate: honest figures, beside what people do without the model, and a gate that can say no."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml
from threadpoolctl import threadpool_limits

from features.catalogue import catalogue
from features.mistake import Mistake
from models.baselines import Baseline
from models.churn import Churn
from models.explain import shap_contributions
from models.layout import SCORING
from models.metrics import PROBABILITY, RANKING
from models.numbers import NumbersInFrame
from models.reasons import reasons
from models.recipe import Recipe
from models.registry import EVALUATED, Registry
from models.spread import with_spreads
from models.target import targets
from models.usual import of_last_year, with_usual
from pipelines.dataset import origins_of, read_rows
from pipelines.evaluate import evaluate
from pipelines.home import PROJECT, Home
from pipelines.intake.manifest import Manifest
from pipelines.score import score
from pipelines.scored import Scored
from pipelines.settings import Snapshots
from pipelines.simulated.fidelity import NEWEST
from pipelines.snapshots import snapshots
from pipelines.train import train


@pytest.fixture
def registry(own_home):
    return Registry(own_home.tracking_uri, own_home.artifacts, "simulated")


def figures(home):
    return json.loads(home.metrics.read_text())


def gate(home):
    return json.loads((home.model / "gate.json").read_text())


def another(home):
    """Makes the trained model another one that is as good; gives the one that it was."""
    model = Churn.load(home.model / SCORING)
    replace(model, about={**model.about, "note": "as good, and another"}).save(home.model / SCORING)
    return model


def with_ceiling_of(accounts, settings):
    """The same settings, with a ceiling learned from few made-up accounts, which takes no time."""
    few = settings.evaluate.model_copy(update={"ceiling_accounts": accounts})
    return settings.model_copy(update={"evaluate": few})


def uncover_the_truth(home):
    """Puts what the made-up firm knows of itself where `leaky simulate` leaves it."""
    home.simulated.mkdir()
    (home.folder / "hidden.parquet").rename(home.simulated / "truth.parquet")
    shutil.copy(home.tables / "orders.parquet", home.simulated / "orders.parquet")


def contents(home):
    """Every file that train and evaluate write, by name."""
    files = [home.metrics, *(path for path in home.model.rglob("*") if path.is_file())]
    return {path.relative_to(home.folder).as_posix(): path.read_bytes() for path in files}


def test_the_model_and_the_baselines_stand_side_by_side_with_intervals(scored_home):
    found = figures(scored_home)

    assert set(found) == {"test", "baselines", "reasons", "data", "money"}
    assert list(found["baselines"]) == [
        *("own_cycle", "days_since_order", "sixty_days", "logistic_rfm", "mbg_nbd"),
        *("best_feature", "base_rate", "shuffled"),
    ]
    for part in (found["test"], found["test"]["early"], found["baselines"]["logistic_rfm"]):
        for name in RANKING + PROBABILITY:
            assert part[f"{name}_low"] <= part[f"{name}_high"], name
    assert not set(PROBABILITY) & set(found["baselines"]["own_cycle"])
    assert (
        sum(found["test"][pace]["n"] for pace in ("early", "overdue", "new") if pace in found["test"])
        == (found["test"]["n"])
    )


def test_the_newest_origin_can_be_measured_anew_by_the_model_that_is_kept_of_it(scored_home, small_settings):
    from sklearn.metrics import brier_score_loss, roc_auc_score

    rows = read_rows(scored_home)
    *_, newest = origins_of(rows, small_settings)
    voluntary, _ = targets(rows)
    model = Churn.load(scored_home.model / EVALUATED)
    risk, left = model.risk(rows[newest.test]), voluntary[newest.test]
    found = figures(scored_home)["test"]["by_as_of"][str(newest.as_of.date())]

    assert found["roc_auc"] == pytest.approx(roc_auc_score(left, risk), abs=1e-6)
    assert found["brier"] == pytest.approx(brier_score_loss(left, risk), abs=1e-6)
    assert found["mean_risk"] == pytest.approx(risk.mean(), abs=1e-6)
    assert pd.Timestamp(model.about["knows_until"]) == newest.as_of


def test_every_account_that_was_foretold_stands_there_with_what_came(scored_home, small_settings):
    found = pd.read_parquet(scored_home.model / "backtest.parquet")
    rows = read_rows(scored_home)
    origins = origins_of(rows, small_settings)

    assert len(found) == sum(origin.test.sum() for origin in origins) == figures(scored_home)["test"]["n"]
    assert (found["risk"] + found["risk_involuntary"] <= 1).all()
    assert (found["left"] * found["involuntary"] == 0).all()
    assert found["involuntary"].sum() > 0, "no row is dropped by its outcome"


def test_without_a_day_that_tests_a_model_rules_are_measured_and_the_best_one_ranks(own_home, small_settings, caplog):
    few = small_settings.model_copy(update={"snapshots": Snapshots(count=6)})
    snapshots(few, own_home)
    train(few, own_home)
    (own_home.folder / "mlflow.db").unlink()

    evaluate(few, own_home, metrics=own_home.metrics)
    score(few, own_home)

    found = figures(own_home)
    assert found["test"]["n"] == 0
    best = max(found["baselines"], key=lambda name: found["baselines"][name]["roc_auc"])
    scores = Scored.read(own_home, Manifest.read(own_home).as_of)
    assert set(scores.scores["model_version"]) == {f"rule:{best}"}
    assert "The records do not reach back far enough yet to test a model" in scores.notice
    assert "a model needs 20 that left and 20 that stayed" in gate(own_home)["without_champion"]
    assert scores.scores["risk"].between(0, 1, inclusive="neither").all()
    assert "There is no model yet" in (own_home.model / "card.md").read_text()
    assert gate(own_home)["promoted"] is False
    assert "gate: no model" in caplog.text


def test_shares_of_reasons_add_up_and_context_is_nobodys_first_reason(scored_home):
    found = figures(scored_home)["reasons"]

    assert sum(facts.get("share", 0) for facts in found.values()) == pytest.approx(1, abs=1e-4)
    assert "first_for" not in found["standing"]
    assert "first_for" not in found["orders"], "a sign is no reason"
    assert found["contact"]["first_for"] > 0


def test_how_often_the_true_cause_is_named_is_told_of_a_made_up_firm_and_of_no_other(own_home, small_settings):
    assert "fidelity" not in figures(own_home)["reasons"]
    uncover_the_truth(own_home)
    evaluate(with_ceiling_of(500, small_settings), own_home, metrics=own_home.metrics)

    found = figures(own_home)["reasons"]["fidelity"]

    assert found["all"]["n"] >= found["early"]["n"] > 0
    assert 0 <= found["all"]["first_low"] <= found["all"]["first"] <= found["all"]["in_three"] <= 1
    assert sum(facts["n"] for facts in found["all"]["by_cause"].values()) == found["all"]["n"]


def test_reasons_are_held_against_the_truth_as_models_told_them_that_knew_nothing_of_their_rows(
    own_home, small_settings, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        "pipelines.simulated.fidelity.fidelity", lambda simulated, rows, told, made: seen.append((rows, told)) or {}
    )

    uncover_the_truth(own_home)
    evaluate(with_ceiling_of(500, small_settings), own_home, metrics=own_home.metrics)

    ((looked_at, told),) = seen
    rows = read_rows(own_home)
    newest = origins_of(rows, small_settings)[-NEWEST:]
    assert set(looked_at["as_of"]) == {origin.as_of for origin in newest}
    oldest = newest[0]
    model = Recipe.of(Churn.load(own_home.model / SCORING)).fit(rows, oldest.train, oldest.as_of)
    ready, day = with_spreads(model, NumbersInFrame(rows, oldest.train)), rows[oldest.test]
    ready = with_usual(ready, NumbersInFrame(rows, of_last_year(rows["as_of"], oldest.as_of)))
    by_itself = reasons(shap_contributions(ready, day), day, ready.profiles, catalogue())
    pd.testing.assert_frame_equal(told[(looked_at["as_of"] == oldest.as_of).to_numpy()], by_itself)


def test_pictures_card_and_verdict_lie_beside_the_model(scored_home):
    names = {path.name for path in scored_home.model.iterdir()}

    assert {"card.md", "gate.json", "plots", "evaluated", "scoring"} <= names
    assert len(list((scored_home.model / "plots").glob("*.png"))) == 5
    assert "leaky-bucket-simulated" in (scored_home.model / "card.md").read_text()


def test_a_score_that_is_measured_no_more_leaves_no_file_behind(own_home, small_settings):
    folder = own_home.model / "skill"
    before = sorted(folder.iterdir())
    (folder / "ceiling.json").write_text("{}")

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    assert sorted(folder.iterdir()) == before


def test_the_truth_of_a_made_up_firm_gives_a_ceiling_and_that_of_another_firm_none(
    own_home, small_settings, monkeypatch
):
    assert "ceiling" not in figures(own_home)
    uncover_the_truth(own_home)

    evaluate(with_ceiling_of(1500, small_settings), own_home, metrics=own_home.metrics)

    assert figures(own_home)["ceiling"]["early"]["roc_auc"] > 0.55
    assert figures(own_home)["ceiling_of_records"]["early"]["roc_auc"] > 0.55
    assert "ceiling" in (own_home.model / "card.md").read_text()


def test_a_truth_that_is_not_of_this_source_is_no_ceiling(own_home, small_settings):
    own_home.simulated.mkdir()
    (own_home.folder / "hidden.parquet").rename(own_home.simulated / "truth.parquet")
    text = own_home.manifest.read_text()
    own_home.manifest.write_text(text.replace('"source": "simulated"', '"source": "corner_shop"'))

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    assert figures(own_home)["data"]["source"] == "corner_shop"
    assert "ceiling" not in figures(own_home)


def test_under_dvc_a_real_source_needs_no_truth():
    stages = yaml.safe_load((PROJECT / "dvc.yaml").read_text())["stages"]
    inside = [dep for dep in stages["evaluate"]["deps"] if dep.startswith("data/simulated/")]

    assert not inside  # the folder is there for every source, and empty for a real one


def test_evaluating_again_changes_no_figure_and_adds_no_version(own_home, small_settings, registry):
    before = contents(own_home)

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    assert contents(own_home) == before
    assert registry.champion().number == "1"


def test_a_model_that_a_rule_beats_does_not_become_champion(own_home, small_settings, registry, monkeypatch):
    def oracle(rows, left, recipe, *, train, test):
        return [Baseline("own_cycle", "oracle", "knows it all", rows.loc[test, "left"].to_numpy(float))]

    monkeypatch.setattr("models.backtest.baselines", oracle)
    another(own_home)

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    assert gate(own_home)["promoted"] is False
    assert "above own_cycle" in [check["name"] for check in gate(own_home)["checks"] if not check["passed"]]
    assert gate(own_home)["champion_files_sha256"] == registry.champion().files_sha256
    assert gate(own_home)["challenger_files_sha256"] != registry.champion().files_sha256
    assert registry.champion().number == "1"


def test_a_challenger_that_is_worse_than_the_champions_recipe_on_the_same_days_is_refused(
    own_home, small_settings, registry
):
    poor = small_settings.model_copy(update={"train": small_settings.train.model_copy(update={"rounds": 5})})
    train(poor, own_home)

    evaluate(poor, own_home, metrics=own_home.metrics)

    (refused,) = [check for check in gate(own_home)["checks"] if check["name"] == "against the champion"]
    assert gate(own_home)["promoted"] is refused["passed"] is False
    assert "worse than the champion" in refused["says"]
    assert registry.champion().number == "1"


def test_a_model_of_an_older_day_is_measured_and_does_not_replace_the_champion(own_home, small_settings, registry):
    model = Churn.load(own_home.model / SCORING)
    replace(model, about=model.about | {"knows_until": "2024-01-01"}).save(own_home.model / SCORING)

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    (refused,) = [check["name"] for check in gate(own_home)["checks"] if not check["passed"]]
    assert refused == "knows as much as the champion"
    assert registry.champion().number == "1"


def test_a_registry_with_a_past_and_a_fresh_one_give_the_same_files(own_home, small_settings, registry):
    before = contents(own_home)
    first = registry.champion()
    model = another(own_home)
    evaluate(small_settings, own_home, metrics=own_home.metrics)
    assert registry.champion() != first
    assert gate(own_home)["champion_files_sha256"] == registry.champion().files_sha256 != first.files_sha256
    model.save(own_home.model / SCORING)

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    assert registry.champion() == first
    assert contents(own_home) == before


def test_neither_threads_nor_the_folder_nor_the_hour_change_a_byte(scored_home, tmp_path, small_settings, monkeypatch):
    few_rounds = small_settings.train.model_copy(update={"rounds": 15})  # threads wait long on a busy machine
    settings = with_ceiling_of(300, small_settings).model_copy(update={"train": few_rounds})
    found = []
    for threads in (1, 2):
        home = Home(tmp_path / f"with {threads} threads")
        for name in ("tables", "snapshots"):
            shutil.copytree(scored_home.folder / name, home.folder / name)
        home.simulated.mkdir()
        shutil.copy(scored_home.folder / "hidden.parquet", home.simulated / "truth.parquet")
        pd.read_parquet(home.tables / "orders.parquet").to_parquet(home.simulated / "orders.parquet")
        monkeypatch.setattr("models.churn.THREADS", threads)
        with threadpool_limits(threads):
            train(settings, home)
            evaluate(settings, home, metrics=home.metrics)
        found.append(contents(home))
    one, two = found

    assert len([name for name in one if name.endswith(".png")]) == 5
    assert {"metrics.json", "model/card.md", "model/gate.json", "model/skill/ceiling.json"} <= set(one)
    assert set(one) == set(two)
    for name in one:
        assert one[name] == two[name], name
        assert str(tmp_path).encode() not in one[name], name


def test_a_home_that_was_copied_and_then_moved_goes_on_by_itself(own_home, scored_home, small_settings):
    files = sorted(scored_home.artifacts.rglob("*"))
    evaluate(small_settings, own_home, metrics=own_home.metrics)  # in the copy
    moved = Home(own_home.folder.rename(own_home.folder.with_name("moved")))
    before = (moved.scores(Manifest.read(moved).as_of) / "scores.parquet").read_bytes()
    shutil.rmtree(moved.folder / "scores")

    evaluate(small_settings, moved, metrics=moved.metrics)
    score(small_settings, moved)

    assert (moved.scores(Manifest.read(moved).as_of) / "scores.parquet").read_bytes() == before
    assert sorted(scored_home.artifacts.rglob("*")) == files
    assert not own_home.folder.exists()


def test_a_model_for_another_definition_is_not_measured(own_home, small_settings):
    sooner = small_settings.model_copy(update={"left": small_settings.left.model_copy(update={"k": 3})})

    with pytest.raises(Mistake, match=r"another definition of leaving\. Run: leaky snapshots, then leaky train"):
        evaluate(sooner, own_home, metrics=own_home.metrics)


def test_where_no_rule_of_thumb_can_be_taken_the_model_is_judged_all_the_same(own_home, small_settings, monkeypatch):
    monkeypatch.setattr("pipelines.evaluate.best_rule", lambda *_: None)

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    assert (own_home.model / "rule.json").read_text() == "null\n"
    assert gate(own_home)["promoted"] is True


def test_a_suspected_leak_keeps_the_gate_shut(own_home, small_settings):
    finding = {
        "code": "c",
        "table": "signals",
        "column": "kind",
        "seen": "it ranks early accounts at 0.99",
        "stops": False,
    }
    own_home.leaks.write_text(json.dumps({"findings": [finding]}))

    evaluate(small_settings, own_home, metrics=own_home.metrics)

    assert gate(own_home)["promoted"] is False
    assert "a leak is suspected" in next(check["says"] for check in gate(own_home)["checks"] if not check["passed"])


def test_a_model_of_other_data_is_not_measured(own_home, small_settings):
    text = own_home.manifest.read_text()
    manifest = json.loads(text)
    own_home.manifest.write_text(text.replace(manifest["data_version"], "0123456789ab"))

    with pytest.raises(Mistake, match=r"0123456789ab.*leaky train"):
        evaluate(small_settings, own_home, metrics=own_home.metrics)


def test_the_run_in_mlflow_says_what_was_done_on_what(scored_home):
    import mlflow

    client = mlflow.MlflowClient(tracking_uri=scored_home.tracking_uri)
    experiment = client.get_experiment_by_name("leaky-bucket").experiment_id
    run, *_ = client.search_runs([experiment], order_by=["attributes.start_time ASC"])
    found = figures(scored_home)

    assert run.data.metrics["test.early.roc_auc"] == found["test"]["early"]["roc_auc"]
    assert run.data.metrics["baselines.own_cycle.roc_auc"] == found["baselines"]["own_cycle"]["roc_auc"]
    assert run.data.params["left.horizon_days"] == "90"
    assert run.data.tags["data_version"] == found["data"]["data_version"]
    assert len(run.data.tags["table.orders"]) == 64
    assert {file.path for file in client.list_artifacts(run.info.run_id)} == {"card", "metrics", "plots"}
    assert np.isfinite(list(run.data.metrics.values())).all()
