"""Unspoken: what has stood open for long without a word since it began."""

import numpy as np

from features.kernels.compiled import compiled
from features.kernels.grid import NEVER


@compiled
def oldest_unspoken(
    codes: np.ndarray,
    enters: np.ndarray,
    leaves: np.ndarray,
    since: np.ndarray,
    word: np.ndarray,
    as_of_ages: np.ndarray,
) -> np.ndarray:
    """Days for which the oldest row has stood that stands on each as_of and began after the latest word; 0 for none.

    enters, leaves: the ages between which a row stands, see windows.py. since: the age of the day from which it counts
    (NaN: it does not). word: [keys, snapshots] days since the latest word; NaN where there was none. So is the result.
    A word of the very day on which something began was one about it.
    """
    found = np.zeros(word.shape)
    for row in range(len(codes)):
        if enters[row] <= NEVER or np.isnan(since[row]):
            continue
        for snapshot in range(word.shape[1]):
            now = as_of_ages[snapshot]
            if enters[row] <= now:
                continue
            if leaves[row] > now:
                break  # the newer ones come after: gone for good
            days, latest = since[row] - now, word[codes[row], snapshot]
            if days > found[codes[row], snapshot] and not latest <= days:
                found[codes[row], snapshot] = days
    return found
