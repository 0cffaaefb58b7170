"""Chance of no order: MBG/NBD at fixed parameters, as a feature."""

import pytest

from features.reasons.orders import Orders
from tests.features.worked import table, value


def test_the_chance_of_no_order_is_that_of_mbg_nbd() -> None:
    orders = table("""
        account  ordered_at  amount  recorded_at
        fresh    2024-02-20  100     2024-02-20
        fresh    2024-02-20  100     2024-02-20
        silent   2023-03-07  100     2023-03-07
        silent   2023-05-06  100     2023-05-06
        late     2023-05-06  100     2023-05-06
        late     2023-03-07  100     2024-03-05
        future   2024-03-01  100     2024-03-01
    """)
    chances = value(Orders.chance_of_no_order, orders, as_of="2024-03-01")
    # One order 10 days ago: active 4 x (60 / 70) to 1; if so, 90 days go by without an order in 70 of 160 cases.
    odds = 4 * 60 / 70
    assert chances["fresh"] == pytest.approx(1 - odds / (1 + odds) * (1 - 70 / 160), abs=1e-6)
    # Two, 360 and 300 days ago: 5 x (120 / 420) squared to 1, and (420 / 510) squared.
    odds = 5 * (120 / 420) ** 2
    assert chances["silent"] == pytest.approx(1 - odds / (1 + odds) * (1 - (420 / 510) ** 2), abs=1e-6)
    odds = 4 * 60 / 360
    assert chances["late"] == pytest.approx(1 - odds / (1 + odds) * (1 - 360 / 450), abs=1e-6)
    assert chances["future"] is None
