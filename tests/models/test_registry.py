"""The registry: what is recorded comes back, the same model once, and without running anybody's code."""

import os

import mlflow
import numpy as np
import pytest

from models.churn import Churn
from models.layout import SCORING
from models.registry import Registry, Version
from tests.models.conftest import recorded


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Registry:
    home = tmp_path_factory.mktemp("home")
    return Registry(f"sqlite:///{home}/mlflow.db", home / "mlartifacts", "simulated")


def test_a_version_is_recorded_promoted_and_loaded(registry, folder, rows, model):
    assert registry.champion() is None

    first = recorded(registry, folder, model)
    assert registry.champion() is None
    registry.promote(first)

    assert registry.champion() == first
    assert first.number == "1"
    with registry.files(first) as files:
        np.testing.assert_array_equal(Churn.load(files / SCORING).risk(rows), model.risk(rows))
        kept = {path.suffix for path in files.parent.parent.rglob("*") if path.is_file()}
    assert kept <= {"", ".txt", ".json", ".yaml", ".py"}, "text alone, no pickle"

    again = recorded(registry, folder, model)
    assert again == first  # the same files are the same version

    second = recorded(registry, folder, model, "two")
    assert second.number == "2"
    assert registry.champion() == first  # until it is promoted


def test_where_mlflow_pointed_before_it_points_again(registry, folder, model, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    recorded(registry, folder, model)
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


def test_a_version_is_named_by_its_files():
    assert Version("7", "0123456789abcdef").name == Version("1", "0123456789abcdef").name == "0123456789ab"
