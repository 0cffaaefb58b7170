"""What calls would have brought on the tested days, and how the card says it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from models.baselines import Baseline
from models.metrics import EvaluationSet
from models.money import lists, money_figures, places
from models.money_card import money_section
from models.money_params import Assumed

ASSUMED = Assumed(cost_of_call=10.0, cost_of_offer=0.0, margin=0.5, success=0.4, strength=20.0)


@dataclass
class OfTest:
    rows: pd.DataFrame
    risk: np.ndarray
    baselines: tuple[Baseline, ...]


@dataclass
class Measured:
    """Of an evaluation, what money needs."""

    tested: OfTest
    evaluation_set: EvaluationSet
    ceilings: dict[str, np.ndarray]


def measured(rows, capacity=1, ceiling=None):
    rivals = (
        Baseline("own_cycle", "cycle", "silence in own cycles", -rows["risk"].to_numpy(), False),
        Baseline("base_rate", "base rate", "the share that left", np.full(len(rows), 0.1), True),
        Baseline("logistic_rfm", "RFM", "logistic regression", 1 - rows["risk"].to_numpy(), True),
    )
    known = EvaluationSet.of(rows, capacity=capacity, resamples=50, seed=1)
    return Measured(
        OfTest(rows, rows["risk"].to_numpy(), rivals), known, {} if ceiling is None else {"ceiling": ceiling}
    )


@pytest.fixture
def two_days():
    """On each day a small account that is nearly gone, and a large one that may go; called by risk, the small one."""
    return pd.DataFrame(
        {
            "account_id": ["A", "B", "C", "A", "B", "C"],
            "as_of": pd.to_datetime(["2024-01-01"] * 3 + ["2024-04-01"] * 3),
            "left": [1, 1, 0, 0, 1, 0],
            "risk": [0.9, 0.5, 0.1, 0.9, 0.5, 0.1],
            "value": [10.0, 400.0, 300.0, 10.0, 800.0, 300.0],
        }
    )


def test_the_call_order_puts_the_large_account_first_and_brings_more_than_risk_alone(two_days):
    found = money_figures(measured(two_days), ASSUMED)["backtest"]
    by = found["by"]

    # B of the first day: 0.4 x 200 - 10 = 70; of the second 0.4 x 400 - 10 = 150; six rows.
    assert by["priority"]["mp"] == pytest.approx(220 / 6)
    assert by["priority"]["fraction_called"] == pytest.approx(2 / 6)
    assert by["priority"]["at_capacity"] == pytest.approx(220 / 2)
    # By risk A comes first on both days: 0.4 x 5 - 10 = -8 and -10; then B.
    assert by["risk"]["mp"] == pytest.approx((220 - 18) / 6)
    assert by["risk"]["at_capacity"] == pytest.approx(-18 / 2)
    assert by["risk"]["mp_behind"] == pytest.approx(18 / 6)
    assert (found["n"], found["days"], found["left"], found["without_value"]) == (6, 2, 3, 0)


def test_what_was_foretold_of_the_first_calls_stands_beside_what_came(two_days):
    found = money_figures(measured(two_days), ASSUMED)["backtest"]

    # B on both days, by its risk of a half.
    assert found["foretold_at_capacity"] == pytest.approx(((0.5 * 80 - 10) + (0.5 * 160 - 10)) / 2)


def test_chances_are_lists_by_themselves_and_times_the_value_and_rules_only_by_themselves(two_days):
    evaluation = measured(two_days, ceiling=two_days["left"].to_numpy(float))

    assert list(lists(evaluation, two_days["value"].to_numpy())) == [
        *("priority", "risk", "value", "own_cycle", "logistic_rfm"),
        *("logistic_rfm_times_value", "ceiling_times_value"),
    ]


def test_rows_without_a_value_are_left_out_and_counted_and_without_any_there_is_no_money(two_days):
    some = two_days.assign(value=two_days["value"].where(two_days["account_id"] != "C"))

    found = money_figures(measured(some), ASSUMED)["backtest"]
    assert (found["n"], found["without_value"]) == (4, 2)
    assert found["by"]["priority"]["mp"] == pytest.approx(220 / 4)
    assert money_figures(measured(two_days.assign(value=np.nan)), ASSUMED) is None
    assert money_figures(measured(two_days.drop(columns="value")), ASSUMED) is None


def test_without_a_strength_of_success_there_is_no_expected_maximum(two_days):
    sure = Assumed(10.0, 0.0, 0.5, 0.4, strength=None)

    found = money_figures(measured(two_days), sure)
    assert "strength" not in found["assumed"]
    assert not [name for name in found["backtest"]["by"]["priority"] if name.startswith("empc")]


def test_every_day_is_called_to_the_same_share_and_a_tie_at_capacity_is_shared():
    snapshot = np.array([0, 0, 1, 1, 1, 1])
    score = np.array([1.0, 2.0, 4.0, 9.0, 4.0, 4.0])

    order, tie, first = places(snapshot, score, capacity=2)

    assert order.tolist() == [1, 3, 2, 0, 4, 5]  # shares 0, 0, 1/4, 1/2, 1/2, 3/4 of their days
    assert len({tie[place] for place in (2, 4, 5)}) == 1  # the rows 2, 4 and 5 say 4.0 of one day
    assert len(set(tie)) == 4
    assert first.tolist() == [1, 1, pytest.approx(1 / 3), 1, pytest.approx(1 / 3), pytest.approx(1 / 3)]


def test_intervals_are_by_account_and_hold_the_figure(two_days):
    many = pd.concat([two_days.assign(account_id=two_days["account_id"] + str(n)) for n in range(40)])
    by = money_figures(measured(many, capacity=20), ASSUMED)["backtest"]["by"]

    for figures in by.values():
        for name in ("mp", "empc", "at_capacity", "mp_behind"):
            assert figures[f"{name}_low"] <= figures[name] <= figures[f"{name}_high"]
    assert by["priority"]["mp_low"] < by["priority"]["mp_high"]
    assert by["priority"]["mp_behind_high"] == 0


def test_the_card_says_what_is_assumed_before_any_amount(two_days):
    found = {"currency": "GBP", **money_figures(measured(two_days), ASSUMED)}
    text = money_section(found, {"own_cycle": "silence in own cycles", "logistic_rfm": "logistic regression"}, 1)

    assert text.index("Assumed: a call costs 10 GBP, 40% of would-be leavers stay when called, margin 50%") < 60
    assert "| **call order: risk × value** | 33% | 36.67 (" in text
    assert "| silence in own cycles | " in text
    assert "| logistic regression – times value | " in text
    assert "its risks had foretold 50 GBP; by who then left it was 110 (" in text
    assert "without a value" not in text
