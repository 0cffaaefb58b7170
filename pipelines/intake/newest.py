"""Newest: up to which day the records of a firm without orders reach, though some contracts are to begin later.

The first day of a contract that does not say when it was signed (recorded_at) may have been planned for long: it shows
no more than that somebody signed at some time before. All else on record has happened on its day.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from itertools import pairwise

import ibis
import ibis.expr.types as ir

from features.language.tongue import counted
from features.tables import RECORDED_AT, TABLES
from pipelines.intake.checking import Checks
from pipelines.intake.faults import PLANNED
from pipelines.intake.notice_days import notice_days, reached

YEAR = 365  # days that hold every season
# Of so many pauses and one more each is as likely to be the longest, so that the last one is by chance once in twenty.
ENOUGH_PAUSES = 19
WEEK = 7  # days; by no more than that first days may lie after all else without a word
QUARTER = 90  # days, which hold as many first days of months as those before
AS_USUAL = 1 / 2  # that half of a quarter's contracts are signed before it begins is not to be expected
_SET_DAY = "give the day to score (--as-of, or as_of in source.yaml)"
_SET_RECORDED = "recorded_at, the day on which each was signed or entered"


class Starts(Enum):
    """What first days of contracts tell of how far the records reach."""

    OLDER = "all else reaches as far"
    ALONE = "there is nothing else that could"
    SELDOM = "all else comes so seldom that it may well reach as far"
    GO_ON = "all else has ended, and contracts begin as before"
    PLANNED = "all else has ended, and only what was planned begins later"


@dataclass(frozen=True)
class Newest:
    """The table of the newest row, and its day (None: no contract and no loss is left). note: what was assumed about it
    and what to write if that is wrong, '' where nothing was. what: of that day, where it is not the row itself.
    """

    table: str
    day: date | None
    note: str = ""
    what: str = ""


Days = Counter[date]  # how many rows a day


def newest(checks: Checks, today: date) -> Newest:
    """How far the records reach, by the rows up to `today`: what was recorded, or happened, last. First days of
    contracts (and of assignments) that do not say when they were recorded count if nothing speaks against it.
    """
    if not any(checks.done[name].kept for name in ("contracts", "losses") if name in checks.done):
        return Newest("contracts", None)
    names = [name for name in TABLES if name in checks.done and TABLES[name].happened and checks.done[name].kept]
    recorded = {name: _by_day(_recorded(name, checks.kept(name)), today) for name in names}
    begins = {name: _by_day(_begins(name, checks.kept(name)), today) for name in names if name in PLANNED}
    ends = {name: max([*recorded[name], *begins.get(name, [])], default=date.min) for name in names}
    if not ends or max(ends.values()) == date.min:
        return Newest("contracts", None)
    farthest = max(ends, key=lambda name: ends[name])  # of several the first one, so that the words are always the same
    # A second time (of notice, of an answer) shows as well how far the records reach; beyond all first days only notice
    # that was given then, as some write down the day on which it takes effect.
    until = ends[farthest]
    known = {name: recorded[name] + _by_day(_second_times(name, checks.kept(name)), until) for name in names}
    starts: Days = sum(begins.values(), Counter())
    later = notice_days(checks, until, today)
    last_notice = reached(sum(known.values(), starts), until, later)
    if last_notice > until:
        return Newest("contracts", last_notice, what="cancelled_at of contracts")
    says = what_starts_tell(sum(known.values(), Counter()), starts)
    if says is Starts.OLDER:
        return Newest(farthest, until)
    reach = max((max(days) for days in known.values() if days), default=None)
    if reach is None or says is not Starts.PLANNED:
        return Newest(farthest, until, _followed(says, farthest, until, reach))
    return Newest(next(name for name in names if reach in known[name]), reach, _planned(begins, reach))


def what_starts_tell(recorded: Mapping[date, int], starts: Mapping[date, int]) -> Starts:
    """Whether the newest first days are such as were planned when the records ended. Both: rows by day."""
    if not starts or (recorded and max(starts) <= max(recorded)):
        return Starts.OLDER
    if not recorded:
        return Starts.ALONE
    reach, newest = max(recorded), max(starts)
    lately = sorted(day for day in recorded if day > reach - timedelta(days=YEAR))
    pauses = [(later - day).days for day, later in pairwise(lately)]
    if len(pauses) < ENOUGH_PAUSES or (newest - reach).days <= max(pauses):
        return Starts.SELDOM
    if (newest - reach).days < QUARTER:
        return Starts.PLANNED
    usual = max(_in_quarter(starts, reach - timedelta(days=back)) for back in (QUARTER, YEAR))
    return Starts.GO_ON if _in_quarter(starts, reach) >= AS_USUAL * usual else Starts.PLANNED


def _in_quarter(rows: Mapping[date, int], after: date) -> int:
    return sum(count for day, count in rows.items() if 0 < (day - after).days <= QUARTER)


def _recorded(name: str, rows: ir.Table) -> Iterator[ir.Value]:
    """The days on which rows had both happened and been recorded; of what may be planned, those of recording alone."""
    happened = rows[str(TABLES[name].happened)].cast("date")
    recorded = rows[RECORDED_AT.name].cast("date") if RECORDED_AT.name in rows.columns else ibis.null("date")
    yield recorded if name in PLANNED else ibis.greatest(recorded.fill_null(happened), happened)


def _begins(name: str, rows: ir.Table) -> Iterator[ir.Value]:
    """The days on which what may be planned happened, where nothing says when it was recorded."""
    happened = rows[str(TABLES[name].happened)].cast("date")
    yield ibis.ifelse(rows[RECORDED_AT.name].isnull(), happened, None) if RECORDED_AT.name in rows.columns else happened


def _second_times(name: str, rows: ir.Table) -> Iterator[ir.Value]:
    """The days of what became of rows later."""
    table = TABLES[name]
    for column in table.columns:
        is_own = column.name in (table.happened, RECORDED_AT.name)
        if column.kind in ("date", "time") and not column.planned and not is_own and column.name in rows.columns:
            yield rows[column.name].cast("date")


def _by_day(days: Iterator[ir.Value], until: date) -> Days:
    found: Days = Counter()
    for day in days:
        counted_by = day.name("day").as_table().filter(lambda row: row.day <= until).group_by("day")
        rows = counted_by.agg(rows=lambda row: row.count()).to_pyarrow().to_pylist()
        found.update({row["day"]: row["rows"] for row in rows})
    return found


def _followed(says: Starts, name: str, until: date, reach: date | None) -> str:
    """In words that the newest first day of a table that may be planned was followed, where that is worth a word."""
    follows = f"{name}: as_of follows the newest {TABLES[name].happened}, {until}"
    planned = (
        f"if some were planned ahead, that is too late, and everybody seems silent: {_SET_DAY}, or {_SET_RECORDED}"
    )
    if reach is None:
        return f"{follows}, as nothing else says how far the records reach; {planned}"
    days = (until - reach).days
    ends = f"all else ends {days} days before, on {reach}"
    if says is Starts.SELDOM:
        why = "comes so seldom that this is nothing unusual"
        return f"{follows}; {ends}, and {why}; {planned}" if days > WEEK else ""
    why = "rows begin after that as before; if the other tables are of an older export, give newer ones"
    return f"{follows}; {ends}, and {why}; {planned}"


def _planned(begins: Mapping[str, Days], reach: date) -> str:
    """In words that the first days of tables after `reach` were taken for planned."""
    later = {name: Counter({day: rows for day, rows in days.items() if day > reach}) for name, days in begins.items()}
    found = (
        f"{name}: {counted(days.total(), 'row')} with a {TABLES[name].happened} after {reach}, up to {max(days)}"
        for name, days in later.items()
        if days
    )
    return (
        f"{'; '.join(found)}, where nothing else on record is of a later day: taken for planned, so as_of follows "
        f"{reach}. If the records reach further, {_SET_DAY}; if not, give {_SET_RECORDED}, and they count from then on"
    )
