"""Records begin: as_ofs from before anybody who left was kept on record, on which everybody seems to have stayed."""

from typing import Any

import numpy as np
import pandas as pd

ENOUGH = 10  # that would have left on these as_ofs, had it been as later
HARDLY_ANY = 0.1  # of those, who did
AS_LATER = 0.25  # of the later share that left, from which on an as_of is one that sees leavers

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def before_leavers_are_on_record(rows: pd.DataFrame) -> Mask:
    """The rows of as_ofs whose outlook begins before leavers are on record; none where nothing speaks for that.

    A new system is often given those who are customers, with contracts that began years ago, and none who had gone. By
    contracts or losses all of the years before then look as if nobody ever left. An as_of belongs to these where all up
    to it saw hardly anybody leave, though far more should have, by the share of the later ones. By orders there are no
    such as_ofs: who is not on record is not at risk.

    Where it was as quiet for as long again, give or take an as_of, that is how accounts leave, as at the turn of the
    year, when all contracts end.

    rows: as_of, left (1, 0 or NA), outlook_days, and order_days where leaving is judged by orders.
    """
    none = np.zeros(len(rows), dtype=bool)
    known = rows[rows["left"].notna()]
    if "order_days" in rows or known.empty:
        return none
    by_day = known.assign(left=known["left"].astype(float)).groupby("as_of")["left"].agg(["sum", "size"])
    days, gone, size = by_day.index, by_day["sum"].to_numpy(), by_day["size"].to_numpy()
    later = gone[::-1].cumsum()[::-1] / size[::-1].cumsum()[::-1]
    first = int(np.argmax(gone >= AS_LATER * later * size))
    if _longest_run(gone[first:] < AS_LATER * later[first] * size[first:]) >= max(first - 1, 1):
        return none
    horizon = int(known["outlook_days"].max())
    step = int(np.diff(days).min() / np.timedelta64(1, "D")) if len(days) > 1 else horizon
    once = min(1.0, step / horizon)  # who left within a horizon is seen by all as_ofs in it
    expected = later[first] * size[:first].sum() * once
    if expected < ENOUGH or gone[:first].sum() * once > HARDLY_ANY * expected:
        return none
    # The first that sees a leaver sees no more of its outlook than the last step.
    begin = days[first] + pd.Timedelta(days=max(horizon - step, 0))
    return np.asarray(rows["as_of"] < begin, dtype=bool)


def _longest_run(is_quiet: np.ndarray) -> int:
    """How many quiet as_ofs stand side by side at most."""
    lengths = np.diff(np.flatnonzero(np.concatenate([[True], ~is_quiet, [True]]))) - 1
    return int(lengths.max())


def in_words(rows: pd.DataFrame, unseen: Mask) -> str:
    """What is left out, and why; '' where nothing is. rows: with what left as it was before."""
    if not unseen.any():
        return ""
    left, as_of = rows["left"].astype("Float64"), rows["as_of"]
    first = as_of[~unseen].min()
    then, later = left[unseen].sum(), left[~unseen].mean()
    return (
        f"{unseen.sum():,} rows of as_ofs before {first.date()} are neither learned from nor tested on: {int(then):,} "
        f"of them left, but {later:.1%} of the later ones, so it seems that who left by then is not on record"
    )
