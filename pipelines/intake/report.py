"""Report: what is wrong with a source, which day it would score, and which features it gives, in words for people."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from features.catalogue import catalogue
from features.language.declare import Feature
from features.tables import TABLES
from features.value import Returns, returns_in
from pipelines.intake.as_of import AsOf
from pipelines.intake.checked import Checked
from pipelines.intake.source import Source
from pipelines.intake.tables import cause_text


@dataclass(frozen=True)
class Report:
    """What `leaky check` found.

    as_of: the day that a run would score; None where nothing says which. tables: what became of every table that could
    be read. tallies: what their rows amount to. notes: what was assumed. uncounted: rows that are right and count for
    nothing. snapshots: what a model would learn from and be measured on. stops: what would stop a run, one line each.
    suspected: features that seem to know who left, of which no model becomes champion.
    """

    source: Source
    as_of: AsOf | None
    tables: dict[str, Checked]
    tallies: list[str]
    notes: list[str]
    uncounted: list[str]
    snapshots: list[str]
    stops: list[str]
    suspected: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[str]:
        return [name for name in TABLES if name not in self.tables]

    @property
    def columns(self) -> dict[str, set[str]]:
        """The columns that features can use, by table; those of which no row is left are none."""
        return {name: set(checked.columns) for name, checked in self.tables.items() if checked.kept}

    def lines(self) -> list[str]:
        """The report for people."""
        about = self.source.about
        return [
            f"Source {self.source.name}: amounts in {about.currency}, times in {about.time_zone}",
            f"as_of {self.as_of.day}: {self.as_of.why}" if self.as_of else "no as_of",
            "",
            *self._of_tables(),
            *_block("Is that what you know?", self.tallies),
            "",
            *self._of_features(),
            *_block("Assumed, or unlike what one would expect:", self.notes),
            *_block("Counts for nothing:", self.uncounted),
            *_block("Snapshots:", self.snapshots),
            *_block("Seems to know who left:", self.suspected),
            *(_block("A run would stop:", self.stops) or ["", "Nothing stops a run before training."]),
        ]

    def _of_tables(self) -> Iterator[str]:
        yield f"{'Table':<16}{'rows in':>12}{'kept':>12}{'refused':>10}  from        to"
        for name in TABLES:
            if name in self.tables:
                checked = self.tables[name]
                span = f"{checked.first:%Y-%m-%d}  {checked.last:%Y-%m-%d}" if checked.first and checked.last else ""
                derived = "" if name in self.source.selects else "derived from orders and contracts"
                row = f"{name:<16}{checked.rows_in:>12,}{checked.kept:>12,}{checked.refused:>10,}  {span}{derived}"
                yield row.rstrip()
                for cause in checked.causes:
                    yield f"    refused: {cause_text(cause)}"
        yield f"Missing: {', '.join(self.missing) or 'none'}"

    def _of_features(self) -> Iterator[str]:
        every, given = catalogue().features, catalogue().given(self.columns)
        yield f"Features: {len(given)} of {len(every)}"
        for code, reason in catalogue().reasons.items():
            lost = [feature for feature in reason.features() if feature not in given]
            if lost:
                needs = ", ".join(sorted({need for feature in lost for need in self._lacks(feature)}))
                names = "all" if len(lost) == len(reason.features()) else ", ".join(feature.name for feature in lost)
                yield f"    {code}: without {names}, for want of {needs}"
        if returns_in(self.columns) is Returns.undated:
            yield "    value: what came back is not taken off, for want of orders.returned_at"

    def _lacks(self, feature: Feature) -> set[str]:
        """The tables, or the columns of tables that are there, without which a feature cannot be computed."""
        lost = {(table, column) for table, column in feature.needs if column not in self.columns.get(table, ())}
        return {f"{table}.{column}" if table in self.columns else table for table, column in lost}


def _block(title: str, lines: list[str]) -> list[str]:
    return ["", title, *(f"    {line}" for line in lines)] if lines else []
