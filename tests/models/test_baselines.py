"""What people do without a model."""

import numpy as np
import pandas as pd
import pytest

from models.baselines import baselines

ROWS = pd.DataFrame(
    {
        "days_since_order": [10.0, 100.0, 30.0, 70.0],
        "cycles_since_order": [1.0, 2.0, np.nan, 3.5],
        "days_since_contact": [60.0, 61.0, 5.0, np.nan],
        "orders_360d": [12.0, 2.0, 9.0, 1.0],
        "amount_360d": [9000.0, 100.0, 5000.0, -20.0],
    }
)
LEFT = np.array([0.0, 1.0, 0.0, 1.0])
ALL = np.ones(4, dtype=bool)


def scores(rows: pd.DataFrame = ROWS) -> dict[str, list[float]]:
    return {found.name: found.score.tolist() for found in baselines(rows, LEFT, train=ALL, test=ALL)}


def test_each_rule_by_hand():
    found = scores()

    assert found["days_since_order"] == [10, 100, 30, 70]
    assert found["own_cycle"] == [1, 2, 2, 3.5]  # without a cycle: the median of the others
    assert found["sixty_days"] == [0, 1, 0, 1]  # sixty days keep the rule; never spoken with breaks it


def test_without_contacts_the_rule_looks_at_orders_and_says_so():
    rules = {
        found.name: found for found in baselines(ROWS.drop(columns="days_since_contact"), LEFT, train=ALL, test=ALL)
    }

    assert rules["sixty_days"].score.tolist() == [0, 1, 0, 1]
    assert "for want of contacts" in rules["sixty_days"].description
    assert not rules["sixty_days"].is_risk


def test_the_regression_learns_from_recency_frequency_and_amount(rows, parts):
    left = rows["left"].to_numpy()
    found = baselines(rows, left, train=parts.before_test, test=parts.test)
    (regression,) = [rule for rule in found if rule.name == "logistic_rfm"]

    assert regression.is_risk
    assert len(regression.score) == parts.test.sum()
    assert regression.score.mean() == pytest.approx(left[parts.before_test].mean(), rel=0.1)


def test_test_rows_teach_the_regression_nothing(rows, parts):
    left = rows["left"].to_numpy()
    turned = np.where(parts.test, 1 - left, left)

    first, second = (
        baselines(rows, known, train=parts.before_test, test=parts.test)[-1].score for known in (left, turned)
    )

    np.testing.assert_array_equal(first, second)


def test_without_orders_there_is_only_what_contacts_allow():
    assert list(scores(ROWS[["days_since_contact"]])) == ["sixty_days"]
