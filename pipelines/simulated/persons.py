"""Persons: the account's people who speak with us, who now and then leave and are followed by others."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.spans import span_at

_DESKS = (0.3, 0.8, 1.8)  # people in touch beside the first, on average, by segment
_STAYS = 1400.0  # days, on average
_LONG_BEFORE = 10_000.0  # days before the first month
_NOTICED = 0.6  # of those who leave


@dataclass(frozen=True)
class Persons:
    """Who sat at which desk of which account: spans sorted by desk and start; the last of each is open (inf)."""

    first_desk: np.ndarray  # [accounts + 1]
    desk: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    def __len__(self) -> int:
        return len(self.desk)

    def of(self, account: np.ndarray, at: np.ndarray, chance: np.random.Generator) -> np.ndarray:
        """Somebody of each account at each moment; most talk is with the first desk."""
        desks = (self.first_desk[1:] - self.first_desk[:-1])[account]
        desk = self.first_desk[account] + np.floor(desks * chance.random(len(account)) ** 1.8).astype(int)
        return span_at(self.desk, self.starts, self.ends, desk, at)

    def departures(self, clock: Clock, chance: np.random.Generator) -> pd.DataFrame:
        """account, at, kind, person of those who left and whom somebody missed."""
        gone = np.flatnonzero((self.ends >= 0) & (self.ends < clock.end) & (chance.random(len(self)) < _NOTICED))
        account = np.searchsorted(self.first_desk, self.desk[gone], side="right") - 1
        at = clock.at_work(chance, self.ends[gone])
        return pd.DataFrame({"account": account, "at": at, "kind": "contact_left", "person": gone})


def make_persons(accounts: Accounts, clock: Clock, seed: int) -> Persons:
    """Leaving is theirs alone: it follows from nothing that the firm did, nor does an account leave for it."""
    chance = stream(seed, "persons of accounts")
    desks = 1 + chance.poisson(np.array(_DESKS)[accounts.segment])
    first = np.concatenate([[0], np.cumsum(desks)])
    changes = chance.poisson((clock.end + 90) / _STAYS, first[-1])
    desk = np.repeat(np.arange(first[-1]), changes)
    at = np.floor(chance.random(len(desk)) * (clock.end + 90) - 90)
    desk = np.concatenate([np.arange(first[-1]), desk])
    starts = np.concatenate([np.full(first[-1], -_LONG_BEFORE), at])
    order = np.lexsort((starts, desk))
    desk, starts = desk[order], starts[order]
    goes_on = np.r_[desk[1:] == desk[:-1], False]
    return Persons(first, desk, starts, np.where(goes_on, np.append(starts[1:], np.inf), np.inf))
