"""Where no model passes, a rule ranks, with the risks that it came to."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from features.mistake import Mistake
from models.churn import FeatureProfile
from models.competing import Involuntary
from models.definition import PACES
from models.rule import Curve, Rule, best_rule
from tests.models.conftest import DIRECTIONS


@pytest.fixture(scope="module")
def rule(rows):
    left = rows["left"].to_numpy()
    return Rule.fit("own_cycle", rows, left, np.zeros(len(rows)), list(DIRECTIONS), "5ca1ab1e0000")


def test_among_accounts_of_one_pace_it_ranks_by_its_feature_and_nothing_else(rows, rule):
    risk = rule.risk(rows)

    for pace in PACES:
        mask = (rows["pace"] == pace).to_numpy()
        order = np.argsort(rows["cycles_since_order"].to_numpy()[mask])
        assert (np.diff(risk[mask][order]) >= 0).all()
    assert rule.risk(rows.assign(complaints_180d=99.0)).tolist() == risk.tolist()


@pytest.fixture(scope="module")
def two_paces():
    """So long a silence, and so many left: of the early ones hardly any, of the new ones most."""
    draw = np.random.default_rng(3)
    days = np.r_[np.arange(400) % 100, np.arange(400) % 100].astype(float)
    share = np.r_[np.full(400, 0.02), np.full(400, 0.7)] + days / 1000
    pace = np.repeat(["early", "new"], 400)
    rows = pd.DataFrame({"as_of": pd.Timestamp("2024-03-01"), "pace": pace, "days_since_order": days})
    return rows, (draw.random(800) < share).astype(float)


def test_its_risks_are_true_of_every_pace_and_not_on_the_average_alone(two_paces):
    rows, left = two_paces
    rule = Rule.fit("days_since_order", rows, left, np.zeros(800), ["days_since_order"], "")

    for pace in ("early", "new"):
        mask = (rows["pace"] == pace).to_numpy()
        assert rule.risk(rows[mask]).mean() == pytest.approx(left[mask].mean(), abs=0.03)
    assert list(rule.by_pace) == ["early", "new"]


def test_a_pace_of_three_rows_or_none_has_about_the_risks_of_all(two_paces):
    rows, left = two_paces
    few = rows["pace"].where((rows["pace"] == "early") | (rows.index < 403), "early")
    rule = Rule.fit("days_since_order", rows.assign(pace=few), left, np.zeros(800), ["days_since_order"], "")
    asked = pd.DataFrame({"days_since_order": np.linspace(0, 99, 20)})

    of_all = rule.risk(asked)
    np.testing.assert_allclose(rule.risk(asked.assign(pace="new")), of_all, atol=0.12)  # all three left
    assert rule.risk(asked.assign(pace="overdue")).tolist() == of_all.tolist()


def test_its_risks_are_the_shares_that_left(rows, rule):
    assert rule.risk(rows).mean() == pytest.approx(rows["left"].mean(), abs=0.01)
    highest = rows["cycles_since_order"] > rows["cycles_since_order"].quantile(0.9)
    assert rule.risk(rows[highest]).mean() == pytest.approx(rows.loc[highest, "left"].mean(), abs=0.05)


def test_few_rows_do_not_make_a_certainty(rows):
    few = rows.head(30).assign(left=np.r_[np.zeros(20), np.ones(10)], cycles_since_order=np.arange(30.0))

    risk = Rule.fit("own_cycle", few, few["left"].to_numpy(), np.zeros(30), ["cycles_since_order"], "").risk(few)

    assert 0 < risk.min() < risk.max() < 1


def test_an_account_without_the_feature_is_ranked_in_the_middle(rows, rule):
    blank = rows.head(1).assign(cycles_since_order=np.nan)

    assert rule.score(blank).tolist() == [rows["cycles_since_order"].median()]


def test_who_lacks_the_feature_counts_in_the_middle_when_the_shares_are_taken_as_well():
    days = np.r_[np.full(100, np.nan), np.arange(100.0)]
    rows = pd.DataFrame({"as_of": pd.Timestamp("2024-03-01"), "pace": "early", "days_since_order": days})
    gone = np.isnan(days).astype(float)

    rule = Rule.fit("days_since_order", rows, gone, np.zeros(200), ["days_since_order"], "")

    few, unknown, many = rule.risk(pd.DataFrame({"days_since_order": [0.0, np.nan, 99.0]}))
    assert few < unknown == many


def test_a_customer_of_two_days_with_whom_nobody_has_spoken_yet_is_like_one_whom_somebody_called_then():
    days = np.r_[np.arange(180.0), np.full(20, np.nan)]
    came = np.r_[np.full(180, 900.0), np.full(10, 2.0), np.full(10, np.nan)]
    rows = pd.DataFrame({"as_of": pd.Timestamp("2024-03-01"), "pace": "early", "days_since_contact": days})
    rows = rows.assign(days_as_customer=came)
    rule = Rule.fit("sixty_days", rows, (days > 90).astype(float), np.zeros(200), ["days_since_contact"], "")

    asked = pd.DataFrame({"days_since_contact": [2.0, np.nan, np.nan], "days_as_customer": [900.0, 2.0, np.nan]})

    assert rule.score(asked).tolist() == [2, 2, 179]  # of whom nothing is known nobody ever spoke with them
    assert rule.score(asked[["days_since_contact"]]).tolist() == [2, 179, 179]


def test_the_nearer_a_contracts_end_the_higher_and_without_an_end_in_sight_it_comes_last():
    days = np.r_[np.arange(180.0), np.full(20, np.nan)]
    rows = pd.DataFrame({"as_of": pd.Timestamp("2024-03-01"), "pace": "early", "days_to_contract_end": days})
    rule = Rule.fit("contract_end", rows, (days < 60).astype(float), np.zeros(200), ["days_to_contract_end"], "")

    asked = pd.DataFrame({"days_to_contract_end": [5.0, 60.0, 175.0, np.nan]})

    assert rule.score(asked).tolist() == [-5, -60, -175, -179]
    soon, later, far, never = rule.risk(asked)
    assert soon > later > far == never


def test_who_came_last_is_first_where_nothing_else_is_known():
    days = np.arange(200.0)
    rows = pd.DataFrame({"as_of": pd.Timestamp("2024-03-01"), "pace": "early", "days_since_first_contract": days})
    rule = Rule.fit("newest_first", rows, (days < 60).astype(float), np.zeros(200), ["days_since_first_contract"], "")

    new, old = rule.risk(pd.DataFrame({"days_since_first_contract": [5.0, 190.0]}))

    assert new > old
    assert best_rule({"newest_first": {"roc_auc": 0.5}}, rows.columns) == "newest_first"
    assert rule.in_words == "how long they have been customers, those who came last first"


def test_who_closes_or_is_bought_is_foretold_beside_those_who_leave_by_choice():
    rows = pd.DataFrame({"as_of": pd.Timestamp("2024-03-01"), "pace": "early", "days_since_order": np.arange(100.0)})
    by_choice = (np.arange(100) >= 60).astype(float)
    bought = (np.arange(100) < 12).astype(float)

    rule = Rule.fit("days_since_order", rows, by_choice, bought, ["days_since_order"], "")

    np.testing.assert_allclose(rule.risk_involuntary(rows), (1 - rule.risk(rows)) * 12 / 60)


def test_a_feature_that_is_gone_is_named(rows, rule):
    with pytest.raises(Mistake, match="cycles_since_order"):
        rule.risk(rows.drop(columns="cycles_since_order"))


def test_reasons_go_by_how_far_a_fact_is_from_what_is_normal_on_the_side_that_is_bad(rows, rule):
    usual = {name: rows[name].median() for name in DIRECTIONS}
    found = rule.distances(
        pd.DataFrame([usual, {**usual, "days_since_contact": 900.0}, {**usual, "days_since_contact": 0.0}]), catalogue()
    )

    contact = found.shap_values[:, found.features.index("days_since_contact")]
    assert contact[0] == contact[2] == 0 < contact[1]


def far_from_normal(**facts):
    """How far each fact is from quartiles of 10 and 20; of complaints, which are always 1, and of talk, of which more is good."""
    profiles = dict.fromkeys(["days_since_contact", "conversations_30d"], FeatureProfile(0, 0, 10, 15, 20, 99))
    profiles["complaints_180d"] = FeatureProfile(0, 1, 1, 1, 1, 1)
    rule = Rule("own_cycle", Curve((0.0,), (0.1,)), {}, 0.0, Involuntary(), profiles, "")
    usual = {"days_since_contact": 15.0, "conversations_30d": 15.0, "complaints_180d": 1.0}
    found = rule.distances(pd.DataFrame([{**usual, **facts}]), catalogue())
    return dict(zip(found.features, found.shap_values[0].tolist(), strict=True))


def test_a_distance_is_in_widths_of_the_middle_half_and_shared_among_the_features_of_a_reason():
    nothing = {"days_since_contact": 0, "conversations_30d": 0, "complaints_180d": 0}

    assert far_from_normal() == nothing
    assert far_from_normal(days_since_contact=30.0) == {**nothing, "days_since_contact": 1 / 2}  # two tell of contact
    assert far_from_normal(complaints_180d=3.0) == {**nothing, "complaints_180d": 2}


def test_less_of_what_is_good_is_far_and_more_of_it_is_not():
    assert far_from_normal(conversations_30d=5.0)["conversations_30d"] == 0.5 / 2
    assert far_from_normal(conversations_30d=90.0)["conversations_30d"] == 0


def test_what_is_farther_than_far_counts_as_far_and_what_nobody_knows_not_at_all():
    assert far_from_normal(complaints_180d=99.0)["complaints_180d"] == 3
    assert far_from_normal(complaints_180d=np.nan)["complaints_180d"] == 0


def test_where_all_had_the_same_a_distance_is_a_multiple_of_that():
    rule = Rule(
        "own_cycle", Curve((0.0,), (0.1,)), {}, 0.0, Involuntary(), {"complaints_180d": FeatureProfile(0, *[4] * 5)}, ""
    )

    found = rule.distances(pd.DataFrame({"complaints_180d": [4.0, 6.0, 12.0]}), catalogue())

    assert found.shap_values[:, 0].tolist() == [0, 0.5, 2]


def test_saved_and_loaded_it_is_the_same(rule, tmp_path):
    rule.save(tmp_path / "rule.json")

    assert Rule.load(tmp_path / "rule.json") == rule
    assert Rule.load(tmp_path / "none.json") is None


def test_the_best_rule_is_the_one_that_ranked_best_among_those_that_can_be_taken():
    measured = {"own_cycle": {"roc_auc": 0.7}, "days_since_order": {"roc_auc": 0.8}, "logistic_rfm": {"roc_auc": 0.9}}

    assert best_rule(measured, {"cycles_since_order", "days_since_order"}) == "days_since_order"
    assert best_rule(measured, {"cycles_since_order"}) == "own_cycle"
    assert best_rule(measured, set()) is None
    assert best_rule(measured | {"own_cycle": {}}, {"cycles_since_order", "days_since_order"}) == "days_since_order"


def test_whom_nobody_ever_spoke_with_breaks_the_rule_of_sixty_days_as_much_as_one_can(rows):
    left = rows["left"].to_numpy()
    found = Rule.fit("sixty_days", rows, left, np.zeros(len(rows)), list(DIRECTIONS), "")

    never = rows.head(1).assign(days_since_contact=np.nan)
    assert found.risk(never)[0] == found.risk(rows).max()


def test_another_number_makes_another_digest_and_the_file_keeps_it(rule, tmp_path):
    rule.save(tmp_path / "rule.json")
    assert Rule.load(tmp_path / "rule.json").digest == rule.digest
    other = replace(rule.by_pace["early"], risks=(*rule.by_pace["early"].risks[:-1], 0.123))
    assert replace(rule, by_pace={**rule.by_pace, "early": other}).digest != rule.digest
    assert replace(rule, curve=other).digest != rule.digest


def test_where_no_rule_could_be_taken_there_is_none(tmp_path):
    (tmp_path / "rule.json").write_text("null\n")

    assert Rule.load(tmp_path / "rule.json") is None
