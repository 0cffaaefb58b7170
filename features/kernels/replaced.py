"""Replaced: contracts of which notice was given, or that ended, as another one took their place: a change of plan.

Days are ages, as everywhere: before the newest as_of, negative for those to come.
"""

import numpy as np

from features.kernels.compiled import compiled
from features.kernels.grid import NEVER, OLDEST, SPAN
from features.kernels.terms import CHANGE_DAYS


def replaced_from(
    codes: np.ndarray,
    starts: np.ndarray,
    notices: np.ndarray,
    ends: np.ndarray,
    enters: np.ndarray,
    lines: np.ndarray,
) -> np.ndarray:
    """The age from which it is known of each contract that another one of the same key took its place, [contracts] of
    int32; NEVER where none did.

    That is one which began after it, and no more than `CHANGE_DAYS` from the notice or from the last day, whatever it
    is for; or, for the same product line (those of which nobody names it are one), at any time between the two. So a
    contract that ran beside it before is none.

    starts, notices, ends: the ages of the first day, of the notice and of the last day; NaN where there is no notice or
    end. enters: the ages from which contracts are known. lines: codes of product lines.
    """
    of_line = np.unique(codes.astype(np.int64) * SPAN + lines, return_inverse=True)[1]
    found = np.full(len(codes), NEVER, np.int32)
    for groups, first, last in ((codes, notices, notices), (codes, ends, ends), (of_line, notices, ends)):
        oldest, newest = np.minimum(first + CHANGE_DAYS, starts - 1), last - CHANGE_DAYS
        np.maximum(found, _first_known(groups, starts, enters, oldest, newest), out=found)
    return found


def _first_known(
    groups: np.ndarray, starts: np.ndarray, enters: np.ndarray, oldest: np.ndarray, newest: np.ndarray
) -> np.ndarray:
    """For each row the age from which the first one is known of those of its group that begin at ages from `newest` to
    `oldest`; NEVER where there is none, or one of the two is NaN. An account may have thousands, so no two are paired.
    """
    zero = groups.astype(np.int64) * SPAN
    begins = zero + starts.astype(np.int64)
    order = np.argsort(begins)  # in it, what is sought for one row lies close to what is for the next
    timeline = begins[order]
    youngest, eldest = (
        (zero + np.nan_to_num(np.clip(ages, -OLDEST, OLDEST), nan=nobody).astype(np.int64))[order]
        for ages, nobody in ((newest, OLDEST + 1), (oldest, -OLDEST - 1))
    )
    firsts, ends = np.searchsorted(timeline, youngest, side="left"), np.searchsorted(timeline, eldest, side="right")
    found = np.empty(len(groups), np.int32)
    found[order] = _greatest(enters[order].astype(np.int32), firsts, ends)
    return found


@compiled
def _greatest(values: np.ndarray, firsts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """The greatest of the values from each first place to the one before each end; NEVER where there is none.

    By a tree: a node holds the greater of the two below it, [2 × values], so that a span is a few nodes.
    """
    size = len(values)
    tree = np.empty(2 * size, np.int32)
    tree[size:] = values
    for node in range(size - 1, 0, -1):
        tree[node] = max(tree[2 * node], tree[2 * node + 1])
    found = np.full(len(firsts), NEVER, np.int32)
    for row in range(len(firsts)):
        left, right = firsts[row] + size, ends[row] + size
        while left < right:
            if left % 2:
                found[row] = max(found[row], tree[left])
                left += 1
            if right % 2:
                right -= 1
                found[row] = max(found[row], tree[right])
            left //= 2
            right //= 2
    return found
