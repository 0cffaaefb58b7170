"""Rhythm: an account's own gaps between days with rows, as each as_of knew them.

Gaps are no sums, so they are read off the days themselves: every account's days in order, and for every snapshot the
latest few of those that it knows: the days that lie before as_of. Only where one of them was recorded after as_of are
the days known picked out one by one, for that account and snapshot alone.
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
    """Different days with rows, sorted by account, oldest first."""

    codes: np.ndarray
    ages: np.ndarray
    enters: np.ndarray
    late: np.ndarray  # whether it was recorded in a later tile


def days_of(codes: np.ndarray, ages: np.ndarray, enters: np.ndarray, grid: Grid) -> Days:
    """The different days of every account; a day is known from the first of its rows on."""
    order = np.lexsort((-enters, -ages, codes))
    codes, ages, enters = codes[order], ages[order], enters[order]
    first = np.ones(len(codes), dtype=bool)
    first[1:] = (codes[1:] != codes[:-1]) | (ages[1:] != ages[:-1])
    codes, ages, enters = codes[first], ages[first], enters[first]
    return Days(codes, ages, enters, enters != grid.tile(ages))


def latest_gaps(days: Days, keys: int, grid: Grid) -> np.ndarray:
    """The latest gaps in days known at each snapshot, newest first, [keys, snapshots, GAPS]; NaN: there are fewer."""
    tiles = grid.tile(days.ages)
    known = in_force(days.codes, tiles, np.full(len(tiles), NEVER), np.ones(len(tiles)), keys, grid.starts)
    known = known.astype(np.int64)
    past = np.searchsorted(days.codes, np.arange(keys))[:, None] + known
    gaps = np.full((keys, len(grid.starts), GAPS), np.nan, dtype=np.float32)
    some = known > 1
    gaps[some] = _last_gaps(days.ages, past[some], known[some])
    if days.late.any():
        pending = _pending(days, keys, grid)
        gaps[pending] = np.nan
        ages, group_of = _by_snapshot(days, pending, grid)
        pairs, first, known = np.unique(group_of, return_index=True, return_counts=True)
        gaps.reshape(-1, GAPS)[pairs] = _last_gaps(ages, first + known, known)
    return gaps


def _pending(days: Days, keys: int, grid: Grid) -> np.ndarray:
    """Where an account has a day that lies before as_of but is not known yet, [keys, snapshots] of bool.

    Everywhere else the days known are those that lie before as_of, however late some were recorded.
    """
    late = np.flatnonzero(days.late)
    groups, snapshots = spread(grid.tile(days.ages[late]), days.enters[late], grid.starts)
    pending = np.zeros((keys, len(grid.starts)), dtype=bool)
    pending[days.codes[late[groups]], snapshots] = True
    return pending


def _by_snapshot(days: Days, pending: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """The days known at each pending (account, snapshot), oldest first: their ages, and code × snapshots + snapshot."""
    codes, snapshots = np.nonzero(pending)
    first = np.searchsorted(days.codes, codes)
    times = np.searchsorted(days.codes, codes, side="right") - first
    pair = np.repeat(np.arange(len(codes)), times)
    position = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times) + first[pair]
    is_known = days.enters[position] >= grid.starts[snapshots[pair]]
    pair, position = pair[is_known], position[is_known]
    return days.ages[position], codes[pair] * len(grid.starts) + snapshots[pair]


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
    span = int(max(days.ages.max(initial=0), began.max(initial=0))) + 1
    timeline = days.codes * (span + 1) - days.ages
    of = np.arange(keys)[:, None] * (span + 1)
    found = np.searchsorted(timeline, of - ended) - np.searchsorted(timeline, of - began)
    if days.late.any():
        pending = _pending(days, keys, grid)
        ages, group_of = _by_snapshot(days, pending, grid)
        counts = (ages <= began.ravel()[group_of]) & (ages > ended.ravel()[group_of])
        counted = np.bincount(group_of[counts], minlength=keys * snapshots).reshape(keys, snapshots)
        found = np.where(pending, counted, found)
    return np.where(np.isnan(since), np.nan, found)


def gaps_longer(days: Days, than: int, within: int, keys: int, grid: Grid) -> np.ndarray:
    """How often in the last `within` days a silence grew longer than `than` days, [keys, snapshots].

    A silence counts on the day on which it passes the limit, so it is known the moment that it happens.
    """
    snapshots = len(grid.starts)
    following = np.append(days.ages[1:], 0)
    following[:-1][days.codes[1:] != days.codes[:-1]] = 0
    broken = (days.ages - following > than) & (days.ages - than >= 1)
    tile = grid.tile(days.ages[broken] - than)
    found = in_force(days.codes[broken], tile, tile - grid.width(within), np.ones(len(tile)), keys, grid.starts)
    if days.late.any():
        pending = _pending(days, keys, grid)
        ages, group_of = _by_snapshot(days, pending, grid)
        now = grid.ages[group_of % snapshots]
        following = np.roll(ages, -1)
        last = np.ones(len(ages), dtype=bool)
        last[:-1] = group_of[1:] != group_of[:-1]
        following[last] = now[last]
        broken = (ages - following > than) & (ages - than <= now + within)
        counted = np.bincount(group_of[broken], minlength=keys * snapshots).reshape(keys, snapshots)
        found = np.where(pending, counted, found)
    return found
