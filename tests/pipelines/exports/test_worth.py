"""The sentence of what calls are worth: the amount, what it assumes, and where to stop."""

import numpy as np
import pandas as pd

from models.money_params import Assumed
from pipelines.exports.worth import worth_of_calls

ASSUMED = Assumed(cost_of_call=50.0, cost_of_offer=0.0, margin=0.3, success=0.2, strength=20.0)
BASIS = "(assumed: a call costs £50, 20% of would-be leavers stay when called, margin 30%)"


def rows(*accounts):
    """(risk, value) of accounts, in any order."""
    found = pd.DataFrame(accounts, columns=["risk", "value"])
    return found.assign(priority=(-found["risk"] * found["value"]).rank(method="first"))


# 0.5 x 0.2 x 0.3 x 10,000 - 50 = 250; of 5,000: 100; 0.1 of 1,000: 6 - 50.
LISTED = rows((0.1, 1_000.0), (0.5, 10_000.0), (0.5, 5_000.0), (0.1, 0.0))


def test_it_says_what_the_calls_of_a_day_bring_and_from_where_on_a_call_costs_more():
    assert worth_of_calls(LISTED, ASSUMED, "GBP", capacity=1) == (
        f"Calling the account with most value at risk is worth about £250 {BASIS}; "
        "beyond the first 2 a call costs more than it brings."
    )
    assert worth_of_calls(LISTED, ASSUMED, "GBP", capacity=10) == (
        f"Calling the 2 accounts with most value at risk is worth about £350 {BASIS}; "
        "beyond them a call costs more than it brings."
    )


def test_where_every_call_pays_or_none_it_says_so():
    assert worth_of_calls(LISTED[1:3], ASSUMED, "GBP", 10).endswith("; every call brings more than it costs.")
    assert worth_of_calls(LISTED[3:], ASSUMED, "GBP", 10) == f"No call is expected to bring more than it costs {BASIS}."


def test_an_account_without_a_value_is_not_worth_a_call_and_none_with_one_says_nothing():
    some = rows((0.5, 10_000.0), (0.9, np.nan))

    assert "the account with most value at risk is worth about £250" in worth_of_calls(some, ASSUMED, "GBP", 10)
    assert worth_of_calls(rows((0.9, np.nan)), ASSUMED, "GBP", 10) is None


def test_an_offer_is_named_and_paid_to_whoever_stays():
    offered = Assumed(cost_of_call=50.0, cost_of_offer=100.0, margin=0.3, success=0.2, strength=None)

    said = worth_of_calls(rows((0.5, 10_000.0)), offered, "GBP", 10)
    # Half of 0.2 x (3,000 - 100), less half of 100 and 50.
    assert "worth about £190 (assumed: a call costs £50, whoever stays is given £100, 20% of" in said


def test_an_amount_that_rests_on_assumptions_is_rounded():
    # 0.5 x 0.06 x 9,876,543 - 50 = 296,246.
    assert "is worth about £296,000 (assumed" in worth_of_calls(rows((0.5, 9_876_543.0)), ASSUMED, "GBP", 10)


def test_what_is_not_assumed_is_not_said():
    assert worth_of_calls(LISTED, None, "GBP", 10) is None
