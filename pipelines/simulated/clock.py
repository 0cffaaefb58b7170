"""Clock: the simulated firm's months, its working hours and its streams of chance."""

import zlib
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

OPENS, CLOSES = 7.5, 18.0  # the hours between which people work


@dataclass(frozen=True)
class Clock:
    """The months of a firm; every moment inside the simulation is a float: days since the first month began."""

    starts_on: date
    ends_on: date
    edges: np.ndarray  # [months + 1], the day on which each month begins; the last is the end

    @classmethod
    def of(cls, ends_on: date, months: int) -> "Clock":
        """The `months` months before ends_on."""
        end = pd.Timestamp(ends_on)
        begins = [end - pd.DateOffset(months=back) for back in range(months, -1, -1)]
        edges = np.array([(begin - begins[0]).days for begin in begins], dtype=np.float64)
        return cls(begins[0].date(), ends_on, edges)

    @property
    def months(self) -> int:
        return len(self.edges) - 1

    @property
    def end(self) -> float:
        """The moment before which everything happens."""
        return float(self.edges[-1])

    @property
    def month_starts(self) -> np.ndarray:
        """datetime64[D] of each month's first day."""
        return np.datetime64(self.starts_on, "D") + self.edges[:-1].astype(np.int64)

    def month_of(self, at: np.ndarray) -> np.ndarray:
        """The index of the month that each moment lies in; moments outside count to the nearest month."""
        return np.clip(np.searchsorted(self.edges, at, side="right") - 1, 0, self.months - 1)

    def at_work(self, chance: np.random.Generator, at: np.ndarray) -> np.ndarray:
        """The moments moved to working hours: weekends to the following Monday, nights to some hour of the day."""
        day = np.floor(np.where(np.isfinite(at), at, 0))
        weekday = (day + self.starts_on.weekday()) % 7
        day = day + np.where(weekday >= 5, 7 - weekday, 0)
        moved = day + (OPENS + (CLOSES - OPENS) * chance.beta(1.6, 1.9, len(at))) / 24
        return np.where(np.isfinite(at), moved, at)

    def on_workdays(self, chance: np.random.Generator, at: np.ndarray) -> np.ndarray:
        """The moments with each week, from Saturday on, pressed into its five workdays; nobody waits for a Monday."""
        week_began = np.floor((at + self.starts_on.weekday() + 2) / 7) * 7 - self.starts_on.weekday() - 2
        return self.at_work(chance, week_began + 2 + (at - week_began) * 5 / 7)

    def times(self, at: np.ndarray, known_by: float | None = None) -> np.ndarray:
        """datetime64[us] of the moments, to the second; NaT where there is none or it is not before `known_by`."""
        limit = np.inf if known_by is None else known_by
        happened = at < limit  # NaN compares as False
        seconds = np.floor(np.where(happened, at, 0) * 86400).astype("timedelta64[s]")
        times = (np.datetime64(self.starts_on, "s") + seconds).astype("datetime64[us]")
        return np.where(happened, times, np.datetime64("NaT", "us"))

    def days(self, at: np.ndarray, known_by: float | None = None) -> np.ndarray:
        """datetime64[D] of the moments; NaT where there is none or it is not before `known_by`."""
        return self.times(at, known_by).astype("datetime64[D]")


def stream(seed: int, part: str) -> np.random.Generator:
    """A stream of chance for one part of the firm, so that a change to one part leaves the others as they were."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def happenings(chance: np.random.Generator, rate: np.ndarray, clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    """(row, moment) of events that occur `rate[row, month]` times a month on average, in working hours.

    Sorted by row, not by moment. Moments may run past the end by a weekend; whoever asks cuts them.
    """
    counts = chance.poisson(rate).ravel()
    which = np.repeat(np.arange(counts.size), counts)
    row, month = which // clock.months, which % clock.months
    length = np.diff(clock.edges)
    at = clock.edges[month] + chance.random(len(which)) * length[month]
    return row, clock.on_workdays(chance, at)
