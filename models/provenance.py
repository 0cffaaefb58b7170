"""Provenance: what a model was made of and by, as hashes that are the same wherever it is made."""

import hashlib
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

# What a run of the main job writes into a checkout says nothing of the code that wrote it.
_RECORDED = (":(exclude)dvc.lock", ":(exclude)metrics.json")


def commit_of(folder: Path) -> str | None:
    """The git commit that a folder is a checkout of, or None."""
    answer = _git(folder, "rev-parse", "--show-prefix", "HEAD")
    prefix, _, commit = (answer or "").rstrip("\n").partition("\n")
    # A prefix means that the folder lies inside a checkout of something else.
    return commit if answer is not None and not prefix else None


def is_dirty(folder: Path) -> bool:
    """Whether a checkout holds files that are not as its commit has them: changed, gone, or new and not ignored."""
    return bool(_git(folder, "status", "--porcelain", "--", ".", *_RECORDED))


def files_hash(folders: Mapping[str, Path]) -> str:
    """The SHA-256 of every file under these folders, and of its name; wherever the folders are."""
    digest = hashlib.sha256()
    for name, folder in sorted(folders.items()):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = path.read_bytes()
            digest.update(f"{name}/{path.relative_to(folder).as_posix()}\n{len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()


def short_hash(paths: Iterable[Path]) -> str:
    """12 hexadecimal digits that change with the contents of these files."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]


def _git(folder: Path, *words: str) -> str | None:
    """What git prints; None where there is no git, or it fails."""
    git = shutil.which("git")
    if git is None:
        return None
    command = [git, "-C", str(folder), *words]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words and our own folder
    return answer.stdout if answer.returncode == 0 else None
