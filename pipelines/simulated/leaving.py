"""Leaving: the true probability of leaving, month by month and cause by cause, and who went when."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulated.causes import Trouble
from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import CAUSES, Accounts

# What a cause at its worst adds to the monthly probability of leaving of an account that minds it as others do.
_STRENGTH = {
    "contact": 0.085,
    "calls": 0.095,
    "billing": 0.095,
    "reps": 0.065,
    "attention": 0.055,
    "delivery": 0.085,
    "service": 0.09,
    "rivals": 0.085,
}
# Two causes at once are worse than both apart: nobody rings back about the open ticket, a rival calls and we do not.
_WORSE_TOGETHER = (
    ("contact", "rivals"),
    ("calls", "service"),
    ("billing", "calls"),
    ("reps", "contact"),
    ("attention", "rivals"),
)
_LAG = (0.30, 0.40, 0.30)  # this month's trouble, last month's, and the one before
_POWER = 1.5  # small troubles are borne, large ones are not
_BASE = 0.0014
_INVOLUNTARY = 0.0021
_MOST = 0.6

PARTS = (*CAUSES, "base", "involuntary")


@dataclass(frozen=True)
class Fates:
    """The hidden truth: [parts, accounts, months] probabilities, as if the account were still there, and who left."""

    adds: np.ndarray  # parts as in PARTS; their sum is the monthly probability of leaving
    left: np.ndarray  # the moment an account left; inf if it stayed
    why: np.ndarray  # index into PARTS; -1 if it stayed

    @property
    def total(self) -> np.ndarray:
        """[accounts, months]"""
        total: np.ndarray = self.adds.sum(axis=0)
        return total


def make_fates(accounts: Accounts, trouble: Trouble, clock: Clock, seed: int) -> Fates:
    """Each month's probability of leaving by cause; then every account's month and moment of leaving, if any."""
    adds = monthly_probabilities(accounts, accounts.minds, trouble, clock)
    chance = stream(seed, "leaving")
    total = adds.sum(axis=0)
    # An account cannot leave before it has come.
    there = clock.edges[1:] > np.maximum(accounts.opened, 0)[:, None] + 30
    leaves = (chance.random(total.shape, dtype=np.float32) < total) & there
    gone = leaves.any(axis=1)
    month = leaves.argmax(axis=1)
    row = np.arange(len(accounts))
    begins = np.maximum(clock.edges[month], accounts.opened)
    left = np.where(gone, begins + chance.random(len(row)) * (clock.edges[month + 1] - begins), np.inf)
    shares = np.cumsum(adds[:, row, month], axis=0)
    why = (shares < chance.random(len(row)) * shares[-1]).sum(axis=0)
    return Fates(adds, left, np.where(gone, np.minimum(why, len(PARTS) - 1), -1))


def monthly_probabilities(accounts: Accounts, minds: np.ndarray, trouble: Trouble, clock: Clock) -> np.ndarray:
    """[parts, accounts, months] the probability of leaving, if each cause drove them off as `minds` says."""
    number, months = len(accounts), clock.months
    felt = np.zeros_like(trouble.severity)
    for lag, weight in enumerate(_LAG):
        felt[:, :, lag:] += weight * trouble.severity[:, :, : months - lag]
        felt[:, :, :lag] += weight * trouble.severity[:, :, :1]  # what was before the first month is not known
    adds = np.empty((len(PARTS), number, months), dtype=np.float32)
    together = np.ones((len(CAUSES), number, months), dtype=np.float32)
    for one, other in _WORSE_TOGETHER:
        together[CAUSES.index(one)] += felt[CAUSES.index(other)]
        together[CAUSES.index(other)] += felt[CAUSES.index(one)]
    for at, cause in enumerate(CAUSES):
        adds[at] = _STRENGTH[cause] * minds[at][:, None] * felt[at] ** _POWER * together[at]
    adds[: len(CAUSES)] *= _bound(accounts, clock)
    age = (clock.edges[1:] - accounts.opened[:, None]) / 365
    adds[len(CAUSES)] = _BASE * np.where(age < 1, 1.6, 0.9)
    adds[len(CAUSES) + 1] = _INVOLUNTARY * np.where(accounts.is_small, 1.15, 0.8)[:, None]
    adds *= np.minimum(1, _MOST / adds.sum(axis=0))
    return adds


def _bound(accounts: Accounts, clock: Clock) -> np.ndarray:
    """[accounts, months] a contract holds an account back until it is up for renewal; without one nothing does."""
    day = np.array([(start - start.astype("datetime64[Y]")).astype(int) for start in clock.month_starts])
    until = (accounts.renewal[:, None] - day) % 365
    held = np.where(until < 60, 1.7, 0.8)
    return np.where(np.isnan(accounts.renewal)[:, None], 1.0, held).astype(np.float32)
