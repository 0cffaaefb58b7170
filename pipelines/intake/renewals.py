"""Renewals: by how many months contracts go on that renew themselves, where the first term tells of another length.

Who signs in May until the end of the year goes on from year to year, not by seven months for ever; and so does who has
a free month before the first year. A contract says only when its first term ends; what all of a firm's have in common,
an end on one day of the year or a length, says how those go on that have a length of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from features.kernels.calendar import day_of_month, full_months, whole_months
from features.language.tongue import counted
from pipelines.intake.checking import Checks

COLUMN = "renewal_months"
PERIODS = (12, 6, 3, 1)  # months, to the end of which first terms may run
CHANCE = 0.001  # that so many lengths end on one day, if ends lie together no more than beginnings do
USUAL = 0.05  # of the contracts have it, and more than one: a length that is a term of the firm's
MOST = 0.5  # more of them have what is said to be common to all
TOGETHER = 0.75  # of the lengths end on one day: between all, and the half that do if they end twice as often
NO_DAY = -1


@dataclass(frozen=True)
class Known:
    """By how many months first terms that are known by their first and last days go on; and in words what was assumed.

    terms: starts_on, ends_on, renewal_months.
    """

    terms: pd.DataFrame
    notes: Sequence[str] = ()


def settle_renewals(checks: Checks) -> list[str]:
    """Gives the contracts by how many months they renew themselves where that is another time than their first term;
    in words what was assumed.
    """
    if "contracts" not in checks.done or not {"ends_on", "renews"} <= set(checks.done["contracts"].columns):
        return []
    rows = checks.kept("contracts").filter(lambda row: (row.renews == "yes") & row.ends_on.notnull())
    if COLUMN in rows.columns:
        rows = rows.filter(lambda row: ~row[COLUMN].notnull())
    terms = rows.group_by("starts_on", "ends_on").agg(contracts=rows.count()).order_by("starts_on", "ends_on")
    found = terms.execute()
    if found.empty:
        return []
    known = renewals(found)
    if len(known.terms):
        checks.fill("contracts", COLUMN, pa.Table.from_pandas(known.terms.assign(renews="yes"), preserve_index=False))
    return list(known.notes)


def renewals(terms: pd.DataFrame) -> Known:
    """By how many months first terms go on that have a length of their own.

    terms: starts_on, ends_on, contracts (how many have this first term, and renew themselves).
    """
    first, last = (terms[name].to_numpy("datetime64[D]") for name in ("starts_on", "ends_on"))
    months = whole_months(first, last)
    # Whole months are told from days by their sign.
    rows = terms.assign(months=months, length=np.where(months > 0, months, -(last - first).astype(np.int64) - 1))
    rows["goes_on"] = _to_one_day(rows, first, last)
    is_to_one_day = rows["goes_on"].notna()
    common = _common_length(rows)
    is_own = _is_of_its_own(rows) & ~is_to_one_day
    is_other = is_own & _is_other(rows["months"], common)
    rows.loc[is_other, "goes_on"] = common
    found = rows.loc[rows["goes_on"].notna(), ["starts_on", "ends_on", "goes_on"]]
    notes = _in_words(rows, is_to_one_day, is_other, is_own & ~is_other)
    return Known(found.rename(columns={"goes_on": COLUMN}), notes)


def _in_words(rows: pd.DataFrame, is_to_one_day: pd.Series, is_other: pd.Series, is_left: pd.Series) -> list[str]:
    to_one_day, other, left = (int(rows.loc[some, "contracts"].sum()) for some in (is_to_one_day, is_other, is_left))
    if not to_one_day + other + left:
        return []
    said = []
    if to_one_day:
        spans = set(rows.loc[is_to_one_day, "goes_on"])
        by = counted(int(spans.pop()), "month") if len(spans) == 1 else "whole months"
        day = rows.loc[is_to_one_day, "ends_on"].max()
        said.append(f"{to_one_day:,} end on one day, as {day:%Y-%m-%d} is, and are taken to go on by {by} each time")
    if other:
        said.append(f"{other:,} by {counted(int(rows.loc[is_other, 'goes_on'].max()), 'month')}, as most others do")
    if left:
        said.append(f"{left:,} by the length of their first term")
    if not to_one_day:
        said[0] = said[0].replace(" by ", " are taken to go on by ", 1)
    all_of_them = f"{to_one_day + other + left:,} of {rows['contracts'].sum():,} that renew themselves"
    how = f"{'; '.join(said)}. If some go on for another time, give {COLUMN}"
    return [f"contracts: {all_of_them} have a first term that few others have: {how}"]


def _is_other(months: pd.Series, common: int) -> pd.Series:
    """Whether terms of so many months (0: of days) are no part of the commonest length and no multiple of it, as those
    of a month are of a year: such are as likely a plan of their own.
    """
    if not common:
        return pd.Series(False, months.index)
    whole = months.where(months > 0, 1)
    return (months == 0) | ((common % whole != 0) & (whole % common != 0))


def _to_one_day(rows: pd.DataFrame, first: np.ndarray, last: np.ndarray) -> pd.Series:
    """By how many months those go on that end on the day of a period on which terms of most lengths do; NaN: others.

    Lengths are counted, not contracts: a plan of some months is one length that ends on many days; terms to the end of
    a year end on one day and have as many lengths as there are days to sign on.
    """
    from scipy.stats import binom

    for period in PERIODS:
        ends, starts = _place(last + 1, period), _place(first, period)
        is_in_question = (rows["length"] % period != 0) | (rows["length"] < 0)
        # To the end of a month run terms of any length: so many whole months, and the rest of the first one.
        is_short = period == 1 or full_months(first, last) < 2 * period
        looked_at = rows.assign(end=ends, start=starts)[is_in_question & is_short]
        if looked_at.empty:
            continue
        end_of = _commonest(looked_at, "end")
        (day, lengths), (_, together) = (_mode(places) for places in (end_of, _commonest(looked_at, "start")))
        of = len(end_of)
        if lengths < TOGETHER * of or binom.sf(lengths - 1, of, together / of) >= CHANCE:
            continue
        elsewhere = end_of.index[end_of != day]
        goes_on = is_in_question & (ends == day) & ~rows["length"].isin(elsewhere)
        by = full_months(first, last).clip(1) if period == 1 else period
        return pd.Series(np.where(goes_on, by, np.nan), rows.index)
    return pd.Series(np.nan, rows.index)


def _place(days: np.ndarray, period: int) -> np.ndarray:
    """Which day of the period each is, as a number."""
    return np.asarray(days.astype("datetime64[M]").astype(np.int64) % period * 100 + day_of_month(days))


def _commonest(rows: pd.DataFrame, column: str) -> pd.Series:
    """By length, the day that more than MOST of its contracts have; NO_DAY where there is none."""
    counts = rows.groupby(["length", column])["contracts"].sum()
    most = counts.groupby("length").idxmax().str[1]
    is_most = counts.groupby("length").max() > MOST * counts.groupby("length").sum()
    return most.where(is_most, NO_DAY)


def _mode(places: pd.Series) -> tuple[int, int]:
    """The day of most lengths, and how many they are; NO_DAY and 0 where none has one."""
    days = places[places != NO_DAY].value_counts().sort_index()
    return (NO_DAY, 0) if days.empty else (int(days.index.to_numpy()[days.argmax()]), int(days.max()))


def _lengths(rows: pd.DataFrame) -> pd.Series:
    """How many contracts have each length, of those that are not known to end on one day."""
    return rows[rows["goes_on"].isna()].groupby("length")["contracts"].sum()


def _common_length(rows: pd.DataFrame) -> int:
    """The months that more than MOST of the contracts have; 0 where there are no such."""
    counts = _lengths(rows)
    if counts.empty or counts.max() <= max(MOST * counts.sum(), 1):
        return 0
    return max(int(counts.index.to_numpy()[counts.argmax()]), 0)


def _is_of_its_own(rows: pd.DataFrame) -> pd.Series:
    counts = _lengths(rows)
    usual = counts[(counts > 1) & (counts >= USUAL * counts.sum())]
    return ~rows["length"].isin(usual.index)
