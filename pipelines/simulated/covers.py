"""Covers: while a rep is on holiday, a colleague has some of the accounts for a few weeks."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.reps import BEFORE, Reps
from pipelines.simulated.spans import span_at

_WEEKS, _WEEKS_SHARE = (1, 2, 3), (0.25, 0.5, 0.25)
_SUMMER, _SUMMER_DAYS, _IN_SUMMER = 172, 70, 0.6  # most holidays begin within so many days of 21 June
_ENTERED = 0.5  # holidays for which anybody enters a cover
_COVERED = 0.6  # of the rep's accounts then


@dataclass(frozen=True)
class Covers:
    """Who looked after which account while its rep was away; sorted by account and start, never two at once."""

    account: np.ndarray
    rep: np.ndarray
    starts: np.ndarray
    ends: np.ndarray  # may lie after the end

    def __len__(self) -> int:
        return len(self.account)

    def of(self, account: np.ndarray, at: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
        """The rep who covers each account at each moment, and `otherwise` where nobody does."""
        held = self.span(account, at)
        return np.where(held >= 0, np.append(self.rep, -1)[held], otherwise)

    def span(self, account: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The index of the cover of each account at each moment; -1 without one."""
        return span_at(self.account, self.starts, self.ends, account, at)


def make_covers(reps: Reps, clock: Clock, seed: int) -> Covers:
    """The covers that follow from the reps' holidays: each lies inside an assignment of the rep who is away."""
    chance = stream(seed, "covers")
    away = _holidays(chance, reps, clock)
    away = away.assign(cover=_colleagues(chance, reps, away)).query("cover >= 0")
    held = pd.DataFrame({"account": reps.account, "rep": reps.rep, "held": reps.starts, "until": reps.ends})
    covers = held.merge(away, on="rep")
    covers = covers[(covers["held"] < covers["starts"]) & (covers["until"] > covers["ends"])]
    covers = covers[chance.random(len(covers)) < _COVERED].sort_values(["account", "starts"], kind="stable")
    columns = (covers[name].to_numpy() for name in ("account", "cover", "starts", "ends"))
    return Covers(*columns)


def _holidays(chance: np.random.Generator, reps: Reps, clock: Clock) -> pd.DataFrame:
    """rep, starts, ends: one holiday a rep and calendar year, from Monday to Monday, if somebody enters a cover."""
    new_year = -(clock.starts_on.timetuple().tm_yday - 1)
    years = np.arange(-np.ceil(BEFORE / 365), np.ceil(clock.end / 365) + 1)
    shape = (len(reps), len(years))
    day = np.where(
        chance.random(shape) < _IN_SUMMER, _SUMMER + _SUMMER_DAYS * chance.random(shape), 330 * chance.random(shape)
    )
    starts = new_year + 365.25 * years + day
    starts = 7 * np.floor((starts + clock.starts_on.weekday()) / 7) - clock.starts_on.weekday()
    ends = starts + 7 * chance.choice(_WEEKS, shape, p=_WEEKS_SHARE)
    there = (starts > reps.hired[:, None]) & (ends < reps.left[:, None]) & (starts < clock.end)
    rep, year = np.nonzero(there & (chance.random(shape) < _ENTERED))
    return pd.DataFrame({"rep": rep, "starts": starts[rep, year], "ends": ends[rep, year]})


def _colleagues(chance: np.random.Generator, reps: Reps, away: pd.DataFrame) -> np.ndarray:
    """For each holiday somebody else who works there throughout it, if possible in the same region; -1 for nobody."""
    found = np.full(len(away), -1)
    region = reps.region[away["rep"]]
    for one in np.unique(region):
        rows = np.flatnonzero(region == one)
        found[rows] = _anybody(chance, reps, away.iloc[rows], np.flatnonzero(reps.region == one))
    rows = np.flatnonzero(found < 0)
    found[rows] = _anybody(chance, reps, away.iloc[rows], np.arange(len(reps)))
    return found


def _anybody(chance: np.random.Generator, reps: Reps, away: pd.DataFrame, colleagues: np.ndarray) -> np.ndarray:
    rep, starts, ends = (away[name].to_numpy()[:, None] for name in ("rep", "starts", "ends"))
    there = (reps.hired[colleagues] <= starts) & (reps.left[colleagues] >= ends) & (colleagues != rep)
    luck = np.where(there, chance.random(there.shape), -1)
    return np.where(there.any(axis=1), colleagues[luck.argmax(axis=1)], -1)
