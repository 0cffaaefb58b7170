"""Profit: what calling the first accounts of a list brings, each with its own value, less what the calls cost.

What an account that is called brings is that of Verbraken, Verbeke and Baesens ("A novel profit maximizing metric for
measuring classification performance of customer churn prediction models", IEEE TKDE 25(5), 2013), with the account's
own value in place of an average, as in Óskarsdóttir, Baesens and Vanthienen ("Profit-based model selection for customer
retention using individual customer lifetime values", Big Data 6(1), 2018).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from features.kernels.compiled import compiled
from models.money_params import Assumed

Floats = npt.NDArray[np.float64]


def stakes(leaves: Floats, value: Floats, assumed: Assumed) -> tuple[Floats, Floats]:
    """(saved, spent) by account, in currency: calling it brings success x saved - spent.

    leaves: whether it leaves, 1 or 0, for what a call brought; its risk, for what one is expected to bring. value: of
    an account that stays. Below 0 (more came back than was ordered) it counts as 0, since nobody foresees that for the
    next year; missing, too: nothing is known to be won. Whoever stays takes the offer, called in time or for nothing.
    """
    worth = assumed.margin * np.nan_to_num(np.maximum(value, 0.0))
    saved = leaves * (worth - assumed.cost_of_offer)
    return saved, assumed.cost_of_call + (1 - leaves) * assumed.cost_of_offer


@dataclass(frozen=True)
class Plan:
    """Calls from the top of a list: how many, and their profit in currency."""

    calls: int
    profit: float


def best_plan(profit: Floats, most: int | None = None) -> Plan:
    """The number of calls from the top that brings most; 0 where none pays, the fewest where several bring as much.

    profit: of each account when called, in the order of the list. most: not more calls than that.

    >>> best_plan(np.array([50.0, 10.0, -5.0, 4.0]))
    Plan(calls=2, profit=60.0)
    """
    summed = np.r_[0.0, np.cumsum(profit[:most])]
    calls = int(summed.argmax())
    return Plan(calls, float(summed[calls]))


@dataclass(frozen=True)
class Curve:
    """What a list brings as more of it is called, from nobody to all: a mean over all its accounts, called or not.

    called: share of the accounts. saved, spent: of those called so far, in currency, see `stakes`. [points] each.
    """

    called: Floats
    saved: Floats
    spent: Floats

    @classmethod
    def of(cls, saved: Floats, spent: Floats, tie: npt.NDArray[np.intp], weight: Floats) -> "Curve":
        """saved, spent, tie and weight of each row, from the first to be called to the last.

        tie: a number for each group of rows that nothing puts in order; each of them counts as the mean of its group.
        weight: how often a row counts.
        """
        return cls(*_cumulated(saved, spent, tie, weight))

    def profit(self, success: float) -> Floats:
        """At each point, in currency per account of the list."""
        return success * self.saved - self.spent

    def maximum(self, success: float) -> tuple[float, float]:
        """(MP, share called for it): the maximum profit, per account of the list; (0, 0) where no call pays."""
        profit = self.profit(success)
        best = int(profit.argmax())
        return float(profit[best]), float(self.called[best])

    def expected_maximum(self, success: float, strength: float) -> tuple[float, float]:
        """(EMPC, share called for it): the mean of the maximum profit, and of the share called for it, where success is
        not known but Beta(success x strength, (1 - success) x strength).

        For any success the best point is a corner of the concave hull of saved over spent (where all values are equal,
        that of the ROC curve), so the integral is a sum over corners, without numerical error.
        """
        corners = _hull(self.saved, self.spent)
        called, saved, spent = (values[corners] for values in (self.called, self.saved, self.spent))
        from_here = np.r_[0.0, np.diff(spent) / np.diff(saved), 1.0].clip(0, 1)  # success from which a corner is best
        alpha, beta = success * strength, (1 - success) * strength
        mass = np.diff(betainc(alpha, beta, from_here))
        mean = success * np.diff(betainc(alpha + 1, beta, from_here))
        return float((mean * saved - mass * spent).sum()), float((mass * called).sum())


@compiled
def _cumulated(
    saved: np.ndarray, spent: np.ndarray, tie: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Running sums of weight, saved and spent, from 0, over the sum of weights; rows of a group as their mean."""
    rows = len(tie)
    groups = tie.max() + 1 if rows else 0
    weights, saved_by, spent_by = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    for row in range(rows):
        weights[tie[row]] += weight[row]
        saved_by[tie[row]] += weight[row] * saved[row]
        spent_by[tie[row]] += weight[row] * spent[row]
    total = max(weights.sum(), 1.0)
    called, gained, paid = np.zeros(rows + 1), np.zeros(rows + 1), np.zeros(rows + 1)
    for row in range(rows):
        share = weight[row] / max(weights[tie[row]], 1.0) / total
        called[row + 1] = called[row] + weight[row] / total
        gained[row + 1] = gained[row] + share * saved_by[tie[row]]
        paid[row + 1] = paid[row] + share * spent_by[tie[row]]
    return called, gained, paid


@compiled
def _hull(saved: np.ndarray, spent: np.ndarray) -> np.ndarray:
    """The points of most saved for what is spent, from the first on: each saves more than the one before, for more of a
    cost a unit. spent never falls.
    """
    corners = np.zeros(len(saved), np.intp)
    last = 0
    for point in range(1, len(saved)):
        if saved[point] <= saved[corners[last]]:
            continue
        while last > 0:
            here, before = corners[last], corners[last - 1]
            rise, run = saved[here] - saved[before], spent[here] - spent[before]
            if rise * (spent[point] - spent[here]) > (saved[point] - saved[here]) * run:
                break
            last -= 1
        last += 1
        corners[last] = point
    return corners[: last + 1]
