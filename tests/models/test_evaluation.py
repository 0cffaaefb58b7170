"""The evaluation: every score on the same unseen rows, with the figures that metrics.json promises."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from features.catalogue import catalogue
from models.backtest import backtest
from models.evaluation import (
    Evaluation,
    by_score,
    data_figures,
    figures_of_rules,
    foretold,
    ranking_table,
    rounded,
    spreads,
)
from tests.models.conftest import ABOUT, RECIPE


@pytest.fixture(scope="module")
def tested(rows, origins):
    return backtest(rows, origins, RECIPE, ABOUT)


def evaluation(tested, **ceilings):
    return Evaluation.of(tested, ceilings=ceilings, capacity=20, resamples=20, seed=1)


@pytest.fixture(scope="module")
def figures(tested):
    return evaluation(tested).figures(catalogue())


def test_every_origin_is_ranked_by_itself_and_counts_as_much_as_the_others(rows, origins, tested, figures):
    cycles = np.concatenate([rows.loc[origin.test, "cycles_since_order"] for origin in origins])
    scored = tested.rows.assign(score=tested.risk, cycles=cycles)
    days = [day for _, day in scored.groupby("as_of")]

    assert figures["test"]["n"] == len(tested.rows) == 750
    assert figures["test"]["roc_auc"] == pytest.approx(
        np.mean([roc_auc_score(day["left"], day["score"]) for day in days])
    )
    assert figures["test"]["mean_risk"] == pytest.approx(tested.risk.mean())
    early = [day[day["pace"] == "early"] for day in days]
    own_cycle = figures["baselines"]["own_cycle"]
    assert own_cycle["early"]["roc_auc"] == pytest.approx(
        np.mean([roc_auc_score(day["left"], day["cycles"]) for day in early])
    )
    assert own_cycle["early"]["n"] + own_cycle["overdue"]["n"] == own_cycle["n"]


def test_what_was_told_and_what_came_stand_beside_each_other_for_every_origin(tested, origins, figures):
    found = figures["test"]["by_as_of"]

    assert list(found) == [str(origin.as_of.date()) for origin in origins]
    newest = (tested.rows["as_of"] == origins[-1].as_of).to_numpy()
    assert found[str(origins[-1].as_of.date())]["mean_risk"] == pytest.approx(tested.risk[newest].mean())
    early = newest & (tested.rows["pace"] == "early").to_numpy()
    assert found[str(origins[-1].as_of.date())]["early_base_rate"] == pytest.approx(tested.left[early].mean())


def test_figures_of_the_days_are_spread_as_their_own_figures_are(figures):
    days = [day["roc_auc"] for day in figures["test"]["by_as_of"].values()]

    assert figures["test"]["roc_auc_spread"] == pytest.approx(
        {"std": np.std(days, ddof=1), "min": min(days), "max": max(days)}
    )
    assert set(figures["test"]) >= {"average_precision_spread", "brier_spread"}
    assert spreads({"2024-01-01": {"roc_auc": 0.8}, "2024-04-01": {"n": 3.0}}) == {}, "one day has no spread"


def test_every_group_is_held_against_what_came_and_every_row_says_its_groups(tested, figures):
    known = pd.DataFrame({"segment": np.where(tested.rows["account_id"] < "A100", "Shop", "Chain")})
    evaluated = Evaluation.of(tested, capacity=20, resamples=20, seed=1, known=known)
    found = evaluated.figures(catalogue())["test"]["by_group"]
    shops = (known["segment"] == "Shop").to_numpy()

    assert found["segment"]["Shop"]["n"] == shops.sum() == 300
    assert found["segment"]["Shop"]["accounts"] == 100
    assert found["segment"]["Shop"]["base_rate"] == pytest.approx(tested.left[shops].mean())
    assert found["segment"]["Shop"]["differs"] is False
    assert "segment" not in figures["test"]["by_group"], "nobody has said what it is"
    assert foretold(evaluated)["segment"].equals(evaluated.groups["segment"])
    halved = replace(evaluated, tested=replace(tested, risk=np.where(shops, tested.risk / 2, tested.risk)))
    assert halved.figures(catalogue())["test"]["by_group"]["segment"]["Shop"]["differs"] is True


def test_the_ceiling_is_measured_where_there_is_one_and_missing_where_there_is_none(tested, figures):
    assert "ceiling" not in figures

    known = evaluation(
        tested,
        ceiling=np.where(tested.left == 1, 0.9, 0.1),
        ceiling_of_records=np.where(tested.left == 1, 0.1, 0.9),
    )

    assert known.figures(catalogue())["ceiling"]["roc_auc"] == 1
    assert known.figures(catalogue())["ceiling_of_records"]["roc_auc"] == 0
    assert list(known.labelled_scores())[-2:] == ["ceiling: hidden truth", "ceiling of records"]
    assert {"ceiling", "ceiling_of_records"} <= set(by_score(known.figures(catalogue())))
    assert set(known.descriptions()) >= {"own_cycle", "sixty_days", "logistic_rfm", "shuffled", "ceiling"}
    assert foretold(known)["ceiling"].tolist() == np.where(tested.left == 1, 0.9, 0.1).tolist()


def test_reasons_share_all_that_moves_scores_and_are_first_for_accounts_of_the_newest_origin(tested, figures):
    found = figures["reasons"]

    assert sum(facts["share"] for facts in found.values()) == pytest.approx(1)
    assert 0 < sum(facts.get("first_for", 0) for facts in found.values()) <= len(tested.explained)
    assert "first_for" not in found["standing"]  # nobody can act on it


def test_what_it_was_measured_on(rows, origins):
    data = data_figures(rows, origins)

    assert data["rows"] == len(rows)
    assert data["accounts"] == 250
    assert data["test"]["rows"] == 750
    assert data["test"]["as_ofs"] == f"{origins[0].as_of.date()} to {origins[-1].as_of.date()}"
    assert data["train"] == {str(origin.as_of.date()): int(origin.train.sum()) for origin in origins}
    assert data["labelled"]["left"] == rows["left"].sum()


def test_where_there_is_no_model_rules_have_figures_and_the_model_none(rows, origins, tested):
    rules = tuple(rival for rival in tested.baselines if rival.name in ("own_cycle", "sixty_days"))
    found = figures_of_rules(tested.rows, rules, capacity=20, resamples=20, seed=1)

    assert list(found["baselines"]) == ["own_cycle", "sixty_days"]
    assert "roc_auc" in found["baselines"]["own_cycle"]["early"]
    assert ranking_table(found)["model"] == {}
    assert "test" not in data_figures(rows, ())


def test_the_table_has_a_row_for_each_score_and_no_column_that_was_not_measured():
    figures = {
        "test": {"roc_auc": 0.8, "brier": 0.1, "early": {"roc_auc": 0.7}},
        "baselines": {"own_cycle": {"roc_auc": 0.6, "early": {"n": 3.0}}},
    }

    assert list(by_score(figures)) == ["model", "own_cycle"]
    assert ranking_table({"test": {"roc_auc": 0.8}, "baselines": {}}) == {"model": {"roc_auc": 0.8}}
    assert ranking_table(figures) == {"model": {"roc_auc": 0.8, "early_roc_auc": 0.7}, "own_cycle": {"roc_auc": 0.6}}


def test_floats_are_rounded_wherever_they_stand_and_nothing_else_is():
    assert rounded({"a": {"b": 0.12345678}, "n": 3, "text": "0.12345678"}) == {
        "a": {"b": 0.123457},
        "n": 3,
        "text": "0.12345678",
    }
