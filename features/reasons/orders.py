"""Orders: customers order elsewhere long before they say so."""

import numpy as np
from scipy.special import gammaincc

from features.kernels.gaps import TYPICAL_REGULARITY
from features.language.declare import Reason, amount, count, feature, in_windows
from features.language.measures import SIMILAR, Computed, DaysSinceFirst, DaysSinceLast, Gap, Measure, Pooled, Sum
from features.language.rows import placed as rows

since_order = DaysSinceLast(rows)
gaps = Gap(rows, what="count")

ENOUGH_GAPS = 3  # for an account to tell what is typical of others like it
PRIOR_GAPS = 2.0  # what is typical of others weighs as much as so many gaps of the account's own
FINE = 100_000_000  # logarithms are added up as whole numbers, to eight decimals


def _shrunk(own: np.ndarray, count: np.ndarray, typical: np.ndarray) -> np.ndarray:
    """Mean of the account's own and the typical value, weighted by gaps; whichever exists where only one does."""
    own, count, typical = np.broadcast_arrays(own, count, typical)
    weight = np.where(np.isnan(own), 0, count)
    prior = np.where(np.isnan(typical), 0, PRIOR_GAPS)
    total = weight * np.nan_to_num(own) + prior * np.nan_to_num(typical)
    return np.divide(total, weight + prior, out=np.full(total.shape, np.nan), where=weight + prior > 0)


def _days(logarithm: np.ndarray) -> np.ndarray:
    """Days, rounded, so that an account that orders every 20 days has a cycle of 20 and not 19.999999."""
    return np.round(np.exp(logarithm), 4)


def _usual_cycle() -> Measure:
    """Typical days between orders: the median gap, drawn towards accounts like it where there are few gaps.

    Taken in logarithms, as gaps are skewed. The shrinkage is that of the gamma mixture behind BG/NBD (Fader, Hardie &
    Lee 2005) in its simplest form: an account's own gaps weigh by their number.
    """
    own = Computed(np.log, (Gap(rows, what="median"),))
    is_typical = gaps > ENOUGH_GAPS - 1
    typical = Pooled(own.only_if(is_typical), by=SIMILAR, scale=FINE) / Pooled(is_typical, by=SIMILAR)
    return Computed(_days, (Computed(_shrunk, (own, gaps, typical)),)).only_if(since_order + 1)


def _chance_of_silence(silence: np.ndarray, cycle: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """Probability that a gap of this account is at least this long, if its gaps are gamma distributed."""
    return gammaincc(shape, shape * silence / cycle)


cycle = _usual_cycle()
regularity = Gap(rows, what="regularity")
days_known = DaysSinceFirst(rows).clip(90, 360)  # a young account's pace is that of the days since its first order
SILENT = "{days_since_order:# day} since their last order; they usually order every {usual_cycle:.0f}"


class Orders(Reason):
    """They order little, or less than they used to."""

    action = "Ask what they need now and who else they talk to"

    days_since_order = feature(
        since_order,
        "days",
        risk="rises",
        says=SILENT,
    )
    usual_cycle = feature(cycle, "days")
    cycles_since_order = feature(
        since_order / cycle,
        "ratio",
        risk="rises",
        says=SILENT,
    )
    order_regularity = feature(regularity, "number")
    chance_of_silence = feature(
        Computed(_chance_of_silence, (since_order, cycle, regularity.filled(TYPICAL_REGULARITY))),
        "share",
        risk="falls",
        says=SILENT,
    )
    largest_gap = feature(Gap(rows, what="largest"), "days")
    orders = count(rows, days=(30, 90, 180, 360), risk="falls", says="{value:# order} in {days} days")
    orders_trend = feature(
        orders[90] * (days_known / 90) / orders[360],
        "ratio",
        risk="falls",
        says="They order at {value:.0%} of the year's usual pace",
    )
    amount = amount(rows, "amount", days=(30, 90, 180, 360), says="They ordered for {value:,.0f} in {days} days")
    amount_trend = feature(
        amount[90] * (days_known / 90) / amount[360],
        "ratio",
        risk="falls",
        says="They order for {value:.0%} of the year's usual amount",
    )
    orders_same_season = in_windows(
        # What came in the coming season a year ago: the year's first orders are those that its last quarters lack.
        lambda window: Sum(rows, days=360) - Sum(rows, days=360 - window),
        "count",
        days=90,
        says="{value:# order} a year ago in the {days} days that now lie ahead",
    )
