"""Measures of contracts in force: renewing ones and open-ended ones go on until somebody gives notice."""

from collections.abc import Callable
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
from ibis import _

from features.kernels import terms
from features.kernels.grid import NEVER, OLDEST, Floats
from features.language.declare import YEAR
from features.language.measure import Columns, Identity, Keys, Measure
from features.language.of_rows import CENTS, Amount, Count, OfRows, ages_of_days, day_number, number_if, rounded
from features.language.rows import contracts


@dataclass(frozen=True, eq=False)
class _DayOf(OfRows):
    """The day in a column of each row, known or not; only for those who know from when on it may count."""

    column: str = ""

    def reads(self, row: ir.Table) -> ir.Value:
        return number_if(self.counts(row), day_number(row[self.column]))

    def merges(self, read: ir.Column) -> ir.Value:
        return read.max()


@dataclass(frozen=True, eq=False)
class _NumberOf(OfRows):
    """The whole number in a column of each row; missing where there is none."""

    column: str = ""

    @property
    def read_column(self) -> str:
        return self.column

    def reads(self, row: ir.Table) -> ir.Value:
        return number_if(self.counts(row), rounded(row[self.column]))

    def merges(self, read: ir.Column) -> ir.Value:
        return read.max()


@dataclass(frozen=True, eq=False)
class OfTerms(OfRows):
    """Worth a year of all contracts in force, in the source's currency; missing where none is, or nobody says it.

    given: the columns beside `starts_on` that the source has, of _OPTIONAL.
    """

    given: tuple[str, ...] = ()

    @property
    def id_column(self) -> str | None:
        return "product_line" if "product_line" in self.given else None

    @property
    def asks(self) -> tuple[OfRows, ...]:
        return (Count(self.rows), *self._days.values(), *self._flags.values())

    @property
    def waits_for(self) -> set[tuple[str, ...]]:
        return {self.rows.known_by, self._noticed_by}

    @property
    def needs(self) -> set[tuple[str, str]]:
        return super().needs | {(self.rows.table.name, column) for column in self.given}

    def compute(self, keys: Keys) -> Floats:
        return self.worth(keys)

    def worth(self, keys: Keys, ago: int = 0) -> Floats:
        """Worth a year of the contracts that were in force `ago` days before each as_of, as it is known on as_of."""
        return terms.worth(self.terms_of(keys), keys.grid, ago) / CENTS

    def in_force(self, keys: Keys, grace_days: int) -> terms.InForce:
        """What was known of contracts on each as_of, those included that follow after no more than the grace days."""
        return keys.once(
            ("in force", self.identity, grace_days),
            lambda: terms.in_force(self.terms_of(keys), keys.grid, grace_days),
        )

    def notice_ages(self, keys: Keys) -> Floats:
        """The age of the day on which notice was given of each contract, [contracts]; NaN where none is on record."""
        return ages_of_days(keys.scanned(self).answers[self._days["cancelled_at"].answer], keys.grid)

    def terms_of(self, keys: Keys) -> terms.Terms:
        """Every key's contracts."""
        return keys.once(("terms", self.identity), lambda: self._terms_of(keys))

    def _terms_of(self, keys: Keys) -> terms.Terms:
        rows = keys.scanned(self)
        size, newest = len(rows.codes), ages_of_days(np.zeros(1), keys.grid)[0]
        nobody = np.full(size, np.nan)
        read = {name: rows.answers[asked.answer] for name, asked in (self._days | self._flags).items()}
        first = read["starts_on"]
        last, notice = read.get("ends_on", nobody), read.get("cancelled_at", nobody)
        renews = read["renews"] > 0 if "renews" in read else np.zeros(size, dtype=bool)
        enters = rows.known[self.rows.known_by]
        noticed = rows.known[self._noticed_by] if "cancelled_at" in read else np.full(size, NEVER, dtype=np.int32)
        first_ends = np.where(np.isnan(last), terms.ENDLESS, newest - last)
        months = read.get("renewal_months", nobody)
        noticed_last = terms.last_days(first, last, renews & (noticed > NEVER), notice, months)
        return terms.Terms(
            rows.codes,
            np.clip(newest - first, -OLDEST, OLDEST).astype(np.int32),  # negative for days to come
            first_ends,
            np.where(renews, terms.ENDLESS, first_ends),
            np.where(np.isnan(noticed_last), terms.ENDLESS, newest - noticed_last),
            enters,
            noticed,
            months,
            np.where(read["is_valued"] > 0, read["annual_value"], np.nan) if "annual_value" in read else nobody,
            rows.items["product_line"] if self.id_column else np.full(size, -1),
            keys.keys,
        )

    @property
    def _days(self) -> dict[str, OfRows]:
        columns = (self.rows.happened, *(name for name in ("ends_on", "cancelled_at") if name in self.given))
        return {name: _DayOf(self.rows, column=name) for name in columns}

    @property
    def _flags(self) -> dict[str, OfRows]:
        found: dict[str, OfRows] = {}
        if "renews" in self.given:
            found["renews"] = Count(self.rows.where(_.renews == "yes"))
        if "renewal_months" in self.given:
            found["renewal_months"] = _NumberOf(self.rows, column="renewal_months")
        if "annual_value" in self.given:
            found["annual_value"] = Amount(self.rows, of="annual_value")
            found["is_valued"] = Count(self.rows.where(_.annual_value.notnull()))
        return found

    @property
    def _noticed_by(self) -> tuple[str, ...]:
        return (*self.rows.known_by, "cancelled_at") if "cancelled_at" in self.given else self.rows.known_by


_OPTIONAL = ("ends_on", "renews", "renewal_months", "cancelled_at", "annual_value", "product_line")


def contract_terms(columns: Columns) -> OfTerms:
    """The contracts in force, by as many of the columns as tables with these columns give."""
    signed = contracts.ahead()
    there = columns.get(signed.table.name, set())
    return OfTerms(signed, given=tuple(name for name in _OPTIONAL if name in there))


@dataclass(frozen=True, eq=False)
class OfContracts(Measure):
    """A number about the contracts of an account, by as many columns as the source gives.

    number: what it is, of these contracts. columns: what it cannot do without, beside `starts_on`.
    """

    number: Callable[[OfTerms, Keys], Floats]
    columns: tuple[str, ...]

    @property
    def needs(self) -> set[tuple[str, str]]:
        return {(contracts.table.name, column) for column in (contracts.key, contracts.happened, *self.columns)}

    def used(self, columns: Columns) -> tuple[Measure, ...]:
        return (contract_terms(columns),)

    def compute(self, keys: Keys) -> Floats:
        return self.number(contract_terms(keys.columns), keys)

    @property
    def identity(self) -> Identity:
        return ("of contracts", self.number)


def days_to_end(found: OfTerms, keys: Keys) -> Floats:
    """Days until no contract is in force any more, as far as is known; missing where none is, or one has no end."""
    days = -found.in_force(keys, keys.grace_days).days_lapsed
    return np.where((days >= 0) & np.isfinite(days), days, np.nan)


def days_to_renewal(found: OfTerms, keys: Keys) -> Floats:
    """Days until a contract renews itself, as nobody has given notice; missing where none will."""
    known = found.in_force(keys, keys.grace_days)
    return terms.days_to_renewal(found.terms_of(keys), keys.grid, known.days_lapsed, keys.grace_days)


def has_notice(found: OfTerms, keys: Keys) -> Floats:
    """1 where notice was given of every contract in force, else 0; missing where none is in force."""
    known = found.in_force(keys, keys.grace_days)
    return np.where(known.days_lapsed <= 0, np.isnan(known.days_left), np.nan)


def annual_value(found: OfTerms, keys: Keys) -> Floats:
    """What the contracts in force are worth a year; missing where none is, or nobody says it."""
    return found.worth(keys)


def annual_value_a_year_ago(found: OfTerms, keys: Keys) -> Floats:
    """The same of those in force a year before as_of."""
    return found.worth(keys, ago=YEAR)


def days_since_taken(found: OfTerms, keys: Keys) -> Floats:
    """Days since the account last took a contract: signed it or, where that is not known to have been before, began it;
    missing where it never did.
    """
    return terms.days_since_taken(found.terms_of(keys), keys.grid)


def days_since_first(found: OfTerms, keys: Keys) -> Floats:
    """Days since the account's first contract began; missing where none has."""
    return terms.days_since_first(found.terms_of(keys), keys.grid)
