"""The fingerprint of a source changes with its files and its SQL, and with nothing else."""

import shutil

from pipelines.fingerprint import fingerprint


def taken(firm) -> bytes:
    fingerprint(firm.home, source=str(firm.folder), files=None)
    return firm.home.fingerprint.read_bytes()


def test_it_is_the_same_wherever_and_whenever_it_is_taken(firm, tmp_path) -> None:
    before = taken(firm)
    (firm.folder / "files" / "orders.csv").touch()
    assert taken(firm) == before
    shutil.copytree(firm.folder, tmp_path / "elsewhere" / firm.folder.name)
    firm.folder = tmp_path / "elsewhere" / firm.folder.name
    assert taken(firm) == before
    assert str(tmp_path).encode() not in before


def test_a_changed_row_and_a_changed_select_change_it(firm) -> None:
    before = taken(firm)
    firm.write("orders.csv", "account_id,ordered_at,amount\nA,2026-01-15,8")
    after_a_row = taken(firm)
    firm.sql("orders", "FROM orders WHERE amount > 7")
    assert len({before, after_a_row, taken(firm)}) == 3


def test_a_file_that_no_table_names_is_none_of_its_business(firm) -> None:
    before = taken(firm)
    firm.write("notes.csv", "anything\n1")
    assert taken(firm) == before
