"""Thinning: a table of which the newest rows are fewer than chance gives, as where they reach the export late."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from features.language.tongue import counted
from pipelines.intake.manifest import Thinned

Counts = npt.NDArray[np.float64]

# All in whole weeks, so that each length holds as many Mondays as another.
LENGTHS = (7, 14, 28, 56, 112)  # days before as_of
WEEKS = 13  # before these, which tell what is usual
BEFORE = 7 * WEEKS
YEAR = 364
OLDEST = 5 * YEAR  # what was usual longer ago tells little of today
ABOUT = 7  # days by which a holiday moves from year to year
# Of so few rows. Ten tables have some five hundred stretches a year that share no day, so that one firm of twenty is
# told of one by chance in a year.
CHANCE = 1e-4
UNSURE = 0.05  # the scatter that few stretches show may be so unlikely a low one
TOGETHER = 14  # days apart, dates of as few rows are one break
BREAKS = 1 / 20  # of all stretches: a break of two weeks a year is fewer, and what it shows of scatter does not count
PART = 1 / 3  # of what is usual; where less is missing, accounts hardly seem more silent
MISSING = 20  # rows


@dataclass(frozen=True)
class _Stretch:
    """So many rows, of which so many were expected, by a distribution that has a lower tail of p_value."""

    thinned: Thinned
    p_value: float


def thinned(known: Counts) -> Thinned | None:
    """The length of days before as_of in which rows are fewest beyond chance; None where they are as usual.

    known: [days back, days]: how many rows of each of the newest days were known so many days before as_of, see
    `known_on`. Rows that are always recorded late are few among the newest days of every date, and speak of nothing.
    """
    found = [short for length in LENGTHS for short in _short(known, length)]
    return min(found, key=lambda short: short.p_value).thinned if found else None


def _short(known: Counts, length: int) -> Iterator[_Stretch]:
    """What is said of one length, if anything is: held against the median of the weeks before it (a mailing to
    everybody, or a month of offers, is no sign of what comes in), what is usual between the two (a firm may shrink),
    and how it was about a year ago (it may close for Christmas).

    Rows are counted with the scatter that stretches of this length have shown so far (negative binomial). Nor may so
    few have come oftener than once a year: what scatters more wildly, as orders that fall on the ends of months, has.
    """
    rows = known[:, :length].sum(axis=1)
    weeks = known[:, length : length + BEFORE].reshape(-1, WEEKS, 7).sum(axis=2)
    level = np.median(weeks, axis=1) * length / 7
    seen = np.isfinite(level) & (level > 0)
    share = np.where(seen, rows / np.where(seen, level, 1), np.nan)
    past = share[length:]  # the newest days are no part of what is usual
    year_ago = share[YEAR - ABOUT : YEAR + ABOUT + 1]
    if not len(seen) or not seen[0] or not len(year_ago) or np.isnan(year_ago).any():
        return
    typical = min(1.0, float(np.nanmedian(past)))
    usual = level[0] * min(typical, float(year_ago.min()))
    if rows[0] > (1 - PART) * usual or usual - rows[0] < MISSING or _is_usual(past <= share[0]):
        return
    apart = np.flatnonzero(seen[length:])[::length] + length
    p_value = _chance_of_so_few(rows[0], usual, rows[apart], level[apart] * typical)
    if p_value < CHANCE:
        yield _Stretch(Thinned(days=length, rows=int(rows[0]), usual=round(usual)), p_value)


def _chance_of_so_few(rows: float, usual: float, past: Counts, expected: Counts) -> float:
    """The lower tail of the negative binomial, whose variance is mean + scatter * mean². past, expected: of stretches
    that share no day, by which the scatter is as large as so few of them leave possible.
    """
    from scipy.stats import chi2, nbinom, poisson

    off = np.abs(past / expected - 1)
    kept = np.argsort(off, kind="stable")[: len(off) - math.ceil(BREAKS * len(off))]
    past, expected = past[kept], expected[kept]
    scatter = max(0.0, float(((past - expected) ** 2 - expected).sum() / (expected**2).sum()))
    variance = (usual + scatter * usual**2) * len(past) / chi2.ppf(UNSURE, len(past))
    scatter = (variance - usual) / usual**2
    if scatter <= 0:
        return float(poisson.cdf(rows, usual))
    return float(nbinom.cdf(rows, 1 / scatter, 1 / (1 + scatter * usual)))


def _is_usual(as_few: npt.NDArray[np.bool_]) -> bool:
    """Whether so few came oftener than once a year, as between the ends of months. as_few: by days back."""
    days = np.flatnonzero(as_few)
    times = int((np.diff(days) > TOGETHER).sum()) + 1 if len(days) else 0
    return times > math.ceil(len(as_few) / YEAR)


def known_on(counts: Mapping[tuple[int, int], int], days: int = max(LENGTHS) + BEFORE) -> Counts:
    """[days back, days]: how many rows of each of the `days` before a date were known on it, the newest first, for
    as_of and every day back to the first row; NaN from before that one.

    counts: of rows by age (0: of the day before as_of) and by the days until they were recorded.
    """
    oldest = max((age for age, _ in counts), default=-1)
    by_delay = np.zeros((oldest + 1 + days, days))
    for (age, delay), rows in counts.items():
        if delay < days:
            by_delay[age, delay] += rows
    known_after = by_delay.cumsum(axis=1)  # of each day, within so many days
    back, ago = np.arange(oldest + 1)[:, None], np.arange(days)
    return np.where(back + ago <= oldest, known_after[back + ago, ago], np.nan)


def too_few(name: str, short: Thinned, as_of: date) -> str:
    """The same in words."""
    return (
        f"{name}: {counted(short.rows, 'row')} in the {short.days} days before {as_of}, where {short.usual:,} are "
        "usual; if rows are still to come, accounts seem more silent than they are: give as_of a day up to which all "
        "have come in (--as-of), or the time at which each was recorded (recorded_at)"
    )
