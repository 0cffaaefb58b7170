"""Midnights: days that became times of another zone, and with that the days before."""

from collections.abc import Callable, Iterator
from datetime import datetime

import ibis
import ibis.expr.types as ir

from features.tables import RECORDED_AT, TABLES
from pipelines.intake.checking import Checks

FEWEST = 20  # rows; of fewer each may be an hour at which somebody works
_DAY = 86_400  # seconds
_NOON = 12  # from it on, in local time, a midnight elsewhere begins the next day


def days_of_another_zone(checks: Checks, name: str) -> Iterator[str]:
    """In words, of which columns every time is a midnight of UTC, or would be one of ours if it were a time of UTC, and
    is read as of the evening before. By summer and by winter time, as nobody works at 22:00 in the one and at 23:00 in
    the other.
    """
    rows = checks.kept(name)
    for column in TABLES[name].columns:
        # Whatever runs every night at 00:00 in UTC records rows at that.
        if column.kind != "time" or column.name not in rows.columns or column.name == RECORDED_AT.name:
            continue
        times = rows[column.name]
        hours = rows.agg(rows=times.count(), hours=times.hour().nunique(), late=(times.hour() >= _NOON).all())
        seen = hours.execute().iloc[0]
        if seen["rows"] < FEWEST or seen["hours"] != 2 or not seen["late"]:
            continue  # as nearly always: zones take long to reckon with
        # In our time, what was written as one of UTC.
        from_utc = times.epoch_seconds().as_timestamp("s").cast("timestamp(6)")
        midnights = rows.agg(
            utc=(epoch(times.cast("timestamp('UTC')")) % _DAY == 0).all(),
            ours=(from_utc == from_utc.truncate("D")).all(),
        )
        is_utc, is_ours = midnights.execute().iloc[0]
        if not (is_utc or is_ours):
            continue
        kind, what = ("TIMESTAMPTZ", "in UTC") if is_utc else ("TIMESTAMP", "of our own days, written in UTC")
        yield (
            f"{name}: every {column.name} is a midnight {what}, so each is read as of the day before; write "
            f"{column.name}::{kind} AT TIME ZONE 'UTC' AS {column.name} in {name}.sql"
        )


def _epoch(moment: datetime) -> float:  # type: ignore[empty-body]
    """DuckDB's: seconds since 1970. Ibis's own makes local time of a moment first."""


epoch: Callable[[ir.TimestampValue], ir.FloatingValue] = ibis.udf.scalar.builtin(
    _epoch, name="epoch", signature=(("timestamp('UTC')",), "float64")
)
