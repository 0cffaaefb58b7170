"""What stands below the rows of a file is left out and said; a row that was cut off is not."""

import codecs
from pathlib import Path

import pytest

from pipelines.intake.footers import TAIL_BYTES, lines_below
from tests.pipelines.intake.test_delimited import ROWS, amounts, given


@pytest.mark.parametrize(
    ("below", "said"),
    [
        ("(2 rows affected)\n", "a line below its rows is left out: '(2 rows affected)'"),
        ("\n\nAs of: 2 January\nBy: me\n\n", "2 lines below its rows are left out: 'As of: 2 January'"),
        ("\nAs of: 2 January", "a line below its rows is left out: 'As of: 2 January'"),
        ('"Friday, 2 January"\n', "a line below its rows is left out: '\"Friday, 2 January\"'"),
        ("\nEOF\n", "a line below its rows is left out: 'EOF'"),
        ("-----\nTotal\n", "2 lines below its rows are left out: '-----'"),
        ("\x1a", ""),
        ("\n\x1a\n", ""),
        ("\0" * 512, ""),
        ("\n" * 3, ""),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_is_no_row_is_left_out(firm, caplog, below: str, said: str, encoding: str) -> None:
    given(firm, (ROWS + below).encode(encoding), f"encoding: {{orders: {encoding}}}")
    assert amounts(firm) == {"A": 1, "B": 2}
    assert [line for line in caplog.messages if "below its rows" in line] == [f"orders.csv: {said}"] * bool(said)


def lines(path: Path, text: str, encoding: str = "utf-8") -> list[str]:
    path.write_bytes(text.encode(encoding))
    return lines_below(path, codecs.lookup(encoding).name, delimiter=",", quote='"')


@pytest.mark.parametrize(
    "text",
    [
        ROWS,
        ROWS + "C",  # cut off
        ROWS + "C\n",  # an id, and nothing more
        ROWS + '"C"\n',
        ROWS + "K-4711\n",
        ROWS + "Total\nof 2 rows\n",
        ROWS + "C,2026-01-03\n",
        ROWS.replace("2\n", '"2\nor\n3"\n'),  # a text of several lines
        ROWS.replace("2\n", '"2\nor\n\n"'),
        ROWS + "x\n" * 21,
        "A,B\n",
        "A\n",
    ],
)
def test_a_row_is_none(tmp_path: Path, text: str) -> None:
    assert lines(tmp_path / "rows.csv", text) == []


def test_a_row_of_an_id_and_tabs_is_none(tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    for below, found in [("C\t\t\n", []), ("\t\t\nThe end\n\t\t\n", ["The end", "\t\t"])]:
        path.write_text(ROWS.replace(",", "\t") + below)
        assert lines_below(path, "utf-8", delimiter="\t", quote='"') == found


def test_of_a_long_file_the_end_is_looked_at(tmp_path: Path) -> None:
    rows = ROWS * TAIL_BYTES
    assert lines(tmp_path / "rows.csv", f"{rows}\nThe end\n") == ["The end"]
    assert lines(tmp_path / "rows.csv", f"{rows}\nThe end\n", "utf-16") == []  # letters may begin anywhere
    assert lines(tmp_path / "rows.csv.gz", f"{rows}\nThe end\n") == []
    assert lines(tmp_path / "rows.csv", f"{rows}{'x' * TAIL_BYTES}") == []
