"""Terms: on which days keys have a contract in force, as each as_of knew it, and when it lapses.

Days are ages, as everywhere: before the newest as_of, negative for those to come. A contract is in force from its first
to its last day, both included; -inf stands for a last day that nobody can name. It may be known before it begins. If
notice was given before its first day, it is withdrawn: it has never been in force. Until that notice is known it
counts as any other.
"""

from dataclasses import dataclass

import numpy as np

from features.kernels import windows
from features.kernels.calendar import end_of_term
from features.kernels.compiled import compiled
from features.kernels.grid import NEVER, OLDEST, SPAN, Floats, Grid

ENDLESS = -np.inf
CHANGE_DAYS = 30  # contracts that overlap by no more are one that follows the other, whatever they are for


@dataclass(frozen=True)
class Terms:
    """Contracts as columns of equal length.

    starts: the age of the first day. first_ends: of the last day of the first term. ends and ends_noticed: of the last
    day in force, as expected before and after notice is known. enters and noticed: the ages from which a contract and
    its notice are known (NEVER: not yet). months: by how many those that renew themselves go on, see `last_days`.
    values: a year's worth, in cents; NaN where nobody says it. lines: codes of product lines; -1 where nobody names
    one.
    """

    codes: np.ndarray
    starts: np.ndarray
    first_ends: np.ndarray
    ends: np.ndarray
    ends_noticed: np.ndarray
    enters: np.ndarray
    noticed: np.ndarray
    months: np.ndarray
    values: np.ndarray
    lines: np.ndarray
    keys: int

    @property
    def begun(self) -> np.ndarray:
        """The ages from which contracts have begun: on their first day, if they are known by then; else the day after,
        on which that day is one of those before as_of.
        """
        return np.asarray(self.starts + (self.enters > self.starts))

    @property
    def is_withdrawn(self) -> np.ndarray:
        """Whether notice, once it is known, says that a contract never comes into force."""
        return np.asarray((self.noticed > NEVER) & (self.ends_noticed > self.starts))

    @property
    def leaves(self) -> np.ndarray:
        """The ages from which it is known that contracts are withdrawn; NEVER where they are not."""
        return np.where(self.is_withdrawn, self.noticed, NEVER).astype(np.int32)

    @property
    def versions(self) -> "Versions":
        """Every contract as it stood before notice and, where notice was given, as it stood after, if it did at all."""
        noticed = np.flatnonzero((self.noticed > NEVER) & ~self.is_withdrawn)
        of = np.concatenate([np.arange(len(self.codes)), noticed])
        return Versions(
            self.codes[of],
            self.starts[of],
            self.begun[of],
            np.concatenate([self.ends, self.ends_noticed[noticed]]),
            np.concatenate([self.enters, self.noticed[noticed]]),
            np.concatenate([self.noticed, np.full(len(noticed), NEVER, np.int32)]),
            self.values[of],
            self.lines[of],
        )


@dataclass(frozen=True)
class Versions:
    """What was known of contracts, as columns of equal length; see Terms. Those without notice come first.

    enters, replaced: the ages from which it was known, and from which something else was (NEVER: not yet).
    """

    codes: np.ndarray
    starts: np.ndarray
    begun: np.ndarray
    ends: np.ndarray
    enters: np.ndarray
    replaced: np.ndarray
    values: np.ndarray
    lines: np.ndarray


def last_days(
    first: np.ndarray, last: np.ndarray, renews: np.ndarray, notice: np.ndarray, months: np.ndarray
) -> np.ndarray:
    """The last day in force of contracts of which notice was given, in days from 1970, [contracts].

    first, last, notice: days from 1970; `last` is NaN for open-ended ones, which end with the notice. Those that renew
    end with the term in which notice was given, all others when they were to end anyway. months: by how many they go on
    behind their first term; NaN: by its length. Terms of whole months follow the calendar. Withdrawn ones end on the
    day before their first.
    """
    open_ended, renewing = np.isnan(last), renews & ~np.isnan(last)
    found = np.where(open_ended, notice, last)
    begins, ends, given = (days[renewing].astype(np.int64).astype("datetime64[D]") for days in (first, last, notice))
    found[renewing] = end_of_term(begins, ends, given, months[renewing])
    return np.where(is_withdrawn(first, notice), first - 1, found)


def is_withdrawn(first: np.ndarray, notice: np.ndarray) -> np.ndarray:
    """Whether notice (a day, NaN: none) says that contracts never come into force: given before the first day.

    Notice of the first day itself is one to the end of the term: so are subscriptions left that are not to renew, and
    whoever signs and gives notice on one day has the term all the same.
    """
    return np.asarray(notice < first)


@dataclass(frozen=True)
class InForce:
    """What is known of contracts on each as_of, all [keys, snapshots]. While one is in force, those that are signed and
    follow it, after no more than the grace days, count with it.

    days_left: until the last day of the one that goes on longest without anybody having given notice; inf: endless,
    NaN: none. days_lapsed: since the last day of any; 0 or less while one is in force, NaN where there never was one.
    is_first_term: whether the first one goes on. is_to_begin: whether one is signed that has not begun.
    """

    days_left: Floats
    days_lapsed: Floats
    is_first_term: np.ndarray
    is_to_begin: np.ndarray


def in_force(terms: Terms, grid: Grid, grace: int) -> InForce:
    """Contracts in force on each as_of, as they were known then."""
    known, keys, ages = terms.versions, terms.keys, grid.ages
    own = len(terms.codes)
    stands = np.minimum(known.enters, known.begun).clip(NEVER).astype(np.int32)
    leaves = np.maximum(np.maximum(known.ends, NEVER).astype(np.int32), known.replaced)
    longest = windows.greatest_in_force(terms.codes, stands[:own], leaves[:own], -terms.ends, keys, ages)
    latest = windows.greatest_in_force(known.codes, stands, known.replaced, -known.ends, keys, ages)
    is_to_begin = np.zeros(latest.shape, dtype=bool)
    ahead = np.flatnonzero(known.enters > known.begun)
    ahead = ahead[np.argsort(-known.starts[ahead], kind="stable")]  # each prolongs what those before it have
    _follow(
        longest,
        latest,
        is_to_begin,
        known.codes[ahead],
        known.starts[ahead],
        known.begun[ahead],
        known.ends[ahead],
        known.enters[ahead],
        known.replaced[ahead],
        ahead < own,
        grace,
        ages,
    )
    nearest = np.clip(terms.first_ends, -OLDEST, OLDEST)
    coded = terms.starts.astype(np.float64) * SPAN + (OLDEST - nearest)  # the oldest start, then the latest end
    oldest = windows.greatest_in_force(terms.codes, terms.enters, terms.leaves, coded, keys, ages)
    first_end = OLDEST - oldest % SPAN
    return InForce(
        longest + ages,
        -(latest + ages),
        (first_end <= ages) & (first_end > -OLDEST),
        is_to_begin,
    )


@compiled
def _follow(
    longest: np.ndarray,
    latest: np.ndarray,
    is_to_begin: np.ndarray,
    codes: np.ndarray,
    starts: np.ndarray,
    begun: np.ndarray,
    ends: np.ndarray,
    enters: np.ndarray,
    replaced: np.ndarray,
    is_without_notice: np.ndarray,
    grace: int,
    as_of_ages: np.ndarray,
) -> None:
    """Moves the last days of what is in force, [keys, snapshots] of days after the newest as_of, to those of contracts
    that are known and to begin, which come by their first days; says where there are any.
    """
    for row in range(len(codes)):
        key = codes[row]
        for snapshot, age in enumerate(as_of_ages):
            if not max(begun[row], replaced[row]) <= age < enters[row]:
                continue
            is_to_begin[key, snapshot] = True
            if latest[key, snapshot] >= -age and -starts[row] - latest[key, snapshot] - 1 <= grace:
                latest[key, snapshot] = max(latest[key, snapshot], -ends[row])
                if is_without_notice[row]:
                    longest[key, snapshot] = np.fmax(longest[key, snapshot], -ends[row])


def days_since_taken(terms: Terms, grid: Grid) -> Floats:
    """Days from the latest day on which a contract was signed or, if that is not known to be earlier, began; or NaN.

    One of which it is known that it is withdrawn was not taken.
    """
    taken = -np.maximum(terms.starts, terms.enters).astype(np.float64)
    latest = windows.greatest_in_force(terms.codes, terms.enters, terms.leaves, taken, terms.keys, grid.ages)
    return np.asarray(-latest - grid.ages)


def days_since_first(terms: Terms, grid: Grid) -> Floats:
    """Days from the first day of the oldest contract that has begun, unless it was withdrawn; NaN where none has."""
    starts = terms.starts.astype(np.float64)
    began = np.minimum(terms.starts, terms.enters)
    oldest = windows.greatest_in_force(terms.codes, began, terms.leaves, starts, terms.keys, grid.ages)
    return np.asarray(oldest - grid.ages)


def worth(terms: Terms, grid: Grid, ago: int = 0) -> Floats:
    """A year's worth, in cents, of the contracts in force `ago` days before each as_of, as they were known on as_of,
    [keys, snapshots]; NaN where none was, or nobody says what they are worth.

    Contracts for several product lines add up, and so do those of one line that began on one day. A plan that another
    one replaces does not count: of one line (those of which nobody names it are one) only what began last does, and of
    contracts that overlap by no more than CHANGE_DAYS only the later one.
    """
    known = terms.versions
    lines, line = np.unique(known.codes.astype(np.int64) * SPAN + known.lines, return_inverse=True)
    found = np.full((terms.keys, grid.snapshots), np.nan)
    for snapshot, age in enumerate(grid.ages):
        then = age + ago
        is_known = (known.enters > age) & (known.replaced <= age)
        rows = np.flatnonzero(is_known & (known.begun > then) & (known.ends <= then))
        starts, codes = known.starts[rows], known.codes[rows]
        began_last, line_began_last = (np.full(size, OLDEST) for size in (terms.keys, len(lines)))
        np.minimum.at(began_last, codes, starts)
        np.minimum.at(line_began_last, line[rows], starts)
        overlap = began_last[codes] - known.ends[rows] + 1
        is_replaced = (starts > line_began_last[line[rows]]) | ((starts > began_last[codes]) & (overlap <= CHANGE_DAYS))
        counted = rows[~is_replaced & ~np.isnan(known.values[rows])]
        codes = known.codes[counted]
        sums = np.bincount(codes, known.values[counted], terms.keys)
        found[:, snapshot] = np.where(np.bincount(codes, minlength=terms.keys) > 0, sums, np.nan)
    return found


def days_to_renewal(terms: Terms, grid: Grid, days_lapsed: Floats, grace: int) -> Floats:
    """Days from each as_of to the last day of the present term of the contract that renews itself, of which nobody has
    given notice, [keys, snapshots]; of several the latest day, NaN where there is none.

    days_lapsed: see InForce. One that is to begin counts in its first term, if it follows what is in force.
    """
    renewing = np.flatnonzero(np.isinf(terms.ends) & np.isfinite(terms.first_ends))
    codes, begun, starts = terms.codes[renewing], terms.begun[renewing], terms.starts[renewing]
    newest = np.datetime64(grid.newest, "D").astype(np.int64)
    first, last = (
        (newest - ages[renewing]).astype(np.int64).astype("datetime64[D]") for ages in (terms.starts, terms.first_ends)
    )
    found = np.full((terms.keys, grid.snapshots), -np.inf)
    for snapshot, age in enumerate(grid.ages):
        lapsed = days_lapsed[codes, snapshot]
        follows = (lapsed <= 0) & (age - starts + lapsed - 1 <= grace)
        is_known = (terms.enters[renewing] > age) & (terms.noticed[renewing] <= age)
        rows = np.flatnonzero(is_known & ((begun > age) | follows))
        as_of = np.full(len(rows), newest - age).astype("datetime64[D]")
        left = end_of_term(first[rows], last[rows], as_of, terms.months[renewing[rows]]) - (newest - age)
        np.maximum.at(found[:, snapshot], codes[rows], left)
    return np.where(found < 0, np.nan, found)


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
        timeline = self.codes * SPAN - self.begins
        owners = np.arange(keys)[:, None]
        position = np.searchsorted(timeline, owners * SPAN - ages, side="right") - 1
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
    covered = codes * SPAN - np.maximum.accumulate(codes * SPAN - ends)
    begins = np.ones(len(codes), dtype=bool)
    begins[1:] = (codes[1:] != codes[:-1]) | (covered[:-1] - starts[1:] - 1 > grace)
    closes = np.append(begins[1:], True)[: len(codes)]
    return Spells(codes[begins], starts[begins], covered[closes], starts[closes])
