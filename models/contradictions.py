"""Contradictions: leavings by the definition that other records speak against, counted so that somebody can be told."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from features.compute.block import Block
from features.cycle import cycle, gaps
from features.kernels.terms import spells
from features.language.of_terms import contract_terms
from models.left import Outcome, days_until_next


@dataclass(frozen=True)
class Contradictions:
    """Of the rows that left: with a contract in force when their outlook had passed, and ordering again within one
    usual cycle after it. None where no table tells.
    """

    left: int = 0
    contract_in_force: int | None = None
    ordering_again: int | None = None

    def __add__(self, other: "Contradictions") -> "Contradictions":
        return Contradictions(
            self.left + other.left,
            _sum(self.contract_in_force, other.contract_in_force),
            _sum(self.ordering_again, other.ordering_again),
        )

    def as_json(self) -> dict[str, int | None]:
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """In words, those that there are."""
        for count, what in (
            (self.contract_in_force, "a contract was in force when the outlook had passed"),
            (self.ordering_again, "orders came again within one usual cycle after the outlook"),
        ):
            if count:
                yield f"of {self.left:,} rows that left {count:,} speak against it: {what}"


def contradictions(block: Block, outlook: np.ndarray, found: Outcome) -> Contradictions:
    """Those of a block, by all that is known on the newest as_of. The block must have been asked for `needed`."""
    gone = found.left == 1
    with_contract = again = None
    ended = block.grid.ages - outlook
    if "contracts" in block.columns:
        unbroken = spells(contract_terms(block.columns).terms_of(block), 0)
        spell = unbroken.at(block.keys, ended)
        with_contract = int((gone & (np.append(unbroken.ends, np.inf)[spell] <= ended)).sum())
    if "orders" in block.columns:
        following = days_until_next(gaps.days_of(block), block.keys, block.grid)
        again = int((gone & (following >= outlook) & (following <= outlook + block.dense(cycle))).sum())
    return Contradictions(int(gone.sum()), with_contract, again)


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else one + other
