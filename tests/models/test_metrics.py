"""Metrics agree with scikit-learn and with sums done by hand; intervals know that accounts repeat."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from models import bootstrap
from models.metrics import EvaluationSet, calibration_bins, interval, metrics, resampled


def evaluation_set(
    left: list[float], *, accounts: list[str] | None = None, as_of: list[int] | None = None, **options: int
) -> EvaluationSet:
    frame = pd.DataFrame(
        {
            "left": left,
            "account_id": accounts or [f"A{row}" for row in range(len(left))],
            "as_of": as_of or [0] * len(left),
        }
    )
    return EvaluationSet.of(frame, **{"capacity": 2, "resamples": 50, "seed": 1, **options})


@pytest.fixture(scope="module")
def noisy() -> tuple[EvaluationSet, np.ndarray]:
    random = np.random.default_rng(3)
    risk = random.beta(1, 6, 600).round(2)  # rounded, so that there are ties
    left = (random.random(600) < risk).astype(float)
    return evaluation_set(left.tolist(), accounts=[f"A{row % 200}" for row in range(600)]), risk


def test_points_agree_with_scikit_learn(noisy):
    rows, risk = noisy
    found = metrics(rows, risk)

    assert found["roc_auc"] == pytest.approx(roc_auc_score(rows.left, risk))
    assert found["average_precision"] == pytest.approx(average_precision_score(rows.left, risk))
    assert found["brier"] == pytest.approx(brier_score_loss(rows.left, risk))
    assert found["log_loss"] == pytest.approx(log_loss(rows.left, risk))
    assert found["n"] == 600
    assert found["base_rate"] == rows.left.mean()


def test_resamples_are_what_repeating_the_drawn_accounts_rows_would_give(noisy):
    rows, risk = noisy
    drawn = resampled(rows, risk)

    for number in (0, 7, 49):
        times = rows.weights[:, number][rows.account]
        left, score = np.repeat(rows.left, times), np.repeat(risk, times)
        assert drawn["roc_auc"][number] == pytest.approx(roc_auc_score(left, score))
        assert drawn["average_precision"][number] == pytest.approx(average_precision_score(left, score))
        assert drawn["log_loss"][number] == pytest.approx(log_loss(left, score))


def test_of_many_rows_those_with_nearly_equal_scores_count_as_equal(monkeypatch):
    random = np.random.default_rng(4)
    risk = 1 / (1 + np.exp(3.5 - 1.5 * random.normal(size=30_000)))
    rows = evaluation_set((random.random(30_000) < risk).astype(float).tolist(), capacity=100, resamples=20)
    drawn = resampled(rows, risk)

    monkeypatch.setattr(bootstrap, "FINE", 10**6)
    one_by_one = resampled(rows, risk)
    monkeypatch.setattr(bootstrap, "FINE", 10)
    crude = resampled(rows, risk)

    for name, most in {"roc_auc": 1e-5, "average_precision": 1e-4, "calibration_error": 3e-4}.items():
        np.testing.assert_allclose(drawn[name], one_by_one[name], rtol=0, atol=most)
        assert np.abs(drawn[name] - one_by_one[name]).max() > 0
        assert np.abs(crude[name] - one_by_one[name]).max() > most
    for name in ("recall_at_capacity", "brier", "log_loss"):
        np.testing.assert_array_equal(drawn[name], one_by_one[name])


def test_equal_scores_stay_together_however_many_rows_there_are():
    tie = np.repeat([0, 1, 2, 3, 4], [5_000, 1, 300_000, 1, 9_000])

    np.testing.assert_array_equal(bootstrap.cells(tie), np.repeat([0, 1, 2, 3, 3], [5_000, 1, 300_000, 1, 9_000]))


def test_lift_and_recall_by_hand():
    #        as_of 0              as_of 1
    left = [1, 0, 0, 1, 0, 0, 0, 0, 0, 1] + [0] * 10
    score = [0.9, 0.8, 0.1, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0] + [0.0] * 10
    rows = evaluation_set(left, as_of=[0] * 5 + [1] * 15, capacity=3)

    found = metrics(rows, np.array(score), is_risk=False)

    # as_of 0: the top tenth is half a row, which left; two of five left: (1 / 1) / (2 / 5). as_of 1: all are tied.
    assert found["lift_top_decile"] == pytest.approx((2.5 + 1) / 2)
    # as_of 0: rows 0 and 1, and half of the tie of rows 2 and 3; as_of 1: three of fifteen ties hold a fifth of its one.
    assert found["recall_at_capacity"] == pytest.approx((1.5 / 2 + 0.2 / 1) / 2)


def test_ranking_is_measured_a_day_at_a_time_so_a_level_that_moves_with_the_season_says_nothing():
    rows = evaluation_set([1, 0, 1, 0, 1, 0], as_of=[0, 0, 1, 1, 2, 2])
    score = np.array([0.2, 0.1, 0.9, 0.8, 0.4, 0.5])

    assert metrics(rows, score, is_risk=False)["roc_auc"] == pytest.approx((1 + 1 + 0) / 3)


def test_a_day_on_which_nobody_left_says_nothing_about_the_order():
    rows = evaluation_set([1, 0, 0, 0], as_of=[0, 0, 1, 1])

    assert metrics(rows, np.array([0.9, 0.1, 0.9, 0.1]))["roc_auc"] == 1.0
    assert metrics(rows, np.array([0.9, 0.1, 0.9, 0.1]))["brier"] == pytest.approx((0.01 + 0.01 + 0.81 + 0.01) / 4)


def test_a_score_without_information_ranks_like_chance():
    found = metrics(evaluation_set([1, 0, 0, 0] * 25), np.zeros(100), is_risk=False)

    assert found["roc_auc"] == 0.5
    assert found["lift_top_decile"] == pytest.approx(1)
    assert found["average_precision"] == pytest.approx(0.25)


def test_a_ranking_has_no_probability_metrics():
    found = metrics(evaluation_set([1, 0, 1, 0]), np.array([90.0, 10.0, 60.0, 70.0]), is_risk=False)

    assert not {"brier", "log_loss", "calibration_error"} & set(found)
    assert found["roc_auc"] == 0.75


def test_calibration_error_by_hand():
    # Ten bins of two rows: risk .1 where one of two left, .9 where both did, eight bins of .5 where one of two left.
    risk = np.array([0.1] * 2 + [0.5] * 16 + [0.9] * 2)
    left = [0, 1] + [0, 1] * 8 + [1, 1]

    found = metrics(evaluation_set(left), risk)

    assert found["calibration_error"] == pytest.approx((0.4 + 0.1) / 10)


def test_calibration_bins_hold_equally_many_rows_in_order_of_risk():
    bins = calibration_bins(np.array([0, 0, 1, 1.0]), np.array([0.1, 0.3, 0.2, 0.8]), bins=2)

    assert bins["n"].tolist() == [2, 2]
    assert bins["predicted"].tolist() == pytest.approx([0.15, 0.55])
    assert bins["observed"].tolist() == [0.5, 0.5]


def test_rows_of_one_account_are_drawn_together_so_its_copies_narrow_nothing():
    random = np.random.default_rng(0)
    risk = random.random(80)
    left = (random.random(80) < risk).astype(float)
    accounts = [f"A{row}" for row in range(80)]

    once = metrics(evaluation_set(left.tolist(), accounts=accounts, resamples=200), risk)
    copied = metrics(evaluation_set(left.tolist() * 9, accounts=accounts * 9, resamples=200), np.tile(risk, 9))

    assert copied["roc_auc_high"] - copied["roc_auc_low"] == pytest.approx(
        once["roc_auc_high"] - once["roc_auc_low"], rel=1e-9
    )


def test_an_interval_holds_the_point_and_the_same_seed_gives_the_same_one(noisy):
    rows, risk = noisy
    found = metrics(rows, risk)

    assert found["roc_auc_low"] < found["roc_auc"] < found["roc_auc_high"]
    assert metrics(rows, risk) == found


def test_where_nobody_left_there_are_only_the_counts():
    assert metrics(evaluation_set([0, 0, 0]), np.array([0.1, 0.2, 0.3])) == {"n": 3.0, "base_rate": 0.0}


def test_calibration_error_is_that_of_its_bins_however_many_rows_there_are():
    random = np.random.default_rng(5)
    risk = random.random(37)
    left = (random.random(37) < 0.5).astype(float)
    bins = calibration_bins(left, risk)

    found = metrics(evaluation_set(left.tolist()), risk)["calibration_error"]

    assert found == pytest.approx((bins["n"] * (bins["predicted"] - bins["observed"]).abs()).sum() / 37)


def test_a_day_on_which_all_left_says_nothing_about_the_order():
    rows = evaluation_set([1, 0, 0, 0, 1, 1], as_of=[0, 0, 0, 0, 1, 1], capacity=1)

    found = metrics(rows, np.array([0.9, 0.1, 0.2, 0.3, 0.9, 0.1]))

    assert found["recall_at_capacity"] == found["roc_auc"] == 1


def test_a_draw_without_the_only_leaver_of_a_day_goes_by_the_other_days():
    left = [1, 0] * 10 + [1] + [0] * 19
    accounts = [f"A{row:02d}" for row in range(20)] * 2
    rows = evaluation_set(left, accounts=accounts, as_of=[0] * 20 + [1] * 20)
    score = np.random.default_rng(6).random(40)
    drawn, without = resampled(rows, score)["roc_auc"], rows.weights[0] == 0

    assert 0 < without.sum() < len(drawn)
    for number in np.flatnonzero(without):
        times = rows.weights[:, number]
        assert drawn[number] == pytest.approx(roc_auc_score(np.repeat(left[:20], times), np.repeat(score[:20], times)))


def test_as_many_accounts_are_drawn_as_there_are_some_of_them_more_than_once():
    drawn = bootstrap.draws(accounts=50, resamples=20, seed=1)

    assert drawn.sum(axis=0).tolist() == [50] * 20
    assert (drawn.max(axis=0) > 1).all()
    assert (drawn.min(axis=0) == 0).all()


def test_an_interval_leaves_out_a_fortieth_on_either_side_and_draws_that_could_not_be_ranked():
    drawn = np.r_[np.nan, np.linspace(0, 1, 201)]

    assert interval(drawn) == pytest.approx((0.025, 0.975))
    assert interval(drawn, looks=5) == pytest.approx((0.005, 0.995))


def test_what_an_account_misses_goes_with_it_whatever_the_order_of_risks():
    rows = evaluation_set([1, 1, 0, 0], accounts=["A", "A", "B", "B"])
    drawn = resampled(rows, np.array([1.0, 1.0, 0.5, 0.5]))["calibration_error"]

    assert set(drawn[rows.weights[1] == 0]) == {0}
    assert set(drawn[rows.weights[0] == 0]) == {0.5}
    assert rows.subset(rows.left == 1).weights is rows.weights, "a part has the same draws"
