"""Tables: a source's SELECTs run and checked one after another, and what follows from what is kept."""

import logging
from datetime import date, datetime, timedelta

from ibis.backends.duckdb import Backend

from features.mistake import Mistake
from features.tables import TABLES
from pipelines.intake.checking import Checked, Checks
from pipelines.intake.reading import run_select
from pipelines.intake.source import Source

log = logging.getLogger(__name__)


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
