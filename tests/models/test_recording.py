"""Recording: what an MLflow user looks for is where they look for it, once, and whole or not at all."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mlflow
import pytest
from mlflow.entities import ViewType

from models.recording import record
from models.registry import Registry
from models.relocation import EXPERIMENT
from tests.models.conftest import evaluation_of, packaged, recorded


def registry_in(home: Path) -> Registry:
    return Registry(f"sqlite:///{home}/mlflow.db", home / "mlartifacts", "simulated")


def runs(registry: Registry):
    """All runs, oldest first: that of the evaluation and those of its days."""
    client = mlflow.MlflowClient(tracking_uri=registry.uri)
    experiment = client.get_experiment_by_name(EXPERIMENT).experiment_id
    return client.search_runs([experiment], order_by=["attributes.start_time ASC"], run_view_type=ViewType.ALL)


def versions(registry: Registry):
    client = mlflow.MlflowClient(tracking_uri=registry.uri)
    return [client.get_model_version(registry.model, found.version) for found in client.search_model_versions()]


def inputs(run) -> dict[str, tuple[str, str]]:
    return {found.tags[0].value: (found.dataset.name, found.dataset.digest) for found in run.inputs.dataset_inputs}


@pytest.fixture(scope="module")
def home(tmp_path_factory, model) -> Path:
    """A home in which one evaluation was recorded; not to be written to."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "features.parquet").write_bytes(b"rows")
    recorded(registry_in(folder), folder, model)
    return folder


@pytest.fixture(scope="module")
def empty(tmp_path_factory) -> Path:
    """A store without a run: MLflow makes its tables slowly."""
    store = tmp_path_factory.mktemp("empty") / "mlflow.db"
    mlflow.MlflowClient(tracking_uri=f"sqlite:///{store}").search_experiments()
    return store


@pytest.fixture
def own(tmp_path, empty) -> Registry:
    shutil.copy(empty, tmp_path)
    return registry_in(tmp_path)


def test_every_tested_day_is_a_run_below_that_of_the_evaluation(home):
    evaluation, day = runs(registry_in(home))

    assert day.data.tags["mlflow.parentRunId"] == evaluation.info.run_id
    assert day.data.tags["as_of"] == "2024-03-01"
    assert day.info.run_name == "as_of 2024-03-01"
    assert day.data.params == {"rows": "90", "leavers": "9"}
    assert day.data.metrics == {"n": 10.0, "roc_auc": 0.7, "early_n": 8.0}
    assert {run.info.status for run in (evaluation, day)} == {"FINISHED"}


def test_a_run_keeps_parameters_metrics_tags_and_artifacts(home):
    evaluation, _ = runs(registry_in(home))
    client = mlflow.MlflowClient(tracking_uri=registry_in(home).uri)

    assert evaluation.data.params == {"train.seed": "1"}
    assert evaluation.data.metrics == {"test.roc_auc": 0.8, "baselines.own_cycle.roc_auc": 0.6}
    assert evaluation.data.tags["data_version"] == "abc"
    assert [file.path for file in client.list_artifacts(evaluation.info.run_id)] == ["card"]
    assert evaluation.info.artifact_uri.startswith(registry_in(home).artifacts.as_uri())


def test_only_numbers_are_metrics(own, tmp_path, model):
    recorded(own, tmp_path, model, metrics={"data": {"as_ofs": "2024 to 2025", "rows": 12}}, days=())

    (run,) = runs(own)
    assert run.data.metrics == {"data.rows": 12}


def test_what_was_learned_from_and_tested_on_are_datasets_that_lead_to_the_file(home):
    evaluation, day = runs(registry_in(home))

    digest = "5ca1ab1e0000"
    assert inputs(evaluation) == {"training": ("all labelled", digest), "testing": ("as_of 2024-03-01", digest)}
    assert inputs(day) == {"training": ("known by 2024-03-01", digest), "testing": ("as_of 2024-03-01", digest)}
    known = {found.tags[0].value: found.dataset for found in day.inputs.dataset_inputs}["training"]
    assert json.loads(known.profile) == {"num_rows": 90, "left": 9}
    assert Path(mlflow.data.get_source(known).load()).read_bytes() == b"rows"


def test_figures_hang_on_the_model_and_on_the_rows_that_they_are_of(home):
    registry = registry_in(home)
    evaluation, day = runs(registry)
    client = mlflow.MlflowClient(tracking_uri=registry.uri)
    models = {found.name: found for found in client.search_logged_models([evaluation.info.experiment_id])}
    found = {
        name: [(metric.key, metric.value, metric.dataset_name, metric.run_id) for metric in logged.metrics]
        for name, logged in models.items()
    }

    seen = "as_of 2024-03-01"
    assert found["model"] == [("test.roc_auc", 0.8, seen, evaluation.info.run_id)]
    assert ("roc_auc", 0.7, seen, day.info.run_id) in found["tested-2024-03-01"]
    assert [output.model_id for output in evaluation.outputs.model_outputs] == [models["model"].model_id]
    (version,) = versions(registry)
    assert version.source == f"models:/{models['model'].model_id}"
    assert version.run_id == evaluation.info.run_id
    assert models["model"].params["leavers"] == str(packaged_about(home)["leavers"])
    assert "nothing is left to measure it on" in models["model"].tags["measured"]


def packaged_about(home: Path) -> dict[str, object]:
    return json.loads((home / "scoring" / "model.json").read_text())["about"]


def test_what_the_gate_said_last_stands_on_the_version(own, tmp_path, model):
    refused = {"gate": "it is worse", "gate.promoted": "false", "gate.failed.brier": "it is worse", "table.orders": "x"}
    recorded(own, tmp_path, model, tags=refused)
    client = mlflow.MlflowClient(tracking_uri=own.uri)
    client.set_model_version_tag(own.model, "1", "approved_by", "somebody")
    (version,) = versions(own)
    assert version.tags["gate.failed.brier"] == "it is worse"
    assert version.tags["gate.promoted"] == "false"
    assert "table.orders" not in version.tags

    recorded(own, tmp_path, model, tags={"gate": "it passed", "gate.promoted": "true"})

    (version,) = versions(own)
    assert version.tags["gate.promoted"] == "true"
    assert "gate.failed.brier" not in version.tags
    assert version.tags["approved_by"] == "somebody"


def test_recording_the_same_twice_leaves_two_runs_with_the_same_figures_and_one_model(own, tmp_path, model):
    first, second = (recorded(own, tmp_path, model) for _ in range(2))

    assert first == second
    one, one_day, other, other_day = runs(own)
    assert one.data.metrics == other.data.metrics
    assert one_day.data.metrics == other_day.data.metrics
    assert one.outputs.model_outputs[0].model_id == other.outputs.model_outputs[0].model_id


def test_other_words_for_the_same_model_are_another_version_of_the_same_files(own, tmp_path, model):
    package = packaged(model, tmp_path)
    words = dict(package.vocabulary.by_name)
    words["complaints_180d"] = replace(words["complaints_180d"], says="{value:.0f} times they complained")

    first = record(own, package, evaluation_of(tmp_path))
    second = record(
        own, replace(package, vocabulary=replace(package.vocabulary, by_name=words)), evaluation_of(tmp_path)
    )

    assert first.files_sha256 == second.files_sha256
    assert (first.number, second.number) == ("1", "2")


def test_a_run_of_the_callers_own_is_left_alone(own, tmp_path, model):
    mlflow.set_tracking_uri(f"sqlite:///{tmp_path}/theirs.db")
    try:
        with mlflow.start_run() as theirs:
            recorded(own, tmp_path, model)
            assert mlflow.active_run().info.run_id == theirs.info.run_id
    finally:
        mlflow.set_tracking_uri(None)

    assert len(runs(own)) == 2


def test_a_recording_that_fails_says_so_and_leaves_no_version(own, tmp_path, model):
    with pytest.raises(OSError, match="nowhere"):
        recorded(own, tmp_path, model, artifacts={"card": tmp_path / "nowhere"})

    evaluation, _ = runs(own)
    assert evaluation.info.status == "FAILED"
    assert versions(own) == []


KILLED = """
import os, sys
from pathlib import Path
from mlflow import MlflowClient
from features.catalogue import catalogue
from models.packaged import Package
from models.recording import record
from models.registry import Registry
from tests.models.conftest import evaluation_of

home, call = Path(sys.argv[1]), sys.argv[2]
setattr(MlflowClient, call, lambda *_, **__: os._exit(9))
registry = Registry(f"sqlite:///{home}/mlflow.db", home / "mlartifacts", "simulated")
registry.promote(record(registry, Package.of(home / "scoring", catalogue()), evaluation_of(home)))
"""


def test_whoever_is_killed_while_recording_leaves_the_champion_and_the_next_recording_is_whole(own, tmp_path, model):
    own.promote(recorded(own, tmp_path, model))
    champion = own.champion()
    packaged(model, tmp_path, "two")

    for call in ("finalize_logged_model", "log_batch", "create_model_version", "set_registered_model_alias"):
        killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path, call], check=False)
        assert killed.returncode == 9, call
        assert own.champion() == champion, call

    second = recorded(own, tmp_path, model, "two")
    own.promote(second)
    assert own.champion() == second
    assert len(versions(own)) == 2
