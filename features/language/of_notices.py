"""Notices: how many contracts an account gave notice of and put nothing in their place."""

from dataclasses import dataclass

import numpy as np

from features.kernels import replaced, windows
from features.kernels.grid import NEVER, Floats
from features.language.measure import Columns, Identity, Keys, Measure
from features.language.of_rows import Count
from features.language.of_terms import OfTerms, contract_terms
from features.language.rows import contracts


@dataclass(frozen=True, eq=False)
class NoticesForGood(Measure):
    """Contracts of which notice was given in the last `days`, without those that another one replaced.

    One that is replaced later counts until its successor is known, and again once that one is known to be withdrawn.
    """

    days: int

    @property
    def adds_up(self) -> tuple[str, int] | None:
        return contracts.table.name, self.days

    @property
    def needs(self) -> set[tuple[str, str]]:
        return {(contracts.table.name, column) for column in (contracts.key, contracts.happened, "cancelled_at")}

    def used(self, columns: Columns) -> tuple[Measure, ...]:
        return (contract_terms(columns),)

    def compute(self, keys: Keys) -> Floats:
        terms = contract_terms(keys.columns)
        notices = np.nan_to_num(terms.notice_ages(keys), nan=NEVER).astype(np.int32)
        many, of = keys.scanned(terms).answers[Count(terms.rows).answer], terms.terms_of(keys)

        def given(known: np.ndarray) -> Floats:
            found = windows.in_window(of.codes, notices, known, many, self.days, keys.keys, keys.grid.ages)
            return np.asarray(found)

        found = given(of.noticed)
        leaves, withdrawn = of.leaves, np.sort(of.leaves[of.is_withdrawn])
        # Of those withdrawn, so many are known to be on each as_of; where it is as many, they are the same.
        known_ones = len(withdrawn) - np.searchsorted(withdrawn, keys.grid.ages, side="right")
        for count in np.unique(known_ones):
            then = known_ones == count
            enters = np.where(leaves > keys.grid.ages[then][0], np.int32(NEVER), of.enters)
            found[:, then] -= given(np.minimum(of.noticed, _replaced(terms, keys, enters)))[:, then]
        return found

    @property
    def identity(self) -> Identity:
        return ("notices for good", self.days)


def _replaced(terms: OfTerms, keys: Keys, enters: np.ndarray) -> np.ndarray:
    of = terms.terms_of(keys)
    return replaced.replaced_from(of.codes, of.starts, terms.notice_ages(keys), of.ends_noticed, enters, of.lines)
