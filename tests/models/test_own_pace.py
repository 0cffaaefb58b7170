"""How many orders an account lacks by its own cycle, by hand."""

import numpy as np
import pytest

from models.own_pace import lacking

NINE_A_QUARTER = {"usual_cycle": np.array([10.0])}


@pytest.mark.parametrize(
    ("known", "lacks"),
    [
        ({"orders_90d": 6.0}, 3.0),
        ({"orders_90d": 11.0}, -2.0),
        ({"orders_trend": 0.5}, 4.5),  # half of nine
        ({"orders_pace_30d": 0.0}, 3.0),
        ({"amount_90d": 250.0, "amount_360d": 2000.0}, 4.5),  # half of a quarter's usual amount
        ({"amount_90d": 250.0, "amount_360d": 500.0}, -9.0),
        ({"orders_90d": 6.0, "days_as_customer": 70.0}, 1.0),
        ({"orders_30d": 1.0, "days_as_customer": 70.0}, 2.0),
    ],
)
def test_orders_that_are_missing(known: dict[str, float], lacks: float) -> None:
    found = lacking(NINE_A_QUARTER | {name: np.array([number]) for name, number in known.items()})

    assert found[next(iter(known))].tolist() == [pytest.approx(lacks)]


def test_without_a_cycle_nothing_is_known() -> None:
    assert lacking({"orders_90d": np.array([6.0])}) == {}
    assert np.isnan(lacking({"orders_90d": np.array([6.0]), "usual_cycle": np.array([np.nan])})["orders_90d"]).all()
