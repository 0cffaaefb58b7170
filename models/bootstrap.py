"""Bootstrap: the same figures of one score under many draws of accounts, in compiled loops that hold no row twice.

A draw is a weight an account: how often it was drawn, and with it each of its rows. Nothing here is larger than the
rows or than the draws, so millions of rows take seconds and little memory.
"""

import numpy as np

from features.kernels.compiled import compiled

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


@compiled
def ranking(
    left: np.ndarray, account: np.ndarray, tie: np.ndarray, weights: np.ndarray, top: float, capacity: float
) -> np.ndarray:
    """ROC AUC, average precision, lift of the `top` share, leavers among the first `capacity`, leavers: [5, draws].

    left (0 or 1) and account of the rows of one as_of, from the highest score to the lowest; tie: the number of its
    group of equal scores, ascending. weights: [accounts, draws]. Of a group that a limit cuts, its fair share counts.
    Figures are NaN for a draw in which all left or all stayed.
    """
    draws = weights.shape[1]
    found = np.full((5, draws), np.nan)
    total, gone = np.zeros(draws, np.int32), np.zeros(draws, np.int32)
    for row in range(len(left)):
        for draw in range(draws):  # draws lie side by side, so that one instruction does several
            total[draw] += weights[account[row], draw]
        if left[row] > 0:
            for draw in range(draws):
                gone[draw] += weights[account[row], draw]
    area, precision, in_top, caught = np.zeros(draws), np.zeros(draws), np.zeros(draws), np.zeros(draws)
    seen, seen_gone = np.zeros(draws, np.int32), np.zeros(draws, np.int32)
    group, group_gone = np.zeros(draws, np.int32), np.zeros(draws, np.int32)
    for row in range(len(left)):
        for draw in range(draws):
            group[draw] += weights[account[row], draw]
        if left[row] > 0:
            for draw in range(draws):
                group_gone[draw] += weights[account[row], draw]
        if row + 1 < len(left) and tie[row + 1] == tie[row]:
            continue
        if group_gone.any():
            for draw in range(draws):
                size = max(group[draw], 1.0)
                share = group_gone[draw] / size
                in_top[draw] += share * min(max(top * total[draw] - seen[draw], 0.0), size)
                caught[draw] += share * min(max(capacity - seen[draw], 0.0), size)
                stayed_below = total[draw] - gone[draw] - (seen[draw] - seen_gone[draw])
                area[draw] += group_gone[draw] * (stayed_below - (group[draw] - group_gone[draw]) / 2)
                seen_gone[draw] += group_gone[draw]
                precision[draw] += group_gone[draw] * seen_gone[draw] / max(seen[draw] + group[draw], 1.0)
                group_gone[draw] = 0
        for draw in range(draws):
            seen[draw] += group[draw]
            group[draw] = 0
    for draw in range(draws):
        found[CAUGHT, draw], found[LEAVERS, draw] = caught[draw], gone[draw]
        stayed = total[draw] - gone[draw]
        if gone[draw] > 0 and stayed > 0:
            found[ROC_AUC, draw] = area[draw] / (gone[draw] * stayed)
            found[AVERAGE_PRECISION, draw] = precision[draw] / gone[draw]
            found[LIFT, draw] = in_top[draw] / gone[draw] / top
    return found


@compiled
def calibration_error(error: np.ndarray, account: np.ndarray, weights: np.ndarray, bins: int) -> np.ndarray:
    """The mean over rows of |mean risk - share that left| of the row's bin, [draws]; bins of equal weight.

    error: risk - left by row, from the lowest risk to the highest. weights: [accounts, draws].
    """
    draws = weights.shape[1]
    total, seen = np.zeros(draws), np.zeros(draws)
    for row in range(len(error)):
        for draw in range(draws):
            total[draw] += weights[account[row], draw]
    scale = bins / np.maximum(total, 1.0)
    sums = np.zeros((draws, bins))
    for row in range(len(error)):
        for draw in range(draws):
            times = weights[account[row], draw]
            place = min(int((seen[draw] + times / 2) * scale[draw]), bins - 1)
            sums[draw, place] += times * error[row]
            seen[draw] += times
    found = np.full(draws, np.nan)
    for draw in range(draws):
        if total[draw] > 0:
            found[draw] = np.abs(sums[draw]).sum() / total[draw]
    return found


@compiled
def weighted_sums(amounts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The sum of amounts by account under each draw, [draws]; added up in one order whatever the number of threads."""
    found = np.zeros(weights.shape[1])
    for account in range(len(amounts)):
        for draw in range(len(found)):
            found[draw] += weights[account, draw] * amounts[account]
    return found
