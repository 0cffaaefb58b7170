"""On record: what the rows of each table that were known on a day show of it: that it had ended, or thinned out."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from features.tables import RECORDED_AT, TABLES
from pipelines.intake.ended import YEARS, last_before_a_gap
from pipelines.intake.manifest import Found
from pipelines.intake.pauses import pause_of
from pipelines.intake.thinning import OLDEST, known_on, thinned

_SELDOM = ("contracts", "rep_assignments", "losses", "outcomes")  # come in batches, or late
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RowsByDay:
    """How many rows of a table happened on which day and were known from which one on: days since 1970, and rows."""

    happened: Numbers
    known: Numbers
    rows: Numbers

    @classmethod
    def of(cls, name: str, table: ir.Table) -> "RowsByDay":
        happened = table[str(TABLES[name].happened)].cast("date")
        known = table[RECORDED_AT.name].cast("date") if RECORDED_AT.name in table.columns else ibis.null("date")
        days = table.select(happened=happened, known=ibis.greatest(known.fill_null(happened), happened))
        found = days.group_by("happened", "known").agg(rows=days.count()).to_pandas()
        return cls(_numbered(found["happened"]), _numbered(found["known"]), found["rows"].to_numpy(np.int64))

    def by_day(self, as_of: date) -> dict[date, int]:
        """The rows of each day that were known on as_of."""
        own = self.known < _number(as_of)
        days, which = np.unique(self.happened[own], return_inverse=True)
        rows = np.bincount(which, weights=self.rows[own], minlength=len(days)).astype(np.int64)
        return dict(zip(days.astype("datetime64[D]").tolist(), rows.tolist(), strict=True))

    def longest_pause(self, as_of: date) -> int:
        """Days between the newest row so far and the day on which a newer one was known, the most there were in the
        YEARS before the newest row that was known on as_of. Rows that were read in at once show none.
        """
        own = self.known < _number(as_of)
        known, which = np.unique(self.known[own], return_inverse=True)
        newest = np.full(len(known), np.iinfo(np.int64).min)
        np.maximum.at(newest, which, self.happened[own])
        so_far = np.maximum.accumulate(newest)
        is_newer = (so_far[1:] > so_far[:-1]) & (so_far[:-1] >= so_far[-1:] - YEARS)
        return int((known[1:] - so_far[:-1])[is_newer].max(initial=1)) - 1

    def by_age(self, as_of: date) -> dict[tuple[int, int], int]:
        """Rows of the last years by age on as_of (0: of the day before) and by the days until they were known."""
        own = (self.happened < _number(as_of)) & (self.happened >= _number(as_of) - OLDEST)
        ages, delays = _number(as_of) - 1 - self.happened[own], (self.known - self.happened)[own]
        return dict(zip(zip(ages.tolist(), delays.tolist(), strict=True), self.rows[own].tolist(), strict=True))


def comes_steadily(name: str, columns: Collection[str]) -> bool:
    """Whether it is an event table of accounts whose rows come steadily, so that a lack of them tells something."""
    return TABLES[name].happened is not None and name not in _SELDOM and "account_id" in columns


def found_on(tables: Mapping[str, RowsByDay], as_of: date) -> Found:
    """What the rows known on as_of show of tables that come steadily, as anybody could have seen on that day.

    Of a firm whose orders come too thin nothing is said of a pause.
    """
    by_day = {name: table.by_day(as_of) for name, table in tables.items()}
    ended = {
        name: last
        for name, days in by_day.items()
        if (last := last_before_a_gap(days, as_of, tables[name].longest_pause(as_of)))
    }
    going_on = {name: table for name, table in tables.items() if name not in ended}
    thin = {name: short for name, table in going_on.items() if (short := thinned(known_on(table.by_age(as_of))))}
    is_steady = "orders" in tables and "orders" not in thin
    return Found(ended, thin, pause_of(by_day["orders"], as_of) if is_steady else None)


def _number(day: date) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))


def _numbered(days: "npt.ArrayLike") -> Numbers:
    return np.asarray(days, dtype="datetime64[D]").astype(np.int64)
