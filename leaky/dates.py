"""Dates: how a day is written, and which days are asked for at once."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise

from features.mistake import Mistake

Day = str | date
"""A day: 'YYYY-MM-DD', a date, or a Timestamp at midnight."""


def day_of(value: Day, name: str = "as_of") -> date:
    """The day that was meant. Raises Mistake where it is none; `name` says which one it was.

    >>> day_of("2026-07-01")
    datetime.date(2026, 7, 1)
    """
    if isinstance(value, str):
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            raise Mistake(f"{name} {value}: not a day. Write it as YYYY-MM-DD.") from None
    if isinstance(value, datetime):
        # An as_of is the firm's own midnight, so a moment or a zone would be dropped silently. NaT is not itself.
        if value != value or value != value.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None):
            raise Mistake(f"{name} {value}: not a day but a moment. Give the day alone: YYYY-MM-DD.")
        return date(value.year, value.month, value.day)
    if isinstance(value, date):
        return value
    raise Mistake(f"{name} {value!r}: not a day. Give 'YYYY-MM-DD', a date or a Timestamp.")


def days_back(first: date, last: date, step_days: int) -> list[date]:
    """Every `step_days` back from the last day to the first or the one after it, oldest first.

    >>> [str(day) for day in days_back(date(2026, 1, 1), date(2026, 3, 3), 30)]
    ['2026-01-02', '2026-02-01', '2026-03-03']
    """
    if first > last:
        raise Mistake(f"from {first} until {last}: the first day comes after the last.")
    if step_days < 1:
        raise Mistake(f"step_days {step_days}: days lie at least 1 apart.")
    return [last - timedelta(days=ago) for ago in range((last - first).days // step_days * step_days, -1, -step_days)]


def evenly_spaced(days: Iterable[date]) -> tuple[int, int] | None:
    """How many days lie between one day and the next, and how many days there are; None where that differs.

    days: ascending.

    >>> evenly_spaced([date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 21)])
    (10, 3)
    """
    listed = list(days)
    steps = {(later - earlier).days for earlier, later in pairwise(listed)} or {1}
    return (steps.pop(), len(listed)) if len(steps) == 1 else None
