"""Tables: a source's SELECTs run and checked one after another, and what follows from what is kept."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from features.mistake import Mistake
from features.tables import TABLES
from pipelines.intake.as_of import AsOf, after_newest, long_pause
from pipelines.intake.checked import Cause, Checked
from pipelines.intake.checking import Checks
from pipelines.intake.manifest import Found, Renamed
from pipelines.intake.newest import newest
from pipelines.intake.on_record import RowsByDay, found_on
from pipelines.intake.pauses import closed_for
from pipelines.intake.reading import OpenSource
from pipelines.intake.renamed import other_ids, renamed
from pipelines.intake.renewals import settle_renewals
from pipelines.intake.selecting import run_select
from pipelines.intake.source import Source
from pipelines.intake.survivors import gone_since, only_survivors
from pipelines.intake.thinning import too_few
from pipelines.intake.unlikely import looked_at, unlikely

log = logging.getLogger(__name__)

_SAYS_WHO_LEFT = ("orders", "contracts", "losses")


@dataclass(frozen=True)
class CheckedSource:
    """A source whose rows have all been looked at.

    as_of: the day to score; where nothing is left to say which it is, the Mistake that is to blame. notes: what had to
    be assumed, and what nobody would expect who knows the files. found: what the rows show of
    as_of. gone_since: the day before which hardly anybody on record has gone, where that is not believable. renamed:
    tables in which many accounts seem to have been given another id.
    """

    checks: Checks
    as_of: AsOf | Mistake
    notes: list[str]
    found: Found = field(default_factory=Found)
    gone_since: date | None = None
    renamed: dict[str, Renamed] = field(default_factory=dict)


def check_source(
    opened: OpenSource, *, asked: AsOf | None, today: date, on_mistake: Callable[[Mistake], None]
) -> CheckedSource:
    """Runs and checks every SELECT of the source; accounts come from orders and contracts where it has none of them.

    asked: the day to score, if anybody set it. on_mistake: what to do about a table that cannot be used; if it returns,
    the next one follows.
    """
    checks = Checks(opened, as_of=asked.day if asked else None, today=today)
    failed: dict[str, Mistake] = {}
    for name in tables_in_order(opened.source):
        try:
            _check_table(opened, checks, name)
        except Mistake as mistake:
            failed[name] = mistake
            on_mistake(mistake)
    notes = [note for notes in opened.notes.values() for note in notes] + checks.notes
    notes += settle_renewals(checks)
    try:
        as_of, of_day = _settle_as_of(opened.source, checks, asked, today)
    except Mistake as mistake:
        cause = next((failed[name] for name in _SAYS_WHO_LEFT if name in failed), mistake)
        return CheckedSource(checks, cause, notes)
    checks.refuse_later_history(as_of.day)
    found = found_on({name: RowsByDay.of(name, checks.kept(name)) for name in looked_at(checks)}, as_of.day)
    since = gone_since(checks, as_of.day)
    changes = renamed(checks, as_of.day)
    said = [
        *unlikely(checks, as_of.day, found.ended),
        *(too_few(name, short, as_of.day) for name, short in found.thinned.items()),
        *([only_survivors(since)] if since else []),
        *([closed_for(found.pause, as_of.day)] if found.pause else []),
        *(other_ids(name, change) for name, change in changes.items()),
    ]
    return CheckedSource(checks, as_of, [*notes, *of_day, *said], found, since, changes)


def tables_in_order(source: Source) -> list[str]:
    """The tables that a source gives or lets derive, those that others refer to first."""
    known = ["reps", "accounts"] if "accounts" in source.selects else ["reps", "orders", "contracts", "accounts"]
    return [name for name in dict.fromkeys([*known, *TABLES]) if name in source.selects or name == "accounts"]


def summary_line(checked: Checked) -> str:
    """What became of a table's rows, in one line; and what to write so that those count which are no fault."""
    line = f"{checked.table.name}: {checked.rows_in:,} rows in, {checked.kept:,} kept, {checked.refused:,} refused"
    causes = [f"{cause.rows:,} have {cause.says}" for cause in checked.causes]
    line = f"{line} ({'; '.join(causes)})" if causes else line
    hints = dict.fromkeys(cause.hint for cause in checked.causes if cause.excused and cause.hint)
    return ". ".join([line, *hints]) + "." if hints else line


def cause_text(cause: Cause) -> str:
    """A cause in words: how many rows, why, where to look, and what to write if that is known."""
    example = f", such as {cause.example!r}" if cause.example else ""
    excused = "; no fault of the data" if cause.excused else ""
    what_to_write = f". {cause.hint}" if cause.hint else ""
    return f"{cause.rows:,} have {cause.says}, first at row {cause.first:,}{example}{excused}{what_to_write}"


def too_many_refused(checked: Checked, most: float) -> str | None:
    """What stops the run: which rows, of how many, for which causes; None where no more are at fault than `most`."""
    if checked.faults <= most * checked.rows_in:
        return None
    causes = [cause for cause in checked.causes if not cause.excused]
    words = [
        f"have {cause.says}{f' ({cause.example!r})' if cause.example else ''}, first at row {cause.first:,}"
        for cause in causes
    ]
    if len(causes) > 1:
        words = [f"{cause.rows:,} {said}" for cause, said in zip(causes, words, strict=True)]
        words[0] = f"are refused: {words[0]}"
    rows = f"{checked.faults:,} of {checked.rows_in:,} rows {'; '.join(words)}"
    return f"{checked.table.name}: {rows}; ingest.max_refused allows {most:.4g} of the rows"


def what_to_write(checked: Checked) -> str:
    """The hints of all causes that are faults, as sentences; '' where there are none."""
    hints = dict.fromkeys(cause.hint for cause in checked.causes if cause.hint and not cause.excused)
    return "".join(f" {hint}." for hint in hints)


def _check_table(opened: OpenSource, checks: Checks, name: str) -> None:
    """Runs one SELECT and checks its rows, or derives accounts. Raises Mistake where the SELECT cannot be run."""
    if name not in opened.source.selects:
        if checks.names_accounts:
            log.info(f"{name}: no {name}.sql; derived from orders and contracts")
            checks.derive_accounts()
        return
    given = run_select(opened, name)
    if given.rows:
        checks.run(given)
    elif name == "accounts":
        raise Mistake(f"{given.sql}: gives no rows; mend it, or remove it to take accounts from orders and contracts.")
    else:
        log.warning(f"{name}: {given.sql.name} gives no rows; it counts as missing")


def _settle_as_of(source: Source, checks: Checks, asked: AsOf | None, today: date) -> tuple[AsOf, list[str]]:
    """The day to score, and in words what was assumed about it. Where nobody set it, rows that lie too far after all
    others to say which it is are refused.
    """
    if not checks.has_history:
        raise Mistake(
            f"{source.folder}: none of orders.sql, contracts.sql and losses.sql gives a row; one of them is required."
        )
    found = None if "orders" in checks.done else newest(checks, today)
    name = found.table if found else "orders"
    notes = []
    pause = None if asked else long_pause(checks.rows_by_day(name))
    if pause:
        far = f"{name}: {pause.rows:,} rows lie {pause.days:,} days or more after all others, on {pause.first_after}"
        if pause.is_slip:
            happened = str(TABLES[name].happened)
            checks.refuse_from(name, pause.first_after, f"an {happened} long after all others")
            taken = f"taken for slips and refused, so as_of follows {pause.last_before}"
            notes.append(f"{far}; {taken}. If they are right, give the day to score: --as-of, or as_of in source.yaml")
            found = newest(checks, today) if found else None  # of the rows that are left
        else:
            notes.append(f"{far}; if that is a slip, give the day to score: --as-of, or as_of in source.yaml")
    if not found:
        last = checks.done[name].last
        return after_newest(last.date() if isinstance(last, datetime) else last, "order", asked), notes
    settled = after_newest(found.day, found.what or f"row of {found.table}", asked)
    return settled, [*notes, *([found.note] if found.note and not asked else [])]
