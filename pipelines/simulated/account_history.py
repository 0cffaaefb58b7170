"""Account history: accounts grow and shrink, move or come into another territory, and their seller is put right."""

import numpy as np
import pandas as pd

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.history import Changes, in_order, recorded
from pipelines.simulated.leaving import Fates
from pipelines.simulated.names import INDUSTRIES, REGIONS, SEGMENTS, firm_names
from pipelines.simulated.reps import BEFORE, Reps

_RESIZED = 0.03  # accounts a year that come into the next larger or smaller segment
_MOVED = 0.005  # accounts a year that move to another region
_REDRAWN, _REDRAWN_SHARE = 2, 0.06  # how often a region is enlarged, and what part of it came so
_SELLER_WRONG = 0.02  # accounts whose seller is put right some time after
_SETTLED = 30.0  # days after opening before anything else changes
_FORGOTTEN = 90.0  # days after leaving from which on nobody keeps an account's data up


def accounts_table(
    accounts: Accounts, reps: Reps, fates: Fates, names: np.ndarray, rep_ids: np.ndarray, clock: Clock, seed: int
) -> pd.DataFrame:
    """The accounts and their history in the columns of the contract, with `account`, a number.

    What an account is like everywhere else in the firm, it is in its last row.
    """
    seller = reps.of(np.arange(len(accounts)), accounts.opened)
    segments = _segments(accounts, fates, clock, stream(seed, "segment history"))
    regions = _regions(accounts, fates, clock, stream(seed, "region history"))
    sellers = _sellers(accounts, fates, reps, seller, stream(seed, "seller history"))
    opening = np.arange(len(accounts)), np.floor(accounts.opened)
    who, at = in_order(opening, segments.moments, regions.moments, sellers.moments)
    is_first = np.r_[True, who[1:] != who[:-1]]
    entered = np.where(is_first, at, recorded(stream(seed, "account history"), clock, at, 0.4))
    table = pd.DataFrame(
        {
            "account": who,
            "account_id": names[who],
            "name": firm_names(stream(seed, "names"), accounts.industry, accounts.region)[who],
            "segment": np.array(SEGMENTS, dtype=object)[segments.as_it_was(who, at, accounts.segment)],
            "industry": np.array(INDUSTRIES, dtype=object)[accounts.industry][who],
            "region": np.array(REGIONS, dtype=object)[regions.as_it_was(who, at, accounts.region)],
            "opened_on": clock.days(accounts.opened)[who],
            "sold_by_rep_id": rep_ids[sellers.as_it_was(who, at, seller)],
            "valid_from": clock.times(at),
            "recorded_at": clock.times(entered),
        }
    )
    return table[entered < clock.end].reset_index(drop=True)


def _segments(accounts: Accounts, fates: Fates, clock: Clock, chance: np.random.Generator) -> Changes:
    """Once a quarter somebody looks at what accounts buy, and sorts some of them anew."""
    who, at = _some_days(accounts, clock, chance, _RESIZED)
    month = clock.days(at).astype("datetime64[M]").astype(int)
    quarter = (month - month % 3).astype("datetime64[M]").astype("datetime64[D]")
    at = (quarter - np.datetime64(clock.starts_on, "D")).astype(float)
    who, at = in_order(_kept_up(accounts, fates, who, at))
    grew = chance.random(len(who)) < 0.5
    # From each account's last change back: who is at either end came from the middle, who is there from either end.
    before = np.empty(len(who), dtype=int)
    now = accounts.segment.copy()
    to_come = np.searchsorted(who, who, side="right") - np.arange(len(who))
    for nth in range(1, to_come.max(initial=0) + 1):
        rows = np.flatnonzero(to_come == nth)
        before[rows] = np.where(now[who[rows]] != 1, 1, np.where(grew[rows], 0, 2))
        now[who[rows]] = before[rows]
    return Changes(who, at, before)


def _regions(accounts: Accounts, fates: Fates, clock: Clock, chance: np.random.Generator) -> Changes:
    moments = [_some_days(accounts, clock, chance, _MOVED)]
    for region, month in zip(
        chance.permutation(len(REGIONS)), chance.integers(0, clock.months, _REDRAWN), strict=False
    ):
        came = np.flatnonzero((accounts.region == region) & (chance.random(len(accounts)) < _REDRAWN_SHARE))
        moments.append((came, np.full(len(came), clock.edges[month])))
    who, at = in_order(*(_kept_up(accounts, fates, *moment) for moment in moments))
    who, first = np.unique(who, return_index=True)  # nobody changes twice
    elsewhere = (accounts.region[who] + chance.integers(1, len(REGIONS), len(who))) % len(REGIONS)
    return Changes(who, at[first], elsewhere)


def _sellers(accounts: Accounts, fates: Fates, reps: Reps, seller: np.ndarray, chance: np.random.Generator) -> Changes:
    """Where nobody entered who won the account, or somebody else was entered, until it was put right."""
    who = np.flatnonzero((seller >= 0) & (chance.random(len(accounts)) < _SELLER_WRONG))
    at = np.floor(accounts.opened[who] + _SETTLED + chance.gamma(1.5, 60, len(who)))
    who, at = _kept_up(accounts, fates, who, at)
    opened = accounts.opened[who, None]
    luck = np.where((reps.hired <= opened) & (opened < reps.left), chance.random((len(who), len(reps))), -1)
    luck[np.arange(len(who)), seller[who]] = -1
    wrong = np.where(luck.max(axis=1, initial=-1) >= 0, luck.argmax(axis=1), -1)
    return Changes(who, at, np.where(chance.random(len(who)) < 0.6, -1, wrong))


def _some_days(
    accounts: Accounts, clock: Clock, chance: np.random.Generator, a_year: float
) -> tuple[np.ndarray, np.ndarray]:
    """(account, day) of what befalls accounts now and then, as far back as anything is on file."""
    span = clock.end + BEFORE
    who = np.repeat(np.arange(len(accounts)), chance.poisson(a_year * span / 365, len(accounts)))
    return who, np.floor(chance.random(len(who)) * span - BEFORE)


def _kept_up(accounts: Accounts, fates: Fates, who: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those of the moments at which somebody keeps the account's data up."""
    kept = (at > accounts.opened[who] + _SETTLED) & (at < fates.left[who] + _FORGOTTEN)
    return who[kept], at[kept]
