"""Target: what is learned and measured of the labels, as far as it was known on a day."""

from datetime import date

import numpy as np
import pandas as pd

from features.kernels.grid import Floats


def targets(rows: pd.DataFrame, known_before: date | None = None) -> tuple[Floats, Floats]:
    """Voluntary and involuntary leaving by row: 1, 0, or NaN where the label is not complete; never both 1.

    rows: left, kind, kind_known_on, left_known_on and labelled_on as the stage `snapshots` writes them.
    known_before: the day of the one who learns: labels complete by then, and losses recorded before it; None: all that
    is known today. The two compete: who left involuntarily is a 0 of the voluntary target, and the other way round. A
    leaver of whom no kind is known counts as voluntary; one of whose loss nobody knew yet, where only a loss tells of a
    leaving, counts as having stayed. Orders and contracts are taken as they are known today, late ones as well.
    """
    left: Floats = np.asarray(rows["left"].astype("Float64").to_numpy(np.float64, na_value=np.nan), dtype=np.float64)
    if known_before is not None:
        complete = pd.to_datetime(rows["labelled_on"]) <= pd.Timestamp(known_before)
        left = np.where(complete, left, np.nan)
        if "left_known_on" in rows:
            left = np.where((left == 1) & _unknown(rows["left_known_on"], known_before), 0.0, left)
    gone = (left == 1) & (rows["kind"] == "involuntary").to_numpy(bool, na_value=False)
    if known_before is not None:
        gone &= (pd.to_datetime(rows["kind_known_on"]) < pd.Timestamp(known_before)).to_numpy(bool)
    involuntary = np.where(np.isnan(left), np.nan, gone.astype(np.float64))
    return np.asarray(left - involuntary, dtype=np.float64), np.asarray(involuntary, dtype=np.float64)


def late_losses(rows: pd.DataFrame) -> dict[str, float | bool]:
    """Of the rows that left and of which a loss on record tells: how many they are, the share of which it was recorded
    only after the outlook, whether nothing else tells of the leaving, and for how many days after the outlook labels
    wait for losses; {} where there are none.

    rows: as in `targets`, with outlook_days where nothing but losses tells. Losses that are still to be recorded are
    not among them.
    """
    told = rows[(rows["left"].astype("Float64") == 1).fillna(False) & rows["kind_known_on"].notna()]
    if told.empty:
        return {}
    only = "left_known_on" in told and bool(told["left_known_on"].notna().any())
    complete = pd.to_datetime(told["labelled_on"])
    passed = told["as_of"] + pd.to_timedelta(told["outlook_days"], unit="D") if only else complete
    late = pd.to_datetime(told["kind_known_on"]) >= passed
    wait = int((complete - passed).dt.days.max())
    return {"rows": len(told), "late_share": float(late.mean()), "tell_of_leaving": only, "wait_days": wait}


def _unknown(recorded_on: pd.Series, known_before: date) -> np.ndarray:
    """Whether a day of recording has come, but not before the day given."""
    return (pd.to_datetime(recorded_on) >= pd.Timestamp(known_before)).to_numpy(bool)
