"""Cycle: how often an account usually orders, which features share with the definition of leaving."""

import numpy as np

from features.language.measure import Computed, Measure
from features.language.of_days import Gap
from features.language.of_rows import DaysSinceLast
from features.language.rows import placed
from features.language.shared import SIMILAR, Pooled

since_order = DaysSinceLast(placed)
gaps = Gap(placed, what="count")

ENOUGH_GAPS = 3  # for an account to tell what is typical of others like it
OWN_GAPS = 2  # of fewer nobody can say that they are an account's usual ones: it is new
PRIOR_GAPS = 2.0  # what is typical of others weighs as much as so many gaps of the account's own
FINE = 100_000_000  # logarithms are added up as whole numbers, to eight decimals


def _shrunk(own: np.ndarray, count: np.ndarray, typical: np.ndarray) -> np.ndarray:
    """Mean of the account's own and the typical value, weighted by gaps; whichever exists where only one does."""
    own, count, typical = np.broadcast_arrays(own, count, typical)
    weight = np.where(np.isnan(own), 0, count)
    prior = np.where(np.isnan(typical), 0, PRIOR_GAPS)
    total = weight * np.nan_to_num(own) + prior * np.nan_to_num(typical)
    return np.asarray(np.divide(total, weight + prior, out=np.full(total.shape, np.nan), where=weight + prior > 0))


def _days(logarithm: np.ndarray) -> np.ndarray:
    """Days, rounded, so that an account that orders every 20 days has a cycle of 20 and not 19.999999."""
    return np.asarray(np.round(np.exp(logarithm), 4))


def _usual_cycle() -> Measure:
    """Typical days between orders: the median gap, drawn towards accounts like it where there are few gaps.

    Taken in logarithms, as gaps are skewed. The shrinkage is that of the gamma mixture behind BG/NBD (Fader, Hardie &
    Lee 2005) in its simplest form: an account's own gaps weigh by their number.
    """
    own = Computed(np.log, (Gap(placed, what="median"),))
    is_typical = gaps >= ENOUGH_GAPS
    typical = Pooled(own.only_if(is_typical), by=SIMILAR, scale=FINE) / Pooled(is_typical, by=SIMILAR)
    return Computed(_days, (Computed(_shrunk, (own, gaps, typical)),)).only_if(since_order + 1)


cycle = _usual_cycle()
regularity = Gap(placed, what="regularity")
