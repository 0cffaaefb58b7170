"""Two ways of leaving, whose probabilities never add up to more than one."""

import numpy as np
import pandas as pd
import pytest

from models.competing import PRIOR_ROWS, Involuntary


def test_the_rate_is_of_those_who_do_not_leave_by_choice_and_depends_on_the_pace():
    pace = pd.Series(["early"] * 1000 + ["overdue"] * 1000)
    voluntary = np.r_[np.zeros(1000), np.ones(500), np.zeros(500)]
    involuntary = np.r_[np.ones(10), np.zeros(990), np.zeros(500), np.ones(50), np.zeros(450)]

    found = Involuntary.fit(pace, voluntary, involuntary)

    assert found.overall == pytest.approx(60 / 1500)
    assert found.by_pace["early"] == pytest.approx((10 + PRIOR_ROWS * 0.04) / (1000 + PRIOR_ROWS))
    assert found.by_pace["overdue"] == pytest.approx((50 + PRIOR_ROWS * 0.04) / (500 + PRIOR_ROWS))


def test_both_probabilities_together_are_at_most_one_and_the_mean_is_that_of_those_who_left():
    found = Involuntary(0.1, {"early": 0.02, "overdue": 0.5})
    rows = pd.DataFrame({"pace": ["early", "overdue", "overdue", "new"]})
    voluntary = np.array([0.0, 0.9, 1.0, 0.5])

    risk = found.risk(rows, voluntary)

    assert risk.tolist() == pytest.approx([0.02, 0.05, 0.0, 0.05])
    assert (risk + voluntary <= 1).all()


def test_where_nobody_ever_left_so_nobody_will():
    found = Involuntary.fit(pd.Series(["early"] * 9), np.zeros(9), np.zeros(9))

    assert found.risk(pd.DataFrame({"pace": ["early", "overdue"]}), np.zeros(2)).tolist() == [0.0, 0.0]
