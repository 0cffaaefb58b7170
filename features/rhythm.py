"""Rhythm: an account's own gaps between days with rows, as each as_of knew them.

Gaps are no sums, so they are read off the days themselves: every account's days in order, and for every snapshot the
latest few of those that it knows. Where a row was recorded late the days known differ from snapshot to snapshot; such
accounts are laid out once a snapshot, all others once.
"""

from dataclasses import dataclass

import numpy as np

from features.running import in_force, spread
from features.tiles import NEVER, Grid

GAPS = 16  # so many of the latest gaps count: enough for a stable median, few enough to follow a changing account
TYPICAL_REGULARITY = 2.0
PRIOR_PAIRS = 4  # the typical regularity weighs as much as so many pairs of gaps


@dataclass(frozen=True)
class Days:
    """Different days with rows, sorted by account, oldest first; late accounts are kept apart."""

    codes: np.ndarray
    ages: np.ndarray
    enters: np.ndarray
    late: np.ndarray  # of each row: whether its account has any row that was recorded in a later tile


def days_of(codes: np.ndarray, ages: np.ndarray, enters: np.ndarray, keys: int, grid: Grid) -> Days:
    """The different days of every account; a day is known from the first of its rows on."""
    order = np.lexsort((-enters, -ages, codes))
    codes, ages, enters = codes[order], ages[order], enters[order]
    first = np.ones(len(codes), dtype=bool)
    first[1:] = (codes[1:] != codes[:-1]) | (ages[1:] != ages[:-1])
    codes, ages, enters = codes[first], ages[first], enters[first]
    is_late = np.zeros(keys, dtype=bool)
    is_late[codes[enters != grid.tile(ages)]] = True
    return Days(codes, ages, enters, is_late[codes])


def latest_gaps(days: Days, keys: int, grid: Grid) -> np.ndarray:
    """The latest gaps in days known at each snapshot, newest first, [keys, snapshots, GAPS]; NaN: there are fewer."""
    snapshots = len(grid.starts)
    gaps = np.full((keys, snapshots, GAPS), np.nan, dtype=np.float32)
    prompt = ~days.late
    if prompt.any():
        codes, ages, enters = days.codes[prompt], days.ages[prompt], days.enters[prompt]
        known = in_force(codes, enters, np.full(len(codes), NEVER), np.ones(len(codes)), keys, grid.starts).astype(
            np.int64
        )
        first = np.searchsorted(codes, np.arange(keys))
        present = np.unique(codes)
        gaps[present] = _last_gaps(ages, (first[:, None] + known)[present], known[present])
    if days.late.any():
        codes, ages, group_of = _by_snapshot(days, grid)
        pairs, first, known = np.unique(group_of, return_index=True, return_counts=True)
        gaps.reshape(-1, GAPS)[pairs] = _last_gaps(ages, first + known, known)
    return gaps


def _by_snapshot(days: Days, grid: Grid) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Late accounts' days written out for every snapshot that knows them: codes, ages, and code × snapshot."""
    codes, ages, enters = days.codes[days.late], days.ages[days.late], days.enters[days.late]
    groups, snapshots = spread(enters, np.full(len(enters), NEVER), grid.starts)
    group_of = codes[groups] * len(grid.starts) + snapshots
    order = np.lexsort((-ages[groups], group_of))
    return codes[groups][order], ages[groups][order], group_of[order]


def _last_gaps(ages: np.ndarray, past: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The last gaps of the sequences that end before position `past` and are `known` long, [..., GAPS]."""
    back = np.arange(GAPS + 1)
    position = np.clip(past[..., None] - 1 - back, 0, len(ages) - 1)
    day = np.where(back < known[..., None], ages[position], np.nan).astype(np.float32)
    return day[..., 1:] - day[..., :-1]


def gap_count(gaps: np.ndarray) -> np.ndarray:
    """How many gaps are known (at most GAPS)."""
    return (~np.isnan(gaps)).sum(axis=-1).astype(np.float64)


def median_gap(gaps: np.ndarray) -> np.ndarray:
    """Median of the gaps in days, robust to the odd long pause; NaN where there is none."""
    ordered = np.sort(gaps, axis=-1)  # NaN last
    count = (~np.isnan(gaps)).sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0)[..., None] // 2, axis=-1)[..., 0]
    high = np.take_along_axis(ordered, (count // 2)[..., None] * (count > 0)[..., None], axis=-1)[..., 0]
    return np.where(count > 0, (low + high) / 2, np.nan).astype(np.float64)


def largest_gap(gaps: np.ndarray) -> np.ndarray:
    """The longest of the gaps in days; NaN where there is none."""
    longest = np.where(np.isnan(gaps), -np.inf, gaps).max(axis=-1)
    return np.where(np.isneginf(longest), np.nan, longest).astype(np.float64)


def regularity(gaps: np.ndarray) -> np.ndarray:
    """Shape k of the gamma distribution of the gaps: 1 orders at random, larger is more regular; NaN below two gaps.

    Wheat & Morrison (1990), as used by Platzer & Reutterer (2016): for two successive gaps, M = a / (a + b) is
    Beta(k, k), so its variance is 1 / (4 (2k + 1)), whatever the account's pace. The variance is taken about one half
    and drawn towards the typical regularity where there are few pairs.
    """
    newer, older = gaps[..., :-1].astype(np.float64), gaps[..., 1:].astype(np.float64)
    deviation = (newer / (newer + older) - 0.5) ** 2
    pairs = (~np.isnan(deviation)).sum(axis=-1)
    typical = 1 / (4 * (2 * TYPICAL_REGULARITY + 1))
    variance = (np.nansum(deviation, axis=-1) + PRIOR_PAIRS * typical) / (pairs + PRIOR_PAIRS)
    return np.where(pairs > 0, (1 - 4 * variance) / (8 * variance), np.nan)


def days_after(days: Days, since: np.ndarray, within: int, keys: int, grid: Grid) -> np.ndarray:
    """How many known days lie in the first `within` days after what was `since` days before each as_of.

    since: [keys, snapshots], NaN where it never was; so is the result, [keys, snapshots].
    """
    snapshots = len(grid.starts)
    began = np.nan_to_num(since).astype(np.int64) + grid.ages  # as an age: days before the newest as_of
    ended = np.maximum(began - within, grid.ages)
    found = np.zeros((keys, snapshots))
    span = int(max(days.ages.max(initial=0), began.max(initial=0))) + 1
    if (~days.late).any():
        timeline = days.codes[~days.late] * (span + 1) - days.ages[~days.late]
        of = np.arange(keys)[:, None] * (span + 1)
        found += np.searchsorted(timeline, of - ended) - np.searchsorted(timeline, of - began)
    if days.late.any():
        _, ages, group_of = _by_snapshot(days, grid)
        counts = (ages <= began.ravel()[group_of]) & (ages > ended.ravel()[group_of])
        found += np.bincount(group_of[counts], minlength=keys * snapshots).reshape(keys, snapshots)
    return np.where(np.isnan(since), np.nan, found)


def gaps_longer(days: Days, than: int, within: int, keys: int, grid: Grid) -> np.ndarray:
    """How often in the last `within` days a silence grew longer than `than` days, [keys, snapshots].

    A silence counts on the day on which it passes the limit, so it is known the moment that it happens.
    """
    snapshots = len(grid.starts)
    found = np.zeros((keys, snapshots))
    prompt = ~days.late
    if prompt.any():
        codes, ages = days.codes[prompt], days.ages[prompt]
        following = np.append(ages[1:], 0)
        following[:-1][codes[1:] != codes[:-1]] = 0
        broken = ages - following > than
        broken &= ages - than >= 1
        tile = grid.tile(ages[broken] - than)
        found += in_force(codes[broken], tile, tile - grid.width(within), np.ones(len(tile)), keys, grid.starts)
    if days.late.any():
        _, ages, group_of = _by_snapshot(days, grid)
        now = grid.ages[group_of % snapshots]
        following = np.append(ages[1:], 0)
        last = np.append(group_of[1:] != group_of[:-1], True)
        following[last] = now[last]
        broken = (ages - following > than) & (ages - than <= now + within)
        found += np.bincount(group_of[broken], minlength=keys * snapshots).reshape(keys, snapshots)
    return found
