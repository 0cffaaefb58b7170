"""Pauses: some accounts shut for a season or are refurbished; they order nothing for months, and then again."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.spans import span_at

_A_YEAR = 0.016  # share of the accounts that order often which begin to pause
_OFTEN = 30.0  # days of the cycle; of who orders less often nobody would notice a pause
_SETTLED = 120.0  # days for which an account has been a customer before it first pauses
_SHORTEST, _LONGEST = 120.0, 240.0  # days; the silence is longer, by what is left of a cycle before and after
_SEASONAL = 0.4  # of those who pause: the same again every year


@dataclass(frozen=True)
class Pauses:
    """When accounts paused, whether or not they were there to come back; sorted by account and start."""

    account: np.ndarray
    starts: np.ndarray
    ends: np.ndarray  # may lie after the end

    def __len__(self) -> int:
        return len(self.account)

    def hold(self, account: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Whether each moment lies in a pause of its account."""
        return span_at(self.account, self.starts, self.ends, account, at) >= 0


def make_pauses(accounts: Accounts, clock: Clock, seed: int) -> Pauses:
    """The pauses of a firm's accounts; who pauses is chance, and has nothing to do with who leaves."""
    chance = stream(seed, "pauses")
    settled = np.maximum(accounts.opened + _SETTLED, 0)
    years = np.maximum(clock.end - settled, 0) / 365
    luck = chance.random((3, len(accounts)))
    account = np.flatnonzero((luck[0] < _A_YEAR * years) & (accounts.cycle <= _OFTEN))
    first = settled[account] + luck[1, account] * (clock.end - settled[account])
    laps = np.where(luck[2, account] < _SEASONAL, np.ceil((clock.end - first) / 365), 1).astype(int)

    which = np.repeat(np.arange(len(account)), laps)
    lap = np.arange(len(which)) - np.repeat(np.cumsum(laps) - laps, laps)
    usual = _SHORTEST + (_LONGEST - _SHORTEST) * chance.random(len(account))
    starts = first[which] + 365 * lap + np.where(lap > 0, chance.uniform(-10, 10, len(which)), 0)
    ends = starts + np.clip(usual[which] + chance.uniform(-10, 10, len(which)), _SHORTEST, _LONGEST)
    here = starts < clock.end
    return Pauses(account[which][here], starts[here], ends[here])
