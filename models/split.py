"""Split: what the model learns from ends before what it is tested on begins, to the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.mistake import Mistake

Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Split:
    """Which rows train, validate and test; one boolean array each, in the order of the rows that were split.

    before_test: every row whose outlook ended on or before the first test as_of, embargoed from training or not; what a
    model may learn from once validation has said how long to train.
    """

    train: Mask
    validation: Mask
    test: Mask
    before_test: Mask
    train_as_ofs: tuple[pd.Timestamp, ...]
    validation_as_ofs: tuple[pd.Timestamp, ...]
    test_as_ofs: tuple[pd.Timestamp, ...]


def split(rows: pd.DataFrame, *, test_snapshots: int, validation_snapshots: int) -> Split:
    """The time split of labelled snapshots.

    rows: as_of (datetime64), outlook_days, left (nullable). Test rows are the newest `test_snapshots` as_ofs of which
    every row is labelled. A row may train or validate only if its outlook [as_of, as_of + outlook_days) ends on or
    before the first test as_of; validation takes the newest `validation_snapshots` as_ofs that still have such rows,
    and a training row's outlook ends on or before the first of them. Rows in between belong to none: the embargo.

    Raises Mistake where there are too few snapshots for all three.
    """
    as_of = rows["as_of"].to_numpy("datetime64[D]")
    ends = as_of + rows["outlook_days"].to_numpy("timedelta64[D]")
    is_labelled = rows["left"].notna().to_numpy()
    complete = np.setdiff1d(as_of, as_of[~is_labelled])
    if len(complete) < test_snapshots:
        raise _too_few(rows, complete, test_snapshots, validation_snapshots)
    test_as_ofs = complete[-test_snapshots:]
    before_test = is_labelled & (ends <= test_as_ofs[0])
    validation_as_ofs = np.unique(as_of[before_test])[-validation_snapshots:]
    if len(validation_as_ofs) < validation_snapshots:
        raise _too_few(rows, complete, test_snapshots, validation_snapshots)
    train = is_labelled & (ends <= validation_as_ofs[0])
    if not train.any():
        raise _too_few(rows, complete, test_snapshots, validation_snapshots)
    return Split(
        train=train,
        validation=before_test & np.isin(as_of, validation_as_ofs),
        test=np.isin(as_of, test_as_ofs),
        before_test=before_test,
        train_as_ofs=_timestamps(np.unique(as_of[train])),
        validation_as_ofs=_timestamps(validation_as_ofs),
        test_as_ofs=_timestamps(test_as_ofs),
    )


def _timestamps(days: Sequence[np.datetime64] | np.ndarray) -> tuple[pd.Timestamp, ...]:
    return tuple(pd.Timestamp(day) for day in days)


def _too_few(rows: pd.DataFrame, complete: np.ndarray, test_snapshots: int, validation_snapshots: int) -> Mistake:
    as_ofs = np.unique(rows["as_of"].to_numpy("datetime64[D]"))
    span = f", {complete[0]} to {complete[-1]}" if len(complete) else ""
    have = f"snapshots: {len(complete)} of {len(as_ofs)} as_ofs are complete (every outlook has passed){span}"
    needed = "more"
    if len(as_ofs) > 1:
        step = int(np.diff(as_ofs).min().astype(int))
        embargo = -(-int(rows["outlook_days"].min()) // step)
        count = test_snapshots + validation_snapshots - 1 + 2 * embargo
        needed = f"{count} ({test_snapshots} test, {validation_snapshots} validation, the outlooks between, training)"
    return Mistake(
        f"{have}; a model needs {needed}. Give a longer history (snapshots.count), or "
        "set split.test_snapshots and split.validation_snapshots lower, or left.horizon_days shorter."
    )
