"""Of the accounts that are said to leave with 30 %, 30 % should leave."""

import numpy as np
import pytest
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from models.calibration import SHARE_OF_SHIFT, Calibration, calibrated_log_loss, fit_calibration, fit_platt, sigmoid


def drawn(log_odds: np.ndarray, seed: int = 1) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(log_odds)) < sigmoid(log_odds)).astype(float)


RAW = np.random.default_rng(2).normal(-2, 1.5, 20_000)


def test_a_model_that_is_too_sure_of_itself_is_taken_back():
    left = drawn(-1.0 + 0.5 * (RAW + 2))

    found = fit_calibration(RAW, left)

    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert log_loss(left, found.risk(RAW)) < log_loss(left, sigmoid(RAW)) - 0.02


def test_half_of_a_shift_is_taken_over():
    shifted = fit_calibration(RAW, drawn(RAW + 0.8))

    assert shifted.slope == pytest.approx(1, abs=0.05)
    assert shifted.intercept == pytest.approx(SHARE_OF_SHIFT * 0.8, abs=0.08)


def test_where_nothing_is_wrong_nothing_changes():
    found = fit_calibration(RAW, drawn(RAW))

    assert found.slope == pytest.approx(1, abs=0.05)
    assert found.risk(RAW).mean() == pytest.approx(sigmoid(RAW).mean(), rel=0.03)


def test_the_likeliest_calibration_agrees_with_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    left = drawn(-1.0 + 0.5 * (RAW + 2))
    found = fit_platt(RAW, left)
    theirs = LogisticRegression(C=1e9).fit(RAW[:, None], left)

    assert found.slope == pytest.approx(theirs.coef_[0, 0], abs=0.003)
    assert found.intercept == pytest.approx(theirs.intercept_[0], abs=0.006)


def test_the_number_of_threads_changes_no_bit():
    raw = np.random.default_rng(3).normal(-2, 1.5, 100_000)  # so many that a dot product would be shared out
    left = drawn(raw)
    found = []
    for threads in (1, 2, 3):
        with threadpool_limits(threads):
            found.append(fit_platt(raw, left))

    assert found[0] == found[1] == found[2]


def test_neither_a_shift_nor_too_much_certainty_counts_in_the_calibrated_log_loss():
    left = drawn(RAW)

    assert calibrated_log_loss(3 * RAW + 2, left) == pytest.approx(calibrated_log_loss(RAW, left), abs=1e-4)
    assert calibrated_log_loss(RAW, left) == pytest.approx(log_loss(left, sigmoid(RAW)), abs=1e-3)


def test_no_two_accounts_change_places_or_are_tied():
    raw = np.sort(np.unique(RAW))

    assert np.all(np.diff(fit_calibration(RAW, drawn(0.3 * RAW)).log_odds(raw)) > 0)


def test_a_ranking_that_is_upside_down_is_flattened_and_not_turned_round():
    assert 0 < fit_calibration(RAW, drawn(-RAW)).slope <= 0.05


@pytest.mark.parametrize("left", [np.zeros(50), np.ones(50)])
def test_where_all_or_none_left_nothing_can_be_learned(left):
    assert fit_calibration(RAW[:50], left) == Calibration(1.0, 0.0)


def test_a_few_rows_move_little():
    found = fit_calibration(np.array([-2.0, -1.0, -3.0]), np.array([1.0, 0.0, 0.0]))

    assert 0.5 < found.slope < 1.5
