"""Notice days: on which notice was given of contracts, where a source does not give those on which it takes effect.

An end is often written down with the notice. If the records reach to the day of a notice and as_of does not, the end is
known and its notice is not.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from features.kernels.calendar import end_of_term, renewal_months
from pipelines.intake.checking import Checks

YEAR = 365  # days that hold every season
MOST = 0.5  # more of the notices were given before the last day of a term: so it is what the column says
_READ = ("starts_on", "ends_on", "cancelled_at", "renews", "renewal_months")


def notice_days(checks: Checks, until: date, today: date) -> Counter[date]:
    """The days after `until`, up to `today`, on which notice was given of contracts, with how many; none where those up
    to `until` do not show that it was given then.
    """
    if "contracts" not in checks.done or not set(_READ[:3]) <= set(checks.done["contracts"].columns):
        return Counter()
    rows = checks.kept("contracts")
    rows = rows.filter(rows.cancelled_at.notnull(), rows.ends_on.notnull())
    found = rows.select(*(name for name in _READ if name in rows.columns)).execute()
    day = found["cancelled_at"].to_numpy("datetime64[D]")
    is_given = _is_before_the_end(found, day)
    is_past = day <= np.datetime64(until)
    if not is_given[is_past].sum() > MOST * is_past.sum():
        return Counter()
    return Counter(day[is_given & ~is_past & (day <= np.datetime64(today))].tolist())


def _is_before_the_end(rows: pd.DataFrame, notice: np.ndarray) -> np.ndarray:
    """Whether the day is neither the last of a term nor the day after one, on which notice takes effect."""
    first, last = (rows[name].to_numpy("datetime64[D]") for name in ("starts_on", "ends_on"))
    renews = rows["renews"].eq("yes").to_numpy() if "renews" in rows else np.zeros(len(rows), dtype=bool)
    months = renewal_months(rows)
    in_term, of_the_day_before = (
        end_of_term(first, last, days, months).astype("datetime64[D]") for days in (notice, notice - 1)
    )
    return np.where(renews, (notice < in_term) & (notice - 1 < of_the_day_before), notice < last)


def reached(seen: Mapping[date, int], until: date, later: Mapping[date, int]) -> date:
    """The last of the later days to which the records seem to reach: none comes after a longer pause than those in the
    year before. seen: rows by day, up to `until`.
    """
    lately = sorted(day for day in {*seen, until} if day > until - timedelta(days=YEAR))
    usual = max(((after - day).days for day, after in pairwise(lately)), default=0)
    for day in sorted(later):
        if (day - until).days > usual:
            break
        until = day
    return until
