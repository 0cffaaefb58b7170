import csv
import json
import re
import shutil
from datetime import date

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import catalogue
from features.mistake import Mistake
from features.value import Returns
from pipelines.export import WORKBOOK, export
from pipelines.exports.account import explain
from pipelines.exports.sheets import LINE
from pipelines.home import Home
from pipelines.intake.manifest import Manifest, Thinned
from pipelines.score import score
from pipelines.scored import HOLDS, PLACES, Scored
from pipelines.settings import Export, Settings

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
    account_id  rank  risk  pace     last_order_on  days_since_order  usual_cycle  value  value_at_risk  priority  rep_id  reason_1  reason_1_code  reason_1_shap
    B           1     0.8   overdue  2024-03-01     122               30.5         900    720            1         -       Silence   service        0.9
    A           2     0.1   early    2024-06-20     11                -            200    20             2         R1      Coldness  contact        0.1
"""
NUMBERS = (
    "amount",
    "rank",
    "risk",
    "value",
    "value_at_risk",
    "priority",
    "days_since_order",
    "usual_cycle",
    "reason_1_shap",
)


def table(text):
    """A small text table; a column ending in _at is a time, '-' is nothing."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    rows = pd.DataFrame([[None if cell == "-" else cell for cell in line] for line in lines], columns=head)
    for column in head:
        if column.endswith("_at"):
            rows[column] = pd.to_datetime(rows[column], format="ISO8601").astype("datetime64[us]")
        elif column.endswith("_on"):
            rows[column] = pd.to_datetime(rows[column]).dt.date
        elif column in NUMBERS:
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
        settings_override={},
        tables={},
        missing=[],
        data_version="0",
    ).write(home.manifest)
    write_scores(home, table(SCORES), AS_OF)
    return home


def write_scores(home, scores, as_of, notice=""):
    given = scores.assign(
        as_of=as_of, outlook_days=90, risk_involuntary=0.01, action_1="Call", model_version="1", data_version="0"
    )
    others = [
        f"{name}_{n}{end}" for n in PLACES[1:] for name, end in (("reason", ""), ("reason", "_code"), ("action", ""))
    ]
    others += ["sign", "sign_code", "reason_1_lead", "context", *(f"holds_{n}" for n in HOLDS)]
    numbers = [f"reason_{n}_shap" for n in PLACES[1:]] + ["days_to_contract_end", "days_to_renewal", "has_notice"]
    given = given.assign(**dict.fromkeys(others), **dict.fromkeys(numbers, float("nan")))
    gone = {"account_id": ["C"], "as_of": as_of, "last_order_on": [date(2022, 1, 1)], "days_since_order": [912.0]}
    not_scored = pd.DataFrame(gone | {"value": [5.0], "cause": ["Gone"]})
    digest = "0" if notice else ""  # of the rule that ranks
    Scored(given, not_scored, 360, Returns.dated, notice, Settings().left.digest, rule=digest).write(home, as_of)


def page_data(home):
    page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', page).group(1))


def csv_rows(home):
    with (home.exports(AS_OF) / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_writes_a_workbook_a_page_and_a_list_and_nothing_else(home):
    export(Settings(), home, metrics=home.metrics)
    assert sorted(path.name for path in home.exports(AS_OF).iterdir()) == list(EXPORTS)
    shown = [(row["name"], row["rep"], row["region"], row["last_order_on"]) for row in csv_rows(home)]
    assert shown == [("Birch", "", "South", "2024-03-01"), ("Alder", "Rita", "North", "2024-06-20")]
    data = page_data(home)
    assert data["timelines"]["A"] == {
        "orders": [[30, 100], [11, 100]],
        "contacts": {"visit": [29]},
        "reps": {"R1": [61]},
    }
    assert data["titles"]["contact"] == catalogue().reasons["contact"].title
    assert [account["reasons"][0]["strength"] for account in data["accounts"]] == ["strong", "slight"]
    book = openpyxl.load_workbook(home.exports(AS_OF) / WORKBOOK)
    assert book.sheetnames == ["Summary", "Accounts", "No rep", "Rita", "How to read this", "Not scored"]
    assert [cell.value for cell in book["Not scored"][2]][:3] == ["Cedar", "Gone", 5]


def test_last_order_and_usual_cycle_are_those_of_the_scores_alone(home):
    # The order of 2 July is not known yet, the snapshots are of another day, and orders say nothing to the list.
    home.snapshots.mkdir()
    pd.DataFrame({"account_id": ["A"], "as_of": [AS_OF], "usual_cycle": [99.0]}).to_parquet(home.features)
    (home.tables / "orders.parquet").unlink()
    export(Settings(), home, metrics=home.metrics)
    assert [(row["days_since_order"], row["usual_cycle"]) for row in csv_rows(home)] == [("122", "30.5"), ("11", "")]
    sheet = openpyxl.load_workbook(home.exports(AS_OF) / WORKBOOK)["Accounts"]
    row = dict(zip((cell.value for cell in sheet[1]), (cell.value for cell in sheet[2]), strict=True))
    assert (row["Days since order"], row["Expected days between orders"]) == (122, 30.5)
    assert row["Last order"].date() == date(2024, 3, 1)
    stands = [account["stands"] for account in page_data(home)["accounts"]]
    assert stands == ["122 days silent, an order expected every 30 days", "11 days silent"]


def test_over_how_many_days_value_is_counted_the_scores_say(home):
    settings = Settings(export=Export(value_days=7))
    export(settings, home, metrics=home.metrics)
    page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    assert "net orders in 360 days" in page
    assert "What the account ordered in the last 360 days, less credits and what came back in these days." in page


def test_names_are_those_that_were_known_last(home):
    accounts = """
        account_id  name    region  valid_from_at  recorded_at
        A           Old     North   -              2020-01-01
        A           Alder   East    2024-05-01     2024-05-02
        A           Newest  West    2024-07-01     2024-05-02
        A           Late    West    2024-06-01     2024-07-01
    """
    reps = """
        rep_id  name   valid_from_at
        R1      Rita   -
        R1      Ruth   2024-06-01
    """
    for name, text in (("accounts", accounts), ("reps", reps)):
        rows = table(text).rename(columns={"valid_from_at": "valid_from"})
        rows.to_parquet(home.tables / f"{name}.parquet")
    export(Settings(), home, metrics=home.metrics)
    assert {row["account_id"]: (row["name"], row["region"], row["rep"]) for row in csv_rows(home)} == {
        "A": ("Alder", "East", "Ruth"),
        "B": ("B", "", ""),
    }
    assert page_data(home)["rep_names"] == {"R1": "Ruth"}
    lines = explain(Settings(), home, "alder").lines
    assert lines[0].startswith("Alder (A): risk 10%")
    assert "handed to rep Ruth" in " ".join(lines)


@pytest.mark.parametrize(("days", "words"), [(0, "the same day"), (1, "after 1 day"), (2, "after 2 days")])
def test_explain_counts_one_day_as_one(home, days, words):
    back = pd.Timestamp("2024-06-27") + pd.Timedelta(days=days)
    calls = pd.DataFrame({"account_id": ["A"], "called_at": [pd.Timestamp("2024-06-27")], "returned_at": [back]})
    calls.to_parquet(home.tables / "calls.parquet")
    assert f"  2024-06-27  called; rung back {words}" in explain(Settings(), home, "A").lines


def test_explain_says_of_which_events_rows_may_be_missing(home):
    def last_line(**found):
        Manifest.read(home).model_copy(update={"ended": {}, "thinned": {}} | found).write(home.manifest)
        return explain(Settings(), home, "A").lines[-1]

    short = Thinned(days=14, rows=3, usual=90)
    assert "as far as" not in last_line()
    assert last_line(ended={"contacts": date(2024, 5, 1)}) == "  (contacts: as far as the records go)"
    both = last_line(ended={"contacts": date(2024, 5, 1), "prospecting": date(2024, 5, 1)}, thinned={"orders": short})
    assert both == "  (orders, contacts: as far as the records go)"  # there are no events of prospecting


def test_explain_says_that_the_last_order_was_one_day_ago(home):
    scores = table(SCORES).assign(days_since_order=[122, 1])
    write_scores(home, scores, AS_OF)
    assert "Last order on 20 June 2024, 1 day ago." in explain(Settings(), home, "A").lines


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


def test_an_earlier_day_is_exported_beside_the_others(home):
    earlier = date(2024, 6, 10)
    export(Settings(), home, metrics=home.metrics)
    newest = {name: (home.exports(AS_OF) / name).read_bytes() for name in EXPORTS}
    write_scores(home, table(SCORES).assign(last_order_on=date(2024, 6, 1)), earlier)
    export(Settings(), home, metrics=home.metrics, as_of=earlier)
    assert "as of 10 June 2024" in (home.exports(earlier) / "accounts.html").read_text(encoding="utf-8")
    assert {name: (home.exports(AS_OF) / name).read_bytes() for name in EXPORTS} == newest


def test_a_workbook_that_nobody_touched_is_written_over(home):
    export(Settings(), home, metrics=home.metrics)
    write_scores(home, table(SCORES).assign(risk=[0.7, 0.2]), AS_OF)
    export(Settings(), home, metrics=home.metrics)
    assert sorted(path.name for path in home.exports(AS_OF).iterdir()) == list(EXPORTS)
    assert openpyxl.load_workbook(home.exports(AS_OF) / WORKBOOK)["Accounts"]["C2"].value == 0.7


def test_a_workbook_that_people_filled_in_stays_and_the_log_says_so(home, caplog):
    export(Settings(), home, metrics=home.metrics)
    path = home.exports(AS_OF) / WORKBOOK
    book = openpyxl.load_workbook(path)
    book["Rita"]["J5"] = "called"
    book.save(path)
    write_scores(home, table(SCORES).assign(risk=[0.7, 0.2]), AS_OF)
    export(Settings(), home, metrics=home.metrics)
    assert openpyxl.load_workbook(path)["Rita"]["J5"].value == "called"
    new = openpyxl.load_workbook(path.with_name("accounts (new).xlsx"))
    assert [new["Accounts"]["C2"].value, new["Rita"]["J5"].value] == [0.7, None]
    assert (
        f"{path} was changed since it was written, so it stays; the new workbook is accounts (new).xlsx" in caplog.text
    )
    assert sorted(file.name for file in path.parent.iterdir()) == ["accounts (new).xlsx", *EXPORTS]


def test_measured_skill_is_shown_where_there_is_one(home):
    figures = {"test": {"recall_at_capacity": 0.5}, "data": {"source": "small"}}
    home.metrics.write_text(json.dumps(figures), encoding="utf-8")
    export(Settings(), home, metrics=home.metrics)
    page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    assert "the 100 accounts ranked highest held 50% of all that then left" in page

    home.metrics.write_text(json.dumps(figures | {"data": {"source": "another"}}), encoding="utf-8")
    export(Settings(), home, metrics=home.metrics)
    assert "ranked highest held" not in (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("champion", "is_told"), [("the one that was measured", True), ("an older one", False)])
def test_skill_is_that_of_the_champion_and_not_of_a_model_that_was_refused_since(home, champion, is_told):
    home.metrics.write_text(json.dumps({"test": {"recall_at_capacity": 0.5}, "data": {"source": "small"}}))
    home.model.mkdir()
    verdict = {"challenger_files_sha256": "the one that was measured", "champion_files_sha256": champion}
    (home.model / "gate.json").write_text(json.dumps(verdict))

    export(Settings(), home, metrics=home.metrics)

    page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    assert ("ranked highest held 50%" in page) == is_told


def test_without_scores_of_the_day_the_mistake_says_what_to_run_and_what_there_is(home):
    write_scores(home, table(SCORES), date(2024, 5, 1))
    (home.scores(AS_OF) / "scores.parquet").unlink()
    with pytest.raises(
        Mistake, match=r"no such file\. Run: leaky score --as-of 2024-07-01\. There are scores of 2024-05-01\.$"
    ):
        export(Settings(), home, metrics=home.metrics)


def test_scores_of_an_older_version_are_a_mistake(home):
    path = home.scores(AS_OF) / "scores.parquet"
    pq.write_table(pq.read_table(path).drop_columns("context"), path)
    with pytest.raises(Mistake, match=r"not scores of this version\. Run: leaky score --as-of 2024-07-01\.$"):
        export(Settings(), home, metrics=home.metrics)


def test_a_later_day_than_that_of_the_tables_is_a_mistake(home):
    with pytest.raises(Mistake, match=r"known on 2024-07-01\. Ingest first: leaky ingest --as-of 2024-07-02\.$"):
        export(Settings(), home, metrics=home.metrics, as_of=date(2024, 7, 2))


def test_the_nightly_way_on_a_day_without_snapshots_shows_every_cycle(own_home, small_settings):
    shutil.rmtree(own_home.snapshots)
    day = date(2026, 6, 19)
    score(small_settings, own_home, day)
    export(small_settings, own_home, metrics=own_home.metrics, as_of=day)
    with (own_home.exports(day) / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 100
    assert not [row["account_id"] for row in rows if not row["usual_cycle"]]
    silences = [(row["days_since_order"], row["sign"]) for row in rows if "since their last order" in row["sign"]]
    assert len(silences) > 5
    assert not [(days, says) for days, says in silences if not re.match(rf"{days} days? since", says)]


def test_where_a_rule_ranks_page_and_workbook_say_so_first_and_claim_no_skill(home):
    from openpyxl import load_workbook

    home.metrics.write_text(json.dumps({"test": {"recall_at_capacity": 0.7}, "data": {"source": "small"}}))
    words = (
        'No model ranks these accounts; they stand by <b>the days</b>. The last model was refused: 7 accounts "left".'
    )
    write_scores(home, table(SCORES), AS_OF, notice=words)

    export(Settings(), home, metrics=home.metrics)

    page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    header = page[page.index("<header>") : page.index("</header>")]
    assert "No model ranks these accounts; they stand by &lt;b&gt;the days&lt;/b&gt;." in header
    assert "How good is it?" not in page
    book = load_workbook(home.exports(AS_OF) / "accounts.xlsx")
    assert book["Summary"]["A3"].value == words
    assert book["Summary"].row_dimensions[3].height == 2 * LINE, "it is longer than a line"
    assert book["Rita"]["A3"].value == book["No rep"]["A3"].value == words, "a rep may see that sheet alone"
    assert explain(Settings(), home, "Alder").lines[1] == words, "below the risk that it is about"
    write_scores(home, table(SCORES), AS_OF)
    export(Settings(), home, metrics=home.metrics)
    assert 'class="notice"' not in (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
    book = load_workbook(home.exports(AS_OF) / "accounts.xlsx")
    assert book["Summary"]["A3"].value is book["Rita"]["A3"].value is None
    assert words not in explain(Settings(), home, "Alder").lines


def test_what_calls_are_worth_stands_on_page_and_workbook_as_assumed_or_not_at_all(home):
    def shown():
        page = (home.exports(AS_OF) / "accounts.html").read_text(encoding="utf-8")
        summary = openpyxl.load_workbook(home.exports(AS_OF) / WORKBOOK)["Summary"]
        return page, " ".join(str(cell) for row in summary.iter_rows(values_only=True) for cell in row if cell)

    # 0.8 of 900 at a margin of a half, a quarter of them kept, less 10; A brings 20 x 0.125 - 10.
    money = {"cost_of_call": 10, "margin": 0.5, "success": 0.25}
    export(Settings.model_validate({"money": money}), home, metrics=home.metrics)
    for text in shown():
        assert "Calling the account with most value at risk is worth about £80 (assumed: a call costs £10, 25%" in text
        assert "beyond it a call costs more than it brings" in text
    assert "Worth of calls" in shown()[0]

    export(Settings.model_validate({"money": {"margin": None}}), home, metrics=home.metrics)
    for text in shown():
        assert "assumed" not in text
