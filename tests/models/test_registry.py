"""The registry: what is recorded comes back, the same model once, and without running anybody's code."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from models.churn import Churn
from models.registry import EVALUATED, SCORING, Registry, Version, commit_of, files_hash


@pytest.fixture(scope="module")
def saved(model, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    for name in (SCORING, EVALUATED):
        model.save(folder / name)
    return folder


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Registry:
    home = tmp_path_factory.mktemp("home")
    return Registry(f"sqlite:///{home}/mlflow.db", home / "mlartifacts", "simulated")


def record(registry: Registry, folder: Path, sha256: str):
    return registry.record(
        {name: folder / name for name in (SCORING, EVALUATED)},
        sha256=sha256,
        parameters={"train.seed": 1},
        metrics={"test.roc_auc": 0.8},
        tags={"data_version": "abc"},
        artifacts={"card": folder / SCORING / "model.json"},
    )


def test_a_version_is_recorded_promoted_and_loaded(registry, saved, rows, model):
    assert registry.champion() is None

    first = record(registry, saved, "one")
    assert registry.champion() is None
    registry.promote(first)

    assert registry.champion() == first
    assert first.number == "1"
    with registry.files(first) as folder:
        np.testing.assert_array_equal(Churn.load(folder / SCORING).risk(rows), model.risk(rows))
        kept = sorted(path.name for path in folder.parent.parent.rglob("*") if path.is_file())
    assert not [name for name in kept if name.endswith((".pkl", ".pickle", ".joblib", ".skops", ".py"))]

    again = record(registry, saved, "one")
    assert again == first  # the same files are the same version

    second = record(registry, saved, "two")
    assert second.number == "2"
    assert registry.champion() == first  # until it is promoted


def test_mlflow_serves_calibrated_risks_by_itself(registry, saved, rows, model, monkeypatch):
    import mlflow

    version = record(registry, saved, "one")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry.uri)

    served = mlflow.pyfunc.load_model(f"models:/{registry.model}/{version.number}")

    sample = rows.head(20)[list(model.features)]
    assert served.predict(sample)["risk"].tolist() == model.risk(sample).tolist()


def test_what_is_nested_is_named_by_its_path_and_only_numbers_are_metrics(registry, saved):
    import mlflow

    registry.record(
        {name: saved / name for name in (SCORING, EVALUATED)},
        sha256="one",
        parameters={"left": {"by": "cycle", "k": 2}},
        metrics={"test": {"n": 3.0, "early": {"roc_auc": 0.7}}, "data": {"as_ofs": "2024 to 2025", "rows": 12}},
        tags={},
        artifacts={},
    )
    client = mlflow.MlflowClient(tracking_uri=registry.uri)
    run = client.search_runs([client.get_experiment_by_name("leaky-bucket").experiment_id], max_results=1)[0]

    assert run.data.params == {"left.by": "cycle", "left.k": "2"}
    assert run.data.metrics == {"test.n": 3.0, "test.early.roc_auc": 0.7, "data.rows": 12}


def test_a_run_keeps_parameters_metrics_tags_and_artifacts(registry, saved):
    import mlflow

    record(registry, saved, "one")
    client = mlflow.MlflowClient(tracking_uri=registry.uri)
    experiment = client.get_experiment_by_name("leaky-bucket")
    run = client.search_runs([experiment.experiment_id], max_results=1)[0]

    assert run.data.params["train.seed"] == "1"
    assert run.data.metrics["test.roc_auc"] == 0.8
    assert run.data.tags["data_version"] == "abc"
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["card"]
    assert run.info.artifact_uri.startswith(registry.artifacts.as_uri())


def test_where_mlflow_pointed_before_it_points_again(registry, saved, monkeypatch):
    import os

    import mlflow

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    record(registry, saved, "one")
    assert "MLFLOW_TRACKING_URI" not in os.environ

    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////tmp/elsewhere.db")
    registry.champion()
    assert mlflow.get_tracking_uri() == os.environ["MLFLOW_TRACKING_URI"] == "sqlite:////tmp/elsewhere.db"
    mlflow.set_tracking_uri(None)


def test_each_source_has_a_model_of_its_own(registry):
    other = Registry(registry.uri, registry.artifacts, "/data/our firm: wholesale")

    assert registry.model == "leaky-bucket-simulated"
    assert other.model == "leaky-bucket-our-firm--wholesale"
    assert other.champion() is None


def test_a_hash_changes_with_contents_and_with_names(tmp_path):
    (tmp_path / "a").write_text("1")
    before = files_hash({"model": tmp_path})
    (tmp_path / "a").write_text("2")
    changed = files_hash({"model": tmp_path})
    (tmp_path / "a").rename(tmp_path / "b")

    assert len({before, changed, files_hash({"model": tmp_path}), files_hash({"other": tmp_path})}) == 4


def test_a_hash_is_the_same_wherever_the_files_are_and_in_whatever_order_they_are_named(tmp_path):
    for place in ("here", "there"):
        for name in ("evaluated", "scoring"):
            (tmp_path / place / name).mkdir(parents=True)
            (tmp_path / place / name / "trees.txt").write_text(name)
    here, there = tmp_path / "here", tmp_path / "there"

    assert files_hash({name: here / name for name in ("evaluated", "scoring")}) == files_hash(
        {name: there / name for name in ("scoring", "evaluated")}
    )


def test_a_version_is_named_by_its_files():
    assert Version("7", "0123456789abcdef").name == Version("1", "0123456789abcdef").name == "0123456789ab"


def test_a_checkout_has_a_commit_and_a_folder_inside_another_has_none(tmp_path):
    assert commit_of(tmp_path) is None
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    inside = tmp_path / "inside"
    inside.mkdir()

    assert len(commit_of(tmp_path) or "") == 40
    assert commit_of(inside) is None
