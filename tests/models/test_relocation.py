"""A home is moved or copied with its champion: real MLflow, real folders, and nothing left at the old place."""

import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from features.mistake import Mistake
from models.churn import Churn
from models.layout import SCORING
from models.registry import Registry
from models.relocation import EXPERIMENT, follow_move
from tests.models.conftest import recorded


def registry(home: Path) -> Registry:
    return Registry(f"sqlite:///{home}/mlflow.db", home / "mlartifacts", "simulated")


def record(home: Path, model: Churn, note: str):
    return recorded(registry(home), home / "model", model, note)


def cells(home: Path) -> list[str]:
    """Every text in every table of the store."""
    with closing(sqlite3.connect(home / "mlflow.db")) as store:
        lines = list(store.iterdump())
    return re.findall(r"'((?:[^']|'')*)'", "\n".join(lines))


def move(home: Path, there: Path) -> None:
    home.rename(there)


def copy_and_remove(home: Path, there: Path) -> None:
    shutil.copytree(home, there)
    shutil.rmtree(home)


@pytest.fixture
def home(tmp_path, model) -> Path:
    """A home with a champion; its name needs quoting in an address."""
    home = tmp_path / "Müller & Söhne, 100 %"
    home.mkdir()
    registry(home).promote(record(home, model, "one"))
    return home


@pytest.mark.parametrize("how", [move, copy_and_remove])
def test_the_champion_of_a_moved_home_is_found_and_loaded_and_new_runs_are_logged_there(
    how, home, tmp_path, model, rows
):
    there = tmp_path / "archive" / "2026"
    there.parent.mkdir()
    how(home, there)

    champion = registry(there).champion()
    assert champion is not None
    with registry(there).files(champion) as folder:
        np.testing.assert_array_equal(Churn.load(folder / SCORING).risk(rows), model.risk(rows))
    second = record(there, model, "two")
    with registry(there).files(second) as folder:
        assert (folder / SCORING / "trees.txt").is_file()
    assert not home.exists()


def test_plain_mlflow_reads_every_artifact_of_a_moved_home(home, tmp_path, model, rows, monkeypatch):
    import mlflow

    there = tmp_path / "moved"
    move(home, there)
    subprocess.run([sys.executable, "-m", "models.relocation", there], check=True)

    monkeypatch.setenv("MLFLOW_TRACKING_URI", registry(there).uri)
    client = mlflow.MlflowClient(tracking_uri=registry(there).uri)
    experiment = client.get_experiment_by_name(EXPERIMENT).experiment_id
    run, *_ = client.search_runs([experiment], order_by=["attributes.start_time ASC"])
    kept = Path(client.download_artifacts(run.info.run_id, "card/model.json", dst_path=str(tmp_path)))
    assert kept.read_bytes() == (there / "model" / SCORING / "model.json").read_bytes()
    served = mlflow.pyfunc.load_model("models:/leaky-bucket-simulated@champion")
    sample = rows.head(20)[list(model.features)]
    assert served.predict(sample)["risk"].tolist() == model.risk(sample).tolist()
    monkeypatch.undo()
    mlflow.set_tracking_uri(None)


def test_no_address_of_the_old_place_is_left_anywhere_in_the_store(home, tmp_path):
    there = tmp_path / "moved"
    before = [cell for cell in cells(home) if "mlartifacts" in cell]
    move(home, there)

    assert follow_move(there / "mlflow.db", there / "mlartifacts")

    after = [cell for cell in cells(there) if "mlartifacts" in cell]
    assert len(after) == len(before) >= 4
    assert all(cell.startswith((there / "mlartifacts").as_uri()) for cell in after)
    assert [cell for cell in cells(there) if f"{there.as_uri()}/model/features.parquet" in cell]
    assert not [cell for cell in cells(there) if home.as_uri() in cell]
    assert not follow_move(there / "mlflow.db", there / "mlartifacts")


def test_a_copy_and_its_original_go_on_apart(home, tmp_path, model):
    there = tmp_path / "copy"
    shutil.copytree(home, there)
    files = sorted(path for path in (home / "mlartifacts").rglob("*") if path.is_file())

    registry(there).promote(record(there, model, "two"))

    assert sorted(path for path in (home / "mlartifacts").rglob("*") if path.is_file()) == files
    assert registry(there).champion() != registry(home).champion()
    with registry(home).files(registry(home).champion()) as folder:
        assert (folder / SCORING / "trees.txt").is_file()


def test_a_store_copied_without_its_artifacts_goes_on_pointing_to_them(home, tmp_path):
    there = tmp_path / "copy"
    there.mkdir()
    shutil.copy(home / "mlflow.db", there)

    assert not follow_move(there / "mlflow.db", there / "mlartifacts")
    champion = registry(there).champion()
    with registry(there).files(champion) as folder:
        assert (folder / SCORING / "trees.txt").is_file()


def test_a_store_that_several_homes_share_is_left_alone(home, tmp_path):
    (tmp_path / "other" / "mlartifacts").mkdir(parents=True)
    before = cells(home)

    assert not follow_move(home / "mlflow.db", tmp_path / "other" / "mlartifacts")
    assert cells(home) == before


def test_artifacts_that_somebody_keeps_on_a_server_stay_there(home):
    with closing(sqlite3.connect(home / "mlflow.db")) as store, store:
        store.execute("UPDATE experiments SET artifact_location = 's3://bucket/of-ours' WHERE name = ?", (EXPERIMENT,))
    before = cells(home)

    assert not follow_move(home / "mlflow.db", home / "mlartifacts")
    assert cells(home) == before


def test_a_home_without_a_store_gets_none(tmp_path):
    (tmp_path / "mlartifacts").mkdir()

    assert not follow_move(tmp_path / "mlflow.db", tmp_path / "mlartifacts")
    assert not (tmp_path / "mlflow.db").exists()


def test_a_moved_store_that_cannot_be_written_is_a_mistake_in_one_line(home, tmp_path, monkeypatch):
    there = tmp_path / "moved"
    move(home, there)
    connect = sqlite3.connect
    monkeypatch.setattr("sqlite3.connect", lambda path: connect(f"{path.as_uri()}?mode=ro", uri=True))

    with pytest.raises(Mistake, match="read-only") as refusal:
        follow_move(there / "mlflow.db", there / "mlartifacts")

    assert "\n" not in str(refusal.value)
