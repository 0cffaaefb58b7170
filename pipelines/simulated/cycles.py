"""Cycles: the moments at which each account orders, on its own cycle, bent by its season."""

import numpy as np

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts

# How much is ordered in each month of the year, January first: steady, Christmas trade, building season, school year.
_PROFILES = np.array(
    [
        [0.98, 1.02, 1.06, 1.02, 1.02, 1.02, 0.94, 0.86, 1.06, 1.08, 1.08, 0.82],
        [0.80, 0.84, 0.94, 0.98, 0.98, 0.98, 0.90, 0.90, 1.12, 1.32, 1.44, 0.90],
        [0.62, 0.76, 1.08, 1.22, 1.26, 1.22, 1.10, 0.96, 1.16, 1.10, 0.92, 0.54],
        [1.08, 1.10, 1.08, 1.02, 1.04, 0.88, 0.58, 0.86, 1.38, 1.18, 1.06, 0.70],
    ]
)
_STANDSTILL = 0.4  # what is left of a day's orders from Christmas to New Year


def order_moments(accounts: Accounts, clock: Clock, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(account, moment) of every order, as if nobody ever left; sorted by account and moment."""
    chance = stream(seed, "orders")
    grid, laps = _season(clock)
    start = np.maximum(accounts.opened, 0)
    # Whoever was a customer before is somewhere within a cycle; whoever is new orders within days.
    first = np.where(
        accounts.opened < 0, accounts.cycle * chance.random(len(accounts)), chance.gamma(2, 2, len(accounts))
    )
    span = (clock.end - start) * 1.05 + 30
    many = np.ceil(span / accounts.cycle + 5 * np.sqrt(span / accounts.cycle / accounts.regularity) + 4).astype(int)
    account = np.repeat(np.arange(len(accounts)), many)
    gap = chance.standard_gamma(accounts.regularity[account])
    gap *= (accounts.cycle / accounts.regularity)[account]
    begins = np.cumsum(many) - many
    gap[begins] = first
    # One lap of the season's clock for every day, faster in a peak and slower in a dip.
    at = np.cumsum(gap)
    at -= np.repeat(at[begins] - gap[begins], many)
    kind = accounts.season * 4 + (accounts.swing * 4).astype(int) - 1
    for one in np.unique(kind):
        rows = np.flatnonzero((kind == one)[account])
        offset = np.interp(start, grid, laps[one])
        at[rows] = np.interp(at[rows] + offset[account[rows]], laps[one], grid, right=np.inf)
    kept = at < clock.end
    account, at = account[kept], at[kept]
    at = clock.on_workdays(chance, at)
    order = np.argsort(account * 65536.0 + at, kind="stable")  # two orders of a day may change places
    account, at = account[order], at[order]
    kept = at < clock.end
    return account[kept], at[kept]


def _season(clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    """The days of the simulation, and for each profile and swing the laps of the account's own clock until then."""
    grid = np.arange(0, clock.end + 400)
    dates = np.datetime64(clock.starts_on, "D") + grid.astype(int)
    month = dates.astype("datetime64[M]").astype(int) % 12
    of_month = (dates - dates.astype("datetime64[M]")).astype(int)
    still = ((month == 11) & (of_month >= 22)) | ((month == 0) & (of_month < 4))
    speed = []
    for profile in _PROFILES:
        for swing in (0.25, 0.5, 0.75, 1.0):
            pace = 1 + swing * (profile[month] / profile.mean() - 1)
            speed.append(np.where(still, _STANDSTILL * pace, pace))
    return grid, np.cumsum(speed, axis=1) - np.array(speed)[:, :1]
