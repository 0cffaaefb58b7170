"""Losses: what is on record about accounts that have gone, and which leaving a record explains."""

from dataclasses import dataclass

import numpy as np
from ibis import _

from features.compute.block import Block
from features.kernels.grid import OLDEST, Floats
from features.language.measure import Columns, Measure
from features.language.of_rows import Count, DaysSinceLast
from features.language.rows import losses

KINDS = ("voluntary", "involuntary")
since_loss = DaysSinceLast(losses)
_of_kind = tuple(Count(losses.where(_.kind == kind)) for kind in KINDS)


def loss_measures(columns: Columns) -> tuple[Measure, ...]:
    """What a block must be asked for, so that its losses can be read; nothing where no losses are recorded."""
    given = columns.get("losses", set())
    if "lost_on" not in given:
        return ()
    return (since_loss, *(_of_kind if "kind" in given else ()))


def days_since_loss(block: Block) -> Floats:
    """Days from the latest loss on record to each as_of, as it was known then, [accounts, snapshots]; NaN: none."""
    if not loss_measures(block.columns):
        return np.full((block.keys, block.grid.snapshots), np.nan)
    return block.dense(since_loss)


@dataclass(frozen=True)
class Losses:
    """The losses known on the newest as_of, by account and oldest first.

    ages: of the day on which the account was lost. known: of the day on which it was recorded. kinds:
    position in KINDS; -1 where no kind is recorded.
    """

    codes: np.ndarray
    ages: np.ndarray
    known: np.ndarray
    kinds: np.ndarray

    @classmethod
    def of(cls, block: Block) -> "Losses":
        """Those of a block's accounts. The block must have been asked for `loss_measures`."""
        if not loss_measures(block.columns):
            return cls(*(np.zeros(0, dtype=np.int64) for _ in range(4)))
        rows = block.scanned(since_loss)
        kinds = np.full(len(rows.codes), -1)
        if "kind" in block.columns["losses"]:
            for place, measure in enumerate(_of_kind):
                kinds[rows.answers[measure.answer] > 0] = place
        known = rows.known[losses.known_by]
        order = np.lexsort((kinds, -known, -rows.ages, rows.codes))
        return cls(*(column[order].astype(np.int64) for column in (rows.codes, rows.ages, known, kinds)))

    def latest(self, since: Floats, before: Floats) -> np.ndarray:
        """Position of each account's latest loss from the age `since` on and before the age `before`, both
        [accounts, snapshots]; -1: none.
        """
        position = self._places(before) - 1
        return np.where(self._is_of(position) & (self._age_at(position) <= since), position, -1)

    def first(self, since: Floats, before: Floats) -> np.ndarray:
        """Position of the first loss from the age `since` on and before the age `before`; -1: none."""
        position = self._places(since)
        return np.where(self._is_of(position) & (self._age_at(position) > before), position, -1)

    def first_recorded(self, since: Floats, before: Floats) -> Floats:
        """The age of the day on which the first of each account's losses from the age `since` on and before the age
        `before` was recorded; NaN: there is none.
        """
        position, end = self._places(since), self._places(before)
        found = np.full(position.shape, np.nan)
        known = np.append(self.known.astype(np.float64), np.nan)
        while (among := position < end).any():
            found = np.fmax(found, np.where(among, known[position], np.nan))
            position = np.where(among, position + 1, position)
        return found

    def _places(self, ages: Floats) -> np.ndarray:
        """How many losses stand before each account's days of these ages."""
        span = 4 * OLDEST
        days = np.clip(ages, -OLDEST, OLDEST).astype(np.int64)
        wanted = np.arange(len(ages))[:, None] * span - days
        return np.asarray(np.searchsorted(self.codes * span - self.ages, wanted, side="left"))

    def _is_of(self, position: np.ndarray) -> np.ndarray:
        return np.asarray(np.append(self.codes, -1)[position] == np.arange(len(position))[:, None])

    def _age_at(self, position: np.ndarray) -> np.ndarray:
        return np.asarray(np.append(self.ages, 0)[position])
