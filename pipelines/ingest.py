"""Ingest: a source's records become checked tables; what does not fit the contract is set apart with its cause."""

import logging
import shutil
from datetime import date
from pathlib import Path

from ibis.backends.duckdb import Backend

from features.mistake import Mistake
from features.tables import TABLES
from pipelines.home import Home
from pipelines.intake.checking import Checks
from pipelines.intake.manifest import Manifest, TableFacts, data_version, file_hash
from pipelines.intake.reading import opened
from pipelines.intake.source import Source, find_source
from pipelines.intake.tables import check_source, day_to_score, told, too_many_refused
from pipelines.settings import Settings

log = logging.getLogger(__name__)


def ingest(settings: Settings, home: Home, *, source: str, files: Path | None, as_of: date | None, today: date) -> None:
    """Writes home.tables: a Parquet file for every table that the source gives, refused rows, and the manifest.

    as_of: rows that happened on it or later are refused, without being held against the source; None: it becomes the
    day after the newest order, and rows that happened after `today` are faults. Raises Mistake where a table cannot be
    read, or more of its rows are refused than ingest.max_refused; then the tables of an earlier run stay as they are.
    """
    found = find_source(source)
    as_of = as_of or settings.as_of
    with opened(found, found.files_folder(files, home)) as con:
        checks = Checks(con, as_of=as_of, today=today, reading=found.settings.options)
        check_source(con, found, checks)
        unfinished = home.tables.with_name(f".{home.tables.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        try:
            (unfinished / "refused").mkdir(parents=True)
            _write_refused(con, checks, unfinished / "refused")
            for checked in checks.done.values():
                log.info(told(checked))
            _stop_at_faults(checks, settings.ingest.max_refused, unfinished / "refused", home.tables / "refused")
            scored = day_to_score(checks, as_of)
            manifest = _write_tables(con, found, checks, scored, unfinished)
            manifest.write(unfinished / home.manifest.name)
            _swap(unfinished, home.tables)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
    log.info(f"as_of {scored}; tables in {home.tables}, data version {manifest.data_version}")


def _write_refused(con: Backend, checks: Checks, folder: Path) -> None:
    for name, checked in checks.done.items():
        if checked.refused:
            con.to_parquet(checks.refused(name), folder / f"{name}.parquet", compression="zstd")


def _stop_at_faults(checks: Checks, most: float, written: Path, refused: Path) -> None:
    stops = {name: words for name, checked in checks.done.items() if (words := too_many_refused(checked, most))}
    if not stops:
        return
    _swap(written, refused)
    name, words = next(iter(stops.items()))
    others = f" The same goes for {', '.join(list(stops)[1:])}." if len(stops) > 1 else ""
    raise Mistake(f"{words}; they are in {refused / name}.parquet.{others}")


def _write_tables(con: Backend, source: Source, checks: Checks, as_of: date, folder: Path) -> Manifest:
    tables = {}
    for name in TABLES:
        checked = checks.done.get(name)
        if checked is None:
            continue
        if not checked.kept:
            log.warning(f"{name}: no rows are left; it counts as missing")
            continue
        path = folder / f"{name}.parquet"
        con.to_parquet(checks.kept(name), path, compression="zstd")
        tables[name] = TableFacts(
            rows_in=checked.rows_in,
            kept=checked.kept,
            refused=checked.refused,
            sha256=file_hash(path),
            columns=checked.columns,
        )
    return Manifest(
        source=source.name,
        as_of=as_of,
        currency=source.settings.currency,
        time_zone=source.settings.time_zone,
        left_override=source.left,
        tables=tables,
        derived=[name for name in tables if name not in source.selects],
        missing=[name for name in TABLES if name not in tables],
        data_version=data_version(tables),
    )


def _swap(new: Path, folder: Path) -> None:
    """Puts a finished folder in the place of an older one."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(f".{folder.name}.old.unfinished")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
