"""Left: when an account counts as gone, who can still leave, and who did."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.compute.block import Block
from features.cycle import cycle, since_order
from features.kernels.gaps import Days
from features.kernels.grid import Grid
from features.language.measure import Measure
from features.language.of_days import Gap
from features.language.rows import placed
from models.definition import Left


@dataclass(frozen=True)
class Watch:
    """Who is watched, for how long, and why the others are not; all [accounts, snapshots].

    outlook: days from as_of, 0 where not watched. cause: why not, '' where watched. is_early: silent for no longer than
    one usual cycle.
    """

    outlook: np.ndarray
    cause: np.ndarray
    is_early: np.ndarray

    @property
    def at_risk(self) -> np.ndarray:
        return self.outlook > 0


order_days = Gap(placed, what="count")
NEEDED: tuple[Measure, ...] = (since_order, cycle, order_days)


def watch(block: Block, left: Left) -> Watch:
    """Who could still leave on each as_of, by what was known then. The block must have been asked for NEEDED."""
    silent, usual = block.dense(since_order), block.dense(cycle)
    outlook = np.full(silent.shape, left.horizon_days, dtype=np.int64)
    cause = np.full(silent.shape, "", dtype=object)
    if left.by == "cycle":
        outlook = np.maximum(outlook, np.ceil(left.k * np.nan_to_num(usual)).astype(np.int64))
        cause[silent > outlook] = "Already gone: silent for longer than its outlook"
        cause[outlook > left.longest_outlook] = f"Orders too rarely to be judged within {left.longest_outlook} days"
    else:
        cause[silent > left.active_days] = f"Already gone: no order in {left.active_days} days"
    cause[np.isnan(silent)] = "Never ordered"
    outlook = np.where(cause == "", outlook, 0).astype(np.int32)
    return Watch(outlook, cause, silent <= usual)


def outcome(block: Block, outlook: np.ndarray) -> np.ndarray:
    """Whether each watched account left: 1, 0, or NaN while its outlook has not wholly passed; [accounts, snapshots].

    The outlook was fixed by what was known on as_of, and whether it has passed by the calendar, so no outcome decides
    which rows count.
    """
    grid = block.grid
    passed = (outlook > 0) & (outlook <= grid.ages)
    gone = days_until_next(order_days.days_of(block), block.keys, grid) >= outlook
    return np.where(passed, gone.astype(np.float64), np.nan)


def kind_of_loss(block: Block, losses: pd.DataFrame, left: np.ndarray) -> np.ndarray:
    """'voluntary' or 'involuntary' where an account left and its loss is on record, else None; [accounts, snapshots].

    losses: account_id, lost_on and kind, as far as they are known on the newest as_of. The latest loss of an account
    explains the silence in which it falls, and no other: none that ended with an order before it.
    """
    grid = block.grid
    latest = losses.sort_values(["lost_on", "kind"]).drop_duplicates("account_id", keep="last").set_index("account_id")
    latest = latest.reindex(block.account_ids)
    ages = (pd.Timestamp(grid.newest) - pd.to_datetime(latest["lost_on"])).dt.days.to_numpy(np.float64)
    last_order = grid.ages + block.dense(since_order)
    next_order = grid.ages - days_until_next(order_days.days_of(block), block.keys, grid)  # -inf: none so far
    explained = (left == 1) & (ages[:, None] <= last_order) & (ages[:, None] > next_order)
    kinds = np.broadcast_to(latest["kind"].to_numpy(dtype=object)[:, None], explained.shape)
    found = np.full(explained.shape, None, dtype=object)
    found[explained & pd.notna(kinds)] = kinds[explained & pd.notna(kinds)]
    return found


def days_until_next(days: Days, keys: int, grid: Grid) -> np.ndarray:
    """Days from each as_of to the account's next day with a row (0: that day), [keys, snapshots]; inf: none so far."""
    longest = int(max(days.ages.max(initial=0), grid.ages.max())) + 1
    timeline = days.codes * (longest + 1) - days.ages  # ascending: by account, oldest first
    wanted = np.arange(keys)[:, None] * (longest + 1) - grid.ages
    following = np.searchsorted(timeline, wanted, side="left")
    codes = np.append(days.codes, -1)[following]
    ages = np.append(days.ages, 0)[following]
    return np.where(codes == np.arange(keys)[:, None], grid.ages - ages, np.inf)
