"""Behind: the events behind a reason, which are the rows that its features read."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ibis

from features.catalogue import catalogue
from features.language.measure import Columns, Measure
from features.language.of_rows import DaysSinceFirst, OfRows
from features.language.of_words import DaysUnspoken, Followed
from features.language.rows import Rows, orders
from pipelines.exports.timeline import EVER, LANES, Lane, of_accounts

TOLD = LANES | {"deliveries": Lane(orders.at("promised_at"), "delivered_at")}


def behind(tables: Path, columns: Columns, as_of: date, account_id: str, code: str) -> list[tuple[int, str, Any]]:
    """How many days before as_of, lane and what is shown of each event that the reason's features read, newest first:
    see `timelines`; of deliveries, the days from the promised one to that on which it came, or None.

    Of rows that are read over a window, those within the longest; of rows of which only the latest matters, that one.
    Tables for which there is no lane, and rows of a rep or a team, are left out. columns: that there are, by table.
    """
    found: Counter[tuple[int, str, Any]] = Counter()
    for (name, rows), windows in _read(columns, code).items():
        known = Lane(rows, TOLD[name].column, came=TOLD[name].came).events(tables, as_of)
        if known is None:
            continue
        longest, back = max(windows), EVER if 0 in windows else max(windows)
        past = known.filter(known.happened < ibis.timestamp(as_of.isoformat()))
        events = [(days, name, cell) for _, (days, cell) in of_accounts(past, as_of, [account_id], back)]
        newest = min((days for days, *_ in events), default=0)
        shown = (event for event in events if event[0] <= longest or (0 in windows and event[0] == newest))
        found |= Counter(shown)  # what several features read is one event, and two alike on one day are two
    return sorted(found.elements(), key=lambda event: (event[0], event[1], str(event[2])))


def _read(columns: Columns, code: str) -> dict[tuple[str, Rows], set[int]]:
    """By lane and rows of it, the windows in days over which the reason's features read them; 0: the latest alone."""
    windows: dict[tuple[Any, ...], tuple[str, Rows, set[int]]] = {}
    for feature in catalogue().given(columns):
        if feature.reason != code or feature.sign:
            continue
        for leaf in _told(feature.measure, columns):
            if isinstance(leaf, OfRows) and leaf.rows.key == "account_id" and not isinstance(leaf, DaysSinceFirst):
                for name in _lanes(leaf.rows):
                    rows = _both(TOLD[name].rows, leaf.rows)
                    *_, days = windows.setdefault((name, rows.identity), (name, rows, set()))
                    days.add(getattr(leaf, "days", None) or 0)
    return {(name, rows): days for name, rows, days in windows.values()}


def _told(root: Measure, columns: Columns) -> Iterator[Measure]:
    """The leaves of a measure; of what waited for a word, what waited and not the words."""
    yield root
    for part in () if isinstance(root, (DaysUnspoken, Followed)) else root.used(columns):
        yield from _told(part, columns)


def _lanes(read: Rows) -> Iterator[str]:
    """The lanes that tell of these rows: as of the second time that they wait for, or else as of their own."""
    of_table = {name: lane.rows for name, lane in TOLD.items() if lane.rows.table.name == read.table.name}
    waiting = [name for name, rows in of_table.items() if rows.happened in read.known_by]
    yield from waiting or [name for name, rows in of_table.items() if rows.happened == read.happened]


def _both(lane: Rows, read: Rows) -> Rows:
    """The rows of a lane that are read."""
    return replace(
        lane,
        conditions=_once([*lane.conditions, *read.conditions]),
        known_by=tuple(dict.fromkeys([*lane.known_by, *read.known_by])),
    )


def _once(conditions: Collection[Any]) -> tuple[Any, ...]:
    return tuple({repr(condition): condition for condition in conditions}.values())
