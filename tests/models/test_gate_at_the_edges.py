"""Where exactly the gate lets a model pass: at every limit, in both directions, and where there is nothing to look at."""

from dataclasses import replace

import numpy as np
import pytest

from models.definition import PaceBy
from models.evaluation import Evaluation
from models.gate import ANOTHER_SEED, CLOSE, DOUBT, GAINS, Verdict, rerun_possible, told_and_left
from models.gate_params import GateParams
from models.paired import Comparison, Gain
from models.recipe import Recipe
from tests.models.test_gate import COLUMNS, GATE, bound, evaluation, judged, refused, with_risk

__all__ = ["evaluation"]


def measured(evaluation, **other):
    """The same days, measured anew with something of them exchanged."""
    return Evaluation.of(replace(evaluation.tested, **other), capacity=20, resamples=100, seed=1)


def beside(evaluation, score, **other):
    """The same model, held against this score alone."""
    rival = replace(evaluation.tested.baselines[0], score=score, **other)
    return replace(evaluation, tested=replace(evaluation.tested, baselines=(rival,)))


def leavers(evaluation):
    """The accounts that left, and those of them that were early."""
    tested = evaluation.tested
    gone = tested.left == 1
    return tuple(tested.rows.loc[mask, "account_id"].nunique() for mask in (gone, gone & evaluation.is_early))


def test_as_many_leavers_as_are_asked_for_are_enough_and_one_fewer_are_not(evaluation):
    everybody, early = leavers(evaluation)
    just = GateParams(min_leavers=everybody, min_early_leavers=early)
    more, more_early = GateParams(min_leavers=everybody + 1), GateParams(min_early_leavers=early + 1)

    assert judged(evaluation, just).promoted
    assert judged(evaluation, just, pace_by=PaceBy.contracts).checks == judged(evaluation, just).checks
    assert refused(judged(evaluation, more)) == refused(judged(evaluation, more_early)) == ["enough leavers"]
    assert refused(judged(evaluation, more, pace_by=PaceBy.contracts)) == ["enough leavers"]


def test_an_early_account_that_left_on_two_origins_counts_once(evaluation):
    twice = replace(evaluation.tested, rows=evaluation.tested.rows.assign(account_id="A"))

    assert "1 accounts left on the tested as_ofs, 1 of them early" in judged(replace(evaluation, tested=twice)).in_words


def test_without_enough_leavers_nothing_is_measured_and_what_is_gone_or_known_no_longer_is_said_all_the_same(
    evaluation,
):
    champion = evaluation.tested.model
    knows_more = replace(
        champion,
        features=(*champion.features, "unreturned_calls_90d"),
        about=champion.about | {"knows_until": "2999-01-01"},
    )
    there = {name: columns for name, columns in COLUMNS.items() if name != "calls"}

    few = judged(
        evaluation,
        GateParams(min_leavers=10_000),
        champion=knows_more,
        champion_risk=evaluation.tested.left,
        columns=there,
    )

    assert [check.name for check in few.checks] == [
        "enough leavers",
        "no feature lost",
        "knows as much as the champion",
    ]


@pytest.mark.parametrize("early", ["none are early", "none of the early left"])
def test_where_no_early_leavers_are_asked_for_and_there_are_none_all_accounts_decide(evaluation, early):
    found = bound(evaluation, 0)
    if early == "none are early":
        found = measured(evaluation, rows=evaluation.tested.rows.assign(pace="overdue"))

    names = [check.name for check in judged(found, GateParams(min_leavers=10, min_early_leavers=0)).checks]

    assert {"above own_cycle", "calibrated: all", "calibrated: early"} <= set(names)
    assert not [name for name in names if name.startswith("early: ")]


def test_of_nobody_nothing_was_foretold_and_nobody_left(evaluation):
    nobody = np.zeros(750, dtype=bool)

    assert told_and_left(evaluation.evaluation_set.subset(nobody), evaluation.tested.risk[nobody]) == (0, 0, 0, 0)


def test_one_that_ranks_as_a_rule_does_in_every_resample_is_not_above_it(evaluation):
    assert refused(judged(beside(evaluation, evaluation.tested.risk))) == ["above own_cycle"]


def test_the_same_model_of_outcomes_dealt_out_at_random_must_be_beaten_over_all_accounts_alone(evaluation):
    noise = {"name": "shuffled", "role": "noise"}
    better = evaluation.tested.risk + 0.3 * evaluation.tested.left

    assert refused(judged(beside(evaluation, better, **noise))) == ["above shuffled"]


def test_the_margin_is_what_a_model_may_be_below_a_learner(evaluation):
    better = evaluation.tested.risk + 0.01 * evaluation.tested.left
    found = beside(evaluation, better, name="logistic_rfm", role="learner")
    gain = Comparison(found).gain(better)

    assert gain.below(0) > DOUBT > gain.below(GATE.margin)
    assert judged(found).promoted
    assert refused(judged(found, GATE.model_copy(update={"margin": 0}))) == ["not below logistic_rfm"]


def test_above_every_rule_and_below_a_learner_its_order_stands_for_the_learner_cannot_score(evaluation):
    better = evaluation.tested.risk + 0.3 * evaluation.tested.left
    below = judged(beside(evaluation, better, name="mbg_nbd", role="learner"))
    below_a_rule = judged(beside(evaluation, better, name="own_cycle", role="rule"))

    assert refused(below) == ["not below mbg_nbd"]
    assert not below.promoted
    assert below.order_stands
    (early,) = [check for check in below_a_rule.checks if check.name == "early: not below own_cycle"]
    assert not early.passed
    assert not Verdict((early,)).order_stands


@pytest.mark.parametrize(("share", "passes"), [(DOUBT, True), (DOUBT + 0.01, False)])
def test_in_half_of_the_resamples_a_model_may_be_below(evaluation, monkeypatch, share, passes):
    monkeypatch.setattr(Gain, "below", lambda *_: share)

    assert judged(evaluation).promoted == passes


def test_a_model_that_seems_to_gain_less_than_a_hundredth_is_said_to_gain_little_and_one_that_is_refused_is_not(
    evaluation,
):
    def words(score):
        found = beside(evaluation, score, name="logistic_rfm", role="learner")
        (check,) = [check for check in judged(found).checks if check.name == "not below logistic_rfm"]
        return check.passed, "so it gains little" in check.says, Comparison(found).gain(score)

    tested = evaluation.tested
    noisy = tested.risk * np.exp(0.15 * np.random.default_rng(2).normal(size=750))
    passed, gains_little, gain = words(noisy)
    assert gain.own - gain.other < GAINS < gain.interval()[1], "though it may gain more"
    assert (passed, gains_little) == (True, True)
    assert words(tested.risk + 0.3 * tested.left)[:2] == (False, False)
    assert words(-tested.risk)[:2] == (True, False)


def test_what_was_foretold_and_what_came_are_said_of_all_and_of_early_accounts(evaluation):
    tested, early = evaluation.tested, evaluation.is_early
    risk = np.clip(tested.risk + 0.15, 0, 1)
    words = judged(with_risk(evaluation, risk)).in_words

    for which, mask in (("all", np.ones(750, dtype=bool)), ("early", early)):
        came = f"{risk[mask].mean():.1%} were foretold to leave and {tested.left[mask].mean():.1%} left"
        assert f"of {which} accounts {came}" in words


def test_one_of_two_hundred_accounts_may_always_be_missed(evaluation):
    gate = GATE.model_copy(update={"calibration": 0})

    def told_too_much(by):
        """Who leaves is known, and of all others the same is told: so chance moves nothing."""
        return refused(judged(with_risk(evaluation, np.where(evaluation.tested.left == 1, 1, by)), gate))

    assert CLOSE == 1 / 200
    assert told_too_much(CLOSE) == []
    assert told_too_much(2 * CLOSE) == ["calibrated: all", "calibrated: early"]


def test_probabilities_are_looked_at_twice_so_each_time_chance_is_allowed_more(evaluation):
    seen = set()
    for factor in np.arange(1.25, 1.6, 0.01):
        risk = np.clip(factor * evaluation.tested.risk, 0, 1)
        _, left, low, _ = told_and_left(evaluation.evaluation_set, risk, looks=2)
        _, _, alone, _ = told_and_left(evaluation.evaluation_set, risk)
        allowed = GATE.calibration * left
        assert ("calibrated: all" in refused(judged(with_risk(evaluation, risk)))) == (low > allowed)
        seen.add((low > allowed, alone > allowed))
    assert seen == {(False, False), (False, True), (True, True)}


def test_probabilities_dealt_out_at_random_say_less_than_the_base_rate(evaluation):
    risk = np.random.default_rng(1).permutation(evaluation.tested.risk)

    assert "brier" in refused(judged(with_risk(evaluation, risk)))


def test_a_champion_that_is_better_by_no_more_than_another_seed_makes_way(evaluation):
    tested = evaluation.tested
    wiser = 0.995 * tested.risk + 0.005 * tested.left
    loss, early = (
        Comparison(evaluation).gain(wiser, figure="log_loss"),
        Comparison(evaluation).gain(wiser, part="early"),
    )

    assert -ANOTHER_SEED * loss.other < loss.interval(2)[1] < 0
    assert -GATE.margin < early.interval(2)[1] < 0
    verdict = judged(evaluation, champion=tested.model, champion_risk=wiser)
    assert verdict.promoted
    assert "; log loss loses 0.0" in verdict.checks[-1].says
    assert verdict.lasting == judged(evaluation).lasting, "a fresh registry would have no other words"


def test_a_champion_that_may_be_better_by_chance_makes_way(evaluation):
    random, risk = np.random.default_rng(3), evaluation.tested.risk
    ours, theirs = (np.clip(risk * np.exp(0.5 * random.normal(size=750)), 0.001, 0.999) for _ in range(2))
    found = with_risk(evaluation, ours)
    gain = Comparison(found).gain(theirs, figure="log_loss")
    low, high = gain.interval(2)

    assert low < -ANOTHER_SEED * gain.other < high
    assert judged(found, champion=evaluation.tested.model, champion_risk=theirs).checks[-1].passed


def test_a_champion_that_ranks_early_accounts_better_stays_whatever_its_log_loss(evaluation):
    tested = evaluation.tested
    order_alone = np.where(evaluation.is_early, 0.001 + 0.001 * tested.left, tested.risk)

    verdict = judged(evaluation, champion=tested.model, champion_risk=order_alone)

    assert refused(verdict) == ["against the champion"]
    assert verdict.in_words.startswith("its early ROC AUC is worse than the champion's; log loss gains ")


def test_beside_the_champion_two_figures_are_looked_at_together(evaluation):
    tested, seen = evaluation.tested, set()
    for weight in np.arange(0.005, 0.1, 0.0025):
        wiser = np.clip((1 - weight) * tested.risk + weight * tested.left, 0.001, 0.999)
        gains = {
            "log loss": Comparison(evaluation).gain(wiser, figure="log_loss"),
            "early": Comparison(evaluation).gain(wiser, part="early"),
        }
        allowed = {"log loss": ANOTHER_SEED * gains["log loss"].other, "early": GATE.margin}
        both, alone = (
            any(gain.interval(looks)[1] < -allowed[which] for which, gain in gains.items()) for looks in (2, 1)
        )
        assert judged(evaluation, champion=tested.model, champion_risk=wiser).promoted == (not both)
        seen.add((both, alone))
    assert (False, True) in seen


def test_the_champions_recipe_is_run_again_only_where_all_its_features_are_there(evaluation):
    champion = evaluation.tested.model
    there = evaluation.tested.explained.columns

    assert rerun_possible(champion, there) == Recipe.of(champion)
    assert rerun_possible(champion, there.drop(champion.features[0])) is None
