"""The pipeline under DVC: it runs, a second run does nothing, and a change reruns what depends on it and no more."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.leaky.test_cli import SMALL

BIN = Path(sys.executable).parent
STAGES = ["simulate", "fingerprint", "ingest", "snapshots", "train", "evaluate", "score", "export"]


def run(folder: Path, *words: str) -> str:
    path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    without = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    done = subprocess.run(words, cwd=folder, env=without | path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ran(printed: str) -> list[str]:
    """The stages that DVC ran, in the order in which they stand in dvc.yaml."""
    return [stage for stage in STAGES if f"Running stage '{stage}'" in printed]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a small firm, after its first `dvc repro`."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("leaky", "pipelines", "features", "models", "data/sources", ".dvc"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "cache", "tmp"))
    for name in ("dvc.yaml", ".dvcignore", ".gitignore"):
        shutil.copy(REPOSITORY / name, folder / name)
    params = yaml.safe_load((REPOSITORY / "params.yaml").read_text())
    for section, values in SMALL.items():
        params[section] |= values
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    run(folder, "git", "init", "-q")
    assert ran(run(folder, "dvc", "repro")) == STAGES
    return folder


def test_a_second_run_does_nothing(checkout: Path) -> None:
    assert ran(run(checkout, "dvc", "repro")) == ["fingerprint"]  # nobody else knows where a source's files lie


def gate(checkout: Path) -> dict[str, object]:
    return json.loads((checkout / "data" / "model" / "gate.json").read_text())


def test_a_model_that_the_gate_refuses_reruns_no_scores_and_a_new_champion_does(checkout: Path) -> None:
    file = checkout / "params.yaml"
    before = yaml.safe_load(file.read_text())
    first = gate(checkout)

    no_tree = {"train": before["train"] | {"min_child_samples": 1_000_000}}  # so no split, and chance is all it knows
    file.write_text(yaml.safe_dump(before | no_tree))
    assert ran(run(checkout, "dvc", "repro")) == ["fingerprint", "train", "evaluate", "export"]
    refused = gate(checkout)
    assert not refused["promoted"]
    assert refused["champion_files_sha256"] == first["champion_files_sha256"] != refused["challenger_files_sha256"]

    file.write_text(yaml.safe_dump(before | {"train": before["train"] | {"seed": 2}}))
    assert ran(run(checkout, "dvc", "repro")) == ["fingerprint", "train", "evaluate", "score", "export"]
    assert gate(checkout)["champion_files_sha256"] != first["champion_files_sha256"]


def test_a_fresh_clone_records_what_a_checkout_with_a_past_does(checkout: Path, tmp_path: Path) -> None:
    """By now the checkout's registry has seen three models, and a fresh one sees the last; git must not see which."""
    clone = tmp_path / "clone"
    shutil.copytree(checkout, clone, ignore=shutil.ignore_patterns("cache", "tmp", "mlflow.db", "mlartifacts"))
    for made in (clone / "data").iterdir():
        if made.name != "sources":
            shutil.rmtree(made) if made.is_dir() else made.unlink()
    (clone / "metrics.json").unlink()

    assert ran(run(clone, "dvc", "repro")) == STAGES

    assert yaml.safe_load((clone / "dvc.lock").read_text()) == yaml.safe_load((checkout / "dvc.lock").read_text())
    assert (clone / "metrics.json").read_bytes() == (checkout / "metrics.json").read_bytes()


def test_another_definition_of_leaving_reruns_labels_and_what_follows(checkout: Path) -> None:
    params = (checkout / "params.yaml").read_text()
    assert "  k: 2\n" in params
    (checkout / "params.yaml").write_text(params.replace("  k: 2\n", "  k: 1.5\n"))
    assert ran(run(checkout, "dvc", "repro")) == ["fingerprint", *STAGES[3:]]


def test_what_a_source_says_of_training_trains_anew(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(checkout))  # else `simulated` is the source of that name in the project
    with (checkout / "data" / "sources" / "simulated" / "source.yaml").open("a") as source:
        source.write("train: {seed: 2}\n")
    assert ran(run(checkout, "dvc", "repro")) == STAGES[1:]


def test_a_changed_reason_reruns_from_the_snapshots_on(checkout: Path) -> None:
    with (checkout / "features" / "reasons" / "calls.py").open("a") as module:
        module.write("# Another thought.\n")
    planned = run(checkout, "dvc", "status")
    stale = [stage for stage in STAGES if f"{stage}:" in planned.splitlines()]
    assert stale[:2] == ["fingerprint", "snapshots"]  # the first is always taken anew
    assert "ingest:" not in planned


def test_what_people_filled_in_and_scores_of_other_days_outlive_a_new_run(checkout: Path) -> None:
    (workbook,) = checkout.glob("data/exports/as_of=*/accounts.xlsx")
    book = openpyxl.load_workbook(workbook)
    book["Summary"]["A1"] = "Monday's list"
    book.save(workbook)
    earlier = checkout / "data" / "scores" / "as_of=2020-01-01" / "scores.parquet"
    earlier.parent.mkdir()
    earlier.write_bytes(b"scores of another day")
    params = (checkout / "params.yaml").read_text()
    assert "  value_days: 360\n" in params
    (checkout / "params.yaml").write_text(params.replace("  value_days: 360\n", "  value_days: 90\n"))
    assert ran(run(checkout, "dvc", "repro", "export"))[-2:] == ["score", "export"]
    assert openpyxl.load_workbook(workbook)["Summary"]["A1"].value == "Monday's list"
    assert openpyxl.load_workbook(workbook.with_name("accounts (new).xlsx"))["Summary"]["A1"].value != "Monday's list"
    assert earlier.read_bytes() == b"scores of another day"
    assert ran(run(checkout, "dvc", "repro", "export")) == ["fingerprint"]


def test_metrics_and_plots_can_be_shown(checkout: Path) -> None:
    told = run(checkout, "dvc", "metrics", "show")
    assert "early_roc_auc" in told
    assert "model.json" in told
    run(checkout, "dvc", "plots", "show", "-o", "plots")
    page = (checkout / "plots" / "index.html").read_text()
    assert "Of those given this risk, so many left" in page
