"""The gate: evidence, on the same rows, or no champion."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.calibration import sigmoid
from models.evaluation import evaluation_of
from models.gate import against_baselines, against_champion, judge
from models.metrics import EvaluationSet

RANDOM = np.random.default_rng(4)
TRUE = RANDOM.beta(1, 4, 800)
LEFT = (RANDOM.random(800) < TRUE).astype(float)
EARLY = np.arange(800) % 4 != 0
NOISE = RANDOM.random(800)
RULE = np.where(NOISE > 0.5, 1.0, 0.0)


@pytest.fixture
def evaluation_set() -> EvaluationSet:
    rows = pd.DataFrame({"account_id": [f"A{row % 400}" for row in range(800)], "as_of": 0, "left": LEFT})
    return EvaluationSet.of(rows, capacity=50, resamples=100, seed=1)


def test_a_model_better_than_every_rule_passes(evaluation_set):
    verdict = against_baselines(evaluation_set, EARLY, TRUE, {"own_cycle": NOISE, "sixty_days": RULE})

    assert verdict.promoted
    assert "early accounts" in verdict.why


def test_a_model_that_a_rule_beats_is_refused_by_name(evaluation_set):
    verdict = against_baselines(evaluation_set, EARLY, NOISE, {"own_cycle": TRUE, "sixty_days": RULE})

    assert not verdict.promoted
    assert "own_cycle" in verdict.why


def test_early_accounts_decide(evaluation_set):
    only_overdue = np.where(EARLY, NOISE, TRUE)

    assert not against_baselines(evaluation_set, EARLY, only_overdue, {"rule": np.where(EARLY, TRUE, NOISE)}).promoted


def test_without_early_leavers_all_accounts_decide(evaluation_set):
    nobody = np.zeros(800, dtype=bool)

    assert against_baselines(evaluation_set, nobody, TRUE, {"rule": NOISE}).promoted


def test_without_rules_chance_must_be_beaten(evaluation_set):
    assert not against_baselines(evaluation_set, EARLY, -TRUE, {}).promoted


def test_where_nobody_left_nothing_is_promoted():
    rows = pd.DataFrame({"account_id": list("ABC"), "as_of": 0, "left": 0.0})
    verdict = against_baselines(
        EvaluationSet.of(rows, capacity=1, resamples=5, seed=1), np.ones(3, dtype=bool), np.array([0.1, 0.2, 0.3]), {}
    )

    assert not verdict.promoted
    assert "nobody left" in verdict.why


def test_an_equal_challenger_takes_over_since_it_has_learned_from_newer_rows(evaluation_set):
    assert against_champion(evaluation_set, EARLY, TRUE, TRUE).promoted


def test_a_slightly_worse_one_within_chance_takes_over(evaluation_set):
    nearly = np.clip(TRUE + np.random.default_rng(1).normal(0, 0.005, 800), 0.001, 0.999)

    assert against_champion(evaluation_set, EARLY, nearly, TRUE).promoted


def test_one_that_ranks_worse_beyond_chance_is_refused(evaluation_set):
    verdict = against_champion(evaluation_set, EARLY, np.clip(TRUE.mean() + 0.01 * NOISE, 0, 1), TRUE)

    assert not verdict.promoted
    assert "worse" in verdict.why


def test_one_with_false_probabilities_is_refused_though_it_ranks_as_well(evaluation_set):
    verdict = against_champion(evaluation_set, EARLY, np.sqrt(TRUE), TRUE)

    assert not verdict.promoted
    assert "log_loss" in verdict.why


@pytest.fixture(scope="module")
def evaluation(model, rows, parts):
    counted = np.ones(len(rows), dtype=bool)
    return evaluation_of(model, rows, parts, counted, ceiling=None, capacity=20, resamples=50, seed=1)


def test_without_a_champion_the_baselines_decide(evaluation):
    verdict = judge(evaluation, None)

    assert verdict.promoted
    assert verdict.why.startswith("over early accounts its ROC AUC is")
    assert not judge(replace(evaluation, risk=-evaluation.rows["days_since_order"].to_numpy()), None).promoted


@pytest.fixture(scope="module")
def overstating(evaluation, model):
    """A challenger that ranks like the model and whose probabilities are far too high."""
    return replace(evaluation, risk=sigmoid(model.calibration.log_odds(model.raw(evaluation.rows)) + 1.5))


def test_a_better_champion_stays(overstating, model):
    verdict = judge(overstating, model)

    assert not verdict.promoted
    assert "compared with the champion its log_loss is worse" in verdict.comparison
    assert verdict.lasting == verdict.in_words == f"{verdict.why}; {verdict.comparison}"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"about": {"left": {"by": "contract"}}}, "for another definition of leaving"),
        ({"features": ("a_feature_of_the_past",)}, "needs features that are no more"),
        ({"about": {"left": {"by": "silence"}, "knows_until": "2099-01-01"}}, "has seen the test snapshots"),
    ],
)
def test_a_better_champion_that_cannot_be_compared_makes_way_and_the_verdict_says_why(
    overstating, model, change, cause
):
    verdict = judge(overstating, replace(model, **change))

    assert verdict.promoted
    assert cause in verdict.comparison
    assert verdict.lasting == judge(overstating, None).lasting, "a fresh registry would have no other words"
