"""The small made-up firm that tests and examples share."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.gate_params import GateParams
from models.tree_params import TreeParams
from pipelines.home import Home
from pipelines.settings import Evaluate, Settings, Simulate, Snapshots

TODAY = date(2026, 7, 1)
SMALL = Settings(
    simulate=Simulate(accounts=500, months=36),
    snapshots=Snapshots(count=24),
    train=TreeParams(learning_rate=0.1, num_leaves=7, min_child_samples=30, rounds=60),
    evaluate=Evaluate(capacity=20, resamples=30),
    gate=GateParams(min_leavers=20, min_early_leavers=5),
)


@pytest.fixture(scope="session")
def small_settings() -> Settings:
    """Settings under which the whole way of the data takes seconds."""
    return SMALL


@pytest.fixture(scope="session")
def scored_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A small made-up firm, taken all the way to scores; not to be written to. Its truth is hidden, as any firm's is.

    Its folder is called data, and beside it is the params.yaml that it was made with.
    """
    from pipelines.evaluate import evaluate
    from pipelines.ingest import ingest
    from pipelines.score import score
    from pipelines.simulate import simulate
    from pipelines.snapshots import snapshots
    from pipelines.train import train

    home = Home(tmp_path_factory.mktemp("scored") / "data")
    simulate(SMALL, home)
    (home.simulated / "truth.parquet").rename(home.folder / "hidden.parquet")
    ingest(SMALL, home, source="simulated", files=home.simulated, as_of=None, today=TODAY)
    snapshots(SMALL, home)
    train(SMALL, home)
    evaluate(SMALL, home, metrics=home.metrics)
    score(SMALL, home)
    (home.folder.parent / "params.yaml").write_text(yaml.safe_dump(SMALL.model_dump(mode="json")))
    return home


@pytest.fixture
def own_home(scored_home: Home, tmp_path: Path) -> Home:
    """A copy of it to write to, with its own registry."""
    shutil.copytree(scored_home.folder, tmp_path / "home", ignore=shutil.ignore_patterns("simulated"))
    return Home(tmp_path / "home")


@pytest.fixture(autouse=True)
def _examples(request: pytest.FixtureRequest) -> None:
    """Examples in docstrings of `leaky` run where the small firm's folder is, which is open as `firm`."""
    if not isinstance(request.node, pytest.DoctestItem) or not request.node.name.startswith("leaky"):
        return
    import leaky

    home: Home = request.getfixturevalue("scored_home")
    request.getfixturevalue("monkeypatch").chdir(home.folder.parent)
    names: dict[str, Any] = request.getfixturevalue("doctest_namespace")
    names |= {"leaky": leaky, "firm": leaky.open("data")}
