"""Orders: customers order elsewhere long before they say so."""

import numpy as np
from ibis import _
from scipy.special import gammaincc

from features.cycle import cycle, regularity, since_order
from features.kernels.gaps import TYPICAL_REGULARITY
from features.kernels.grid import OLDEST
from features.language.declare import QUARTER, YEAR, Reason, amount, count, feature, in_windows
from features.language.measure import Computed, IfGiven, Measure
from features.language.of_days import DaysAfter, Gap
from features.language.of_rows import Count, DaysSinceFirst, DaysSinceLast
from features.language.rows import calls, contacts
from features.language.rows import placed as rows
from features.language.sentence import NONE_OR
from features.mbg_nbd import chance_of_no_order


def _chance_of_silence(silence: np.ndarray, cycle: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Probability that a gap of this account is at least this long, if its gaps are gamma distributed."""
    return np.asarray(gammaincc(shape, shape * silence / cycle))


since_first = DaysSinceFirst(rows)
order_days = DaysAfter(rows, since=since_first, days=OLDEST)

# MBG/NBD at fixed parameters: rates spread as Gamma(1, over 60 days), and after each order one customer in five drops
# out. Fitted ones rank no better, and follow how far back the records go.
FIXED = (1.0, 60.0, 1.0, 4.0)


def _chance_of_no_order(window: int) -> Measure:
    """Probability that whoever ordered so often and so lately orders nothing in the next days."""

    def chance(days: np.ndarray, age: np.ndarray, silence: np.ndarray) -> np.ndarray:
        return chance_of_no_order(FIXED, days - 1, age - silence, age, window)

    return Computed(chance, (order_days, since_first, since_order))


def _days_known(window: int) -> Measure:
    """A young account's pace is that of the days since its first order."""
    return since_first.clip(window, YEAR)


# A customer who is leaving falls silent everywhere, and rings or writes oftener than it orders.
since_word = DaysSinceLast(contacts.where(_.direction == "inbound"))
since_heard = IfGiven(Computed(np.fmin, (since_word, DaysSinceLast(calls))), since_word)
# The cycle is drawn towards that of others, so it may lie outside an account's own gaps: it is what is expected of it,
# and need not be what it usually does.
SILENT = "{days_since_order:# day} since their last order[; one is expected {usual_cycle:# every}]"


class Orders(Reason):
    """They order little, or less than they used to."""

    days_since_order = feature(
        since_order,
        "days",
        risk="rises",
        says=SILENT,
    ).shows("silence")
    usual_cycle = feature(cycle, "days").shows("silence")
    cycles_since_order = feature(
        since_order / cycle,
        "ratio",
        risk="rises",
        says=SILENT,
    ).shows("silence")
    order_regularity = feature(regularity, "number").shows("silence")
    chance_of_silence = feature(
        Computed(_chance_of_silence, (since_order, cycle, regularity.filled(TYPICAL_REGULARITY))),
        "share",
        risk="falls",
        says=SILENT,
    ).shows("silence")
    chance_of_no_order = in_windows(_chance_of_no_order, "share", days=QUARTER, risk="rises", says=SILENT).shows(
        "silence"
    )
    largest_gap = feature(Gap(rows, what="largest"), "days").shows("silence")
    orders = count(
        rows,
        days=(30, QUARTER, 180, YEAR),
        risk="falls",
        says="{value:# order} in {days} days[; one is expected {usual_cycle:# every}]"
        "[; the first on record {days_as_customer:# on}]",
    ).shows("fewer_orders")
    orders_trend = feature(
        orders[QUARTER] * (_days_known(QUARTER) / QUARTER) / orders[YEAR],
        "ratio",
        risk="falls",
        says=f"No order in {QUARTER} days{NONE_OR}They order at {{value:.0%}} of the year's usual pace",
    ).shows("fewer_orders")
    orders_pace = in_windows(
        lambda window: Count(rows, days=window) * (_days_known(window) / window) / Count(rows, days=YEAR),
        "ratio",
        days=(30, 60),
        risk="falls",
        says=f"No order in {{days}} days{NONE_OR}"
        "In {days} days they ordered at {value:.0%} of the year's usual pace",
    ).shows("fewer_orders")
    amount = (
        amount(
            rows,
            "amount",
            days=(30, QUARTER, 180, YEAR),
            says="They ordered nothing in {days} days[, and for {amount_360d:,.0f} in a year]"
            f"{NONE_OR}They ordered for {{value:,.0f}} in {{days}} days[, and for {{amount_360d:,.0f}} in a year]",
        )
        .shows("smaller_amounts")
        .tells("low")
    )
    amount_trend = feature(
        amount[QUARTER] * (_days_known(QUARTER) / QUARTER) / amount[YEAR],
        "ratio",
        risk="falls",
        says="They order for {value:.0%} of the year's usual amount",
    ).shows("smaller_amounts")
    days_since_heard = feature(
        since_heard, "days", risk="rises", says="They have not rung or written to us for {value:# day}"
    ).shows("silence")
    orders_same_season = (
        in_windows(
            # What came in the coming season a year ago: the year's first orders are those that its last quarters lack.
            lambda window: Count(rows, days=YEAR) - Count(rows, days=YEAR - window),
            "count",
            days=QUARTER,
            says="{value:# order} a year ago in the {days} days that now lie ahead",
        )
        .shows("fewer_orders")
        .tells("low")
        .grows(YEAR)
    )
