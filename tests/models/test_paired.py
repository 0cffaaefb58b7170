"""Two scores of the same rows, resample by resample."""

from dataclasses import replace

import numpy as np
import pytest

from models.backtest import backtest
from models.evaluation import Evaluation
from models.metrics import metrics, resampled
from models.paired import Comparison, Gain
from tests.models.conftest import ABOUT, RECIPE


@pytest.fixture(scope="module")
def comparison(rows, origins):
    tested = backtest(rows, origins, RECIPE, ABOUT)
    return Comparison(Evaluation.of(tested, capacity=20, resamples=60, seed=1))


def test_a_score_gains_nothing_on_itself_in_any_resample(comparison):
    gain = comparison.gain(comparison.evaluation.tested.risk)

    assert gain.own == gain.other
    assert not gain.drawn.any()
    assert gain.below(0) == 0


def test_the_figures_are_those_of_the_metrics_and_the_draws_are_paired(comparison):
    evaluation = comparison.evaluation
    rule = next(known for known in evaluation.tested.baselines if known.name == "own_cycle")
    early = evaluation.is_early

    gain = comparison.gain(rule.score, part="early")

    rows = evaluation.evaluation_set.subset(early)
    assert gain.own == pytest.approx(metrics(rows, evaluation.tested.risk[early])["roc_auc"])
    own, other = (resampled(rows, score[early])["roc_auc"] for score in (evaluation.tested.risk, rule.score))
    np.testing.assert_allclose(gain.drawn, own - other)


@pytest.mark.parametrize("figure", ["roc_auc", "brier", "log_loss"])
def test_better_is_a_gain_whichever_way_a_figure_is_good(comparison, figure):
    tested = comparison.evaluation.tested
    wiser = Comparison(
        replace(
            comparison.evaluation,
            tested=replace(tested, risk=np.clip(0.7 * tested.risk + 0.3 * tested.left, 0.01, 0.99)),
        )
    )

    assert wiser.gain(tested.risk, figure=figure).mean > 0
    assert comparison.gain(wiser.evaluation.tested.risk, figure=figure).mean < 0


def test_the_share_below_a_margin_counts_resamples_that_could_be_ranked():
    gain = Gain(0.7, 0.7, np.array([-0.03, -0.01, 0.0, 0.02, np.nan]))

    assert gain.below(0.02) == 0.25
    assert gain.below(0) == 0.5
    assert gain.below(0.05) == 0


def test_a_mean_is_of_resamples_that_could_be_ranked_and_two_looks_take_a_wider_interval():
    gain = Gain(0.7, 0.7, np.r_[np.nan, np.linspace(-0.1, 0.3, 101)])

    assert gain.mean == pytest.approx(0.1)
    assert gain.interval() == pytest.approx((-0.09, 0.29))
    assert gain.interval(looks=2) == pytest.approx((-0.095, 0.295))


def test_where_no_early_account_left_early_ones_cannot_be_ranked_though_all_can(comparison):
    evaluation = comparison.evaluation
    left = np.where(evaluation.is_early, 0.0, evaluation.tested.left)
    bound = Evaluation.of(replace(evaluation.tested, left=left), capacity=20, resamples=20, seed=1)

    assert Comparison(bound).can_be_ranked("all")
    assert not Comparison(bound).can_be_ranked("early")
