"""Imports point one way, and a file is one idea."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGES = ("leaky", "pipelines", "models", "features")
LONGEST = 400  # lines of a source file


def lint_imports(folder: Path) -> str:
    """What import-linter prints about the packages in a folder; '' where every contract of pyproject.toml is kept."""
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [lint, "--config", REPOSITORY / "pyproject.toml", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder)},
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages, where a test may plant an import."""
    folder = tmp_path_factory.mktemp("copied")
    for package in PACKAGES:
        shutil.copytree(REPOSITORY / package, folder / package, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    return folder


def test_imports_point_one_way() -> None:
    assert lint_imports(REPOSITORY) == ""


PLANTS = {
    "features/cycle.py": ["import models.left", "import features.reasons.orders", "import features.compute.run"],
    "features/reasons/contact.py": ["import features.compute.block", "import features.catalogue"],
    "features/compute/scan.py": ["import features.reasons.contact", "import features.catalogue"],
    "features/language/rows.py": ["import features.compute.protocol", "import features.cycle"],
    "features/kernels/windows.py": ["import features.language.rows", "import features.tables"],
    "features/stray.py": ["import features.mistake"],
    "models/split.py": ["import pipelines.settings"],
    "pipelines/home.py": ["import leaky.cli", "import pipelines.train"],
    "pipelines/score.py": ["import pipelines.train", "def late() -> None:\n    import pipelines.export"],
}


@pytest.mark.parametrize(("path", "planted"), [(path, planted) for path, many in PLANTS.items() for planted in many])
def test_an_import_that_points_the_other_way_is_refused(copied: Path, path: str, planted: str) -> None:
    module = copied / path
    kept = module.read_text() if module.exists() else None
    module.write_text(f"{kept or ''}\n{planted}\n")
    try:
        printed = lint_imports(copied)
    finally:
        module.write_text(kept) if kept is not None else module.unlink()
    # A module that has no place in the order is named as such; an import stands with the modules at its two ends.
    ends = [path.removesuffix(".py").replace("/", "."), planted.rpartition("import ")[2]]
    assert "BROKEN" in printed or "not listed" in printed, printed
    assert all(end in printed for end in ends[: 1 if "stray" in path else 2]), printed


def sources(folder: Path) -> dict[str, int]:
    """Lines of every source file that people write; inlined libraries and notebooks are not read line by line."""
    written = [path for path in folder.rglob("*") if path.suffix in (".py", ".js", ".css", ".j2", ".sql")]
    return {
        str(path.relative_to(folder)): len(path.read_text(encoding="utf-8").splitlines())
        for path in written
        if not {"assets", "build"} & set(path.parts)
    }


def too_long(folder: Path) -> dict[str, int]:
    return {path: lines for path, lines in sources(folder).items() if lines > LONGEST}


@pytest.mark.parametrize("folder", [*PACKAGES, "tests", "benchmarks", "data/sources", "docs"])
def test_a_file_is_one_idea(folder: str) -> None:
    assert too_long(REPOSITORY / folder) == {}


def test_a_longer_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("\n" * (LONGEST + 1))
    (tmp_path / "fits.py").write_text("\n" * LONGEST)
    assert too_long(tmp_path) == {"long.py": LONGEST + 1}
