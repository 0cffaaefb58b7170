"""Ingest: a source's records become checked tables; what does not fit the contract is set apart with its cause."""

import logging
from datetime import date
from pathlib import Path

from features.mistake import Mistake
from features.tables import TABLES
from pipelines.home import Home
from pipelines.intake.as_of import given_as_of
from pipelines.intake.manifest import Manifest, TableFacts, data_version, file_hash
from pipelines.intake.reading import open_source
from pipelines.intake.replacing import replace_folder, unfinished_folder
from pipelines.intake.source import Source, find_source
from pipelines.intake.tables import CheckedSource, check_source, summary_line, too_many_refused, what_to_write
from pipelines.intake.uncounted import uncounted
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def ingest(settings: Settings, home: Home, *, source: str, files: Path | None, as_of: date | None, today: date) -> None:
    """Writes home.tables: a Parquet file for every table that the source gives, refused rows, and the manifest.

    settings: those of params.yaml; what the source says goes before them. as_of: the day that the command line asks
    for, which goes before both. Rows that happened on it or later are refused, without being held against the source;
    what is planned for then and was recorded before it is kept. Where nobody sets it, it becomes the day after the
    newest order, and rows that happened after `today` are faults.

    Raises Mistake where a table cannot be read, or more of its rows are refused than ingest.max_refused; then the
    tables of an earlier run stay as they are.
    """
    found = find_source(source)
    settings = found.settings(settings)
    asked = given_as_of(as_of, found, settings)
    with open_source(found, found.files_folder(files, home)) as opened:
        checked = check_source(opened, asked=asked, today=today, on_mistake=_stop)
        for note in checked.notes:
            log.warning(note)
        for table in checked.checks.done.values():
            log.info(summary_line(table))
        for line in uncounted(checked.checks):
            log.info(line)
        write_tables(found, checked, home, max_refused=settings.ingest.max_refused)


def write_tables(source: Source, checked: CheckedSource, home: Home, *, max_refused: float) -> None:
    """Writes home.tables from a source whose rows have been checked. Raises Mistake where too many are refused."""
    with unfinished_folder(home.tables) as unfinished:
        _write_refused(checked, unfinished / "refused")
        _stop_at_faults(checked, max_refused, unfinished / "refused", home.tables / "refused")
        if isinstance(checked.as_of, Mistake):
            raise checked.as_of
        manifest = _write_kept(source, checked, checked.as_of.day, unfinished)
        manifest.write(unfinished / home.manifest.name)
        replace_folder(unfinished, home.tables)
    log.info(f"as_of {checked.as_of.day}: {checked.as_of.why}")
    log.info(f"tables in {home.tables}, data version {manifest.data_version}")


def _stop(mistake: Mistake) -> None:
    raise mistake


def _write_refused(checked: CheckedSource, folder: Path) -> None:
    folder.mkdir()
    for name, table in checked.checks.done.items():
        if table.refused:
            checked.checks.write(checked.checks.refused(name), folder / f"{name}.parquet")


def _stop_at_faults(checked: CheckedSource, most: float, written: Path, refused: Path) -> None:
    done = checked.checks.done
    stops = {name: words for name, table in done.items() if (words := too_many_refused(table, most))}
    if not stops:
        return
    replace_folder(written, refused)
    name, words = next(iter(stops.items()))
    others = f" The same goes for {', '.join(list(stops)[1:])}." if len(stops) > 1 else ""
    raise Mistake(f"{words}; they are in {refused / name}.parquet.{what_to_write(done[name])}{others}")


def _write_kept(source: Source, checked: CheckedSource, as_of: date, folder: Path) -> Manifest:
    tables = {}
    for name in TABLES:
        table = checked.checks.done.get(name)
        if table is None:
            continue
        if not table.kept:
            log.warning(f"{name}: no rows are left; it counts as missing")
            continue
        path = folder / f"{name}.parquet"
        checked.checks.write(checked.checks.in_order(name), path)
        tables[name] = TableFacts(
            rows_in=table.rows_in,
            kept=table.kept,
            refused=table.refused,
            sha256=file_hash(path),
            columns=table.columns,
        )
    return Manifest(
        source=source.name,
        as_of=as_of,
        currency=source.about.currency,
        time_zone=source.about.time_zone,
        language=source.about.language,
        settings_override=source.override,
        tables=tables,
        derived=[name for name in tables if name not in source.selects],
        missing=[name for name in TABLES if name not in tables],
        ended={name: last for name, last in checked.found.ended.items() if name in tables},
        thinned={name: short for name, short in checked.found.thinned.items() if name in tables},
        gone_since=checked.gone_since,
        pause=checked.found.pause,
        renamed={name: change for name, change in checked.renamed.items() if name in tables},
        data_version=data_version(tables),
    )
