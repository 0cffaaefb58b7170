"""Language: what a new feature is declared with, as reasons declare theirs.

>>> from leaky import _, count, orders
>>> large_orders = count(orders.where(_.amount > 1000), days=(90, 360))
"""

from ibis import _

from features.language.declare import (
    amount,
    count,
    days_since_last,
    distinct,
    feature,
    in_windows,
    mean,
    oldest_open,
    share,
    still_open,
)
from features.language.of_days import Gap
from features.language.of_rows import Amount, Count, DaysSinceFirst, DaysSinceLast
from features.language.rows import (
    account_history,
    assignments,
    calls,
    contacts,
    contracts,
    departures,
    hirings,
    invoices,
    orders,
    placed,
    prospecting,
    rep_history,
    signals,
    tickets,
)
from features.language.shared import at_rep, at_team

__all__ = [
    "Amount",
    "Count",
    "DaysSinceFirst",
    "DaysSinceLast",
    "Gap",
    "_",
    "account_history",
    "amount",
    "assignments",
    "at_rep",
    "at_team",
    "calls",
    "contacts",
    "contracts",
    "count",
    "days_since_last",
    "departures",
    "distinct",
    "feature",
    "hirings",
    "in_windows",
    "invoices",
    "mean",
    "oldest_open",
    "orders",
    "placed",
    "prospecting",
    "rep_history",
    "share",
    "signals",
    "still_open",
    "tickets",
]
