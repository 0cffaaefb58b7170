"""Score: a ranked list that is the same whenever it is made, each account with reasons that people can be given."""

import json
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.catalogue import catalogue
from features.mistake import Mistake
from features.value import Returns
from models.churn import Churn
from models.layout import SCORING
from models.left import orders_too_rarely
from models.reasons import ASK
from models.rule import Rule
from pipelines.dataset import read_rows
from pipelines.evaluate import evaluate
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.notices import caution, caution_of_rule, mostly_rare
from pipelines.score import ranked, score
from pipelines.scored import Scored
from pipelines.snapshots import snapshots
from pipelines.train import train

COLUMNS = [
    "account_id", "as_of", "outlook_days", "risk", "risk_involuntary", "rank", "pace", "last_order_on", "days_since_order", "usual_cycle",
    "days_to_contract_end", "days_to_renewal", "has_notice", "value", "value_at_risk", "priority",
    "sign", "sign_code", "reason_1", "reason_2", "reason_3", "reason_4", "reason_1_code", "reason_2_code", "reason_3_code", "reason_4_code",
    "reason_1_shap", "reason_2_shap", "reason_3_shap", "reason_4_shap", "action_1", "action_2", "action_3", "action_4",
    "reason_1_lead", "holds_1", "holds_2", "context",
    "rep_id", "model_version", "data_version",
]  # fmt: skip


def as_of_of(home: Home) -> date:
    return Manifest.read(home).as_of


def folder(home: Home):
    return home.scores(as_of_of(home))


@pytest.fixture(scope="module")
def scores(scored_home):
    return pd.read_parquet(folder(scored_home) / "scores.parquet")


def test_the_promised_columns_are_there_in_order(scored_home):
    assert pq.read_schema(folder(scored_home) / "scores.parquet").names == COLUMNS


def test_ranks_follow_risk_and_priorities_follow_value_at_risk(scores):
    by_priority = scores.sort_values("priority")

    assert scores["rank"].tolist() == list(range(1, len(scores) + 1))
    assert scores["risk"].is_monotonic_decreasing
    assert by_priority["priority"].tolist() == list(range(1, len(scores) + 1))
    assert by_priority["value_at_risk"].is_monotonic_decreasing
    np.testing.assert_array_equal(scores["value_at_risk"], (scores["risk"] * scores["value"]).round(2))
    assert scores["risk"].between(0, 1, inclusive="neither").all()


def known_orders(home: Home, as_of: date) -> pd.DataFrame:
    """Orders that had happened and were recorded before as_of, with how many days ago they were."""
    orders = pd.read_parquet(home.tables / "orders.parquet")
    recorded_at = orders["recorded_at"].fillna(orders["ordered_at"])
    orders["ago"] = (pd.Timestamp(as_of) - orders["ordered_at"].dt.floor("D")).dt.days
    return orders[(orders["ago"] > 0) & (recorded_at < pd.Timestamp(as_of))]


@pytest.fixture
def dated_returns(own_home: Home) -> Home:
    """A firm in which every second order of the last weeks came back the day after, in part."""
    path = own_home.tables / "orders.parquet"
    orders = pd.read_parquet(path)
    came_back = (np.arange(len(orders)) % 2 == 0) & (orders["ordered_at"] > "2026-05-01").to_numpy()
    orders["returned_at"] = (orders["ordered_at"] + pd.Timedelta(days=1)).where(came_back)
    orders["returned_amount"] = (orders["amount"] * 0.75).round(2).where(came_back)
    orders.to_parquet(path)
    manifest = json.loads(own_home.manifest.read_text())
    manifest["tables"]["orders"]["columns"] = orders.columns.tolist()
    own_home.manifest.write_text(json.dumps(manifest))
    return own_home


@pytest.mark.parametrize("days", [7, 45, 360])
def test_value_is_what_the_account_kept_of_its_orders_of_any_number_of_days(dated_returns, small_settings, days):
    settings = small_settings.model_copy(
        update={"export": small_settings.export.model_copy(update={"value_days": days})}
    )
    score(settings, dated_returns)
    scored = Scored.read(dated_returns, as_of_of(dated_returns))
    orders = known_orders(dated_returns, as_of_of(dated_returns))
    ordered = orders[orders["ago"] <= days].groupby("account_id")["amount"].sum()
    back = orders[(orders["returned_at"] < pd.Timestamp(as_of_of(dated_returns)))]
    back_ago = (pd.Timestamp(as_of_of(dated_returns)) - back["returned_at"].dt.floor("D")).dt.days
    returned = back[back_ago <= days].groupby("account_id")["returned_amount"].sum()
    kept = ordered.sub(returned, fill_value=0).clip(lower=0)

    for rows in (scored.scores, scored.not_scored):
        expected = rows["account_id"].map(kept).fillna(0).round(2)
        np.testing.assert_allclose(rows["value"], expected, atol=0.005)
    assert (returned > 0).sum() > 20
    assert (scored.value_days, scored.returns) == (days, Returns.dated)


def test_returns_that_cannot_be_dated_are_not_taken_off_and_the_log_says_so(own_home, small_settings, caplog):
    path = own_home.tables / "orders.parquet"
    pd.read_parquet(path).drop(columns="returned_at", errors="ignore").to_parquet(path)
    manifest = json.loads(own_home.manifest.read_text())
    manifest["tables"]["orders"]["columns"] = ["account_id", "ordered_at", "amount", "returned_amount"]
    own_home.manifest.write_text(json.dumps(manifest))
    snapshots(small_settings, own_home)  # without what is sent back, so the model has to learn anew
    train(small_settings, own_home)
    lost = [name for name in catalogue().by_name if "return" in name]
    settings = small_settings.model_copy(update={"gate": small_settings.gate.model_copy(update={"accept_lost": lost})})
    evaluate(settings, own_home, metrics=own_home.metrics)

    score(small_settings, own_home)

    assert "no returned_at, so what came back cannot be dated and is not taken off the value" in caplog.text
    assert Scored.read(own_home, as_of_of(own_home)).returns is Returns.undated


def test_last_order_and_usual_cycle_are_those_of_the_features(scored_home, scores):
    rows = read_rows(scored_home)
    newest = rows[rows["as_of"] == pd.Timestamp(scores["as_of"].iloc[0])].set_index("account_id")
    features = newest.loc[scores["account_id"]]

    np.testing.assert_array_equal(scores["days_since_order"], features["days_since_order"])
    np.testing.assert_array_equal(scores["usual_cycle"], features["usual_cycle"])
    assert scores["usual_cycle"].notna().all()


def test_the_last_order_is_the_last_that_counts_as_one(scored_home, scores):
    others = pd.read_parquet(folder(scored_home) / "not_scored.parquet")
    orders = known_orders(scored_home, as_of_of(scored_home))
    last = orders[orders["amount"] > 0].groupby("account_id")["ordered_at"].max().dt.date

    for rows in (scores, others):
        assert (
            rows["last_order_on"].map(str).tolist()
            == rows["account_id"].map(last).map(str).replace("nan", "None").tolist()
        )
    silent = (pd.Timestamp(as_of_of(scored_home)) - pd.to_datetime(scores["last_order_on"])).dt.days
    assert silent.tolist() == scores["days_since_order"].tolist()


def test_scoring_and_training_see_the_same_features(scored_home, scores):
    rows = read_rows(scored_home)
    newest = rows[rows["as_of"] == pd.Timestamp(scores["as_of"].iloc[0])].set_index("account_id")
    model = Churn.load(scored_home.model / SCORING)

    assert sorted(newest.index) == sorted(scores["account_id"])
    np.testing.assert_array_equal(model.risk(newest.loc[scores["account_id"]]), scores["risk"])


def test_every_account_is_scored_or_has_a_cause(scored_home, scores):
    others = pd.read_parquet(folder(scored_home) / "not_scored.parquet")
    accounts = pd.read_parquet(scored_home.tables / "accounts.parquet")["account_id"].unique()

    assert others.columns.tolist() == ["account_id", "as_of", "last_order_on", "days_since_order", "value", "cause"]
    assert others["value"].ge(0).all()
    assert (others["last_order_on"].isna() == (others["cause"] == "Never ordered")).all()
    assert others["cause"].str.len().gt(5).all()
    assert sorted([*scores["account_id"], *others["account_id"]]) == sorted(accounts)


def test_reasons_come_with_code_shap_and_action_or_not_at_all(scores):
    without = scores.loc[scores["reason_1"].isna(), "action_1"]
    assert without.notna().all()
    assert ASK in set(without), "what is pressing is not so for all"
    for place in (1, 2, 3, 4):
        there = scores[f"reason_{place}"].notna()
        for name in (f"reason_{place}_code", f"reason_{place}_shap", *([f"action_{place}"] if place > 1 else [])):
            assert (scores[name].notna() == there).all(), name
    assert scores["action_1"].notna().all()
    assert scores["reason_1"].head(20).notna().all()
    assert (scores["sign"].notna() == scores["sign_code"].notna()).all()
    assert not {"orders", "standing"} & {code for place in (1, 2, 3, 4) for code in scores[f"reason_{place}_code"]}


def test_scoring_twice_gives_the_same_bytes_and_only_the_run_says_when(own_home, small_settings):
    here = folder(own_home)
    before = {name: (here / name).read_bytes() for name in ("scores.parquet", "not_scored.parquet")}
    (here / "scores.parquet").unlink()

    score(small_settings, own_home)

    assert {path.name: path.read_bytes() for path in here.iterdir()} == before
    record = json.loads((own_home.folder / "runs" / "score-as_of=2026-07-01.json").read_text())
    assert set(record) == {"made_at", "seconds", "versions", "scored", "not_scored"}


def test_an_earlier_day_is_scored_as_it_was_known_then_and_the_others_stay(own_home, small_settings):
    newest = {path.name: path.read_bytes() for path in folder(own_home).iterdir()}
    earlier = date(2026, 5, 20)

    score(small_settings, own_home, earlier)

    found = Scored.read(own_home, earlier)
    orders = known_orders(own_home, earlier)
    last = orders[orders["amount"] > 0].groupby("account_id")["ordered_at"].max().dt.date
    assert found.scores["last_order_on"].tolist() == found.scores["account_id"].map(last).tolist()
    assert (found.scores["as_of"] == earlier).all()
    assert {path.name: path.read_bytes() for path in folder(own_home).iterdir()} == newest


def test_a_later_day_than_that_of_the_tables_is_a_mistake(own_home, small_settings):
    with pytest.raises(Mistake, match=r"known on 2026-07-01\. Ingest first: leaky ingest --as-of 2026-07-02\.$"):
        score(small_settings, own_home, date(2026, 7, 2))


def test_equal_risks_stand_in_the_order_of_their_accounts(scored_home, scores):
    row = read_rows(scored_home).tail(1)
    row = row.assign(last_order_on=date(2026, 6, 1))
    twins = pd.concat([row] * 3).assign(account_id=["B", "C", "A"], value=[5.0, 5.0, 7.0]).reset_index(drop=True)

    found = ranked(Churn.load(scored_home.model / SCORING), twins, date(2026, 7, 1))

    assert found["account_id"].tolist() == ["A", "B", "C"]
    assert found["priority"].tolist() == [1, 2, 3]


def test_both_ways_of_leaving_have_a_probability_and_lists_go_by_the_one_that_is_a_choice(scores):
    assert (scores["risk"] + scores["risk_involuntary"] <= 1).all()
    assert (scores["risk_involuntary"] > 0).all()
    assert scores["risk_involuntary"].max() < 0.1
    assert scores["rank"].tolist() == scores["risk"].rank(ascending=False, method="first").tolist()


def test_where_the_gate_refused_the_only_model_the_best_rule_ranks_and_says_so(own_home, small_settings, caplog):
    (own_home.folder / "mlflow.db").unlink()
    many = small_settings.gate.model_copy(update={"min_leavers": 5000})
    evaluate(small_settings.model_copy(update={"gate": many}), own_home, metrics=own_home.metrics)

    score(small_settings, own_home)

    found = Scored.read(own_home, as_of_of(own_home))
    best = json.loads((own_home.model / "rule.json").read_text())["name"]
    assert best == "days_since_order"
    assert set(found.scores["model_version"]) == {f"rule:{best}"}
    assert found.notice.startswith("No model ranks these accounts; they stand by ")
    assert "too few accounts left on earlier days to tell whether it is of use. The details" in found.notice
    assert "gate." not in found.notice
    assert "at least 5000 and 5 are asked for (gate.min_leavers, gate.min_early_leavers)" in caplog.text
    assert "no champion, so accounts are ranked by" in caplog.text
    assert found.scores["risk"].is_monotonic_decreasing
    for pace, own in found.scores.groupby("pace"):
        assert own["days_since_order"].is_monotonic_decreasing, f"among equal risks of {pace} ones as well"
    assert found.scores["reason_1"].notna().mean() > 0.5
    assert found.scores["reason_1_shap"].isna().all()


def test_a_model_of_which_only_the_probabilities_were_refused_ranks_and_says_so(own_home, small_settings, caplog):
    (own_home.folder / "mlflow.db").unlink()
    verdict = json.loads((own_home.model / "gate.json").read_text())
    says = "of early accounts 17.0% were foretold to leave and 29.0% left"
    verdict["checks"].append({"name": "calibrated: early", "passed": False, "says": says})
    own = verdict["challenger_files_sha256"]
    verdict |= {"promoted": False, "order_files_sha256": own, "champion_files_sha256": None}
    (own_home.model / "gate.json").write_text(json.dumps(verdict))

    score(small_settings, own_home)

    found = Scored.read(own_home, as_of_of(own_home))
    assert set(found.scores["model_version"]) == {f"refused:{verdict['challenger_files_sha256'][:12]}"}
    assert found.notice.startswith(
        "The model that ranks these accounts does so better than every simple rule. The last model was refused: its "
        "percentages were too high or too low on earlier days. The details: the model card. "
    )
    assert found.notice.count("Take the risks for an order in which to call, rather than for chances.") == 1
    assert says in caplog.text
    assert found.scores["reason_1_shap"].notna().any()

    facts = own_home.model / "scoring" / "model.json"
    facts.write_text(facts.read_text() + "\n")  # another model than the one that was tested
    score(small_settings, own_home)
    assert Scored.read(own_home, as_of_of(own_home)).scores["model_version"].str.startswith("rule:").all()


def test_where_the_champion_is_gone_the_rule_ranks_and_the_log_says_what_to_run(own_home, small_settings, caplog):
    (own_home.folder / "mlflow.db").unlink()

    score(small_settings, own_home)

    notice = Scored.read(own_home, as_of_of(own_home)).notice
    assert "No tested model is at hand. Take the risks for an order in which to call" in notice
    assert re.search(r"no champion of leaky-bucket-simulated.* Run leaky train, then leaky evaluate\.", caplog.text)


def test_where_the_champions_table_is_gone_the_rule_ranks_once_a_model_was_refused(own_home, small_settings, caplog):
    manifest = json.loads(own_home.manifest.read_text())
    del manifest["tables"]["invoices"]
    own_home.manifest.write_text(json.dumps(manifest))
    (own_home.tables / "invoices.parquet").unlink()
    with pytest.raises(Mistake, match=r"features that the snapshots do not have: .* leaky train, then leaky evaluate"):
        score(small_settings, own_home)

    verdict = json.loads((own_home.model / "gate.json").read_text())
    says = "9 features of the champion are gone with their table or column"
    verdict["checks"].append({"name": "no feature lost", "passed": False, "says": says})
    (own_home.model / "gate.json").write_text(json.dumps(verdict | {"promoted": False}))
    score(small_settings, own_home)

    found = Scored.read(own_home, as_of_of(own_home))
    assert found.scores["model_version"].str.startswith("rule:").all()
    assert "The last model was refused: records are missing that the model before it had. The details" in found.notice
    assert says in caplog.text


def test_without_a_champion_and_a_rule_the_stages_to_run_are_named(own_home, small_settings):
    (own_home.folder / "mlflow.db").unlink()
    (own_home.model / "rule.json").unlink()

    with pytest.raises(Mistake, match=r"no champion of leaky-bucket-simulated.*leaky train, then leaky evaluate"):
        score(small_settings, own_home)


def test_a_rule_of_an_older_version_or_definition_does_not_rank_and_the_stages_to_run_are_named(
    own_home, small_settings
):
    (own_home.folder / "mlflow.db").unlink()
    rule = json.loads((own_home.model / "rule.json").read_text()) | {"definition": "000000000000"}
    older = {name: rule[name] for name in rule if name not in ("curve", "by_pace")} | rule["curve"]

    for stands, says in ((rule, True), (older, True), (None, False)):
        (own_home.model / "rule.json").write_text(json.dumps(stands))
        with pytest.raises(Mistake, match="no champion") as mistake:
            score(small_settings, own_home)
        assert str(mistake.value).endswith("Run leaky snapshots, leaky train and leaky evaluate.") == says


def test_a_champion_for_another_definition_of_leaving_does_not_score(own_home, small_settings):
    longer = small_settings.model_copy(update={"left": small_settings.left.model_copy(update={"horizon_days": 60})})

    with pytest.raises(Mistake, match=r"left\.horizon_days 90, now 60"):
        score(longer, own_home)


def test_of_a_model_that_has_not_seen_a_whole_year_the_lists_say_so() -> None:
    assert caution({"first_as_of": "2024-01-10", "last_as_of": "2024-12-05"}) == ""
    said = caution({"first_as_of": "2024-01-10", "last_as_of": "2024-12-04"})
    assert said.startswith("The model has learned from days from 2024-01-10 to 2024-12-04, which are no whole year.")


def test_so_they_do_of_a_rule_whose_risks_are_of_less_than_a_year() -> None:
    rows = pd.DataFrame({"as_of": pd.to_datetime(["2024-01-10", "2024-12-04"]), "pace": "new", "days_since_order": 1.0})
    rule = Rule.fit("days_since_order", rows, np.array([0.0, 1.0]), np.zeros(2), ["days_since_order"], "")
    said = caution_of_rule(rule)
    assert said.startswith(
        "Its risks are shares that left on days from 2024-01-10 to 2024-12-04, which are no whole year."
    )
    assert caution_of_rule(replace(rule, last_as_of="2024-12-05")) == ""
    assert caution_of_rule(replace(rule, first_as_of="", last_as_of="")) == ""


def test_the_caution_stands_in_the_scores(own_home, small_settings, monkeypatch) -> None:
    score(small_settings, own_home)
    assert Scored.read(own_home, as_of_of(own_home)).notice == ""
    monkeypatch.setattr("pipelines.notices.WHOLE_YEAR", 100_000)
    score(small_settings, own_home)
    assert Scored.read(own_home, as_of_of(own_home)).notice.startswith("The model has learned from days from ")


def test_what_changed_lately_and_where_records_end_stand_in_the_notice(own_home, small_settings) -> None:
    verdict = json.loads((own_home.model / "gate.json").read_text())
    assert verdict["missed_lately"] is None
    verdict["missed_lately"] = {"as_of": "2026-04-02", "accounts": 300, "told": 0.1, "left": 0.2, "p_value": 0.001}
    (own_home.model / "gate.json").write_text(json.dumps(verdict))
    manifest = Manifest.read(own_home)
    manifest.model_copy(update={"ended": {"contacts": date(2026, 6, 9)}}).write(own_home.manifest)

    score(small_settings, own_home)

    notice = Scored.read(own_home, as_of_of(own_home)).notice
    assert notice.startswith("Of 300 accounts seen on 2026-04-02 10.0% were foretold to leave and 20.0% left, ")
    assert "The records (contacts) end on 2026-06-09, and so long a pause has never been" in notice

    earlier = date(2026, 6, 1)  # when contacts still came in
    score(small_settings, own_home, earlier)
    assert "The records" not in Scored.read(own_home, earlier).notice


def test_where_most_order_too_rarely_the_notice_says_so_and_names_no_setting(small_settings) -> None:
    rarely = small_settings.left.model_copy(update={"k": 60})
    left = pd.DataFrame({"cause": [orders_too_rarely(rarely)] * 3 + ["Never ordered"]})
    assert mostly_rare(rarely, left, scored=3) == ""
    assert mostly_rare(rarely, left, scored=2) == (
        "3 accounts order too rarely to be judged within 180 days and are not ranked; 2 are. "
        "Whoever set this up can allow more days; the log says how."
    )
    assert "left." not in mostly_rare(rarely, left, scored=2)
