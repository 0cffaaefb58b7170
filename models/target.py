"""Target: who left of their own will and who did not, as it was known on a day."""

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def targets(rows: pd.DataFrame, known_before: date | pd.Timestamp | None = None) -> tuple[Floats, Floats]:
    """(left voluntarily, left involuntarily), each 1, 0 or NaN by row; never both are 1.

    rows: left (1, 0 or NA), labelled_on (the day from which on the label is complete), kind and kind_known_on (what a
    recorded loss says, and since when). known_before: what was recorded on that day or later is not known; None: all
    of it is. NaN: the label was not complete. No row is dropped by its outcome: a leaver without a recorded kind left
    voluntarily, and one who left involuntarily did not.
    """
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    is_involuntary = (left == 1) & (rows["kind"] == "involuntary").to_numpy(dtype=bool, na_value=False)
    if known_before is not None:
        day = pd.Timestamp(known_before)
        left = np.where((rows["labelled_on"] <= day).to_numpy(dtype=bool), left, np.nan)
        is_involuntary &= (rows["kind_known_on"] < day).to_numpy(dtype=bool, na_value=False)
    known = ~np.isnan(left)
    involuntary = np.where(known, is_involuntary.astype(np.float64), np.nan)
    return np.where(known, left - np.nan_to_num(involuntary), np.nan), involuntary
