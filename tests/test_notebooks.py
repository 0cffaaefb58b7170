"""The notebooks run from the first cell to the last, show what they promise, and are kept without their outputs."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from pipelines.home import Home
from tests.conftest import REPOSITORY

NOTEBOOKS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
IMAGE = "image/png"
# What each cell must show: an image, or texts that stand in what it prints or in the table that it shows.
PROMISED: dict[str, dict[str, tuple[str, ...]]] = {
    "start": {
        "open": ("<Firm simulated, as of 2026-07-01",),
        "tables": (r"orders +[\d,]+ rows", r"reps +[\d,]+ rows"),
        "orders-by-month": (IMAGE,),
        "at-risk": ("risk", "pace", "value_at_risk", "reason_1", "action_1", r"A\d{5}", r"\d+%"),
        "not-scored": ("accounts", "Already gone"),
        "first-reasons": (IMAGE,),
        "account": (r"risk \d+%", "On schedule", "Reasons", "Latest events before 1 July 2026"),
        "timeline": ("happened_on", "lane", "event", r"2026-\d\d-\d\d"),
        "history": (IMAGE,),
        "what-if": ("risk_now", "one conversation today"),
        "features": ("2026-01-01", "2026-07-01", "days_since_order", "usual_cycle", "days_since_contact"),
        "metrics": ("model", "days_since_order", "early", "roc_auc_low", r"0\.\d{3}"),
        "curves": (IMAGE,),
        "explanation": (r"\(\d+, \d+\)",),
        "beeswarm": (IMAGE,),
        "waterfall": (IMAGE,),
        "by-reason": (IMAGE,),
        "dependence": (IMAGE,),
        "try": ("large_orders_360d", "ROC AUC", "95 % interval", "average precision", r"On [\d,]+ test rows"),
    }
}


def shown(cell: NotebookNode) -> str:
    """What a cell printed and displayed, as text; an image as the name of its kind."""
    parts = []
    for output in cell.outputs:
        data = output.get("data", {})
        parts += [output.get("text", ""), data.get("text/plain", ""), data.get("text/html", "")]
        parts += [IMAGE] if data.get(IMAGE) else []
    return "\n".join(parts)


def faults(notebook: NotebookNode, promised: dict[str, tuple[str, ...]]) -> list[str]:
    """What a run notebook fails to show, and what nobody wants to see in one."""
    cells = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
    found = [f"{name}: promises nothing" for name in cells.keys() - promised.keys()]
    for name, patterns in promised.items():
        outputs = cells[name].outputs
        found += [f"{name}: {output.ename}" for output in outputs if output.output_type == "error"]
        found += [f"{name}: {output.text}" for output in outputs if output.get("name") == "stderr"]
        found += [f"{name}: no {pattern}" for pattern in patterns if not re.search(pattern, shown(cells[name]))]
    return found


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_runs_and_shows_what_it_promises(path: Path, scored_home: Home, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(scored_home.folder)
    (tmp_path / "notebooks").mkdir()
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(tmp_path / "notebooks")}}
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()
    assert faults(notebook, PROMISED[path.stem]) == []


def test_a_notebook_that_does_not_show_it_would_be_found() -> None:
    table = {"text/html": "<th>risk</th><td>92%</td>"}
    cells = [
        new_code_cell(id="table", outputs=[new_output("execute_result", data=table)]),
        new_code_cell(id="plot", outputs=[new_output("execute_result", data={"text/plain": "<Axes>"})]),
        new_code_cell(id="warns", outputs=[new_output("stream", name="stderr", text="FutureWarning")]),
        new_code_cell(id="fails", outputs=[new_output("error", ename="KeyError", evalue="risk", traceback=[])]),
        new_code_cell(id="more"),
    ]
    promised = {"table": ("risk", r"\d+%", "pace"), "plot": (IMAGE,), "warns": (), "fails": ()}
    assert faults(new_notebook(cells=cells), promised) == [
        "more: promises nothing",
        "table: no pace",
        "plot: no image/png",
        "warns: FutureWarning",
        "fails: KeyError",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_needs_no_module_behind_the_front_door(path: Path) -> None:
    source = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    assert re.findall(r"^\s*(?:from|import) +((?:features|models|pipelines|leaky\.)\S*)", source, re.MULTILINE) == []
    assert "import leaky" in source


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_is_kept_without_outputs(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count] == []
