"""The usual cycle is what is expected of an account, and need not be what it does."""

import pandas as pd

from features.reasons.orders import Orders
from tests.features.reasons.said import said
from tests.features.reasons.test_orders import ORDERS, ordered
from tests.features.worked import value


def test_a_cycle_outside_an_accounts_own_gaps_is_told_as_what_is_expected() -> None:
    orders = pd.concat([ORDERS, ordered("slow", [42, 60], "2024-02-01")])
    cycle = value(Orders.usual_cycle, orders, as_of="2024-03-01")["slow"]
    assert cycle < 42  # drawn towards the others, who order every ten days
    told = [said(one.name, 1, days_since_order=29, usual_cycle=cycle) or "" for one in Orders.features()]
    assert [one for one in told if "23 days" in one] == [one for one in told if "one is expected every 23 days" in one]
    assert len([one for one in told if "23 days" in one]) == 8
