"""Windows: every measure of every snapshot at once, from running sums and running maxima.

All functions take rows as columns of equal length (codes and ages: int32) and give [keys, snapshots], oldest first. A
row stands in the snapshots on which it is known and not yet gone: as_of's age is less than the age from which the row
is known (`enters`) and no less than the age at which it is gone (`leaves`: the window has passed it, something closed
it; NEVER). For a window of W days that is: rows known by as_of, less those of them that happened before as_of - W. So a
row is two numbers, written where its snapshots begin and end, and one running sum over the snapshots gives them all.
"""

import numpy as np

from features.kernels.compiled import compiled
from features.kernels.grid import NEVER


@compiled
def in_window(
    codes: np.ndarray,
    ages: np.ndarray,
    enters: np.ndarray,
    values: np.ndarray,
    days: int,
    keys: int,
    as_of_ages: np.ndarray,
) -> np.ndarray:
    """Sum of the values of all known rows that happened in the last `days` before each as_of."""
    first = _first_snapshots(as_of_ages)
    changes = np.zeros((keys, len(as_of_ages) + 1))
    for row in range(len(codes)):
        begins, ends = _at(first, enters[row]), _at(first, ages[row] - days)
        value = values[row] * (begins < ends)  # no branch, which the processor would guess wrong half the time
        changes[codes[row], begins] += value
        changes[codes[row], ends] -= value
    found = np.empty((keys, len(as_of_ages)))
    for key in range(keys):
        total = 0.0
        for snapshot in range(len(as_of_ages)):
            total += changes[key, snapshot]
            found[key, snapshot] = total
    return found


@compiled
def days_since_last(
    codes: np.ndarray, ages: np.ndarray, enters: np.ndarray, counts: np.ndarray, keys: int, as_of_ages: np.ndarray
) -> np.ndarray:
    """Days from the latest known row that counts to each as_of; NaN where there is none."""
    first = _first_snapshots(as_of_ages)
    found = np.full((keys, len(as_of_ages)), np.inf)
    for row in range(len(codes)):
        begins = _at(first, enters[row])
        if counts[row] and begins < len(as_of_ages) and ages[row] < found[codes[row], begins]:
            found[codes[row], begins] = ages[row]
    for key in range(keys):
        latest = np.inf
        for snapshot in range(len(as_of_ages)):
            latest = min(latest, found[key, snapshot])
            found[key, snapshot] = latest - as_of_ages[snapshot] if latest < np.inf else np.nan
    return found


@compiled
def greatest_in_force(
    codes: np.ndarray, enters: np.ndarray, leaves: np.ndarray, values: np.ndarray, keys: int, as_of_ages: np.ndarray
) -> np.ndarray:
    """The greatest value of the rows that stand on each as_of; NaN where none does, and rows of NaN do not count.

    Rows that stay for good make a running maximum. Those that go again are written to every snapshot in which they
    stand, which costs little: most things close soon after opening.
    """
    first = _first_snapshots(as_of_ages)
    found = np.full((keys, len(as_of_ages)), -np.inf)
    for row in range(len(codes)):
        begins = _at(first, enters[row])
        if leaves[row] <= as_of_ages[-1] and begins < len(as_of_ages) and values[row] > found[codes[row], begins]:
            found[codes[row], begins] = values[row]
    for key in range(keys):
        for snapshot in range(1, len(as_of_ages)):
            found[key, snapshot] = max(found[key, snapshot], found[key, snapshot - 1])
    for row in range(len(codes)):
        if leaves[row] > as_of_ages[-1]:
            for snapshot in range(_at(first, enters[row]), _at(first, leaves[row])):
                if values[row] > found[codes[row], snapshot]:
                    found[codes[row], snapshot] = values[row]
    return np.where(found == -np.inf, np.nan, found)


@compiled
def _first_snapshots(as_of_ages: np.ndarray) -> np.ndarray:
    """For every age the first snapshot whose as_of comes after that day, [ages up to the oldest as_of's + 1]."""
    newest_first = as_of_ages[::-1]
    return len(as_of_ages) - np.searchsorted(newest_first, np.arange(as_of_ages[0] + 2), side="left")


@compiled
def _at(first: np.ndarray, age: int) -> int:
    return int(first[min(max(age, NEVER), len(first) - 1)])


def different(
    codes: np.ndarray,
    items: np.ndarray,
    enters: np.ndarray,
    leaves: np.ndarray,
    keys: int,
    as_of_ages: np.ndarray,
) -> np.ndarray:
    """How many different items stand on each as_of.

    Each (key, item) stands where at least one of its rows does. Taken from the longest known to the newest, a row adds
    only the days that those before it left uncovered, so what remains is a plain sum.
    """
    matter = (enters > leaves) & (enters > NEVER)
    codes, items, enters, leaves = codes[matter], items[matter], enters[matter], leaves[matter]
    order = np.argsort(one_number(codes, items, enters.max(initial=0) - enters))
    codes, items, enters, leaves = codes[order], items[order], enters[order], leaves[order]
    uncovered, ones = _uncovered(codes, items, enters, leaves), np.ones(len(codes), dtype=bool)
    return in_window(codes, leaves, uncovered, ones, 0, keys, as_of_ages)  # a row is gone 0 days after it leaves


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
    """Where each row enters beyond those of its key and item that are known longer; these come first."""
    uncovered = enters.copy()
    covered_to = 0
    for row in range(len(codes)):
        if row and codes[row] == codes[row - 1] and items[row] == items[row - 1]:
            uncovered[row] = min(enters[row], covered_to)
            covered_to = min(covered_to, leaves[row])
        else:
            covered_to = leaves[row]
    return uncovered


def latest_started(
    codes: np.ndarray,
    ages: np.ndarray,
    moments: np.ndarray,
    says: np.ndarray,
    enters: np.ndarray,
    leaves: np.ndarray,
    keys: int,
    as_of_ages: np.ndarray,
) -> np.ndarray:
    """Position of the row that started last among those that stand on each as_of; -1: none.

    moments: of the day, in any unit; they decide between rows of one day. Of two that started in one moment, the one
    that says more counts, so that the order of rows does not matter; one that says nothing (NaN) says least.
    """
    order = np.lexsort((np.where(np.isnan(says), -np.inf, says), moments, -ages))
    rank = np.empty(len(order))
    rank[order] = np.arange(len(order))
    greatest = greatest_in_force(codes, enters, leaves, rank, keys, as_of_ages)
    return np.asarray(np.append(order, -1)[np.nan_to_num(greatest, nan=len(order)).astype(np.int64)])
