"""Terms: on which days keys have a contract in force, as each as_of knew it, and when it lapses.

Days are ages, as everywhere: before the newest as_of, negative for those to come. A contract is in force from its first
to its last day, both included; -inf stands for a last day that nobody can name.
"""

from dataclasses import dataclass

import numpy as np

from features.kernels import windows
from features.kernels.grid import NEVER, OLDEST, Floats, Grid

ENDLESS = -np.inf
_SPAN = 4 * OLDEST  # more than any two days are apart, so that a key and a day make one number


@dataclass(frozen=True)
class Terms:
    """Contracts as columns of equal length.

    starts: the age of the first day. first_ends: of the last day of the first term. ends and ends_noticed: of the last
    day in force, as expected before and after notice is known. enters and noticed: the ages from which a contract and
    its notice are known (NEVER: not yet). values: a year's worth, in cents.
    """

    codes: np.ndarray
    starts: np.ndarray
    first_ends: np.ndarray
    ends: np.ndarray
    ends_noticed: np.ndarray
    enters: np.ndarray
    noticed: np.ndarray
    values: np.ndarray
    keys: int


def last_days(first: np.ndarray, last: np.ndarray, renews: np.ndarray, notice: np.ndarray) -> np.ndarray:
    """The last day in force of contracts of which notice was given, in days from 1970, [contracts].

    first, last, notice: days from 1970; `last` is NaN for open-ended ones, which end with the notice. Those that renew
    end with the term in which notice was given, all others when they were to end anyway. Terms of whole months follow
    the calendar.
    """
    open_ended, renewing = np.isnan(last), renews & ~np.isnan(last)
    found = np.where(open_ended, notice, last)
    found[renewing] = _end_of_term(
        *(days[renewing].astype(np.int64).astype("datetime64[D]") for days in (first, last, notice))
    )
    return found


def _end_of_term(first: np.ndarray, last: np.ndarray, notice: np.ndarray) -> np.ndarray:
    """The last day of the term in which each day of notice falls; that of the first one for earlier days."""
    length = (last - first).astype(np.int64) + 1
    more = -((last - notice).astype(np.int64) // length)  # rounded up
    by_days = last.astype(np.int64) + more.clip(0) * length
    months = _months(last + 1) - _months(first)
    by_months = (_day_of_month(first) == _day_of_month(last + 1)) & (months > 0)
    span = np.where(by_months, months, 1)
    terms = ((_months(notice) - _months(first)) // span).clip(1)
    ends = _months_later(first, terms * span) - 1
    ends = np.where(ends < notice, _months_later(first, (terms + 1) * span) - 1, ends)
    return np.where(by_months, ends.astype(np.int64), by_days)


def _months(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(np.int64)


def _day_of_month(days: np.ndarray) -> np.ndarray:
    return np.asarray((days - days.astype("datetime64[M]")).astype(np.int64))


def _months_later(days: np.ndarray, months: np.ndarray) -> np.ndarray:
    month = days.astype("datetime64[M]") + months
    longest = ((month + 1).astype("datetime64[D]") - month).astype(np.int64) - 1
    return np.asarray(month.astype("datetime64[D]") + np.minimum(_day_of_month(days), longest))


@dataclass(frozen=True)
class InForce:
    """What is known of contracts on each as_of, all [keys, snapshots].

    value: a year's worth of those in force, in cents; NaN where none is. days_left: until the last day of the one that
    goes on longest without anybody having given notice; inf: endless, NaN: none. days_lapsed: since the last day of
    any; 0 or less while one is in force, NaN where there never was one. is_first_term: whether the first one goes on.
    """

    value: Floats
    days_left: Floats
    days_lapsed: Floats
    is_first_term: np.ndarray


def in_force(terms: Terms, grid: Grid) -> InForce:
    """Contracts in force on each as_of, as they were known then."""
    has_notice = terms.noticed > NEVER
    codes = np.concatenate([terms.codes, terms.codes[has_notice]])
    enters = np.concatenate([terms.enters, terms.noticed[has_notice]])
    replaced = np.concatenate([terms.noticed, np.full(has_notice.sum(), NEVER, np.int32)])  # by what notice makes of it
    ends = np.concatenate([terms.ends, terms.ends_noticed[has_notice]])
    values = np.concatenate([terms.values, terms.values[has_notice]])
    leaves = np.maximum(np.maximum(ends, NEVER).astype(np.int32), replaced)
    keys, ages = terms.keys, grid.ages
    standing = windows.in_window(codes, leaves, enters, np.ones(len(codes)), 0, keys, ages)
    value = windows.in_window(codes, leaves, enters, values, 0, keys, ages)
    own = len(terms.codes)
    longest = windows.greatest_in_force(codes[:own], enters[:own], leaves[:own], -ends[:own], keys, ages)
    latest = windows.greatest_in_force(codes, enters, replaced, -ends, keys, ages)
    first = np.full(own, NEVER, np.int32)
    nearest = np.clip(terms.first_ends, -OLDEST, OLDEST)
    coded = terms.starts.astype(np.float64) * _SPAN + (OLDEST - nearest)  # the oldest start, then the latest end
    oldest = windows.greatest_in_force(terms.codes, terms.enters, first, coded, keys, ages)
    first_end = OLDEST - oldest % _SPAN
    return InForce(
        np.where(standing > 0, value, np.nan),
        longest + ages,
        -(latest + ages),
        (first_end <= ages) & (first_end > -OLDEST),
    )


@dataclass(frozen=True)
class Spells:
    """Times with a contract in force, as known on the newest as_of, by key and oldest first.

    begins and ends: ages of the first and the last day; ends are -OLDEST where nobody can name it. last_starts: ages on
    which the latest contract of a spell began.
    """

    codes: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    last_starts: np.ndarray

    def at(self, keys: int, ages: np.ndarray) -> np.ndarray:
        """Position of the spell that began last by each age ([keys, n] or what broadcasts to it); -1: none."""
        timeline = self.codes * _SPAN - self.begins
        owners = np.arange(keys)[:, None]
        position = np.searchsorted(timeline, owners * _SPAN - ages, side="right") - 1
        return np.where(np.append(self.codes, -1)[position] == owners, position, -1)

    def next_begins(self, position: np.ndarray) -> Floats:
        """The age on which the same key's next spell begins; -inf: none is known."""
        following = np.append(self.codes[1:], -1) == self.codes
        begins = np.where(following, np.append(self.begins[1:], 0), ENDLESS)
        return np.asarray(np.append(begins, ENDLESS)[position])


def spells(terms: Terms, grace: int) -> Spells:
    """Times with a contract in force, by what is known on the newest as_of; gaps of up to `grace` days are none."""
    ends = np.where(terms.noticed > NEVER, terms.ends_noticed, terms.ends)
    ends = np.maximum(ends, -OLDEST).astype(np.int64)
    ever = ends <= terms.starts
    codes, starts, ends = terms.codes[ever].astype(np.int64), terms.starts[ever].astype(np.int64), ends[ever]
    order = np.lexsort((-ends, -starts, codes))
    codes, starts, ends = codes[order], starts[order], ends[order]
    covered = codes * _SPAN - np.maximum.accumulate(codes * _SPAN - ends)
    begins = np.ones(len(codes), dtype=bool)
    begins[1:] = (codes[1:] != codes[:-1]) | (covered[:-1] - starts[1:] - 1 > grace)
    closes = np.append(begins[1:], True)[: len(codes)]
    return Spells(codes[begins], starts[begins], covered[closes], starts[closes])
