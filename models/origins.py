"""Origins: the days on which the model is put to the test, each with what was known then and with what came."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.target import targets

Mask = np.ndarray[Any, np.dtype[np.bool_]]

LEAST_LEAVERS = 20  # to learn from, and as many that stayed: with fewer, trees say more of chance than of the firm
FEWEST, MOST = 4, 12
ROWS_LEARNED = 1_000_000


@dataclass(frozen=True)
class Origin:
    """An as_of on which the model is tested: trained on what was complete by then, measured on that day's accounts.

    train, test: which of all rows; a training row's outlook has wholly passed on as_of.
    """

    as_of: pd.Timestamp
    train: Mask
    test: Mask


def complete_as_ofs(rows: pd.DataFrame) -> pd.DatetimeIndex:
    """The as_ofs of which every row is labelled, oldest first: no outcome decides which rows of a day count."""
    open_as_ofs = rows.loc[rows["left"].isna(), "as_of"].unique()
    return pd.DatetimeIndex(np.setdiff1d(rows["as_of"].unique(), open_as_ofs))


def rolling_origins(rows: pd.DataFrame, *, count: int | None, horizon_days: int) -> tuple[Origin, ...]:
    """At most `count` origins, oldest first, the newest of which is the newest as_of that is complete.

    count: None for `MOST`, or fewer (down to `FEWEST`) where all of them together would learn from more than
    `ROWS_LEARNED` rows: many accounts show on few days what few accounts show on many.

    rows: as_of, left, labelled_on, kind, kind_known_on; see `models.target.targets`. They lie a horizon apart where the
    history is long enough for that, so that hardly anybody who left counts on two of them; else closer. An as_of before
    which fewer than `LEAST_LEAVERS` had left of their own will, or had not, is none. There may be no origin at all.
    """
    usable = [as_of for as_of in complete_as_ofs(rows) if _can_learn(rows, as_of)]
    if not usable:
        return ()
    if count is None:
        count = max(FEWEST, min(MOST, ROWS_LEARNED // len(rows)))
    step = int(np.diff(np.array(usable, dtype="datetime64[D]")).min().astype(int)) if len(usable) > 1 else horizon_days
    apart = max(1, min(-(-horizon_days // step), len(usable) // count))
    chosen = usable[::-1][::apart][:count][::-1]
    return tuple(Origin(as_of, known_by(rows, as_of), (rows["as_of"] == as_of).to_numpy()) for as_of in chosen)


def known_by(rows: pd.DataFrame, as_of: pd.Timestamp) -> Mask:
    """The rows whose label was complete on that day."""
    return (rows["left"].notna() & (rows["labelled_on"] <= as_of)).to_numpy(dtype=bool)


def too_short(rows: pd.DataFrame, asked: int) -> str:
    """Why there is no day on which a model could be tested, in words: what there is, and what would help.

    asked: how many as_ofs there might be. On the oldest of them nobody is at risk where the records begin later.
    """
    looked_at = rows["as_of"].nunique()
    more = (
        "Give a longer history (snapshots.count), snapshots closer together (snapshots.step_days), or a shorter "
        "outlook (left.horizon_days)."
        if looked_at >= asked
        else "The records reach back no further: give older ones (an earlier export), or wait for more. Snapshots "
        "closer together (snapshots.step_days) or a shorter outlook (left.horizon_days) may do as well."
    )
    complete = complete_as_ofs(rows)
    voluntary, _ = targets(rows)
    gone, known = int(np.nansum(voluntary)), int((~np.isnan(voluntary)).sum())
    span = f", {complete[0].date()} to {complete[-1].date()}," if len(complete) else ""
    return (
        f"snapshots: {len(complete)} of {looked_at} as_ofs are complete{span} with {known:,} labelled "
        f"rows, {gone:,} of which left; a model needs {LEAST_LEAVERS} that left and {LEAST_LEAVERS} that stayed, whose "
        f"outlooks all ended before a complete as_of. {more}"
    )


def _can_learn(rows: pd.DataFrame, as_of: pd.Timestamp) -> bool:
    voluntary, _ = targets(rows[rows["labelled_on"] <= as_of], as_of)
    gone, known = np.nansum(voluntary), (~np.isnan(voluntary)).sum()
    return bool(LEAST_LEAVERS <= gone <= known - LEAST_LEAVERS)
