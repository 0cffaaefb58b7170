"""Followed: whether a word came soon after something, and from when on that is known."""

import numpy as np

from features.kernels.compiled import compiled
from features.kernels.gaps import Days
from features.kernels.grid import NEVER


def followed(
    codes: np.ndarray, ages: np.ndarray, enters: np.ndarray, days: Days, within: int
) -> tuple[np.ndarray, np.ndarray]:
    """For every row the ages from which it is known that one of the key's days came, and that it is known whether.

    A day counts from the row's own day on, up to `within` days in all. ages: of the day from which is counted; enters:
    the age from which the row is known. That none came is known once all these days have passed.
    """
    came, judged = _followed(codes, ages, enters, days.first, days.ages, days.enters, within)
    return came, judged


@compiled
def _followed(
    codes: np.ndarray,
    ages: np.ndarray,
    enters: np.ndarray,
    first: np.ndarray,
    day_ages: np.ndarray,
    day_enters: np.ndarray,
    within: int,
) -> tuple[np.ndarray, np.ndarray]:
    came = np.full(len(codes), NEVER, dtype=np.int32)
    judged = np.empty(len(codes), dtype=np.int32)
    for row in range(len(codes)):
        low, high = first[codes[row]], first[codes[row] + 1]
        end = high
        while low < high:  # days stand oldest first: the first one that is no older than the row
            middle = (low + high) // 2
            if day_ages[middle] > ages[row]:
                low = middle + 1
            else:
                high = middle
        for day in range(low, end):
            if day_ages[day] <= ages[row] - within:
                break
            came[row] = max(came[row], min(day_enters[day], enters[row]))
        judged[row] = max(came[row], min(enters[row], ages[row] - within + 1))
    return came, judged
