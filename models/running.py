"""Running: what outlooks that have not ended yet already say, so that the newest days teach as well."""

from datetime import date

import numpy as np
import pandas as pd

from features.kernels.grid import Floats

LEAST_DAYS = 60  # of an outlook that must have passed: what a shorter silence foretells is mostly the usual cycle
PRIOR_ROWS = 20.0  # rows' worth of the overall share in the share of a pace


def with_running(rows: pd.DataFrame, voluntary: Floats, known_before: date) -> Floats:
    """The voluntary target, [rows], with a number between 0 and 1 where an outlook is still running on that day.

    An account that has ordered again, or of whose involuntary end is known, is a 0. One that is silent so far counts as
    the share that left among those of its pace who had been silent for as long: its probability is handed to what may
    still come, as Efron (1967) redistributes censored observations to the right. Rows of which less than `LEAST_DAYS`
    have passed stay NaN, and so do all of them where leaving is not judged by orders: whether a row counts is decided
    by the calendar, never by what happened.

    Measured out of time on fifteen firms (benchmarks/README.md): the Brier score falls on eleven, rises by .007 on one
    and by less than .001 on three; the ROC AUC gains .0016 on average.
    """
    if "next_order_on" not in rows or rows["next_order_on"].isna().all():
        return voluntary
    today = pd.Timestamp(known_before)
    found = voluntary.copy()
    passed = (today - rows["as_of"]).dt.days.to_numpy()
    outlook = rows["outlook_days"].to_numpy()
    ordered_on = rows["next_order_on"]
    # Days until the next order, as far as it was there on the day given.
    silent = (ordered_on - rows["as_of"]).dt.days.where(ordered_on < today).fillna(np.inf).to_numpy()
    running = np.isnan(voluntary) & (passed >= LEAST_DAYS) & (passed < outlook)
    ended = (rows["kind"] == "involuntary").to_numpy(bool, na_value=False) & (rows["kind_known_on"] < today).to_numpy()
    pace = rows["pace"].to_numpy()
    for days in np.unique(passed[running]):
        as_long = ~np.isnan(voluntary) & (outlook > days) & (silent >= days)
        overall = _share(voluntary[as_long])
        for own in np.unique(pace[running]):
            share = _share(voluntary[as_long & (pace == own)], overall)
            asked = running & (passed == days) & (pace == own)
            found[asked] = np.where(np.isinf(silent[asked]) & ~ended[asked], share, 0.0)
    return found


def _share(left: Floats, prior: float = 0.5) -> float:
    return float((left.sum() + PRIOR_ROWS * prior) / (len(left) + PRIOR_ROWS))
