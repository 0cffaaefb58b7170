"""Benchmarks are run by hand; that those of features still run is seen here, on tiny firms."""

import re
import subprocess
import sys

from features.catalogue import catalogue
from tests.conftest import REPOSITORY


def skill(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.skill", "--seeds", "23", "--accounts", "400", *words]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_what_features_are_worth_can_be_measured() -> None:
    done = skill()

    assert done.returncode == 0, done.stderr
    before, now, truth = map(int, re.findall(r"(?:before|now|truth) (\d+)", done.stdout))
    assert before < now
    assert before < truth
    assert re.search(r"\nROC AUC +0\.\d+ +0\.\d+ +0\.\d+ ", done.stdout)


def test_a_benchmark_without_a_feature_that_there_is_not_is_refused() -> None:
    done = skill("--without", "orders_pace_30d", "no_such_feature")

    assert done.returncode == 2
    assert "--without: no_such_feature is no feature" in done.stderr


def test_the_whole_catalogue_can_be_measured_and_peers_compute_the_same() -> None:
    size = ["--events", "5000", "--accounts", "50", "--snapshots", "3", "--featuretools-events", "0"]
    command = [sys.executable, "-m", "benchmarks.features", *size]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert f"The whole catalogue: {len(catalogue().features)} features" in done.stdout
    assert "equal: every value of every contender" in done.stdout
