"""Ingest: a source's records become checked tables; what does not fit the contract is set apart with its cause."""

import logging
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

from ibis.backends.duckdb import Backend

from features.mistake import Mistake
from features.tables import TABLES
from pipelines.checking import Checked, Checks
from pipelines.home import Home
from pipelines.manifest import Manifest, TableFacts, data_version, file_hash
from pipelines.reading import opened, run_select
from pipelines.settings import Settings
from pipelines.source import Source, find_source

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


def check_source(con: Backend, source: Source, checks: Checks) -> None:
    """Runs and checks every SELECT of the source; accounts come from orders and contracts where it has none of them."""
    for name in tables_in_order(source):
        check_table(con, source, checks, name)
    if not checks.has_history:
        raise Mistake(f"{source.folder}: neither orders.sql nor contracts.sql gives a row; one of them is required.")


def tables_in_order(source: Source) -> list[str]:
    """The tables that a source gives or lets derive, those that others refer to first."""
    known = ["reps", "accounts"] if "accounts" in source.selects else ["reps", "orders", "contracts", "accounts"]
    return [name for name in dict.fromkeys([*known, *TABLES]) if name in source.selects or name == "accounts"]


def check_table(con: Backend, source: Source, checks: Checks, name: str) -> None:
    """Runs one SELECT and checks its rows, or derives accounts. Raises Mistake where the SELECT cannot be run."""
    if name not in source.selects:
        if checks.has_history:
            log.info(f"{name}: no {name}.sql; derived from orders and contracts")
            checks.derive_accounts()
        return
    given = run_select(con, source, name)
    if given.rows:
        checks.run(given)
    elif name == "accounts":
        raise Mistake(f"{given.sql}: gives no rows; mend it, or remove it to take accounts from orders and contracts.")
    else:
        log.warning(f"{name}: {given.sql.name} gives no rows; it counts as missing")


def told(checked: Checked) -> str:
    """What became of a table's rows, in one line."""
    line = f"{checked.table.name}: {checked.rows_in:,} rows in, {checked.kept:,} kept, {checked.refused:,} refused"
    causes = [f"{cause.rows:,} have {cause.says}" for cause in checked.causes]
    return f"{line} ({'; '.join(causes)})" if causes else line


def too_many_refused(checked: Checked, most: float) -> str | None:
    """What stops the run: which rows, of how many, for which causes; None where no more are at fault than `most`."""
    if checked.faults <= most * checked.rows_in:
        return None
    causes = [cause for cause in checked.causes if not cause.excused]
    told = [
        f"have {cause.says}{f' ({cause.example!r})' if cause.example else ''}, first at row {cause.first:,}"
        for cause in causes
    ]
    if len(causes) > 1:
        told = [f"{cause.rows:,} {words}" for cause, words in zip(causes, told, strict=True)]
        told[0] = f"are refused: {told[0]}"
    rows = f"{checked.faults:,} of {checked.rows_in:,} rows {'; '.join(told)}"
    return f"{checked.table.name}: {rows}; ingest.max_refused allows {most:.4g} of the rows"


def day_to_score(checks: Checks, as_of: date | None) -> date:
    """as_of, or the day after the newest order (contract, where there are no orders). Raises Mistake without any."""
    last = [checks.done[name].last for name in ("orders", "contracts") if name in checks.done]
    newest = next((moment for moment in last if moment is not None), None)
    if newest is None and as_of is not None:
        raise Mistake(f"as_of {as_of}: no order or contract is left from before that day; give a later one.")
    if newest is None:
        raise Mistake("no order or contract is left after the checks, so there is no day to score.")
    return as_of or (newest.date() if isinstance(newest, datetime) else newest) + timedelta(days=1)


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
