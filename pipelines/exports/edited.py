"""Edited: a workbook that people have filled in is theirs, and is never written over."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path

from pipelines.intake.manifest import file_hash


def write_unless_edited(path: Path, written: Mapping[str, str], write: Callable[[Path], None]) -> dict[str, str]:
    """Writes a file as `path`; where that has been changed since we wrote it, as 'name (new).xlsx' beside it, so that
    people find what they filled in where they left it. Returns the name under which it was written, with its hash.

    written: what was returned the last time. A file of which nobody knows who wrote it counts as changed, unless it is
    the same as what is to be written. What we wrote under another name, and nobody has changed, is taken away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
    try:
        write(unfinished)
        made = file_hash(unfinished)
        free = next(name for name in _names(path) if not _is_theirs(name, written, made))
        unfinished.replace(free)
    finally:
        unfinished.unlink(missing_ok=True)
    for name in written:
        other = path.with_name(name)
        if other != free and not _is_theirs(other, written, made):
            other.unlink(missing_ok=True)
    return {free.name: made}


def _names(path: Path) -> Iterator[Path]:
    yield path
    yield path.with_stem(f"{path.stem} (new)")
    for number in count(2):
        yield path.with_stem(f"{path.stem} (new {number})")


def _is_theirs(path: Path, written: Mapping[str, str], made: str) -> bool:
    return path.exists() and file_hash(path) not in (made, written.get(path.name))
