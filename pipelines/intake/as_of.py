"""As of: the day to score, why it is that day, and orders that lie too far after all others to say which it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from features.mistake import Mistake
from pipelines.intake.source import Source
from pipelines.settings import Settings

# A slip of the pen (2026 for 2024) makes a few orders, far from all others. Few: fewer than one in so many.
_ONE_IN = 1000
# Far: so many times the longest pause in which the firm usually takes no orders, and so many days at least.
_TIMES_USUAL = 10
_DAYS = 90
# Of a small firm's orders one is never few; but after so many days with orders a pause this long is worth a word.
_ENOUGH_DAYS = 20
_LONG_PAUSE = 365


@dataclass(frozen=True)
class AsOf:
    """The day to score, and in words why it is that."""

    day: date
    why: str


@dataclass(frozen=True)
class Pause:
    """A pause far longer than is usual, with the first day after it and the rows from then on.

    is_slip: whether so few rows come after it that they are taken for slips of the pen.
    """

    last_before: date
    first_after: date
    rows: int
    is_slip: bool

    @property
    def days(self) -> int:
        return (self.first_after - self.last_before).days


def given_as_of(asked: date | None, source: Source, settings: Settings) -> AsOf | None:
    """The day that somebody set: on the command line, else in the source, else in params.yaml; None where nobody did.

    asked: what the command line says. settings: those in force for the source.
    """
    if asked is not None:
        return AsOf(asked, "--as-of")
    if settings.as_of is None:
        return None
    return AsOf(settings.as_of, "source.yaml" if "as_of" in source.override else "params.yaml")


def after_newest(newest: date | None, what: str, asked: AsOf | None) -> AsOf:
    """`asked`, or the day after the newest order (or whatever `what` is). Raises Mistake where nothing is left."""
    if newest is None and asked is not None:
        raise Mistake(f"as_of {asked.day}: no order, contract or loss is left from before that day; give a later one.")
    if newest is None:
        raise Mistake("no order, contract or loss is left after the checks, so there is no day to score.")
    return asked or AsOf(newest + timedelta(days=1), f"the day after the newest {what}, {newest}")


def long_pause(rows_by_day: Mapping[date, int]) -> Pause | None:
    """The first pause near the end that is far longer than is usual for the firm; None where there is none.

    What is usual is seen from the days in the middle, without the few rows at either end, so that a slip into the past
    hides none into the future.
    """
    days = sorted(rows_by_day)
    if len(days) < 2:
        return None
    numbers = np.array([day.toordinal() for day in days])
    rows = np.array([rows_by_day[day] for day in days])
    until, total = np.cumsum(rows), int(rows.sum())
    after = total - until  # rows on later days
    few_before, few_after = until * _ONE_IN < total, after[:-1] * _ONE_IN < total
    pauses = np.diff(numbers)
    middle = pauses[~few_before[:-1] & ~few_after]
    usual = int(middle.max()) if len(middle) else 0
    slips = few_after & (pauses > max(_DAYS, _TIMES_USUAL * usual))
    if slips.any() and len(middle):
        place = int(np.argmax(slips))
        return Pause(days[place], days[place + 1], int(after[place]), is_slip=True)
    usual = int(pauses[:-1].max(initial=0))
    if len(days) > _ENOUGH_DAYS and pauses[-1] > max(_LONG_PAUSE, _TIMES_USUAL * usual):
        return Pause(days[-2], days[-1], int(rows[-1]), is_slip=False)
    return None
