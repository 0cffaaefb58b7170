"""Profit of calls: small lists worked out by hand, and the paper's own formula where all values are equal."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta

from models.money_params import Assumed, MoneyParams
from models.profit import Curve, Plan, best_plan, stakes

ASSUMED = Assumed(cost_of_call=10.0, cost_of_offer=0.0, margin=0.5, success=0.4, strength=20.0)


def curve(left, value, assumed=ASSUMED, tie=None, weight=None):
    """The curve of accounts in the order in which they are called."""
    left, value = np.array(left, float), np.array(value, float)
    tie = np.arange(len(left)) if tie is None else np.array(tie)
    weight = np.ones(len(left)) if weight is None else np.array(weight, float)
    return Curve.of(*stakes(left, value, assumed), tie, weight)


def test_a_call_wins_its_share_of_a_leavers_margin_and_costs_what_a_call_costs():
    # Called in this order: a leaver of 200 (0.4 x 100 - 10 = 30), one that stays (-10), a leaver of 100 (10),
    # a leaver of 40 (-2). So 30, 20, 30, 28, and 4 accounts.
    list_of_four = curve([1, 0, 1, 1], [200, 500, 100, 40])

    assert list_of_four.profit(0.4) * 4 == pytest.approx([0, 30, 20, 30, 28])
    assert list_of_four.maximum(0.4) == pytest.approx((30 / 4, 1 / 4))  # as much with fewer calls


def test_whoever_stays_takes_the_offer_and_a_leaver_that_is_lost_does_not():
    assumed = Assumed(cost_of_call=10.0, cost_of_offer=5.0, margin=0.5, success=0.4, strength=None)

    # 0.4 x (100 - 5) - 10 = 28 of the leaver; -15 of the other.
    assert curve([1, 0], [200, 200], assumed).profit(0.4) * 2 == pytest.approx([0, 28, 13])
    # Between leaving and staying by the chance: half of 28 and half of -15.
    saved, spent = stakes(np.array([0.5]), np.array([200.0]), assumed)
    assert 0.4 * saved - spent == pytest.approx([6.5])


def test_a_perfect_ranking_calls_the_leavers_and_nobody_else():
    perfect = curve([1, 1, 0, 0, 0], [100, 100, 100, 100, 100])

    assert perfect.maximum(0.4) == pytest.approx(((0.4 * 50 - 10) * 2 / 5, 2 / 5))


def test_a_worthless_ranking_is_worth_as_much_as_calling_everybody_or_nobody():
    tie = [0] * 5
    everybody = curve([0, 1, 0, 0, 1], [400] * 5, tie=tie)
    nobody = curve([0, 1, 0, 0, 1], [100] * 5, tie=tie)

    assert everybody.maximum(0.4) == pytest.approx(((2 * 0.4 * 200 - 50) / 5, 1))
    assert nobody.maximum(0.4) == (0, 0)  # 2 x 20 - 50 is a loss
    assert everybody.profit(0.4) == pytest.approx(np.linspace(0, everybody.profit(0.4)[-1], 6))


def test_equal_scores_count_as_their_mean_wherever_a_list_cuts_them():
    tied = curve([1, 1, 0], [400, 100, 100], tie=[0, 1, 1])

    assert tied.profit(0.4) * 3 == pytest.approx([0, 70, 70, 70])  # +10 and -10 are a mean of 0


def test_an_account_that_is_drawn_twice_counts_twice_and_one_that_is_not_counts_for_nothing():
    drawn = curve([1, 0, 1], [200, 500, 100], weight=[2, 1, 0])
    written_out = curve([1, 1, 0], [200, 200, 500])

    assert drawn.maximum(0.4) == pytest.approx(written_out.maximum(0.4))
    assert drawn.expected_maximum(0.4, 20) == pytest.approx(written_out.expected_maximum(0.4, 20))


def test_values_that_are_negative_or_missing_win_nothing_and_cost_a_call():
    assert curve([1, 1, 1], [-500, np.nan, 0]).profit(0.4) * 3 == pytest.approx([0, -10, -20, -30])


def verbraken(left, score, clv, call, offer, success):
    """P(t) of the paper at every threshold, with average value, delta = d / CLV and phi = f / CLV; the most of it."""
    delta, phi, gone = offer / clv, call / clv, left.mean()
    profits = [0.0]
    for threshold in np.unique(score):
        called = score >= threshold
        of_leavers, of_others = called[left == 1].mean(), called[left == 0].mean()
        profits.append(
            clv * (success * (1 - delta) - phi) * gone * of_leavers - clv * (delta + phi) * (1 - gone) * of_others
        )
    return max(profits)


@pytest.fixture
def ranked():
    """Scores with ties that say something of who left, as (left, score, order)."""
    random = np.random.default_rng(4)
    left = (random.random(300) < 0.2).astype(float)
    score = np.round(random.normal(1.2 * left, 1.0), 1)
    return left, score, np.argsort(-score, kind="stable")


@pytest.mark.parametrize(("call", "offer"), [(1.0, 10.0), (10.0, 0.0), (30.0, 10.0)])
def test_with_equal_values_it_is_the_paper_s_maximum_profit(ranked, call, offer):
    left, score, order = ranked
    assumed = Assumed(call, offer, margin=1.0, success=0.3, strength=20.0)
    ours = curve(left[order], [200.0] * 300, assumed, tie=np.unique(-score[order], return_inverse=True)[1])

    assert ours.maximum(0.3)[0] == pytest.approx(verbraken(left, score, 200.0, call, offer, 0.3))


def test_with_equal_values_it_is_the_paper_s_expected_maximum_profit(ranked):
    """The paper's own example: CLV 200, d 10, f 1, Beta(6, 14)."""
    left, score, order = ranked
    assumed = Assumed(cost_of_call=1.0, cost_of_offer=10.0, margin=1.0, success=0.3, strength=20.0)
    ours = curve(left[order], [200.0] * 300, assumed, tie=np.unique(-score[order], return_inverse=True)[1])
    theirs = quad(lambda g: verbraken(left, score, 200.0, 1.0, 10.0, g) * beta.pdf(g, 6, 14), 0, 1, limit=200)[0]

    assert ours.expected_maximum(0.3, 20)[0] == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize("offer", [0.0, 20.0])
@pytest.mark.parametrize(("success", "strength"), [(0.4, 20.0), (0.1, 2.0), (0.2, 500.0)])
def test_with_any_values_the_expected_maximum_is_what_quadrature_gives(ranked, offer, success, strength):
    left, _, order = ranked
    value = np.random.default_rng(1).lognormal(5, 1.5, 300)
    assumed = Assumed(cost_of_call=10.0, cost_of_offer=offer, margin=0.5, success=success, strength=strength)
    ours = curve(left[order], value[order], assumed)
    law = beta(success * strength, (1 - success) * strength)
    # By the quantiles of the law, as its density is infinite at 0 for some.
    at = law.ppf((np.arange(20_000) + 0.5) / 20_000)
    best = [ours.maximum(chance) for chance in at]

    profit, called = ours.expected_maximum(success, strength)
    assert profit == pytest.approx(np.mean([found[0] for found in best]), rel=1e-3)
    assert called == pytest.approx(np.mean([found[1] for found in best]), rel=1e-2)


def test_the_surer_success_is_the_nearer_the_expected_maximum_is_to_the_maximum(ranked):
    left, _, order = ranked
    ours = curve(left[order], [100.0] * 300)

    sure, unsure = ours.expected_maximum(0.4, 1e6), ours.expected_maximum(0.4, 5)
    assert sure[0] == pytest.approx(ours.maximum(0.4)[0], rel=1e-2)
    assert unsure[0] > ours.maximum(0.4)[0]  # whoever knows the success can do without calls that do not pay


def test_calls_that_cost_nothing_go_to_everybody_who_may_leave():
    free = curve([0, 1, 0, 1], [100] * 4, Assumed(0.0, 0.0, margin=0.5, success=0.4, strength=20.0))

    assert free.maximum(0.4) == pytest.approx((10, 1))
    assert free.expected_maximum(0.4, 20)[0] == pytest.approx(10)  # 2 of 4, 50 each, 0.4 on average


def test_nobody_on_the_list_brings_nothing():
    nobody = curve([], [])

    assert nobody.maximum(0.4) == (0, 0)
    assert nobody.expected_maximum(0.4, 20) == (0, 0)


def test_the_best_plan_stops_before_the_call_that_costs_more_than_it_brings():
    assert best_plan(np.array([50.0, 10.0, -5.0, 4.0])) == Plan(2, 60.0)
    assert best_plan(np.array([50.0, 10.0, -5.0, 6.0])) == Plan(4, 61.0)  # a later one may make up for it
    assert best_plan(np.array([50.0, 10.0]), most=1) == Plan(1, 50.0)
    assert best_plan(np.array([-1.0])) == best_plan(np.array([])) == Plan(0, 0.0)


def test_with_calls_that_cost_the_same_no_order_brings_more_than_risk_times_value():
    random = np.random.default_rng(2)
    risk, value = random.beta(1, 6, 60), random.lognormal(5, 1, 60)
    saved, spent = stakes(risk, value, ASSUMED)
    profit = ASSUMED.success * saved - spent
    by_priority = np.cumsum(profit[np.argsort(-risk * value)])

    for order in (np.argsort(-risk), np.argsort(-value), *(random.permutation(60) for _ in range(50))):
        assert (by_priority >= np.cumsum(profit[order]) - 1e-9).all()


@pytest.mark.parametrize("missing", ["cost_of_call", "margin", "success"])
def test_what_is_not_assumed_leaves_out_all_that_rests_on_it(missing):
    assert MoneyParams().assumed == Assumed(50.0, 0.0, 0.3, 0.2, 20.0)
    assert MoneyParams.model_validate({missing: None}).assumed is None
    assert MoneyParams(success_strength=None).assumed.strength is None
