"""A real MLflow server: as a team's registry, and as the page that shows the runs of a home."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import mlflow
import numpy as np
import pytest

from models.churn import Churn
from models.layout import SCORING
from models.registry import Registry
from models.relocation import EXPERIMENT, follow_move
from tests.models.conftest import recorded

STARTS_WITHIN = 240  # seconds, on a busy machine


@contextmanager
def server(store: Path, artifacts: Path, log: Path) -> Iterator[str]:
    """The address of an MLflow server of a SQLite store."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    words += ["--backend-store-uri", f"sqlite:///{store}", "--artifacts-destination", str(artifacts)]
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    environment["MLFLOW_SERVER_ENABLE_JOB_EXECUTION"] = "false"  # seven processes more, which outlive the server
    with (
        log.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "mlflow", *words], cwd=log.parent, env=environment, stdout=output, stderr=output
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            ends = time.monotonic() + STARTS_WITHIN
            while not answers(address):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < ends, log.read_text()
                time.sleep(0.2)
            yield address
        finally:
            process.terminate()


def answers(address: str) -> bool:
    try:
        get(f"{address}/health")
    except (URLError, ConnectionError, TimeoutError):
        return False
    return True


def get(address: str) -> bytes:
    with urlopen(address, timeout=30) as answer:  # noqa: S310 - our own server
        return answer.read()


def test_a_teams_server_keeps_the_champion(tmp_path, model, rows):
    home = tmp_path / "home"
    with server(tmp_path / "server.db", tmp_path / "kept", tmp_path / "log") as address:
        registry = Registry(address, home / "mlartifacts", "simulated")
        assert registry.champion() is None
        version = recorded(registry, home, model)
        registry.promote(version)

        assert registry.champion() == version
        with registry.files(version) as folder:
            np.testing.assert_array_equal(Churn.load(folder / SCORING).risk(rows), model.risk(rows))
    assert not registry.artifacts.exists(), "the server keeps the files"
    assert list((tmp_path / "kept").rglob("trees.txt"))


def test_the_page_of_a_moved_home_shows_its_artifacts_once_the_store_has_followed(tmp_path, model):
    home, there = tmp_path / "home", tmp_path / "moved"
    home.mkdir()
    recorded(Registry(f"sqlite:///{home}/mlflow.db", home / "mlartifacts", "simulated"), home, model)
    home.rename(there)

    with server(there / "mlflow.db", there / "mlartifacts", tmp_path / "log") as address:
        client = mlflow.MlflowClient(tracking_uri=address)
        experiment = client.get_experiment_by_name(EXPERIMENT).experiment_id
        run, *_ = client.search_runs([experiment], order_by=["attributes.start_time ASC"])
        shown = f"{address}/get-artifact?run_id={run.info.run_id}&path={quote('card/model.json')}"
        with pytest.raises(URLError):
            get(shown)

        follow_move(there / "mlflow.db", there / "mlartifacts")

        assert get(shown) == (there / SCORING / "model.json").read_bytes()
