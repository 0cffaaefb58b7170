"""Bootstrap: the same figures of one score under many draws of accounts, in compiled loops that hold no row twice.

A draw is a weight an account: how often it was drawn, and with it each of its rows. Rows whose scores are equal, or
nearly so where there are many, are added up first, and figures are made of the sums: so millions of rows take seconds.
"""

import numpy as np

from features.kernels.compiled import compiled

FINE = 4_000  # rows that are looked at one by one, from the highest score on
ROC_AUC, AVERAGE_PRECISION, LIFT, CAUGHT, LEAVERS = range(5)  # rows of what `ranking` gives


def draws(accounts: int, resamples: int, seed: int) -> np.ndarray:
    """How often each account is drawn in each resample, with replacement: [accounts, resamples], uint8.

    (A count above 255 would need an account to be drawn over 255 times where one draw is expected.)
    """
    random = np.random.default_rng(seed)
    found = np.empty((accounts, resamples), dtype=np.uint8)
    for resample in range(resamples):
        times = np.bincount(random.integers(0, accounts, accounts), minlength=accounts)
        found[:, resample] = np.minimum(times, np.iinfo(np.uint8).max)
    return found


def cells(tie: np.ndarray) -> np.ndarray:
    """The groups of equal scores, ascending from 0, in which rows stand one after the other; of many rows in coarser
    groups, which hold a `FINE`th of the rows that stand before them.

    Draws move figures by far more than that. Over 190,000 rows of 190,000 accounts it changes a draw's ROC AUC by
    .000001, its average precision by .00001, its lift by .001 and its calibration error by .00007 at most; beside these
    stand standard errors of .0018, .004, .039 and .0004.
    """
    first = np.flatnonzero(np.r_[True, tie[1:] != tie[:-1]])
    place = np.maximum(first, FINE)
    coarse = np.where(first < FINE, first, FINE + np.floor(FINE * np.log(place / FINE)).astype(np.intp))
    return np.asarray(np.unique(coarse, return_inverse=True)[1][tie])


@compiled
def ranking(
    left: np.ndarray,
    account: np.ndarray,
    cell: np.ndarray,
    weights: np.ndarray,
    draws: tuple[int, int],
    top: float,
    capacity: float,
) -> np.ndarray:
    """ROC AUC, average precision, lift of the `top` share, leavers among the first `capacity`, leavers: [5, draws].

    left (0 or 1) and account of the rows of one as_of; cell: the number of its group of scores that count as equal, 0
    for the highest. weights: [accounts, all draws]; draws: the first that is looked at, and the one behind the last. Of
    a group that a limit cuts, its fair share counts. Figures are NaN for a draw in which all left or all stayed.
    """
    size = draws[1] - draws[0]
    drawn, drawn_gone = _by_cell(left, account, cell, weights, draws)
    total, gone = drawn.sum(axis=0), drawn_gone.sum(axis=0)
    found = np.full((5, size), np.nan)
    area, precision, in_top, caught = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    seen, seen_gone = np.zeros(size), np.zeros(size)
    for place in range(len(drawn)):
        group, group_gone = drawn[place], drawn_gone[place]
        if group_gone.any():
            for draw in range(size):
                rows = max(group[draw], 1.0)
                share = group_gone[draw] / rows
                in_top[draw] += share * min(max(top * total[draw] - seen[draw], 0.0), rows)
                caught[draw] += share * min(max(capacity - seen[draw], 0.0), rows)
                stayed_below = total[draw] - gone[draw] - (seen[draw] - seen_gone[draw])
                area[draw] += group_gone[draw] * (stayed_below - (group[draw] - group_gone[draw]) / 2)
                seen_gone[draw] += group_gone[draw]
                precision[draw] += group_gone[draw] * seen_gone[draw] / max(seen[draw] + group[draw], 1.0)
        for draw in range(size):
            seen[draw] += group[draw]
    for draw in range(size):
        found[CAUGHT, draw], found[LEAVERS, draw] = caught[draw], gone[draw]
        stayed = total[draw] - gone[draw]
        if gone[draw] > 0 and stayed > 0:
            found[ROC_AUC, draw] = area[draw] / (gone[draw] * stayed)
            found[AVERAGE_PRECISION, draw] = precision[draw] / gone[draw]
            found[LIFT, draw] = in_top[draw] / gone[draw] / top
    return found


@compiled
def calibration_error(
    error: np.ndarray, account: np.ndarray, cell: np.ndarray, weights: np.ndarray, draws: tuple[int, int], bins: int
) -> np.ndarray:
    """The mean over rows of |mean risk - share that left| of the row's bin, [draws]; bins of equal weight.

    error: risk - left by row. cell: the number of the row's group of risks, 0 for the lowest; no bin cuts one. weights
    and draws as for `ranking`.
    """
    size = draws[1] - draws[0]
    drawn, errors = _by_cell(error, account, cell, weights, draws)
    total, seen = drawn.sum(axis=0), np.zeros(size)
    scale = bins / np.maximum(total, 1.0)
    sums = np.zeros((size, bins))
    for place in range(len(drawn)):
        for draw in range(size):
            at = min(int((seen[draw] + drawn[place, draw] / 2) * scale[draw]), bins - 1)
            sums[draw, at] += errors[place, draw]
            seen[draw] += drawn[place, draw]
    found = np.full(size, np.nan)
    for draw in range(size):
        if total[draw] > 0:
            found[draw] = np.abs(sums[draw]).sum() / total[draw]
    return found


@compiled
def _by_cell(
    amount: np.ndarray, account: np.ndarray, cell: np.ndarray, weights: np.ndarray, draws: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """How many rows of each cell are drawn, and the sum of their amounts: [cells, draws] each."""
    start, stop = draws
    drawn, sums = np.zeros((cell.max() + 1, stop - start), np.int32), np.zeros((cell.max() + 1, stop - start))
    for row in range(len(cell)):
        # Draws lie side by side in slices, so that one instruction does several.
        times, count, added = weights[account[row], start:stop], drawn[cell[row]], sums[cell[row]]
        for draw in range(stop - start):
            count[draw] += times[draw]
        if amount[row] != 0:
            for draw in range(stop - start):
                added[draw] += amount[row] * times[draw]
    return drawn, sums


@compiled
def weighted_sums(amounts: np.ndarray, weights: np.ndarray, draws: tuple[int, int]) -> np.ndarray:
    """The sum of amounts by account under each draw, [draws]; added up in one order whatever the number of threads."""
    start, stop = draws
    found = np.zeros(stop - start)
    for account in range(len(amounts)):
        times = weights[account, start:stop]
        for draw in range(stop - start):
            found[draw] += times[draw] * amounts[account]
    return found
