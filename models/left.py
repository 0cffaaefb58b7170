"""Left: when an account counts as gone, who can still leave, and who did."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from features.compute.block import Block
from features.kernels.gaps import Days
from features.kernels.grid import Grid
from features.language.measures import Gap, Measure
from features.language.rows import placed
from features.reasons.orders import cycle, since_order


class Left(BaseModel):
    """The definition of leaving: `left` in params.yaml, which a source may override.

    cycle: no order within the outlook, which is the horizon or k usual cycles if that is longer; accounts whose outlook
    exceeds max_days order too rarely to be judged. silence: no order within the horizon; at risk are accounts that
    ordered in the active days before as_of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Literal["cycle", "silence"] = Field("cycle", description="What leaving is judged by: cycle or silence.")
    horizon_days: int = Field(90, ge=1, description="How far ahead we look.")
    k: float = Field(
        2, gt=0, description="cycle: watched for so many usual cycles, where that is longer than the horizon."
    )
    max_days: int = Field(180, ge=1, description="cycle: accounts with a longer outlook order too rarely to be judged.")
    active_days: int = Field(365, ge=1, description="silence: at risk are accounts that ordered in so many days.")

    @property
    def longest_outlook(self) -> int:
        """How long any account may have to be watched before its label is complete, in days."""
        return max(self.max_days, self.horizon_days) if self.by == "cycle" else self.horizon_days

    def in_words(self) -> str:
        """The definition as a sentence for people."""
        words = f"no order for {self.horizon_days} days"
        if self.by == "cycle":
            words += f", or for {self.k:g} of the account's usual cycles if that is longer"
        return words


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


NEEDED: tuple[Measure, ...] = (since_order, cycle, Gap(placed, what="count"))


def watch(block: Block, left: Left) -> Watch:
    """Who could still leave on each as_of, by what was known then. The block must have been asked for NEEDED."""
    silent, usual = block.whole(since_order), block.whole(cycle)
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
    grid = block.firm.grid
    passed = (outlook > 0) & (outlook <= grid.ages)
    gone = days_until_next(block.days(placed), block.keys, grid) >= outlook
    return np.where(passed, gone.astype(np.float64), np.nan)


def kind_of_loss(block: Block, losses: pd.DataFrame, left: np.ndarray) -> np.ndarray:
    """'voluntary' or 'involuntary' where an account left and its loss is on record, else None; [accounts, snapshots].

    losses: account_id, lost_on and kind, as far as they are known on the newest as_of. The latest loss of an account
    explains every leaving since the last order before it.
    """
    grid = block.firm.grid
    accounts = block.firm.accounts["account_id"].iloc[block.first : block.first + block.keys]
    latest = losses.sort_values(["lost_on", "kind"]).drop_duplicates("account_id", keep="last").set_index("account_id")
    latest = latest.reindex(accounts)
    ages = (pd.Timestamp(grid.newest) - pd.to_datetime(latest["lost_on"])).dt.days.to_numpy(np.float64)
    last_order = grid.ages + block.whole(since_order)
    explained = (left == 1) & (ages[:, None] <= last_order)
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
