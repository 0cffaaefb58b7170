"""Causes: what goes wrong between the firm and its accounts, month by month, in bouts that grow worse."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import CAUSES, Accounts
from pipelines.simulated.names import REGIONS
from pipelines.simulated.reps import Reps

_WARM = 18  # months before the first, so that bouts are in balance when the records begin
_MONTH = 30.4375
_OWN = ("contact", "calls", "billing", "delivery", "service", "rivals")  # befall each account for itself
_STARTS = {
    "contact": 0.0061,
    "calls": 0.0061,
    "billing": 0.0061,
    "delivery": 0.0055,
    "service": 0.0061,
    "rivals": 0.0064,
}
_ENDS = 0.15  # chance that a bout of more than three months ends in the next
_FULL = 5  # months until a bout is as bad as it gets


@dataclass(frozen=True)
class Trouble:
    """How bad each cause is, 0 to 1: what the records show."""

    severity: np.ndarray  # [causes, accounts, months]
    pressure: np.ndarray  # [seats, months] how much a rep's time goes to prospects instead
    rep: np.ndarray  # [accounts, months] the rep in the middle of the month, -1 without one

    def of(self, cause: str) -> np.ndarray:
        """[accounts, months] of one cause."""
        severity: np.ndarray = self.severity[CAUSES.index(cause)]
        return severity


def make_trouble(accounts: Accounts, reps: Reps, clock: Clock, seed: int) -> Trouble:
    """The severity of every cause for every account and month."""
    number, months = len(accounts), clock.months
    severity = np.zeros((len(CAUSES), number, months), dtype=np.float32)
    opened = np.where(accounts.opened < 0, -_WARM - 1, clock.month_of(accounts.opened))
    for cause in _OWN:
        chance = stream(seed, f"cause {cause}")
        at = CAUSES.index(cause)
        severity[at] = _bouts(chance, _STARTS[cause] * accounts.prone[at], months, opened)

    # A warehouse in trouble makes a whole region's deliveries late, though not every account's.
    chance = stream(seed, "warehouses")
    warehouses = 0.7 * _bouts(chance, np.full(len(REGIONS), 0.010), months, None)
    hit = chance.random(number).astype(np.float32) ** 2
    late = severity[CAUSES.index("delivery")]
    np.maximum(late, warehouses[accounts.region] * hit[:, None], out=late)

    rep = _rep_by_month(accounts, reps, clock)
    severity[CAUSES.index("reps")] = _changes(accounts, reps, rep, clock)
    pressure = _bouts(stream(seed, "pressure"), np.full(int(reps.seat.max()) + 1, 0.024), months, None)
    chance = stream(seed, "attention")
    # When time is short, it is the small accounts that go without.
    few, many = np.array([[3.0, 2.0], [1.5, 2.5], [0.6, 3.0]])[accounts.segment].T
    share = chance.beta(few, many).astype(np.float32)
    seat = np.where(rep >= 0, reps.seat[np.maximum(rep, 0)], 0)
    neglect = pressure[seat, np.arange(months)] * share[:, None]
    severity[CAUSES.index("attention")] = np.where(rep >= 0, neglect, 0)
    return Trouble(severity, pressure, rep)


def _bouts(chance: np.random.Generator, starts: np.ndarray, months: int, opened: np.ndarray | None) -> np.ndarray:
    """[rows, months] severity of a process in which bouts start with a monthly chance, grow, and end after months."""
    rows = len(starts)
    severity = np.zeros((rows, months), dtype=np.float32)
    age = np.zeros(rows, dtype=np.int16)
    peak = np.zeros(rows, dtype=np.float32)
    for month in range(-_WARM, months):
        luck = chance.random((2, rows), dtype=np.float32)
        begins = (age == 0) & (luck[0] < starts)
        if opened is not None:
            begins &= month > opened
        ends = (age > 3) & (luck[0] < _ENDS)
        peak = np.where(begins, 0.45 + 0.55 * luck[1], peak)
        age = np.where(ends, 0, np.where(begins | (age > 0), age + 1, 0))
        if month >= 0:
            severity[:, month] = peak * np.minimum((age + 0.5) / _FULL, 1) * (age > 0)
    return severity


def _rep_by_month(accounts: Accounts, reps: Reps, clock: Clock) -> np.ndarray:
    rep = np.empty((len(accounts), clock.months), dtype=np.int32)
    account = np.arange(len(accounts))
    middle = (clock.edges[:-1] + clock.edges[1:]) / 2
    for month in range(clock.months):
        rep[:, month] = reps.of(account, np.full(len(account), middle[month]))
    return rep


def _changes(accounts: Accounts, reps: Reps, rep: np.ndarray, clock: Clock) -> np.ndarray:
    """[accounts, months] how unsettled an account is by a new rep: the second in a short time is far worse."""
    first = np.r_[True, reps.account[1:] != reps.account[:-1]]
    at = np.where(reps.starts < 0, _WARM + np.floor(reps.starts / _MONTH), _WARM + clock.month_of(reps.starts)).astype(
        int
    )
    counts = ~first & (at >= 0) & (reps.starts < clock.end)
    changed = np.zeros((len(accounts), _WARM + clock.months), dtype=np.float32)
    np.add.at(changed, (reps.account[counts], at[counts]), 1)
    total = np.cumsum(changed, axis=1)
    unsettled = np.zeros((len(accounts), clock.months), dtype=np.float32)
    now = np.zeros(len(accounts), dtype=np.float32)
    for month in range(clock.months):
        at_month = _WARM + month
        before = total[:, at_month] - total[:, at_month - _WARM]
        blow = np.where(changed[:, at_month] > 0, np.minimum(0.10 + 0.40 * (before - 1), 1), 0)
        nobody = (rep[:, month] < 0) & (clock.edges[month + 1] > accounts.opened)
        now = np.maximum.reduce([0.75 * now, blow, np.where(nobody, 0.30, 0)])
        unsettled[:, month] = now
    return unsettled
