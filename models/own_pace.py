"""Own pace: how many orders an account lacks in a window by its own usual cycle, without which fewer are no sign.

Who orders every 55 days has none in most windows of 30: that is fewer than others order, and nothing to speak of.
"""

from collections.abc import Mapping

import numpy as np

from models.churn import Floats
from models.facts import AGE, CYCLE

YEAR = 360
COUNTS = {f"orders_{days}d": days for days in (30, 90, 180, YEAR)}
PACES = {"orders_pace_30d": 30, "orders_pace_60d": 60, "orders_trend": 90, "amount_trend": 90}  # of the year's usual
AMOUNTS = {f"amount_{days}d": days for days in (30, 90, 180)}
OF_A_YEAR = "amount_360d"


def lacking(known: Mapping[str, Floats]) -> dict[str, Floats]:
    """By feature the orders that are missing in its window by what the account's own cycle lets expect, by row; less
    than 0 where there are more. NaN where no cycle is known. known: features by name; a window is no longer than the
    account has been there, as far as that is known.

    >>> lacking({"usual_cycle": np.array([55.0, 10.0]), "orders_30d": np.array([0.0, 1.0])})
    {'orders_30d': array([0.54545455, 2.        ])}
    """
    if CYCLE not in known:
        return {}

    def expected(days: int) -> Floats:
        return np.asarray(np.fmin(days, known.get(AGE, np.nan)) / known[CYCLE])

    with np.errstate(divide="ignore", invalid="ignore"):
        found = {name: expected(days) - known[name] for name, days in COUNTS.items() if name in known}
        for name, days in PACES.items():
            if name in known:
                found[name] = (1 - known[name]) * expected(days)
        for name, days in AMOUNTS.items():
            if name in known and OF_A_YEAR in known:
                found[name] = (1 - known[name] * YEAR / days / known[OF_A_YEAR]) * expected(days)
    return found
