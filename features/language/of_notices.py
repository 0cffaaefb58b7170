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

    One that is replaced later counts until its successor is known.
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
        many, noticed = keys.scanned(terms).answers[Count(terms.rows).answer], terms.terms_of(keys).noticed
        replaced_too = np.minimum(noticed, _replaced(terms, keys))
        given, taken_back = (
            windows.in_window(terms.terms_of(keys).codes, notices, known, many, self.days, keys.keys, keys.grid.ages)
            for known in (noticed, replaced_too)
        )
        return np.asarray(given - taken_back)

    @property
    def identity(self) -> Identity:
        return ("notices for good", self.days)


def _replaced(terms: OfTerms, keys: Keys) -> np.ndarray:
    of = terms.terms_of(keys)
    return replaced.replaced_from(of.codes, of.starts, terms.notice_ages(keys), of.ends_noticed, of.enters, of.lines)
