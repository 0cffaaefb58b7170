"""Rep history: reps change teams and roles, teams change managers, and reps leave."""

import numpy as np
import pandas as pd

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.history import Changes, in_order, recorded
from pipelines.simulated.names import REGIONS, people
from pipelines.simulated.reps import BEFORE, Reps

_LARGE = 60  # reps over the years from which on a region has two teams
_TRANSFERRED = 0.05  # reps a year who come into the team from another one
_REORGANISED, _REORGANISED_SHARE = 2, 0.4  # how often a region is reorganised, and what part of its reps came so
_MANAGER_STAYS = 1500.0  # days, on average
_MANAGERS = 5  # enough of them for the years
_KEEPS_ACCOUNTS, _AFTER = (
    0.25,
    500.0,
)  # of the reps who stay for so many days: they sell no more, and look after accounts
_SETTLED = 30.0  # days after being hired before anything else changes


def reps_table(reps: Reps, rep_ids: np.ndarray, clock: Clock, seed: int) -> pd.DataFrame:
    """The reps and their history in the columns of the contract; only the last row of one who left says when."""
    # A team is a region, or half of one where it is large; its managers outlast the reps.
    per_region = np.bincount(reps.region, minlength=len(REGIONS))
    final = 2 * reps.region + np.where(reps.seat % 2 == 0, 0, 1) * (per_region[reps.region] > _LARGE)
    left = np.where(reps.left - 3 < clock.end, reps.left - 3, np.inf)  # the Friday before

    teams = _teams(reps, final, left, clock, stream(seed, "team history"))
    began, names = _managers(clock, seed)
    turned = _turned(reps, left, stream(seed, "role history"))
    turning = np.flatnonzero(np.isfinite(turned))
    everybody, gone = np.arange(len(reps)), np.flatnonzero(np.isfinite(left))
    new_managers = np.unique(began[np.isfinite(began)])
    who, at = in_order(
        (everybody, reps.hired),
        teams.moments,
        (np.repeat(everybody, len(new_managers)), np.tile(new_managers, len(reps))),
        (turning, turned[turning]),
        (gone, left[gone]),
    )
    there = (at >= reps.hired[who]) & (at <= left[who]) & (at < clock.end)
    who, at = who[there], at[there]
    team = teams.as_it_was(who, at, final)
    manager = (began[team] <= at[:, None]).sum(axis=1) - 1

    keeps = at >= turned[who]
    is_first, is_last = np.r_[True, who[1:] != who[:-1]], at == left[who]
    changed = np.r_[True, (team[1:] != team[:-1]) | (manager[1:] != manager[:-1]) | (keeps[1:] != keeps[:-1])]
    kept = is_first | is_last | changed
    columns = (who, at, team, manager, keeps, is_first, is_last)
    who, at, team, manager, keeps, is_first, is_last = (column[kept] for column in columns)
    entered = np.where(is_first, at, recorded(stream(seed, "rep history"), clock, at, 0.3))
    regions = np.array(REGIONS, dtype=object)
    table = pd.DataFrame(
        {
            "rep_id": rep_ids[who],
            "name": people(stream(seed, "people"), len(reps))[who],
            "hired_on": clock.days(reps.hired)[who],
            "left_on": clock.days(np.where(is_last, at, np.nan)),
            "manager": names[team, manager],
            "team": [f"{region} {half + 1}" for region, half in zip(regions[team // 2], team % 2, strict=True)],
            "role": np.where(keeps, "account management", "sales"),
            "valid_from": clock.times(at),
            "recorded_at": clock.times(entered),
        }
    )
    return table[entered < clock.end].reset_index(drop=True)


def _turned(reps: Reps, left: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """The day from which each rep looks after accounts and no longer sells; inf for those who never do."""
    at = np.floor(reps.hired + _AFTER + 300 * chance.random(len(reps)))
    return np.where((chance.random(len(reps)) < _KEEPS_ACCOUNTS) & (at < left - _SETTLED), at, np.inf)


def _teams(reps: Reps, final: np.ndarray, left: np.ndarray, clock: Clock, chance: np.random.Generator) -> Changes:
    """Transfers, and now and then a region whose reps come from elsewhere."""
    span = clock.end + BEFORE
    who = np.repeat(np.arange(len(reps)), chance.poisson(_TRANSFERRED * span / 365, len(reps)))
    at = chance.random(len(who)) * span - BEFORE
    moments = [(who, np.floor(chance.random(len(who)) * span - BEFORE))]
    months = chance.integers(0, clock.months, _REORGANISED)
    for region, month in zip(chance.permutation(len(REGIONS)), months, strict=False):
        came = np.flatnonzero((reps.region == region) & (chance.random(len(reps)) < _REORGANISED_SHARE))
        moments.append((came, np.full(len(came), clock.edges[month])))
    who, at = in_order(*moments)
    there = (at > reps.hired[who] + _SETTLED) & (at < left[who])
    who, first = np.unique(who[there], return_index=True)  # nobody changes twice
    at, teams = at[there][first], np.unique(final)
    other = teams[chance.integers(0, len(teams), len(who))]
    differs = other != final[who]
    return Changes(who[differs], at[differs], other[differs])


def _managers(clock: Clock, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """[teams, managers] the day from which on each led the team, -inf for the first; and their names in that order."""
    chance = stream(seed, "manager history")
    teams = 2 * len(REGIONS)
    stays = np.maximum(chance.exponential(_MANAGER_STAYS, (teams, _MANAGERS - 1)), 180)
    began = np.floor(clock.end - np.cumsum(stays, axis=1))[:, ::-1]
    newest = people(stream(seed, "managers"), teams)
    others = [name for name in people(chance, 2 * teams * _MANAGERS) if name not in set(newest)]
    earlier = np.array(others[: teams * (_MANAGERS - 1)], dtype=object).reshape(teams, -1)
    return np.column_stack([np.full(teams, -np.inf), began]), np.column_stack([earlier, newest])
