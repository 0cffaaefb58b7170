"""Firm: the accounts as they are - how often they order, how much, in which season, and what they cannot bear."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.names import INDUSTRIES, REGIONS, SEGMENTS

# Each cause bears the name of the reason module that should find it.
CAUSES = ("contact", "calls", "billing", "reps", "attention", "delivery", "service", "rivals")

_SEGMENT_SHARE = (0.58, 0.31, 0.11)
_REGION_SHARE = (0.24, 0.21, 0.19, 0.15, 0.12, 0.09)
_INDUSTRY_SHARE = (0.17, 0.15, 0.14, 0.12, 0.12, 0.11, 0.10, 0.09)
_SEASONS = 4  # profiles of the year; see orders.py
# How much more (or less) than others a segment minds each cause.
_MINDS = np.array(
    [
        #  contact calls billing reps attention delivery service rivals
        [1.00, 1.00, 0.90, 0.75, 1.40, 1.00, 0.95, 1.10],  # small
        [1.05, 1.00, 1.05, 1.20, 0.70, 1.00, 1.05, 0.90],  # mid-size
        [0.90, 1.05, 1.30, 1.60, 0.30, 1.15, 1.20, 0.85],  # key accounts
    ]
)


@dataclass(frozen=True)
class Accounts:
    """What the accounts are like: one entry an account in every array, causes first where there is one a cause."""

    opened: np.ndarray  # the moment they became customers; negative: before the records begin
    segment: np.ndarray
    industry: np.ndarray
    region: np.ndarray
    cycle: np.ndarray  # the true mean gap between orders, in days
    regularity: np.ndarray  # the gamma shape of the gaps: 1 is chance, 20 a clock
    season: np.ndarray  # index of the season profile
    swing: np.ndarray  # 0 to 1, how much of the season profile they follow
    worth: np.ndarray  # the median amount of an order
    touch: np.ndarray  # conversations a month when all is well
    minds: np.ndarray  # [causes, accounts] how much each cause drives them off; 1 on average
    prone: np.ndarray  # [causes, accounts] how often each cause befalls them; 1 on average
    renewal: np.ndarray  # the day of the year on which their yearly contract ends; NaN without a contract

    def __len__(self) -> int:
        return len(self.opened)

    @property
    def usual_minds(self) -> np.ndarray:
        """[causes, accounts] how much each cause drives off an account of their segment, on average."""
        usual: np.ndarray = _MINDS[self.segment].T
        return usual

    @property
    def is_small(self) -> np.ndarray:
        is_small: np.ndarray = self.segment == 0
        return is_small


def make_accounts(number: int, clock: Clock, seed: int) -> Accounts:
    """The accounts of a firm that keeps about as many customers as it loses: some were there before, others join."""
    chance = stream(seed, "accounts")
    segment = chance.choice(len(SEGMENTS), number, p=_SEGMENT_SHARE)
    industry = chance.choice(len(INDUSTRIES), number, p=_INDUSTRY_SHARE)
    region = chance.choice(len(REGIONS), number, p=_REGION_SHARE)

    # With a fifth lost a year, this share at the start keeps the number of customers about level.
    there = 1 / (1 + 0.22 * clock.end / 365)
    before = -60 - chance.gamma(1.3, 1100, number)
    opened = np.where(
        chance.random(number) < there, np.maximum(before, -9000), chance.random(number) * (clock.end - 20)
    )

    cycle = np.clip(np.exp(chance.normal(np.array([3.42, 3.26, 3.02])[segment], 0.58)), 5, 150)
    regularity = np.clip(np.exp(chance.normal(2.5, 0.60, number)), 1.5, 40)
    worth = np.exp(chance.normal(np.array([5.7, 6.9, 8.2])[segment], 0.55))
    touch = np.clip(np.exp(chance.normal(np.array([0.70, 0.95, 1.40])[segment], 0.30)), 0.6, 9)

    luck = chance.gamma(1.2, 1 / 1.2, number)  # some accounts are served badly in every way
    prone = 0.4 * luck + 0.6 * chance.gamma(0.6, 1 / 0.6, (len(CAUSES), number))
    spread = 0.25
    minds = np.exp(chance.normal(-(spread**2) / 2, spread, (len(CAUSES), number))) * _MINDS[segment].T

    renewal = np.where(
        chance.random(number) < np.array([0.22, 0.45, 0.75])[segment], np.floor(chance.random(number) * 365), np.nan
    )
    return Accounts(
        opened=opened,
        segment=segment,
        industry=industry,
        region=region,
        cycle=cycle,
        regularity=regularity,
        season=(industry + chance.integers(0, 2, number)) % _SEASONS,
        swing=chance.integers(1, 5, number) / 4,
        worth=worth,
        touch=touch,
        minds=minds,
        prone=prone,
        renewal=renewal,
    )
