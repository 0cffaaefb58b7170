"""A test that is skipped says why; where CI says that nothing is absent, it fails the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

SKIPS = """
import pytest


def test_runs():
    pass


def test_needs_something():
    pytest.skip("no such thing here")
"""


@pytest.mark.parametrize(("ci", "workers", "exit_code"), [("true", "0", 1), ("true", "2", 1), ("", "0", 0)])
def test_a_skip_fails_in_ci(tmp_path: Path, ci: str, workers: str, exit_code: int) -> None:
    (tmp_path / "test_skips.py").write_text(SKIPS)
    command = [sys.executable, "-m", "pytest", "-ra", "-n", workers, "-p", "tests.conftest", "--rootdir", tmp_path]
    done = subprocess.run(
        [*command, "-c", os.devnull, "-p", "no:cacheprovider", tmp_path / "test_skips.py"],
        cwd=REPOSITORY,
        env=os.environ | {"CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "no such thing here" in done.stdout
    assert done.returncode == exit_code, done.stdout
