"""Measures of what accounts share: a rep's or a team's number, and sums over the accounts of a rep or a segment."""

from dataclasses import dataclass

import numpy as np

from features.kernels.grid import Floats
from features.language.in_force import REP, OfCurrent
from features.language.measure import Constant, Identity, IfGiven, Keys, Measure
from features.language.rows import account_history, rep_history


@dataclass(frozen=True, eq=False)
class Gathered(Measure):
    """A number of another level (a rep, a team), taken at the code that `at` gives; missing where it gives none."""

    of: Measure
    level: str
    at: Measure

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.of, self.at)

    def compute(self, keys: Keys) -> Floats:
        return _taken(keys.level(self.level).dense(self.of), keys.codes(self.at))

    @property
    def identity(self) -> Identity:
        return ("gathered", self.level, self.of.identity, self.at.identity)


@dataclass(frozen=True, eq=False)
class Pooled(Measure):
    """The sum of a measure over all accounts for which `by` gives the same code on as_of; missing where it gives none.

    Summed as whole numbers after multiplying by `scale`, so that no order of accounts changes a bit.
    """

    of: Measure
    by: Measure
    scale: int = 1

    @property
    def parts(self) -> tuple[Measure, ...]:
        return (self.of, self.by)

    def compute(self, keys: Keys) -> Floats:
        return _taken(keys.pool(self.identity) / self.scale, keys.codes(self.by))

    @property
    def identity(self) -> Identity:
        return ("pooled", self.scale, self.of.identity, self.by.identity)


SEGMENT = OfCurrent(account_history, column="segment")
REGION = OfCurrent(account_history, column="region")
SELLER = OfCurrent(account_history, column="sold_by_rep_id")
TEAM_OF_REP = OfCurrent(rep_history, column="team")

# The accounts of the same segment (those without one are a segment of their own), or all where no history says which.
SIMILAR = IfGiven(SEGMENT.filled(-1) + 1, Constant(0))


def at_rep(number: Measure) -> Measure:
    """A number of the rep in charge on as_of."""
    return Gathered(number, "rep_id", REP)


def at_team(number: Measure) -> Measure:
    """A number of the team that the rep in charge on as_of is in then."""
    return Gathered(number, "team", at_rep(TEAM_OF_REP))


def _taken(numbers: Floats, codes: np.ndarray) -> Floats:
    """Numbers by code, [codes, snapshots], at each key's code; missing ones for the code -1."""
    with_none = np.concatenate([numbers, np.full((1, numbers.shape[1]), np.nan)])
    return np.asarray(with_none[codes, np.arange(codes.shape[1])])
