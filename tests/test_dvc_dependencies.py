"""DVC is told the truth: a stage depends on the code that it imports, all of it and no other."""

import ast
from pathlib import Path

import pytest
import yaml

from tests.conftest import REPOSITORY

PACKAGES = ("leaky", "pipelines", "models", "features")
STAGES = yaml.safe_load((REPOSITORY / "dvc.yaml").read_text())["stages"]
# What is found by being there, not by being named.
FOUND_BY_BEING_THERE = {"features/catalogue.py": "features/reasons"}


def file_of(module: str, root: Path = REPOSITORY) -> Path | None:
    """The file of a module of the project; None for anything else."""
    if module.split(".")[0] not in PACKAGES:
        return None
    path = root / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def imported_by(file: Path, root: Path = REPOSITORY) -> set[Path]:
    """The project's files that a file imports, wherever in it; not those that only type checkers see."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    unseen = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    found: set[Path | None] = set()
    for node in ast.walk(tree):
        if id(node) in unseen:
            continue
        if isinstance(node, ast.Import):
            found |= {file_of(name.name, root) for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {file_of(f"{node.module}.{name.name}", root) or file_of(node.module, root) for name in node.names}
    folder = FOUND_BY_BEING_THERE.get(file.relative_to(root).as_posix())
    return {path for path in found if path} | (set((root / folder).glob("*.py")) if folder else set())


def closure(file: Path, root: Path = REPOSITORY) -> set[str]:
    """All of the project's files that are imported when a file is, itself among them; empty __init__ files are not."""
    seen: set[Path] = set()
    ahead = {file}
    while ahead:
        seen |= ahead
        ahead = set().union(*(imported_by(each, root) for each in ahead)) - seen
    return {path.relative_to(root).as_posix() for path in seen if path.name != "__init__.py"}


def code_dependencies(stage: str) -> list[str]:
    return [path for path in STAGES[stage]["deps"] if path.split("/")[0] in PACKAGES]


def is_under(file: str, dependency: str) -> bool:
    return file == dependency or file.startswith(f"{dependency}/")


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_everything_that_it_imports(stage: str) -> None:
    needed, declared = closure(REPOSITORY / f"pipelines/{stage}.py"), code_dependencies(stage)
    missing = {file for file in needed if not any(is_under(file, dependency) for dependency in declared)}
    assert missing == set()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_no_code_that_it_does_not_import(stage: str) -> None:
    """A folder may hold files that the stage does without, but not mostly; a file is imported, or is no dependency."""
    needed = closure(REPOSITORY / f"pipelines/{stage}.py")
    for dependency in code_dependencies(stage):
        path = REPOSITORY / dependency
        files = [path] if path.is_file() else [file for file in path.rglob("*.py") if file.name != "__init__.py"]
        names = {file.relative_to(REPOSITORY).as_posix() for file in files}
        assert len(names & needed) > len(names) / 3, dependency


def test_an_import_within_a_function_counts_and_one_for_type_checkers_does_not(tmp_path: Path) -> None:
    for name, text in {
        "pipelines/train.py": "def train():\n    from models.churn import fit\n",
        "models/churn.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from models.plots import draw\n"
        "from features import tables\n",
        "models/plots.py": "",
        "features/tables.py": "",
        "features/__init__.py": "",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = closure(tmp_path / "pipelines/train.py", tmp_path)
    assert found == {"pipelines/train.py", "models/churn.py", "features/tables.py"}
