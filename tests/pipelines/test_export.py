import csv
import json
import re
from datetime import date

import openpyxl
import pandas as pd
import pytest

from features.catalogue import catalogue
from features.mistake import Mistake
from pipelines.export import export
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.settings import Settings

AS_OF = date(2024, 7, 1)
EXPORTS = ("accounts.csv", "accounts.html", "accounts.xlsx")
TABLES = {
    "orders": """
        account_id  ordered_at  amount
        A           2024-06-20  100
        A           2024-06-01  100
        B           2024-03-01  900
        B           2024-07-02  900
        C           2022-01-01  5
    """,
    "accounts": """
        account_id  name   region
        A           Alder  North
        B           Birch  South
        C           Cedar  South
    """,
    "reps": """
        rep_id  name
        R1      Rita
    """,
    "rep_assignments": """
        account_id  rep_id  starts_at   ends_at
        A           R1      2024-05-01  -
    """,
    "contacts": """
        account_id  contacted_at  channel
        A           2024-06-02    visit
    """,
}
SCORES = """
    account_id  rank  risk  pace     value  value_at_risk  priority  rep_id  reason_1  reason_1_code  reason_1_shap
    B           1     0.8   overdue  900    720            1         -       Silence   orders         0.9
    A           2     0.1   early    200    20             2         R1      Coldness  contact        0.1
"""


def table(text):
    """A small text table; a column ending in _at is a time, '-' is nothing."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    rows = pd.DataFrame([[None if cell == "-" else cell for cell in line] for line in lines], columns=head)
    for column in head:
        if column.endswith("_at"):
            rows[column] = pd.to_datetime(rows[column], format="ISO8601").astype("datetime64[us]")
        elif column in ("amount", "rank", "risk", "value", "value_at_risk", "priority", "reason_1_shap"):
            rows[column] = pd.to_numeric(rows[column])
    return rows


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    home.tables.mkdir()
    for name, text in TABLES.items():
        table(text).to_parquet(home.tables / f"{name}.parquet")
    Manifest(
        source="small",
        as_of=AS_OF,
        currency="GBP",
        time_zone="UTC",
        left_override=None,
        tables={},
        missing=[],
        data_version="0",
    ).write(home.manifest)
    folder = home.scores(AS_OF)
    folder.mkdir(parents=True)
    table(SCORES).assign(as_of=AS_OF, outlook_days=90, action_1="Call", model_version="1", data_version="0").to_parquet(
        folder / "scores.parquet"
    )
    pd.DataFrame({"account_id": ["C"], "as_of": AS_OF, "cause": ["Gone"], "days_since_order": [912.0]}).to_parquet(
        folder / "not_scored.parquet"
    )
    return home


def page_data(home):
    page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', page).group(1))


def csv_rows(home):
    with (home.exports(AS_OF) / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_writes_a_workbook_a_page_and_a_list_and_nothing_else(home):
    export(Settings(), home, metrics=home.metrics)
    assert sorted(path.name for path in home.exports(AS_OF).iterdir()) == list(EXPORTS)
    told = [(row["name"], row["rep"], row["region"], row["days_since_order"]) for row in csv_rows(home)]
    assert told == [("Birch", "", "South", "122"), ("Alder", "Rita", "North", "11")]
    data = page_data(home)
    assert data["timelines"]["A"] == {
        "orders": [[30, 100], [11, 100]],
        "contacts": {"visit": [29]},
        "reps": {"R1": [61]},
    }
    assert data["titles"]["contact"] == catalogue().reasons["contact"].title
    assert [account["reasons"][0]["strength"] for account in data["accounts"]] == ["strong", "slight"]
    book = openpyxl.load_workbook(home.exports(AS_OF) / "accounts.xlsx")
    assert book.sheetnames == ["Summary", "Accounts", "No rep", "Rita", "How to read this", "Not scored"]
    assert book["Not scored"]["A2"].value == "Cedar"


def test_twice_gives_the_same_bytes(home):
    export(Settings(), home, metrics=home.metrics)
    first = {name: (home.exports(AS_OF) / name).read_bytes() for name in EXPORTS}
    export(Settings(), home, metrics=home.metrics)
    assert {name: (home.exports(AS_OF) / name).read_bytes() for name in EXPORTS} == first


@pytest.mark.parametrize("missing", [["accounts"], ["reps"], ["contacts", "rep_assignments"], list(TABLES)])
def test_tables_that_a_source_does_not_give_are_done_without(home, missing):
    for name in missing:
        (home.tables / f"{name}.parquet").unlink()
    export(Settings(), home, metrics=home.metrics)
    rows = {row["account_id"]: row for row in csv_rows(home)}
    assert rows["A"]["name"] == ("A" if "accounts" in missing else "Alder")
    assert rows["A"]["rep"] == ("R1" if "reps" in missing else "Rita")
    assert ("contacts" in page_data(home)["timelines"].get("A", {})) == ("contacts" not in missing)


def test_the_usual_cycle_comes_from_the_snapshot_that_was_scored(home):
    home.snapshots.mkdir()
    pd.DataFrame(
        {"account_id": ["A", "A"], "as_of": [date(2024, 6, 1), AS_OF], "usual_cycle": [99.0, 19.0]}
    ).to_parquet(home.features)
    export(Settings(), home, metrics=home.metrics)
    assert {row["account_id"]: row["usual_cycle"] for row in csv_rows(home)} == {"A": "19.0", "B": ""}


def test_measured_skill_is_told_where_there_is_one(home):
    home.metrics.write_text(json.dumps({"test": {"recall_at_capacity": 0.5}}), encoding="utf-8")
    export(Settings(), home, metrics=home.metrics)
    page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    assert "the 100 accounts ranked highest held 50% of all that then left" in page


def test_without_scores_of_the_day_the_mistake_says_what_to_run(home):
    (home.scores(AS_OF) / "scores.parquet").unlink()
    with pytest.raises(Mistake, match=r"no scores of 2024-07-01; run 'leaky score' first"):
        export(Settings(), home, metrics=home.metrics)
