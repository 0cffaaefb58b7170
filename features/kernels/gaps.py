"""Gaps: an account's own gaps between days with rows, as each as_of knew them.

Gaps are no sums, so they are read off the days themselves: for every account and snapshot back from as_of, over the
days that were known then.
"""

from dataclasses import dataclass

import numpy as np

from features.kernels.compiled import compiled
from features.kernels.grid import OLDEST, Grid
from features.kernels.windows import one_number

GAPS = 16  # so many of the latest gaps count: enough for a stable median, few enough to follow a changing account
TYPICAL_REGULARITY = 2.0
PRIOR_PAIRS = 4  # the typical regularity weighs as much as so many pairs of gaps


@dataclass(frozen=True)
class Days:
    """Different days with rows, sorted by account, oldest first.

    Those of account k stand at first[k] to first[k + 1]. ages: days before the newest as_of. enters: the age
    from which a day is known.
    """

    first: np.ndarray
    ages: np.ndarray
    enters: np.ndarray

    @property
    def codes(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def days_of(codes: np.ndarray, ages: np.ndarray, enters: np.ndarray, keys: int) -> Days:
    """The different days of every account; a day is known from the first of its rows on."""
    order = np.argsort(one_number(codes, OLDEST - ages, OLDEST - enters))
    codes, ages, enters = codes[order], ages[order], enters[order]
    new = np.ones(len(codes), dtype=bool)
    new[1:] = (codes[1:] != codes[:-1]) | (ages[1:] != ages[:-1])
    return Days(np.searchsorted(codes[new], np.arange(keys + 1)), ages[new], enters[new])


@dataclass(frozen=True)
class Gaps:
    """What the latest gaps known at each snapshot say (at most GAPS of them), each [keys, snapshots].

    median and largest: days; NaN where there is no gap. regularity: NaN below two. count: how many gaps.
    """

    median: np.ndarray
    largest: np.ndarray
    regularity: np.ndarray
    count: np.ndarray


def latest_gaps(days: Days, grid: Grid) -> Gaps:
    """The latest gaps, as each as_of knew them.

    The median is robust to the odd long pause. For regularity see `_regularity`.
    """
    return Gaps(*_latest_gaps(days.first, days.ages, days.enters, grid.ages))


@compiled
def _latest_gaps(
    first: np.ndarray, ages: np.ndarray, enters: np.ndarray, as_of_ages: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    shape = (len(first) - 1, len(as_of_ages))
    median, largest, regularity = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    counts = np.zeros(shape)
    gaps = np.empty(GAPS)
    for key in range(shape[0]):
        past = first[key + 1]
        for snapshot in range(shape[1] - 1, -1, -1):
            while past > first[key] and ages[past - 1] <= as_of_ages[snapshot]:
                past -= 1
            count, newer = 0, -1
            for day in range(past - 1, first[key] - 1, -1):
                if enters[day] > as_of_ages[snapshot]:
                    if newer >= 0:
                        gaps[count] = ages[day] - newer
                        count += 1
                    newer = ages[day]
                if count == GAPS:
                    break
            if count:
                regularity[key, snapshot] = _regularity(gaps[:count])
                ordered = _sorted(gaps[:count])
                median[key, snapshot] = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
                largest[key, snapshot] = ordered[count - 1]
                counts[key, snapshot] = count
    return median, largest, regularity, counts


@compiled
def _sorted(gaps: np.ndarray) -> np.ndarray:
    """By insertion, in place: the quickest way for so few."""
    for place in range(1, len(gaps)):
        gap, before = gaps[place], place - 1
        while before >= 0 and gaps[before] > gap:
            gaps[before + 1] = gaps[before]
            before -= 1
        gaps[before + 1] = gap
    return gaps


@compiled
def _regularity(gaps: np.ndarray) -> float:
    """Shape k of the gamma distribution of the gaps: 1 orders at random, larger is more regular; NaN below two gaps.

    Wheat & Morrison (1990), as used by Platzer & Reutterer (2016): for two successive gaps, M = a / (a + b) is
    Beta(k, k), so its variance is 1 / (4 (2k + 1)), whatever the account's pace. The variance is taken about one half
    and drawn towards the typical regularity where there are few pairs.
    """
    pairs = len(gaps) - 1
    if not pairs:
        return np.nan
    deviation = PRIOR_PAIRS / (4 * (2 * TYPICAL_REGULARITY + 1))
    for pair in range(pairs):
        deviation += (gaps[pair] / (gaps[pair] + gaps[pair + 1]) - 0.5) ** 2
    variance = deviation / (pairs + PRIOR_PAIRS)
    return (1 - 4 * variance) / (8 * variance)


def days_after(days: Days, since: np.ndarray, within: int, grid: Grid) -> np.ndarray:
    """How many known days lie in the first `within` days after what was `since` days before each as_of.

    since: [keys, snapshots], NaN where it never was; so is the result, [keys, snapshots].
    """
    return _days_after(days.first, days.ages, days.enters, since, within, grid.ages)


@compiled
def _days_after(
    first: np.ndarray,
    ages: np.ndarray,
    enters: np.ndarray,
    since: np.ndarray,
    within: int,
    as_of_ages: np.ndarray,
) -> np.ndarray:
    found = np.full(since.shape, np.nan)
    for key in range(since.shape[0]):
        for snapshot in range(since.shape[1]):
            if np.isnan(since[key, snapshot]):
                continue
            began = since[key, snapshot] + as_of_ages[snapshot]
            ended = max(began - within, as_of_ages[snapshot])
            count = 0
            for day in range(first[key], first[key + 1]):
                if ages[day] <= ended:
                    break
                if ages[day] <= began and enters[day] > as_of_ages[snapshot]:
                    count += 1
            found[key, snapshot] = count
    return found


def gaps_longer(days: Days, than: int, within: int, grid: Grid) -> np.ndarray:
    """How often in the last `within` days a silence grew longer than `than` days, [keys, snapshots].

    A silence counts on the day on which it passes the limit, so it is known the moment that it happens.
    """
    return _gaps_longer(days.first, days.ages, days.enters, than, within, grid.ages)


@compiled
def _gaps_longer(
    first: np.ndarray,
    ages: np.ndarray,
    enters: np.ndarray,
    than: int,
    within: int,
    as_of_ages: np.ndarray,
) -> np.ndarray:
    found = np.zeros((len(first) - 1, len(as_of_ages)))
    for key in range(found.shape[0]):
        past = first[key + 1]
        for snapshot in range(found.shape[1] - 1, -1, -1):
            now = as_of_ages[snapshot]
            while past > first[key] and ages[past - 1] <= now:
                past -= 1
            newer, count = now, 0
            for day in range(past - 1, first[key] - 1, -1):
                if ages[day] - than > now + within:
                    break
                if enters[day] > as_of_ages[snapshot]:
                    if ages[day] - newer > than:
                        count += 1
                    newer = ages[day]
            found[key, snapshot] = count
    return found
