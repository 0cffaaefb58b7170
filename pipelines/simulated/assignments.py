"""Assignments: which rep had which account; covers lie over what goes on, and some rows are torn in two."""

import numpy as np
import pandas as pd

from pipelines.simulated.clock import OPENS, Clock, stream
from pipelines.simulated.covers import Covers
from pipelines.simulated.leaving import Fates
from pipelines.simulated.reps import BEFORE, Reps

_TORN = 0.025  # assignments that are closed, and opened again for the same rep
_AT_LEAST = 60.0  # days that such an assignment lasts


def assignments_table(
    reps: Reps, covers: Covers, fates: Fates, names: np.ndarray, rep_ids: np.ndarray, clock: Clock, seed: int
) -> pd.DataFrame:
    """The assignments and covers in the columns of the contract, sorted by account and start."""
    # Long after an account has gone, somebody strikes it off its rep's list.
    struck = np.floor(fates.left + 200 + 200 * stream(seed, "struck off").random(len(names)))
    held = _torn(_frame(reps), covers, clock, seed)
    held = held.assign(ends=np.minimum(held["ends"], struck[held["account"]]))
    over = _frame(covers)
    over = over[over["ends"] <= struck[over["account"]]]
    held = pd.concat([held[held["starts"] < held["ends"]], over], ignore_index=True)
    held = held[held["starts"] < clock.end].sort_values(["account", "starts"], kind="stable", ignore_index=True)
    return pd.DataFrame(
        {
            "account_id": names[held["account"]],
            "rep_id": rep_ids[held["rep"]],
            "starts_at": clock.times(held["starts"].to_numpy()),
            "ends_at": clock.times(held["ends"].to_numpy(), clock.end),
        }
    )


def _frame(spans: Reps | Covers) -> pd.DataFrame:
    return pd.DataFrame({"account": spans.account, "rep": spans.rep, "starts": spans.starts, "ends": spans.ends})


def _torn(held: pd.DataFrame, covers: Covers, clock: Clock, seed: int) -> pd.DataFrame:
    """A few of the assignments end and begin again: at once, later that day, or days later; never during a cover."""
    chance = stream(seed, "torn assignments")
    account, starts = held["account"].to_numpy(), held["starts"].to_numpy()
    begins, until = np.maximum(starts, -BEFORE), np.minimum(held["ends"], clock.end)
    torn = (chance.random(len(held)) < _TORN) & (until - begins >= _AT_LEAST)
    closed = np.floor(begins + 20 + chance.random(len(held)) * (until - begins - 40)) + OPENS / 24
    gap = chance.choice(3, len(held), p=(0.4, 0.2, 0.4))
    again = closed + np.where(
        gap == 0, 0, np.where(gap == 1, 0.3 * chance.random(len(held)), chance.integers(1, 6, len(held)))
    )
    torn &= (covers.span(account, closed) < 0) & (covers.span(account, again) < 0)
    before = held.assign(ends=np.where(torn, closed, held["ends"]))
    pieces: pd.DataFrame = pd.concat([before, held.assign(starts=again)[torn]], ignore_index=True)
    return pieces
