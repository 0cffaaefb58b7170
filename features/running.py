"""Running: every measure of every snapshot at once, from running sums and running minima over tiles.

All functions take groups as columns of equal length and return [keys, snapshots]. A group adds its value to the
snapshots that start no later than the tile from which it is known (`enters`) and later than the tile at which it drops
out (`leaves`: the window has passed it, or something closed it); tiles count backwards from the newest as_of. For a
window of W tiles that is: rows known by s, less those of them that happened before s - W.
"""

import numpy as np

from features.tiles import NEVER, NO_AGE


def in_force(
    codes: np.ndarray, enters: np.ndarray, leaves: np.ndarray, values: np.ndarray, keys: int, starts: np.ndarray
) -> np.ndarray:
    """Sum of the values of all groups with leaves < start <= enters, [keys, snapshots]."""
    matter = (enters > leaves) & (enters >= 0) & (values != 0)
    if not matter.all():
        codes, enters, leaves, values = codes[matter], enters[matter], leaves[matter], values[matter]
    width = int(starts[-1]) + 2  # tiles older than the oldest start all count alike
    flat = np.bincount(codes * width + np.minimum(enters, width - 1), values, minlength=keys * width)
    gone = leaves >= 0
    flat -= np.bincount(codes[gone] * width + np.minimum(leaves[gone], width - 1), values[gone], minlength=keys * width)
    known = np.cumsum(flat.reshape(keys, width)[:, ::-1], axis=1)[:, ::-1]
    return known[:, starts]


def least_known(codes: np.ndarray, enters: np.ndarray, values: np.ndarray, keys: int, starts: np.ndarray) -> np.ndarray:
    """The least value of all groups known at each start, [keys, snapshots] of int64; NO_AGE where there is none."""
    matter = (enters >= 0) & ~np.isnan(values)
    codes, enters, whole = codes[matter], enters[matter], values[matter].astype(np.int64)
    width = int(starts[-1]) + 1
    flat = np.full(keys * width, np.int64(NO_AGE))
    np.minimum.at(flat, codes * width + np.minimum(enters, width - 1), whole)
    least = np.minimum.accumulate(flat.reshape(keys, width)[:, ::-1], axis=1)[:, ::-1]
    return least[:, starts]


def spread(enters: np.ndarray, leaves: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which groups (positions) stand in which snapshots: a pair for every start with leaves < start <= enters."""
    first = np.searchsorted(starts, leaves, side="right")
    past = np.searchsorted(starts, enters, side="right")
    times = np.maximum(past - first, 0)
    groups = np.repeat(np.arange(len(enters)), times)
    offset = np.arange(len(groups)) - np.repeat(np.cumsum(times) - times, times)
    return groups, np.repeat(first, times) + offset


def greatest_in_force(
    codes: np.ndarray, enters: np.ndarray, leaves: np.ndarray, values: np.ndarray, keys: int, starts: np.ndarray
) -> np.ndarray:
    """The greatest whole value of the groups with leaves < start <= enters, [keys, snapshots]; NaN where none stands.

    Groups that stay for good make a running maximum. Those that drop out again are written out for every snapshot in
    which they stand, which costs little: most things close within a tile or two of opening.
    """
    matter = (enters > leaves) & (enters >= 0) & ~np.isnan(values)
    codes, enters, leaves, values = codes[matter], enters[matter], leaves[matter], values[matter]
    stays = leaves < 0
    greatest = -least_known(codes[stays], enters[stays], -values[stays], keys, starts)
    passing = ~stays
    groups, snapshots = spread(enters[passing], leaves[passing], starts)
    np.maximum.at(greatest, (codes[passing][groups], snapshots), values[passing][groups].astype(np.int64))
    return np.where(greatest == -NO_AGE, np.nan, greatest)


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
    if not len(codes):
        return np.zeros((keys, len(starts)))
    order = np.lexsort((-enters, items, codes))
    codes, items, enters, leaves = codes[order], items[order], enters[order], leaves[order]
    same = (codes[1:] == codes[:-1]) & (items[1:] == items[:-1])
    entity = np.concatenate([[0], np.cumsum(~same)])
    # A running minimum within each (key, item): later ones are shifted below all earlier ones.
    shift = entity * (int(enters.max()) + 2 - min(int(leaves.min()), NEVER))
    covered_to = np.minimum.accumulate(leaves - shift) + shift
    uncovered = enters.copy()
    uncovered[1:][same] = np.minimum(enters[1:], covered_to[:-1])[same]
    return in_force(codes, uncovered, leaves, np.ones(len(codes)), keys, starts)


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
