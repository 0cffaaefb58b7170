"""Calendar: terms that go on, by months as the calendar has them."""

import numpy as np
import pandas as pd


def full_months(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """How many full months there are in a term, by its first and its last day."""
    return np.asarray(_months(last + 1) - _months(first) - (day_of_month(first) > day_of_month(last + 1)))


def whole_months(first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """How many months a term is long; 0 where it is not of whole months."""
    return np.where(day_of_month(first) == day_of_month(last + 1), full_months(first, last), 0)


def renewal_months(contracts: pd.DataFrame) -> np.ndarray:
    """By how many months contracts go on, as they say themselves; NaN where nobody says it."""
    nobody_says = pd.Series(np.nan, contracts.index)
    return np.asarray(contracts.get("renewal_months", nobody_says).to_numpy(np.float64, na_value=np.nan))


def end_of_term(first: np.ndarray, last: np.ndarray, notice: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The last day of the term in which each of the days `notice` falls, in days from 1970; that of the first one for
    earlier days.

    first, last: days (datetime64[D]) of the first term. months: by how many it goes on; NaN: by its length.
    """
    length = (last - first).astype(np.int64) + 1
    more = -((last - notice).astype(np.int64) // length)  # rounded up
    by_days = last.astype(np.int64) + more.clip(0) * length
    goes_on = ~np.isnan(months)
    span = np.where(goes_on, np.nan_to_num(months, nan=1), whole_months(first, last)).astype(np.int64)
    by_months = span > 0
    span = np.where(by_months, span, 1)
    # Terms are counted from the first day, so that one of the 31st comes back to it; if they differ, from the second's.
    since = np.where(goes_on, last + 1, first)
    terms = ((_months(notice) - _months(since)) // span).clip(np.where(goes_on, 0, 1))
    ends = _months_later(since, terms * span) - 1
    ends = np.where(ends < notice, _months_later(since, (terms + 1) * span) - 1, ends)
    return np.where(by_months, ends.astype(np.int64), by_days)


def _months(days: np.ndarray) -> np.ndarray:
    return days.astype("datetime64[M]").astype(np.int64)


def day_of_month(days: np.ndarray) -> np.ndarray:
    """Of days (datetime64[D]), from 0 on."""
    return np.asarray((days - days.astype("datetime64[M]")).astype(np.int64))


def _months_later(days: np.ndarray, months: np.ndarray) -> np.ndarray:
    month = days.astype("datetime64[M]") + months
    longest = ((month + 1).astype("datetime64[D]") - month).astype(np.int64) - 1
    return np.asarray(month.astype("datetime64[D]") + np.minimum(day_of_month(days), longest))
