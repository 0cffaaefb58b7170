"""Check: what is wrong with a source, and which features it can and cannot give, before anything is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from features.catalogue import catalogue
from features.language.declare import Feature
from features.mistake import Mistake
from features.tables import TABLES
from features.value import Returns, returns_in
from pipelines.home import Home
from pipelines.intake.checking import Cause, Checked, Checks
from pipelines.intake.reading import opened
from pipelines.intake.source import Source, find_source
from pipelines.intake.tables import check_table, day_to_score, tables_in_order, too_many_refused
from pipelines.settings import Settings


@dataclass(frozen=True)
class Report:
    """What `leaky check` found.

    tables: what became of every table that could be read. stops: what would stop a run, one line each. as_of: the day
    that a run would score; None where nothing says which.
    """

    source: Source
    as_of: date | None
    tables: dict[str, Checked]
    stops: list[str]

    @property
    def missing(self) -> list[str]:
        return [name for name in TABLES if name not in self.tables]

    @property
    def columns(self) -> dict[str, set[str]]:
        """The columns that features can use, by table; those of which no row is left are none."""
        return {name: set(checked.columns) for name, checked in self.tables.items() if checked.kept}

    def lines(self) -> list[str]:
        """The report in words, for people."""
        settings = self.source.settings
        as_of = f"as_of {self.as_of}" if self.as_of else "no as_of"
        return [
            f"Source {self.source.name}: amounts in {settings.currency}, times in {settings.time_zone}, {as_of}",
            "",
            *self._of_tables(),
            "",
            *self._of_features(),
            "",
            *(self._of_stops() if self.stops else ["Nothing stops a run."]),
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
                    yield f"    refused: {told(cause)}"
        yield f"Missing: {', '.join(self.missing) or 'none'}"

    def _of_features(self) -> Iterator[str]:
        every, given = catalogue().features, features_given(self.columns)
        yield f"Features: {len(given)} of {len(every)}"
        for code, reason in catalogue().reasons.items():
            lost = [feature for feature in reason.features() if feature not in given]
            if lost:
                needs = ", ".join(sorted({need for feature in lost for need in self._wants(feature)}))
                names = "all" if len(lost) == len(reason.features()) else ", ".join(feature.name for feature in lost)
                yield f"    {code}: without {names}, for want of {needs}"
        if returns_in(self.columns) is Returns.undated:
            yield "    value: what came back is not taken off, for want of orders.returned_at"

    def _of_stops(self) -> Iterator[str]:
        yield "A run would stop:"
        yield from (f"    {line}" for line in self.stops)

    def _wants(self, feature: Feature) -> set[str]:
        """The tables, or the columns of tables that are there, without which a feature cannot be computed."""
        lost = {(table, column) for table, column in feature.needs if column not in self.columns.get(table, ())}
        return {f"{table}.{column}" if table in self.columns else table for table, column in lost}


def check(
    settings: Settings,
    *,
    source: str,
    files: Path | None,
    as_of: date | None,
    today: date,
    home: Home = Home(Path("data")),  # noqa: B008 - a frozen value
) -> Report:
    """Reads a whole source and reports; writes nothing. Raises Mistake where it cannot even be opened.

    home: only says where files are that source.yaml seeks in the run's folder.
    """
    found = find_source(source)
    as_of = as_of or settings.as_of
    stops: list[str] = []
    with opened(found, found.files_folder(files, home)) as con:
        checks = Checks(con, as_of=as_of, today=today, reading=found.settings.options)
        for name in tables_in_order(found):
            try:
                check_table(con, found, checks, name)
            except Mistake as mistake:
                stops.append(str(mistake))
        stops += filter(None, (too_many_refused(table, settings.ingest.max_refused) for table in checks.done.values()))
        try:
            scored = day_to_score(checks, as_of)
        except Mistake as mistake:
            scored = None
            stops.append(str(mistake))
        return Report(found, scored, checks.done, stops)


def features_given(columns: dict[str, set[str]]) -> list[Feature]:
    """The features that tables with these columns can give."""
    return catalogue().given(columns)


def told(cause: Cause) -> str:
    """A cause in words: how many rows, why, and where to look."""
    example = f", such as {cause.example!r}" if cause.example else ""
    excused = "; no fault of the data" if cause.excused else ""
    return f"{cause.rows:,} have {cause.says}, first at row {cause.first:,}{example}{excused}"
