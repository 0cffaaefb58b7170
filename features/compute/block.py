"""Block: every measure of some accounts (or reps, or teams) on every snapshot."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from features.compute.scan import Scan, scan_of
from features.kernels.grid import Floats, Grid, ScannedRows
from features.language.in_force import REP
from features.language.measure import Columns, Identity, Measure, is_given
from features.language.of_rows import OfRows

T = TypeVar("T")


@dataclass(frozen=True)
class Population:
    """What all blocks share: who the accounts are, and numbers of reps, teams and pools of accounts.

    accounts: their ids, sorted. domains: the ids that codes stand for, by what they name ('rep_id', 'team', …).
    levels: numbers of reps and teams, by domain. pools: sums, [codes, snapshots]. grace_days: so many days between two
    contracts are no end of the first.
    """

    grid: Grid
    grace_days: int
    columns: Columns
    accounts: pd.Series
    domains: dict[str, pd.Index]
    levels: "dict[str, Block]" = field(default_factory=dict)
    pools: dict[Identity, Floats] = field(default_factory=dict)


class Block:
    """Some keys (accounts, reps or teams), their rows, and every measure of them that was asked for."""

    def __init__(self, population: Population, keys: int, rows: dict[Scan, ScannedRows], first: int = 0) -> None:
        self.population, self.keys, self.first = population, keys, first
        self.grid, self.grace_days, self.columns = population.grid, population.grace_days, population.columns
        self._rows = rows
        self._values: dict[Identity, Floats] = {}
        self._codes: dict[Identity, np.ndarray] = {}
        self._made: dict[Identity, object] = {}

    def value(self, measure: Measure) -> Floats:
        """A measure's values, [keys, snapshots] or what broadcasts to it; NaN is missing. Do not write to it."""
        identity = measure.identity
        if identity not in self._values:
            self._values[identity] = measure.compute(self)
        return self._values[identity]

    def dense(self, measure: Measure) -> Floats:
        """A measure's values in full, [keys, snapshots]."""
        return np.broadcast_to(self.value(measure), (self.keys, self.grid.snapshots))

    def codes(self, measure: Measure) -> np.ndarray:
        """A measure's values as codes, [keys, snapshots]; -1 where it is missing."""
        identity = measure.identity
        if identity not in self._codes:
            self._codes[identity] = np.nan_to_num(self.dense(measure), nan=-1).astype(np.int64)
        return self._codes[identity]

    def scanned(self, measure: OfRows) -> ScannedRows:
        """The rows that a measure reads."""
        return self._rows[scan_of(measure)]

    def once(self, identity: Identity, make: Callable[[], T]) -> T:
        """What `make` gives; made once for all measures that ask under one identity."""
        if identity not in self._made:
            self._made[identity] = make()
        return self._made[identity]  # type: ignore[return-value] # an identity names one kind of thing

    def level(self, name: str) -> "Block":
        """Every rep, or every team."""
        return self.population.levels[name]

    def pool(self, identity: Identity) -> Floats:
        """The sums of a pooled measure over all accounts, [codes, snapshots]."""
        return self.population.pools[identity]

    @property
    def account_ids(self) -> pd.Series:
        """The accounts of this block, sorted."""
        return self.population.accounts.iloc[self.first : self.first + self.keys]

    @cached_property
    def reps(self) -> np.ndarray | None:
        """Code of the rep in charge of each account on each as_of, [keys, snapshots]; -1: none. None: never known."""
        return self.codes(REP) if is_given(REP, self.columns) else None
