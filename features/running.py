"""Running: every measure of every snapshot at once, from running sums and running minima over tiles.

All functions take groups as columns of equal length (codes, tiles: int32; values: float64) and return
[keys, snapshots]. A group adds its value to the snapshots that start no later than the tile from which it is known
(`enters`) and later than the tile at which it drops out (`leaves`: the window has passed it, or something closed it);
tiles count backwards from the newest as_of. For a window of W tiles that is: rows known by s, less those of them that
happened before s - W. So a group is two numbers written where its snapshots begin and end, and one running sum over
the snapshots, from the oldest to the newest, gives them all.
"""

import numpy as np

from features.compiled import compiled
from features.tiles import NEVER, NO_AGE


@compiled
def in_force(
    codes: np.ndarray, enters: np.ndarray, leaves: np.ndarray, values: np.ndarray, keys: int, starts: np.ndarray
) -> np.ndarray:
    """Sum of the values of all groups with leaves < start <= enters, [keys, snapshots]."""
    upto = _snapshots_up_to(starts)
    found = np.zeros((keys, len(starts)))
    for group in range(len(codes)):
        if values[group] != 0:
            first, past = _stand(leaves[group], enters[group], upto)
            if first < past:
                found[codes[group], past - 1] += values[group]
                if first > 0:
                    found[codes[group], first - 1] -= values[group]
    for key in range(keys):
        for snapshot in range(len(starts) - 2, -1, -1):
            found[key, snapshot] += found[key, snapshot + 1]
    return found


@compiled
def least_known(codes: np.ndarray, enters: np.ndarray, values: np.ndarray, keys: int, starts: np.ndarray) -> np.ndarray:
    """The least value of all groups known at each start, [keys, snapshots] of int64; NO_AGE where there is none."""
    upto = _snapshots_up_to(starts)
    least = np.full((keys, len(starts)), NO_AGE, dtype=np.int64)
    for group in range(len(codes)):
        past = upto[min(enters[group] + 1, len(upto) - 1)]
        if past > 0 and not np.isnan(values[group]):
            least[codes[group], past - 1] = min(least[codes[group], past - 1], int(values[group]))
    for key in range(keys):
        for snapshot in range(len(starts) - 2, -1, -1):
            least[key, snapshot] = min(least[key, snapshot], least[key, snapshot + 1])
    return least


@compiled
def greatest_in_force(
    codes: np.ndarray, enters: np.ndarray, leaves: np.ndarray, values: np.ndarray, keys: int, starts: np.ndarray
) -> np.ndarray:
    """The greatest value of the groups with leaves < start <= enters, [keys, snapshots]; NaN where none stands.

    Groups that stay for good make a running maximum. Those that drop out again are written to every snapshot in which
    they stand, which costs little: most things close within a tile or two of opening.
    """
    upto = _snapshots_up_to(starts)
    greatest = np.full((keys, len(starts)), -np.inf)
    for group in range(len(codes)):
        first, past = _stand(leaves[group], enters[group], upto)
        if first == 0 and past > 0 and not np.isnan(values[group]):
            greatest[codes[group], past - 1] = max(greatest[codes[group], past - 1], values[group])
    for key in range(keys):
        for snapshot in range(len(starts) - 2, -1, -1):
            greatest[key, snapshot] = max(greatest[key, snapshot], greatest[key, snapshot + 1])
    for group in range(len(codes)):
        first, past = _stand(leaves[group], enters[group], upto)
        if first > 0 and not np.isnan(values[group]):
            for snapshot in range(first, past):
                greatest[codes[group], snapshot] = max(greatest[codes[group], snapshot], values[group])
    return np.where(greatest == -np.inf, np.nan, greatest)


@compiled
def _snapshots_up_to(starts: np.ndarray) -> np.ndarray:
    """How many snapshots start at tile - 1 or a newer one, by tile: [1 + the oldest start + 1]; from there on, all."""
    return np.searchsorted(starts, np.arange(NEVER, starts[-1] + 1), side="right")


@compiled
def _stand(leaves: int, enters: int, upto: np.ndarray) -> tuple[int, int]:
    """The snapshots with leaves < start <= enters: the first, and the one past the last."""
    last = len(upto) - 1
    return upto[min(max(leaves + 1, 0), last)], upto[min(enters + 1, last)]


def different(
    codes: np.ndarray,
    items: np.ndarray,
    enters: np.ndarray,
    leaves: np.ndarray,
    keys: int,
    starts: np.ndarray,
) -> np.ndarray:
    """How many different items stand at each start, [keys, snapshots].

    Each (key, item) stands where at least one of its groups does. Taken from the longest known to the newest, a group
    adds only the tiles that those before it left uncovered, so what remains is a plain sum.
    """
    matter = (enters > leaves) & (enters >= 0)
    codes, items, enters, leaves = codes[matter], items[matter], enters[matter], leaves[matter]
    order = np.argsort(one_number(codes, items, int(enters.max(initial=0)) - enters))
    codes, items, enters, leaves = codes[order], items[order], enters[order], leaves[order]
    return in_force(codes, _uncovered(codes, items, enters, leaves), leaves, np.ones(len(codes)), keys, starts)


def one_number(*columns: np.ndarray) -> np.ndarray:
    """Columns of whole numbers, none negative, as one that sorts as they do, the first one first: quick to sort.

    Raises OverflowError where they do not fit into 63 bits.
    """
    widths = [int(column.max(initial=0)).bit_length() for column in columns]
    if sum(widths) > 63:
        raise OverflowError(f"{sum(widths)} bits do not fit into one whole number")
    found = np.zeros(len(columns[0]), dtype=np.int64)
    for column, width in zip(columns, widths, strict=True):
        found = (found << width) | column
    return found


@compiled
def _uncovered(codes: np.ndarray, items: np.ndarray, enters: np.ndarray, leaves: np.ndarray) -> np.ndarray:
    """Where each group enters beyond those of its key and item that are known longer; these come first."""
    uncovered = enters.copy()
    covered_to = 0
    for group in range(len(codes)):
        before = group - 1
        if before >= 0 and codes[group] == codes[before] and items[group] == items[before]:
            uncovered[group] = min(enters[group], covered_to)
            covered_to = min(covered_to, leaves[group])
        else:
            covered_to = leaves[group]
    return uncovered


def latest_started(
    codes: np.ndarray,
    ages: np.ndarray,
    says: np.ndarray,
    enters: np.ndarray,
    leaves: np.ndarray,
    keys: int,
    starts: np.ndarray,
) -> np.ndarray:
    """Position of the group that started last among those with leaves < start <= enters, [keys, snapshots]; -1: none.

    Of two that started on one day, the one that says more counts, so that the order of rows does not matter.
    """
    order = np.lexsort((says, -ages))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    greatest = greatest_in_force(codes, enters, leaves, rank, keys, starts)
    return np.append(order, -1)[np.nan_to_num(greatest, nan=len(order)).astype(np.int64)]
