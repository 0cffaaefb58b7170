"""The built wheel: everything that a run needs is in it, and nothing of the checkout is."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.leaky.test_cli import SMALL


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A command outside the checkout, of which nothing in the environment tells it."""
    hidden = {"PYTHONPATH", "MLFLOW_TRACKING_URI", "VIRTUAL_ENV"}
    without = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run([*map(str, words)], cwd=cwd, env=without, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", "-q", "-w", folder)
    done = run(sys.executable, "-m", "pip", "wheel", *options, REPOSITORY, cwd=folder)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def bin_folder(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of a fresh environment with the wheel; it sees this environment's libraries, but no checkout.

    What a .pth file of a folder that is itself named in a .pth file says counts for nothing, so the editable install
    that this environment may have stays out.
    """
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    assert run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent).returncode == 0
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (site / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    target = ("--python", folder / "bin" / "python", "install", "--no-deps", "--no-index", "-q")
    done = run(sys.executable, "-m", "pip", *target, "--ignore-installed", wheel, cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return folder / "bin"


def test_the_wheel_carries_the_settings_the_sources_and_the_page(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    for path in ("leaky/params.yaml", "leaky/data/sources/simulated/source.yaml", "pipelines/exports/page.html.j2"):
        assert path in names
    ours = {name.partition("/")[0] for name in names}
    assert {name for name in ours if not name.endswith(".dist-info")} == {"leaky", "pipelines", "features", "models"}
    for name in ("leaky", "pipelines", "features", "models"):
        kept = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / name).rglob("*.py")}
        assert kept <= names


def test_it_is_the_wheel_that_runs(bin_folder: Path, tmp_path: Path) -> None:
    asked = "import leaky, pipelines.home; print(leaky.__file__, pipelines.home.PROJECT, pipelines.home.SOURCES)"
    found = run(bin_folder / "python", "-c", asked, cwd=tmp_path).stdout.split()

    assert len(found) == 3
    for path in found:
        assert Path(path).is_relative_to(bin_folder.parent)


def test_help_and_the_catalogue_need_no_data(bin_folder: Path, tmp_path: Path) -> None:
    assert "which business customers will leave" in run(bin_folder / "leaky", "--help", cwd=tmp_path).stdout
    assert "days_since_contact" in run(bin_folder / "leaky", "features", cwd=tmp_path).stdout
    assert list(tmp_path.iterdir()) == []


def test_a_source_whose_files_are_not_there_is_one_line(bin_folder: Path, tmp_path: Path) -> None:
    done = run(bin_folder / "leaky", "check", "--source", "simulated", cwd=tmp_path)

    assert done.returncode == 2
    assert done.stderr == "leaky: data/simulated: no such folder; say where the files of simulated are: --files DIR.\n"


def test_a_firm_can_be_run_and_opened(bin_folder: Path, tmp_path: Path) -> None:
    import yaml

    (tmp_path / "small.yaml").write_text(yaml.safe_dump(SMALL))
    done = run(bin_folder / "leaky", "run", "--home", "x", "--params", "small.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = tmp_path / "x" / "exports" / "as_of=2026-07-01" / "accounts.html"
    assert "</html>" in page.read_text(encoding="utf-8")

    asked = "import leaky; firm = leaky.open('x'); print(len(firm.features()), len(firm.scores()), firm.model_status)"
    printed = run(bin_folder / "python", "-c", asked, cwd=tmp_path)
    features, scores, *status = printed.stdout.split()
    assert features == scores, printed.stderr
    assert " ".join(status) == "version 1 of leaky-bucket-simulated"
