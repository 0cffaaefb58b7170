"""Renamed: accounts that seem to end on a day on which as many others begin, as where ids were changed or merged."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import numpy.typing as npt
from ibis import _

from features.tables import TABLES
from pipelines.intake.checking import Checks
from pipelines.intake.manifest import Renamed

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# Days before and after; in whole weeks. Whoever orders every month, every quarter or signs once a year has its last row
# before a change, and its first one after it, in so many.
LENGTHS = (28, 56, 112, 364)
YEAR = 364
ABOUT = 14  # days by which a season moves from year to year
MORE = 3 / 2  # as many go, and come, as on the other side of the day; of a smaller share what is learned hardly suffers
ALIKE = 2  # times as many at the most go as come, or the other way round
TIMES = 2  # as far from what is usual as on the days about a year from it, which a season moves as well
FEWEST = 20  # accounts
# Standard deviations, beyond which a count lies by chance once in a thousand times, and two that have nothing to do
# with each other once in a million: some hundreds of stretches of these lengths are looked at, from each of their days.
FAR = 3.09
UPPER, USUAL = 0.95, 1.645  # the share of days below it, were there nothing but chance


@dataclass(frozen=True)
class _Break:
    renamed: Renamed
    far: float


def renamed(checks: Checks, as_of: date) -> dict[str, Renamed]:
    """Of orders and contracts, those in which many accounts seem to have been given other ids on a day."""
    found = {name: _of_table(checks, name, as_of) for name in ("orders", "contracts") if name in checks.done}
    return {name: change for name, change in found.items() if change}


def _of_table(checks: Checks, name: str, as_of: date) -> Renamed | None:
    rows = checks.kept(name)
    rows = rows.filter(_.amount > 0) if name == "orders" else rows
    day = rows[str(TABLES[name].happened)].cast("date").name("day")
    ends = rows.select("account_id", day).filter(_.day < ibis.literal(as_of))
    ends = ends.group_by("account_id").agg(first=_.day.min(), last=_.day.max()).to_pandas()
    if ends.empty:
        return None
    numbers = {side: ends[side].to_numpy("datetime64[D]").astype(np.int64) for side in ("first", "last")}
    begins = int(numbers["first"].min())
    days = int(np.datetime64(as_of, "D").astype(np.int64)) - begins
    firsts, lasts = (np.bincount(numbers[side] - begins, minlength=days) for side in ("first", "last"))
    return change(firsts, lasts, date(1970, 1, 1) + timedelta(days=begins))


def change(firsts: Counts, lasts: Counts, begins: date) -> Renamed | None:
    """The day before which far more accounts have their last row than after it, while as many more have their first one
    from it on than before it; None where there is none, or the records are too short to tell it from a season.

    firsts, lasts: of how many accounts it is the first and the last day with a row, by days from `begins` to as_of.
    What changes how much is traded (a season, a holiday, rows on the first of each month, the beginning and the end of
    the records) moves both alike, so that it makes one of the two differences small or negative.
    """
    found = [one for length in LENGTHS for one in _breaks(firsts, lasts, length, begins)]
    return max(found, key=lambda one: one.far).renamed if found else None


def _breaks(firsts: Counts, lasts: Counts, length: int, begins: date) -> Iterator[_Break]:
    """The likeliest day by windows of one length, if it is beyond chance and what is usual, and of no season."""
    from scipy.ndimage import maximum_filter1d

    ended, ended_after = _before_and_after(lasts, length)
    begun_before, begun = _before_and_after(firsts, length)
    far_apart = _far(ended, ended_after), _far(begun, begun_before)
    far = np.minimum(*far_apart)
    fewer, more = ended - ended_after, begun - begun_before
    both = np.minimum(fewer, more)
    alike = (both >= FEWEST) & (ALIKE * both >= np.maximum(fewer, more))
    many = (ended >= MORE * ended_after) & (begun >= MORE * begun_before)
    if not len(far):
        return
    # Beside the day on which they stand out most, a part of those who end may be as many as those who begin. Of days on
    # which the fewer stand out alike it is the one on which the others do most.
    standing_out = far + sum(far_apart) / 1e6
    is_peak = standing_out == maximum_filter1d(standing_out, 2 * length + 1)
    possible = np.where(is_peak & alike & many, far, -np.inf)
    if possible.max() < FAR:
        return
    day = int(possible.argmax())
    others = far[np.abs(np.arange(len(far)) - day) > 2 * length]
    if not len(others) or any(_is_of_a_season(one, day) for one in far_apart):
        return
    scatter = max(1.0, float(np.quantile(others, UPPER)) / USUAL)
    if far[day] >= FAR * scatter:
        yield _Break(
            Renamed(
                day=begins + timedelta(days=day + length),
                days=length,
                ended=int(ended[day]),
                ended_after=int(ended_after[day]),
                begun=int(begun[day]),
                begun_before=int(begun_before[day]),
            ),
            float(far[day] / scatter),
        )


def _is_of_a_season(far: Floats, day: int) -> bool:
    """Whether a day stands out as those about a year before or after it do, or nothing tells."""
    spans = [(day + year - ABOUT, day + year + ABOUT + 1) for year in (-YEAR, YEAR)]
    years = [float(far[begin:end].max()) for begin, end in spans if begin >= 0 and end <= len(far)]
    return not years or TIMES * max(years) > float(far[day])


def _before_and_after(counts: Counts, length: int) -> tuple[Counts, Counts]:
    """The counts of `length` days before and from each day on that has as many on both sides."""
    sums = np.append(0, counts.cumsum())
    windows = sums[length:] - sums[:-length] if len(sums) > length else sums[:0]
    return windows[:-length], windows[length:]


def _far(more: Counts, fewer: Counts) -> Floats:
    """By how many standard deviations of chance one count exceeds another of the same rate."""
    return np.asarray((more - fewer) / np.sqrt(np.maximum(more + fewer, 1)))


def other_ids(name: str, change: Renamed) -> str:
    """The same in words."""
    about = f"{name}: about {change.accounts:,} accounts more than usual"
    ended = f"{change.ended:,}, and {change.ended_after:,} in as many days after"
    begun = f"{change.begun:,}, and {change.begun_before:,} in as many days before"
    return (
        f"{about} have their last row in the {change.days} days before {change.day} ({ended}), and as many others "
        f"their first one from that day on ({begun}); if ids of accounts were changed or merged then, whoever got "
        "another one counts as gone, and as a new customer: map the old ids to the new ones in every SELECT"
    )
