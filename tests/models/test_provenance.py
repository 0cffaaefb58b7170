"""Provenance: hashes that are the same wherever things are made, and the commit that made them."""

import subprocess

import pytest

from models.provenance import commit_of, files_hash, is_dirty, short_hash


@pytest.fixture
def checkout(tmp_path):
    """A folder with one commit, in which code.py and metrics.json stand."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "-q"], check=True)
    for name in ("code.py", "metrics.json"):
        (folder / name).write_text("1\n")
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "first"], check=True)
    return folder


def test_a_hash_changes_with_contents_and_with_names(tmp_path):
    (tmp_path / "a").write_text("1")
    before, short = files_hash({"model": tmp_path}), short_hash([tmp_path / "a"])
    (tmp_path / "a").write_text("2")
    changed = files_hash({"model": tmp_path})
    assert short_hash([tmp_path / "a"]) != short
    (tmp_path / "a").rename(tmp_path / "b")

    assert len({before, changed, files_hash({"model": tmp_path}), files_hash({"other": tmp_path})}) == 4


def test_a_hash_is_the_same_wherever_the_files_are_and_in_whatever_order_they_are_named(tmp_path):
    for place in ("here", "there"):
        for name in ("evaluated", "scoring"):
            (tmp_path / place / name).mkdir(parents=True)
            (tmp_path / place / name / "trees.txt").write_text(name)
    here, there = tmp_path / "here", tmp_path / "there"

    assert files_hash({name: here / name for name in ("evaluated", "scoring")}) == files_hash(
        {name: there / name for name in ("scoring", "evaluated")}
    )


def test_a_checkout_has_a_commit_and_a_folder_inside_another_has_none(tmp_path, checkout):
    assert commit_of(tmp_path) is None
    inside = checkout / "inside"
    inside.mkdir()

    assert len(commit_of(checkout) or "") == 40
    assert commit_of(inside) is None


def test_a_checkout_is_dirty_where_code_was_changed_or_added_and_not_where_figures_were_recorded(checkout):
    assert not is_dirty(checkout)
    (checkout / "metrics.json").write_text("2\n")
    (checkout / "dvc.lock").write_text("2\n")
    assert not is_dirty(checkout)

    (checkout / "more.py").write_text("1\n")
    assert is_dirty(checkout)
    (checkout / "more.py").unlink()
    (checkout / "code.py").write_text("2\n")
    assert is_dirty(checkout)
