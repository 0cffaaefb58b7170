"""Edited: what people filled in stays where they left it, whatever is written again."""

from pathlib import Path

import pytest

from pipelines.exports.edited import write_unless_edited


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "exports" / "accounts.xlsx"


def write(path: Path, written: dict[str, str], text: str) -> dict[str, str]:
    return write_unless_edited(path, written, lambda unfinished: unfinished.write_text(text) and None)


def files(path: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in path.parent.iterdir()}


def test_what_nobody_changed_is_written_over(path: Path) -> None:
    written = write(path, {}, "monday")
    assert list(written) == ["accounts.xlsx"]
    write(path, written, "tuesday")
    assert files(path) == {"accounts.xlsx": "tuesday"}


def test_what_somebody_changed_stays_and_the_new_one_stands_beside_it(path: Path) -> None:
    written = write(path, {}, "monday")
    path.write_text("monday, called")
    written = write(path, written, "tuesday")
    assert list(written) == ["accounts (new).xlsx"]
    assert files(path) == {"accounts.xlsx": "monday, called", "accounts (new).xlsx": "tuesday"}
    written = write(path, written, "wednesday")
    assert files(path) == {"accounts.xlsx": "monday, called", "accounts (new).xlsx": "wednesday"}


def test_a_new_one_that_was_changed_as_well_stays_too(path: Path) -> None:
    written = write(path, {}, "monday")
    path.write_text("monday, called")
    written = write(path, written, "tuesday")
    path.with_name("accounts (new).xlsx").write_text("tuesday, visited")
    written = write(path, written, "wednesday")
    write(path, written, "thursday")
    assert files(path) == {
        "accounts.xlsx": "monday, called",
        "accounts (new).xlsx": "tuesday, visited",
        "accounts (new 2).xlsx": "thursday",
    }


def test_once_the_changed_one_is_taken_away_the_old_name_is_used_again(path: Path) -> None:
    written = write(path, {}, "monday")
    path.write_text("monday, called")
    written = write(path, written, "tuesday")
    path.unlink()
    written = write(path, written, "wednesday")
    assert list(written) == ["accounts.xlsx"]
    assert files(path) == {"accounts.xlsx": "wednesday"}


def test_the_same_again_changes_nothing_even_where_nobody_knows_who_wrote_it(path: Path) -> None:
    write(path, {}, "monday")
    assert list(write(path, {}, "monday")) == ["accounts.xlsx"]
    assert list(write(path, {}, "tuesday")) == ["accounts (new).xlsx"]
    assert files(path) == {"accounts.xlsx": "monday", "accounts (new).xlsx": "tuesday"}


def test_nothing_half_written_is_left_behind(path: Path) -> None:
    def fails(unfinished: Path) -> None:
        unfinished.write_text("half")
        raise OSError("disk full")

    written = write(path, {}, "monday")
    with pytest.raises(OSError, match="disk full"):
        write_unless_edited(path, written, fails)
    assert files(path) == {"accounts.xlsx": "monday"}
