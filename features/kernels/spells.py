"""Spells: who held an account one after the other, as each as_of knew it.

A row has a holder, a start and, once it has come, an end. A stand-in is a row that has ended while one that had started
on no later day went on: a holiday cover, after which all is as before. While it lasts, nobody can tell it from a
handover.
"""

from dataclasses import dataclass

import numpy as np

from features.kernels.compiled import compiled
from features.kernels.grid import Floats, Grid


@dataclass(frozen=True)
class Spells:
    """Rows sorted by key, oldest start first (to the moment), then by holder; key k's are first[k] to first[k + 1].

    ages and ends: of the first and the last day, in days before the newest as_of. enters and closed: the ages from
    which a row and its end are known (NEVER: not yet). holders: codes.
    """

    first: np.ndarray
    ages: np.ndarray
    ends: np.ndarray
    enters: np.ndarray
    closed: np.ndarray
    holders: np.ndarray


def spells_of(
    codes: np.ndarray,
    ages: np.ndarray,
    moments: np.ndarray,
    ends: np.ndarray,
    enters: np.ndarray,
    closed: np.ndarray,
    holders: np.ndarray,
    keys: int,
) -> Spells:
    """The rows of every key, in order; `ends` may be NaN where a row has no end. moments: of the day, in any unit."""
    order = np.lexsort((holders, moments, -ages, codes))
    first = np.searchsorted(codes[order], np.arange(keys + 1))
    return Spells(first, *(column[order] for column in (ages, ends, enters, closed, holders)))


def days_held(spells: Spells, grid: Grid) -> Floats:
    """Days since the present holder took over, [keys, snapshots]; NaN where there is none."""
    return _walk(*_arrays(spells), 0, grid.ages)[0]


def handovers(spells: Spells, within: int, grid: Grid) -> Floats:
    """How often the holder changed in the last `within` days, [keys, snapshots]."""
    return _walk(*_arrays(spells), within, grid.ages)[1]


def _arrays(spells: Spells) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    return spells.first, spells.ages, spells.ends, spells.enters, spells.closed, spells.holders


@compiled
def _walk(
    first: np.ndarray,
    ages: np.ndarray,
    ends: np.ndarray,
    enters: np.ndarray,
    closed: np.ndarray,
    holders: np.ndarray,
    within: int,
    as_of_ages: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    shape = (len(first) - 1, len(as_of_ages))
    held, changes = np.full(shape, np.nan), np.zeros(shape)
    for key in range(shape[0]):
        for snapshot in range(shape[1]):
            now = as_of_ages[snapshot]
            holder, since, is_held = -1, 0, False
            for row in range(first[key], first[key + 1]):
                if enters[row] <= now:
                    continue
                has_ended = closed[row] > now
                if has_ended and _went_on(first[key], first[key + 1], row, ages, ends, enters, closed, now):
                    continue
                if holders[row] != holder:
                    if holder >= 0 and ages[row] - within <= now:
                        changes[key, snapshot] += 1
                    holder, since = holders[row], ages[row]
                is_held = not has_ended
            if is_held:
                held[key, snapshot] = since - now
    return held, changes


@compiled
def _went_on(
    begin: int,
    end: int,
    row: int,
    ages: np.ndarray,
    ends: np.ndarray,
    enters: np.ndarray,
    closed: np.ndarray,
    now: int,
) -> bool:
    """Whether another row that started on no later day than this one, which has ended, went on after it."""
    for other in range(begin, end):
        if ages[other] < ages[row]:
            break
        if enters[other] > now and (closed[other] <= now or ends[other] < ends[row]):
            return True
    return False
