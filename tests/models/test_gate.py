"""The gate: evidence from days that the model had not seen, or no champion."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from features.tables import TABLES
from models.backtest import backtest
from models.definition import PaceBy
from models.evaluation import Evaluation
from models.gate import DOUBT, judge, told_and_left
from models.gate_params import GateParams
from models.leaks import Finding
from models.paired import Comparison
from models.recipe import Recipe
from tests.models.conftest import ABOUT, DIRECTIONS, PARAMS, RECIPE, firm

GATE = GateParams(min_leavers=30, min_early_leavers=10)
DECLARED = catalogue().by_name
COLUMNS = {name: set(table.column_names) for name, table in TABLES.items()}


@pytest.fixture(scope="module")
def evaluation(rows, origins):
    tested = backtest(rows, origins, RECIPE, ABOUT)
    return Evaluation.of(tested, capacity=20, resamples=100, seed=1)


def judged(evaluation, gate=GATE, **more):
    usual = {"champion": None, "champion_risk": None, "features": DECLARED, "columns": COLUMNS}
    usual["knows_until"] = evaluation.tested.model.about["knows_until"]
    return judge(evaluation, gate, **{**usual, **more})


def refused(verdict) -> list[str]:
    return [check.name for check in verdict.checks if not check.passed]


def with_risk(evaluation, risk):
    return replace(evaluation, tested=replace(evaluation.tested, risk=risk))


def test_a_model_that_ranks_and_is_calibrated_passes(evaluation):
    verdict = judged(evaluation)

    assert verdict.promoted
    assert verdict.in_words == f"it passed all {len(verdict.checks)} checks"


def test_few_leavers_are_no_evidence_whatever_the_figures(evaluation):
    few = judged(evaluation, GateParams(min_leavers=10_000))
    few_early = judged(evaluation, GateParams(min_leavers=30, min_early_leavers=10_000))

    assert refused(few) == refused(few_early) == ["enough leavers"]
    assert "at least 10000 and 20 are asked for (gate.min_leavers, gate.min_early_leavers)" in few.in_words
    assert len(few.checks) == 1, "what could be measured of them would be chance"


def bound(evaluation, leavers):
    """The same, in which so many early accounts left and all others stayed."""
    tested, kept = evaluation.tested, np.zeros(750, dtype=bool)
    kept[np.flatnonzero((tested.left == 1) & evaluation.is_early)[:leavers]] = True
    left = np.where(evaluation.is_early & ~kept, 0.0, tested.left)
    return Evaluation.of(replace(tested, left=left), capacity=20, resamples=100, seed=1)


@pytest.mark.parametrize("leavers", [0, 2])
def test_where_contracts_bind_the_early_few_of_them_that_left_keep_no_model_out(evaluation, leavers):
    found = bound(evaluation, leavers)
    names = [check.name for check in judged(found, pace_by=PaceBy.contracts).checks]
    enough = judged(found, pace_by=PaceBy.contracts).checks[0]

    assert enough.passed
    assert enough.says.endswith(f" {leavers} of them early, as contracts bind these")
    assert "above own_cycle" in names
    assert not [name for name in names if name.startswith("early: ")], "what ranks so few is chance"
    assert refused(judged(found)) == ["enough leavers"], "by orders they are whom one wants to know"
    assert refused(judged(found, GateParams(min_leavers=10_000), pace_by=PaceBy.contracts)) == ["enough leavers"]


def test_where_contracts_bind_the_early_and_many_left_all_the_same_they_are_compared(evaluation):
    assert judged(evaluation, pace_by=PaceBy.contracts) == judged(evaluation)


def test_an_account_that_left_on_two_origins_counts_once(evaluation):
    twice = replace(evaluation.tested, rows=evaluation.tested.rows.assign(account_id="A"))

    assert "1 accounts left" in judged(replace(evaluation, tested=twice)).in_words


def test_a_model_that_is_no_better_than_a_rule_is_refused_by_the_rules_name(evaluation):
    rule = next(known for known in evaluation.tested.baselines if known.name == "own_cycle")
    like_the_rule = np.interp(rule.score, np.sort(rule.score), np.sort(evaluation.tested.risk))

    verdict = judged(with_risk(evaluation, like_the_rule))

    assert "above own_cycle" in refused(verdict)
    assert "chance may explain the difference" in verdict.in_words


def test_noise_is_refused(rows, origins):
    passed = 0
    for seed in range(20):
        shuffled = rows.assign(left=np.random.default_rng(seed).permutation(rows["left"]))
        tested = backtest(shuffled, origins, Recipe(DIRECTIONS, PARAMS.model_copy(update={"rounds": 10})), ABOUT)
        noise = Evaluation.of(tested, capacity=20, resamples=50, seed=seed)
        passed += judged(noise).promoted

    assert passed == 0


def test_one_that_ranks_early_accounts_worse_than_a_rule_is_refused(evaluation):
    early = evaluation.is_early
    random = np.random.default_rng(1)
    blind = evaluation.tested.risk.copy()
    blind[early] = random.permutation(blind[early])
    oracle = replace(evaluation.tested.baselines[0], score=np.where(early, evaluation.tested.left, random.random(750)))
    found = replace(evaluation.tested, risk=blind, baselines=(oracle,))

    assert f"early: not below {oracle.name}" in refused(judged(replace(evaluation, tested=found)))


def test_what_learns_too_may_be_a_little_better_and_no_more(evaluation):
    def beside(name):
        known = {rival.name: rival for rival in evaluation.tested.baselines}
        better = replace(known["logistic_rfm"], score=evaluation.tested.risk + name * evaluation.tested.left)
        return judged(replace(evaluation, tested=replace(evaluation.tested, baselines=(better,))))

    assert beside(0.0).promoted
    assert any("so it gains little" in check.says for check in beside(0.0).checks)
    assert refused(beside(0.3)) == ["not below logistic_rfm"]
    assert "of resamples it is below by more than gate.margin allows (0.02)" in beside(0.3).in_words


def test_mbg_nbd_is_held_against_it_like_the_regression(evaluation):
    like = next(rival for rival in evaluation.tested.baselines if rival.name == "logistic_rfm")
    better = replace(like, name="mbg_nbd", score=evaluation.tested.risk + 0.3 * evaluation.tested.left)

    verdict = judged(replace(evaluation, tested=replace(evaluation.tested, baselines=(better,))))

    assert refused(verdict) == ["not below mbg_nbd"]


def test_what_most_resamples_say_decides_and_not_the_margin_alone(evaluation):
    early, risk = evaluation.is_early, evaluation.tested.risk
    rule = next(known for known in evaluation.tested.baselines if known.name == "own_cycle")

    def beside(weight):
        score = np.where(early, risk + weight * evaluation.tested.left, -risk)
        found = replace(evaluation.tested, baselines=(replace(rule, score=score),))
        gain = Comparison(replace(evaluation, tested=found)).gain(score, part="early")
        return gain, refused(judged(replace(evaluation, tested=found)))

    for weight in (0.0, 0.01, 0.02, 0.03, 0.05, 0.1):
        gain, names = beside(weight)
        assert ("early: not below own_cycle" in names) == (gain.below(GATE.margin) > DOUBT)
    assert "early: not below own_cycle" in names


@pytest.mark.parametrize(("shift", "which"), [(0.15, "all"), (-0.15, "all")])
def test_false_probabilities_are_refused_though_they_rank_as_well(evaluation, shift, which):
    verdict = judged(with_risk(evaluation, np.clip(evaluation.tested.risk + shift, 0.001, 0.999)))

    assert f"calibrated: {which}" in refused(verdict)
    assert "gate.calibration allows" in verdict.in_words


def test_probabilities_that_are_true_on_the_whole_and_false_for_early_accounts_are_refused(evaluation):
    early, risk = evaluation.is_early, evaluation.tested.risk
    tilted = np.where(early, risk * 0.3, np.clip(risk + risk[early].sum() * 0.7 / (~early).sum(), 0, 1))

    verdict = judged(with_risk(evaluation, tilted))

    assert "calibrated: early" in refused(verdict)
    assert "calibrated: all" not in refused(verdict)


def test_where_few_leave_twice_as_many_foretold_are_too_many(evaluation):
    few = evaluation.tested.left * (np.arange(750) % 8 == 0)  # some three of a hundred
    twice = np.clip(few.mean() * 2.5 * evaluation.tested.risk / evaluation.tested.risk.mean(), 0, 1)
    found = replace(evaluation.tested, left=few, risk=twice)
    scored = Evaluation.of(found, capacity=20, resamples=100, seed=1)

    assert "calibrated: all" in refused(judged(scored, GateParams(min_leavers=5, min_early_leavers=1)))


def test_probabilities_that_say_less_than_the_base_rate_are_refused(evaluation):
    spread = np.where(evaluation.tested.risk > np.median(evaluation.tested.risk), 0.999, 0.001)

    verdict = judged(with_risk(evaluation, spread))

    assert {"brier", "above own_cycle"} <= set(refused(verdict))
    assert not verdict.order_stands, "nor do they rank any better"


def test_such_probabilities_leave_the_order_standing_where_they_rank_above_every_rule(evaluation):
    verdict = judged(with_risk(evaluation, evaluation.tested.risk**0.2))

    assert set(refused(verdict)) == {"calibrated: all", "calibrated: early", "brier"}
    assert verdict.order_stands


def test_only_false_probabilities_leave_the_order_standing(evaluation):
    shifted = judged(with_risk(evaluation, np.clip(evaluation.tested.risk + 0.1, 0, 1)))
    noise = np.random.default_rng(1).permutation(evaluation.tested.risk)

    assert refused(shifted) == ["calibrated: all"]
    assert shifted.order_stands
    assert not judged(with_risk(evaluation, noise)).order_stands
    assert not judged(evaluation, GateParams(min_leavers=5000, min_early_leavers=10)).order_stands
    assert not judged(evaluation, suspected=["accounts.segment ranks early accounts at 0.99"]).order_stands
    assert not judged(evaluation).order_stands, "nothing was refused"


def test_a_suspected_leak_keeps_the_gate_shut(evaluation):
    verdict = judged(evaluation, suspected=["accounts.segment ranks early accounts at 0.99"])

    assert refused(verdict) == ["leaks"]
    assert "accounts.segment" in verdict.in_words


def test_suspected_leaks_stand_in_one_line(evaluation):
    found = [Finding("c", None, name, "ranks early accounts at 0.99").line for name in ("visits_30d", "visits_90d")]

    verdict = judged(evaluation, suspected=found)

    assert verdict.in_words.endswith("set leak.accept: [visits_90d]")
    assert "set leak.accept: [visits_30d]; a leak is suspected: visits_90d: " in verdict.in_words


def test_a_lost_table_must_not_crown_a_poorer_model(evaluation, rows, origins):
    champion = evaluation.tested.model
    gone = [name for name in DIRECTIONS if DECLARED[name].tables & {"contacts", "signals"}]
    fewer = {name: way for name, way in DIRECTIONS.items() if name not in gone}
    poorer = backtest(rows, origins, Recipe(fewer, PARAMS), ABOUT)
    challenger = Evaluation.of(poorer, capacity=20, resamples=50, seed=1)
    there = {name: columns for name, columns in COLUMNS.items() if name not in ("contacts", "signals")}
    asked = {"champion": champion, "champion_risk": evaluation.tested.risk, "columns": there}

    def accepting(*names):
        return judged(challenger, GATE.model_copy(update={"accept_lost": list(names)}), **asked)

    lost = judged(challenger, **asked)
    renamed = judged(challenger, **asked, features={name: DECLARED[name] for name in DECLARED if name not in gone})

    assert "no feature lost" in refused(lost)
    assert "3 features of the champion are gone with contacts, signals; if that is meant, set " in lost.in_words
    assert "gate.accept_lost: [contacts, signals]" in lost.in_words
    assert "no feature lost" in refused(accepting("contacts"))
    assert "no feature lost" not in refused(accepting("contacts", "signals"))
    assert "no feature lost" not in refused(accepting(*gone))
    assert "no feature lost" not in refused(renamed), "a feature that is no longer declared was given up on purpose"
    assert "against the champion" in refused(accepting("contacts", "signals")), "poorer it still is"


def test_an_equal_challenger_takes_over_since_it_has_learned_from_newer_rows(evaluation):
    assert judged(evaluation, champion=evaluation.tested.model, champion_risk=evaluation.tested.risk).promoted


def test_one_that_knows_less_far_does_not_replace_the_champion_unasked(evaluation):
    champion = evaluation.tested.model
    asked = {"champion": champion, "champion_risk": evaluation.tested.risk}
    until = champion.about["knows_until"]
    older = str((pd.Timestamp(until) - pd.Timedelta(days=1)).date())

    verdict = judged(evaluation, **asked, knows_until=older)

    assert refused(verdict) == ["knows as much as the champion"]
    assert f"up to {older}, the champion up to {until}; " in verdict.in_words
    assert "set gate.accept_older: true" in verdict.in_words
    assert judged(evaluation, GATE.model_copy(update={"accept_older": True}), **asked, knows_until=older).promoted
    assert judged(evaluation, **asked, knows_until=until).promoted
    other = replace(champion, about=champion.about | {"definition": "another"})
    assert judged(evaluation, champion=other, champion_risk=None, knows_until=older).promoted, "it scores no more"


def test_a_better_champion_stays_and_the_files_say_so(evaluation):
    tested = evaluation.tested
    champion_risk = np.clip(0.8 * tested.risk + 0.2 * tested.left, 0.001, 0.999)

    verdict = judged(evaluation, champion=tested.model, champion_risk=champion_risk)

    assert refused(verdict) == ["against the champion"]
    assert "is worse than the champion's" in verdict.in_words
    assert verdict.lasting == verdict.checks


@pytest.mark.parametrize(
    ("about", "risk", "cause"),
    [
        ({"definition": "another"}, 1.0, "for another definition of leaving"),
        (ABOUT, None, "needs features that are no more"),
    ],
)
def test_a_champion_that_cannot_be_compared_makes_way_and_the_verdict_says_why(evaluation, about, risk, cause):
    champion = replace(evaluation.tested.model, about=evaluation.tested.model.about | about)

    verdict = judged(evaluation, champion=champion, champion_risk=risk and evaluation.tested.left)

    assert verdict.promoted
    assert cause in verdict.checks[-1].says
    assert verdict.lasting == judged(evaluation).lasting, "a fresh registry would have no other words"


def test_where_nobody_left_nothing_is_promoted():
    rows = firm(accounts=40, seed=6)
    from models.origins import rolling_origins

    origins = rolling_origins(rows, count=2, horizon_days=90)
    tested = backtest(rows, origins, RECIPE, ABOUT)
    nobody = Evaluation.of(replace(tested, left=np.zeros(len(tested.left))), capacity=5, resamples=20, seed=1)

    assert refused(judged(nobody)) == ["enough leavers"]


def test_told_and_left_differ_by_what_chance_moves_accounts_by(evaluation):
    told, gone, low, high = told_and_left(evaluation.evaluation_set, evaluation.tested.risk)

    assert told == evaluation.tested.risk.mean()
    assert gone == evaluation.tested.left.mean()
    assert low < told - gone < high
    _, _, lower, higher = told_and_left(evaluation.evaluation_set, evaluation.tested.risk, looks=2)
    assert lower < low < high < higher, "two looks are wrong together as seldom as one"
    assert high - low == pytest.approx(4 * np.sqrt(gone * (1 - gone) / 750), rel=0.4)
