"""Replaced: contracts of which notice was given, or that ended, as another one took their place: a change of plan.

Days are ages, as everywhere: before the newest as_of, negative for those to come.
"""

import numpy as np

from features.kernels.grid import NEVER
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
    over = np.flatnonzero(~(np.isnan(notices) & np.isnan(ends)))
    order = np.argsort(codes, kind="stable")
    firsts, lasts = (np.searchsorted(codes[order], codes[over], side=side) for side in ("left", "right"))
    sizes = lasts - firsts
    one = np.repeat(over, sizes)  # each of them beside every contract of its key
    other = order[np.arange(len(one)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + np.repeat(firsts, sizes)]
    with np.errstate(invalid="ignore"):
        after_notice, after_end = notices[one] - starts[other], ends[one] - starts[other]
    is_near = (np.abs(after_notice) <= CHANGE_DAYS) | (np.abs(after_end) <= CHANGE_DAYS)
    is_between = (lines[one] == lines[other]) & (after_notice >= -CHANGE_DAYS) & (after_end <= CHANGE_DAYS)
    takes_over = (starts[other] < starts[one]) & (is_near | is_between)
    found = np.full(len(codes), NEVER, np.int32)
    np.maximum.at(found, one[takes_over], enters[other[takes_over]].astype(np.int32))
    return found
