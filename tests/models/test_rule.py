"""Where no model passes, a rule ranks, with the risks that it came to."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from features.mistake import Mistake
from models.rule import Rule, best_rule
from tests.models.conftest import DIRECTIONS


@pytest.fixture(scope="module")
def rule(rows):
    left = rows["left"].to_numpy()
    return Rule.fit("own_cycle", rows, left, np.zeros(len(rows)), list(DIRECTIONS), "5ca1ab1e0000")


def test_it_ranks_by_its_feature_and_nothing_else(rows, rule):
    risk = rule.risk(rows)

    order = np.argsort(rows["cycles_since_order"].to_numpy())
    assert (np.diff(risk[order]) >= 0).all()
    assert rule.risk(rows.assign(complaints_180d=99.0)).tolist() == risk.tolist()


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


def test_saved_and_loaded_it_is_the_same(rule, tmp_path):
    rule.save(tmp_path / "rule.json")

    assert Rule.load(tmp_path / "rule.json") == rule
    assert Rule.load(tmp_path / "none.json") is None


def test_the_best_rule_is_the_one_that_ranked_best_among_those_that_can_be_taken():
    measured = {"own_cycle": {"roc_auc": 0.7}, "days_since_order": {"roc_auc": 0.8}, "logistic_rfm": {"roc_auc": 0.9}}

    assert best_rule(measured, {"cycles_since_order", "days_since_order"}) == "days_since_order"
    assert best_rule(measured, {"cycles_since_order"}) == "own_cycle"
    assert best_rule(measured, set()) is None


def test_whom_nobody_ever_spoke_with_breaks_the_rule_of_sixty_days_as_much_as_one_can(rows):
    left = rows["left"].to_numpy()
    found = Rule.fit("sixty_days", rows, left, np.zeros(len(rows)), list(DIRECTIONS), "")

    never = rows.head(1).assign(days_since_contact=np.nan)
    assert found.risk(never)[0] == found.risk(rows).max()


def test_another_number_makes_another_digest_and_the_file_keeps_it(rule, tmp_path):
    rule.save(tmp_path / "rule.json")
    assert Rule.load(tmp_path / "rule.json").digest == rule.digest
    assert replace(rule, risks=(*rule.risks[:-1], rule.risks[-1] + 1e-6)).digest != rule.digest


def test_where_no_rule_could_be_taken_there_is_none(tmp_path):
    (tmp_path / "rule.json").write_text("null\n")

    assert Rule.load(tmp_path / "rule.json") is None
