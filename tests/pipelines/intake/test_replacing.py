"""Two runs into one home at once, and what killed runs leave behind."""

import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.intake import replacing
from pipelines.intake.replacing import replace_folder, unfinished_folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write_over_and_over(folder: Path, own: str, times: int) -> None:
    for _ in range(times):
        with unfinished_folder(folder) as unfinished:
            for number in range(5):
                (unfinished / f"{own}{number}").write_text(own)
            replace_folder(unfinished, folder)


def test_runs_that_end_at_once_leave_one_whole_folder(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    spawn = multiprocessing.get_context("spawn")
    runs = [spawn.Process(target=write_over_and_over, args=(folder, own, 150)) for own in "abc"]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [run.exitcode for run in runs] == [0, 0, 0]
    assert names(tmp_path) == ["tables"]
    (own,) = {name[0] for name in names(folder)}
    assert names(folder) == [f"{own}{number}" for number in range(5)]


def test_two_ingests_into_one_home_at_once(firm) -> None:
    lines = "\n".join(f"A,2026-01-01,{number}" for number in range(20_000))
    firm.table("orders", f"account_id,ordered_at,amount\n{lines}")
    expected = firm.ingest()
    program = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from pipelines.home import Home; from pipelines.ingest import ingest; from pipelines.settings import Settings\n"
        "for _ in range(3):\n"
        "    ingest(Settings(), Home(Path(sys.argv[2])), source=sys.argv[1], files=None, as_of=None, today=date(2026, 7, 1))\n"
    )
    words = [sys.executable, "-c", program, str(firm.folder), str(firm.home.folder)]
    runs = [subprocess.Popen(words, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert names(firm.home.folder) == ["tables"]
    assert names(firm.home.tables) == ["accounts.parquet", "manifest.json", "orders.parquet", "refused"]
    assert type(expected).read(firm.home) == expected
    assert pq.read_metadata(firm.home.tables / "orders.parquet").num_rows == 20_000


def test_what_a_killed_run_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    program = (
        "import sys, time; from pathlib import Path; from pipelines.intake.replacing import unfinished_folder\n"
        "with unfinished_folder(Path(sys.argv[1])) as unfinished:\n"
        "    (unfinished / 'orders.parquet').write_text('half')\n"
        "    print(unfinished, flush=True)\n"
        "    time.sleep(600)\n"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    killed, living = [Path(run.stdout.readline().strip()) for run in runs if run.stdout]
    try:
        os.kill(runs[0].pid, signal.SIGKILL)
        runs[0].communicate()
        assert killed.exists()
        with unfinished_folder(folder) as unfinished:
            replace_folder(unfinished, folder)
        assert not killed.exists()
        assert names(living) == ["orders.parquet"]
        assert names(tmp_path) == sorted([living.name, "tables"])
    finally:
        runs[1].kill()
        runs[1].communicate()


def test_a_run_that_fails_leaves_nothing_and_the_older_folder_as_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "orders.parquet").write_text("older")

    def fail() -> None:
        with unfinished_folder(folder) as unfinished:
            (unfinished / "orders.parquet").write_text("half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert names(tmp_path) == ["tables"]
    assert (folder / "orders.parquet").read_text() == "older"


def test_others_may_read_a_folder_that_was_swapped_in(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    with unfinished_folder(folder) as unfinished:
        replace_folder(unfinished, folder)
    (tmp_path / "usual").mkdir()
    assert folder.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_where_folders_cannot_be_locked_nothing_of_others_is_removed(tmp_path: Path, monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(replacing.fcntl, "flock", fails)
    folder = tmp_path / "tables"
    (tmp_path / ".tables.0123.unfinished").mkdir()
    with unfinished_folder(folder) as unfinished:
        (unfinished / "orders.parquet").write_text("whole")
        replace_folder(unfinished, folder)
    assert names(tmp_path) == [".tables.0123.unfinished", "tables"]
    assert names(folder) == ["orders.parquet"]


def test_a_home_that_cannot_be_written_is_not_tried_forever(tmp_path: Path, monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise PermissionError("read-only")

    with unfinished_folder(tmp_path / "tables") as unfinished:
        monkeypatch.setattr(Path, "rename", fails)
        with pytest.raises(PermissionError):
            replace_folder(unfinished, tmp_path / "tables")


def test_a_run_whose_place_was_taken_and_left_again_in_that_moment_tries_once_more(tmp_path: Path, monkeypatch) -> None:
    folder, rename = tmp_path / "tables", Path.rename
    other = tmp_path / "other"
    other.mkdir()
    (other / "orders.parquet").write_text("another's")

    def taken_meanwhile(path: Path, target: Path) -> Path:
        if path != unfinished or not other.exists():
            return rename(path, target)
        rename(other, folder)  # a second run is quicker ...
        try:
            return rename(path, target)
        finally:
            rename(folder, tmp_path / ".left.unfinished")  # ... and a third one puts its folder aside

    with unfinished_folder(folder) as unfinished:
        (unfinished / "orders.parquet").write_text("own")
        monkeypatch.setattr(Path, "rename", taken_meanwhile)
        replace_folder(unfinished, folder)
    assert (folder / "orders.parquet").read_text() == "own"
