"""Replacing: a folder is written beside its place and swapped in whole, however many runs do so at once."""

import errno
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_UNFINISHED = ".unfinished"
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST)  # what a rename says of a place with a folder in it; systems differ


@contextmanager
def unfinished_folder(folder: Path) -> Iterator[Path]:
    """A folder of one's own beside `folder`, to be written and then put in its place; what is left of it is removed.

    It is locked as long as its owner lives, so that others can tell it from what a killed run has left behind.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    made, lock = _new_beside(folder)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def replace_folder(new: Path, folder: Path) -> None:
    """Puts a finished folder in the place of an older one; removes that, and what killed runs have left beside it.

    Of several runs that end at once the last one's folder stays, as a whole.
    """
    while new.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        old = _name_beside(folder)
        with suppress(FileNotFoundError):  # there may be none
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError as error:
            # Another run was quicker, and its folder goes aside in turn: a third one may have seen to that by now.
            if error.errno not in _TAKEN and folder.parent.exists():
                raise
        shutil.rmtree(old, ignore_errors=True)
    for left in folder.parent.glob(f".{folder.name}*{_UNFINISHED}"):
        _remove_if_nobodys(left)


def _name_beside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.{secrets.token_hex(8)}{_UNFINISHED}")


def _new_beside(folder: Path) -> tuple[Path, int | None]:
    while True:
        made = _name_beside(folder)
        made.mkdir()
        try:
            return made, _lock(made)
        except (BlockingIOError, FileNotFoundError):
            continue  # another run cleaned up in this very moment, and took it for a leftover
        except OSError:
            return made, None  # a file system without locks, on which nobody removes what may be another's


def _lock(folder: Path) -> int:
    """A handle that keeps a folder locked until it is closed, or its process dies. Raises OSError where somebody else
    has it, where the folder is gone, and where folders cannot be locked.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder.stat()  # it may have been removed while it was being locked
    except OSError:
        os.close(handle)
        raise
    return handle


def _remove_if_nobodys(folder: Path) -> None:
    try:
        lock = _lock(folder)
    except OSError:
        return
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
