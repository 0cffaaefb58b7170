"""Late: how long losses take to be written down, and so how long what is learned of them has to wait."""

import math
from datetime import date

import ibis
import numpy as np

from features.compute.protocol import Engine
from features.kernels.grid import Floats
from models.definition import Left

RECORDED = 0.95  # of an outlook's losses, without which it only seems that fewer left
LATELY = 360  # days before as_of in which a loss must have been recorded to count: lags of long ago are another firm's
ENOUGH = 20  # losses recorded lately; with fewer, all that are on record count
# Days. Years of losses written down at once say how old they were and nothing about the next ones, and what waits for
# longer than half a year leaves too little to learn from.
LONGEST_WAIT = 180


def days_to_wait(left: Left, engine: Engine, as_of: date) -> int:
    """Days after an outlook until nearly all of its losses are on record; 0 where other records tell who left.

    Only what was recorded before as_of counts.
    """
    if left.by != "losses" or "recorded_at" not in engine.columns["losses"]:
        return 0
    losses, day = engine.table("losses"), ibis.literal(as_of)
    recorded = losses.recorded_at.fill_null(losses.lost_on.cast(losses.recorded_at.type())).cast("date")
    age = day.delta(recorded, unit="day")
    rows = engine.arrow(losses.select(age=age, late=day.delta(losses.lost_on.cast("date"), unit="day") - age))
    ages, late = (rows[name].to_numpy().astype(np.float64) for name in ("age", "late"))
    lately = (ages > 0) & (ages <= LATELY)
    return wait_for(np.clip(late[lately if lately.sum() >= ENOUGH else ages > 0], 0, None), left.horizon_days)


def wait_for(late: Floats, horizon_days: int) -> int:
    """The fewest whole days, at most LONGEST_WAIT, after which RECORDED of an outlook's losses are known.

    late: days from a loss to its recording, of many losses. An outlook's losses are those that fall into it, and those
    before it that were not on record when it began. Where losses come evenly and one takes L days, these are in
    proportion to horizon + L, and max(L - wait, 0) of them are still unknown so many days after the outlook.
    """
    if not len(late):
        return 0
    longest = math.ceil(min(float(late.max()), LONGEST_WAIT))
    may_be_unknown = (1 - RECORDED) * (horizon_days + late).sum()
    enough = (wait for wait in range(longest) if np.clip(late - wait, 0, None).sum() <= may_be_unknown)
    return next(enough, longest)
