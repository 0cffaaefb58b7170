"""Leaks in tables: values and times that can only have been written once the account had gone.

What a leaver's rows say is held against what those of the others say, as these stood a while ago: a habit of the firm
(every order is delivered on its day) shows in both, what was filled in afterwards in leavers alone.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import beta, binom

from features.tables import Table
from models.last_days import DAY as _DAY
from models.last_days import LOOK_BACK, Leave, at_once
from models.leaks import Finding

LEAST = 10  # leavers, and others, without whom nothing can be said
MOST_OTHERS = 0.5  # of the leavers' share; what is as common among the others is a habit
LATE = 90  # days after which a row was written down late
GONE, SURELY = 0.9, 0.7  # a word for having gone: so many of its accounts have, and surely so many
CHANCE = 0.001  # that a value is taken for such a word by chance, of all values of a column


def fates_of(
    outcomes: pd.DataFrame,
    last_days: pd.DataFrame,
    losses: pd.DataFrame | None,
    newest: pd.Timestamp,
    leave: Leave = Leave.order,
) -> pd.DataFrame:
    """Who has gone for good, and the days that their records would be filled in from; one row an account that was ever
    at risk, by account_id.

    outcomes: account_id, as_of, left (1, 0, NA), pace of every snapshot. last_days: account_id, last_day and
    last_day_before (as it stood `LOOK_BACK` days ago), see `models.last_days`. losses: account_id, lost_on, recorded_at
    (missing: unknown), or None. leave: what shows when an account left.

    Gives is_gone: the account left and no snapshot sees it at risk again, or its loss is on record and it has given no
    sign of life since. Accounts of which nobody can tell yet, as they are overdue, have no row. last_day: on which it
    was surely there; of those who stayed, the one before, where there is any. until: that, or where there is none the
    day `LOOK_BACK` days ago. lost_on: the day of the loss, where that was written down on a later day or nobody says
    when; else missing.
    """
    latest = outcomes.sort_values("as_of", kind="stable").drop_duplicates("account_id", keep="last")
    fates = latest.set_index("account_id")[["left", "pace"]].join(last_days.set_index("account_id"))
    if leave is Leave.order:
        fates = fates[fates.index.isin(last_days["account_id"])]
    fates["lost_on"] = pd.NaT
    is_lost = pd.Series(False, index=fates.index)
    if losses is not None:
        known = losses[losses["lost_on"] < newest].sort_values("lost_on").drop_duplicates("account_id", keep="last")
        known = known.set_index("account_id").reindex(fates.index)
        is_lost = (known["lost_on"] >= fates["last_day"]).fillna(False)
        if leave is Leave.loss:
            is_lost |= known["lost_on"].notna() & fates["last_day"].isna()
            fates["last_day"] = (known["lost_on"] - _DAY).where(is_lost)
        at_once = known["recorded_at"].notna() & (known["recorded_at"] < known["lost_on"] + 2 * _DAY)
        fates["lost_on"] = known["lost_on"].where(is_lost & ~at_once)
    fates["is_gone"] = (fates["left"] == 1).fillna(False).astype(bool) | is_lost
    if leave is not Leave.order:
        fates["is_gone"] &= fates["last_day"].notna()  # else it came back after all
    fates = fates[fates["is_gone"] | (fates["pace"] != "overdue")]
    fates["last_day"] = fates["last_day"].where(fates["is_gone"], fates["last_day_before"])
    fates["until"] = fates["last_day"].fillna(newest - LOOK_BACK * _DAY)
    return fates[["is_gone", "last_day", "until", "lost_on"]]


def leaks_in(table: Table, rows: pd.DataFrame, fates: pd.DataFrame, leave: Leave = Leave.order) -> Iterator[Finding]:
    """What in a table of accounts can only have been written afterwards, codes a and b.

    rows: columns of the table, times as such. fates: as `fates_of` gives them; accounts that it lacks are left out.
    leave: what shows when an account left.
    """
    enough = fates["is_gone"].sum() >= LEAST and (~fates["is_gone"]).sum() >= LEAST
    if not enough or table.name in ("losses", "outcomes"):  # they tell of the loss, and no feature reads them
        return
    rows = rows.join(fates, on="account_id", how="inner")
    if table.happened is None:
        if "valid_from" not in rows:  # what is so today is no feature
            return
        rows = rows.sort_values(["account_id", "valid_from"], kind="stable")
        yield from _words_for_having_gone(table, rows, fates, leave)
        changes = rows[rows["account_id"].duplicated()]
        yield from _filled_in(table, "valid_from", changes, leave, planned=False)
        return
    yield from _rewritten(table, rows, leave)
    yield from _foretold(table, rows)
    own = {table.happened, "recorded_at"}
    for column in table.columns:
        if column.kind in ("date", "time") and column.name in rows and column.name not in own:
            yield from _filled_in(table, column.name, rows, leave, planned=column.planned)


def _words_for_having_gone(table: Table, rows: pd.DataFrame, fates: pd.DataFrame, leave: Leave) -> Iterator[Finding]:
    """Values that accounts are said to have had while they were still there, of which nearly all have gone."""
    known = rows["valid_from"] if "recorded_at" not in rows else rows[["valid_from", "recorded_at"]].max(axis=1)
    counted = rows[~rows["is_gone"] | known.isna() | (known < rows["last_day"] + _DAY)]
    base = fates["is_gone"].mean()
    while_there = "while they still ordered" if leave is Leave.order else f"before {leave}"
    for column in table.columns:
        if column.kind not in ("text", "choice") or column.name == "name" or column.name not in rows:
            continue
        values = counted[["account_id", "is_gone"]].assign(value=counted[column.name].astype(object)).drop_duplicates()
        sizes = values.groupby("value", dropna=False, sort=True)["is_gone"].agg(["sum", "size"])
        gone, size, rare = sizes["sum"], sizes["size"], CHANCE / len(sizes)
        surely = beta.ppf(rare, gone, size - gone + 1)  # the bound of Clopper and Pearson (1934)
        is_word = (gone > GONE * size) & (surely > SURELY) & (binom.sf(gone - 1, size, base) < rare)
        for value, number, among in sizes[is_word].itertuples():
            has = values["value"].isna() if pd.isna(value) else values["value"] == value
            last = fates["last_day"].reindex(values.loc[has & values["is_gone"], "account_id"]).dropna()
            if len(last) and at_once(last.to_numpy("datetime64[D]").astype(np.int64)):
                continue
            said = "nothing" if pd.isna(value) else f"'{value}'"
            yield Finding(
                "a",
                table.name,
                column.name,
                f"of the {among:,} accounts of which it says {said} {while_there}, {number:,} have gone "
                f"({base:.0%} of all), so it was written once they had",
            )


def _rewritten(table: Table, rows: pd.DataFrame, leave: Leave) -> Iterator[Finding]:
    """Rows from before the leaving that were recorded long after it: until then the account seems to have none."""
    if "recorded_at" not in rows:
        return
    happened = rows[table.happened]
    rows = rows.assign(is_late=rows["recorded_at"] >= np.maximum(happened, rows["until"]) + LATE * _DAY)
    rows.loc[~rows["is_gone"], "is_late"] = rows["recorded_at"] >= happened + LATE * _DAY
    before = rows[happened < rows["until"] + _DAY]
    mostly = before.groupby("account_id").agg(is_gone=("is_gone", "first"), late=("is_late", "mean"))
    seen = _in_contrast(mostly["is_gone"], mostly["late"] > 0.5)
    if seen:
        yield Finding(
            "a",
            table.name,
            "recorded_at",
            f"most rows from before {leave} were recorded {LATE} days or more after it for {seen}, so that "
            "they seem to have had none",
        )


def _foretold(table: Table, rows: pd.DataFrame) -> Iterator[Finding]:
    """Contracts that were recorded longer before they begin than they run, and while the one before them was still to
    begin, as where all of an account bear the day of its first: how many there are tells who leaves. What is short and
    booked ahead, as a hall for a day, is known so early only where one follows the other closely.
    """
    if table.name != "contracts" or not {"recorded_at", "ends_on"} <= set(rows.columns):
        return
    starts = rows[["account_id", "starts_on"]].drop_duplicates().sort_values(["account_id", "starts_on"])
    rows = rows.merge(starts.assign(before=starts.groupby("account_id")["starts_on"].shift()))
    ahead = rows[rows["recorded_at"].dt.normalize() < rows["starts_on"]]
    is_far = ahead["starts_on"] - ahead["recorded_at"] > ahead["ends_on"] - ahead["starts_on"]
    is_far &= ahead["recorded_at"].dt.normalize() < ahead["before"]
    far, accounts = int(is_far.sum()), ahead.loc[is_far, "account_id"].nunique()
    if accounts >= LEAST and far > len(ahead) / 2:
        yield Finding(
            "a",
            table.name,
            "recorded_at",
            f"{far:,} of {len(ahead):,} contracts recorded before they began were so longer before than they run, and "
            "nobody signs the next term before the present one begins",
        )


def _filled_in(table: Table, column: str, rows: pd.DataFrame, leave: Leave, *, planned: bool) -> Iterator[Finding]:
    """A time that over half of the leavers who have it share: a distance from their leaving, their loss, a day.

    What was recorded on a later day than it names counts from then on, and is left out. A time that is planned may well
    be that of the loss, or the same for many.
    """
    rows = rows[rows[column].notna()]
    if "recorded_at" in rows and not planned:
        rows = rows[rows["recorded_at"].isna() | (rows["recorded_at"] < rows[column] + 2 * _DAY)]
    rows = rows.assign(day=rows[column].dt.normalize())
    if table.happened is not None:
        rows = rows[~_follows_from_its_row(rows["day"] - rows[table.happened].dt.normalize(), rows["is_gone"])]
    is_notice = (table.name, column) == ("contracts", "cancelled_at")
    timed = _with_distances(table, column, rows, leave)
    timed = timed[["account_id", "is_gone", "last_day", "day"]].drop_duplicates()
    offset = (timed["day"] - timed["last_day"]).dt.days
    near = offset[timed["is_gone"] & offset.between(*_sought(leave, is_notice=is_notice))]
    if len(near):
        usual = int(near.mode().iloc[0])
        seen = _in_contrast_by_account(timed, offset == usual)
        if seen:
            usual -= 0 if leave is Leave.order else 1  # the last day surely there is the one before the end
            when = "on the day of" if usual == 0 else f"{abs(usual)} days {'before' if usual < 0 else 'after'}"
            yield Finding("b", table.name, column, f"it lies {when} {leave} for {seen}: filled in afterwards")
            return
    rows = rows[["account_id", "is_gone", "lost_on", "day"]].drop_duplicates()
    gone = rows[rows["is_gone"]]
    if planned or not len(gone):
        return
    lost = gone[gone["lost_on"].notna()]
    count, at_loss = lost["account_id"].nunique(), lost.loc[lost["day"] == lost["lost_on"], "account_id"].nunique()
    if at_loss >= LEAST and at_loss > count / 2:
        seen = f"{at_loss:,} of {count:,} leavers that have it, whose loss was not written down that day"
        yield Finding("b", table.name, column, f"it is the day of the loss for {seen}: filled in afterwards")
        return
    day = gone.drop_duplicates(["account_id", "day"])["day"].mode().iloc[0]
    seen = _in_contrast_by_account(rows, rows["day"] == day)
    if seen:
        yield Finding("b", table.name, column, f"it is {day.date()} for {seen}: filled in on one day")


def _follows_from_its_row(lag: pd.Series, is_gone: pd.Series) -> pd.Series:
    """Which times lie as long after their own row's as most of the others' do, as what is delivered after a week: they
    say nothing that their row does not, though they lie at one distance from the last order of all who ordered in one
    rhythm.
    """
    usual = lag[~is_gone].mode()
    is_habit = len(usual) > 0 and (lag[~is_gone] == usual.iloc[0]).mean() > 0.5
    return lag == usual.iloc[0] if is_habit else pd.Series(False, index=lag.index)


def _sought(leave: Leave, *, is_notice: bool) -> tuple[int, int]:
    """The distances from the last day, in days, of which one that most leavers share is no chance.

    That an order was the last nobody knows yet on the day after it. The end of a contract is known, and much may end
    with it; but notice comes before, at a distance that the contract may set. Of a loss only its own day is none.
    """
    match leave:
        case Leave.order:
            return -LOOK_BACK, 1
        case Leave.contract:
            return (0, 2) if is_notice else (-LOOK_BACK, 0)
        case Leave.loss:
            return 1, 0


def _with_distances(table: Table, column: str, rows: pd.DataFrame, leave: Leave) -> pd.DataFrame:
    """The rows whose distance from the last day says something. A contract's own end is the leaving, and so is notice
    of one that is open-ended; with those who stayed others are only compared where they have a last day as well.
    """
    if leave is not Leave.contract:
        return rows
    if table.name == "contracts" and column == "ends_on":
        return rows.head(0)
    if table.name == "contracts" and column == "cancelled_at":
        rows = rows[rows["ends_on"].notna()] if "ends_on" in rows else rows.head(0)
    comparable = rows[rows["is_gone"] | rows["last_day"].notna()]
    others, compared = (found.loc[~found["is_gone"], "account_id"].nunique() for found in (rows, comparable))
    return comparable if others < LEAST or compared >= LEAST else rows.head(0)


def _in_contrast_by_account(rows: pd.DataFrame, matches: pd.Series) -> str:
    found = rows.assign(matches=matches).groupby("account_id").agg(is_gone=("is_gone", "first"), any=("matches", "any"))
    return _in_contrast(found["is_gone"], found["any"])


def _in_contrast(is_gone: pd.Series, matches: pd.Series) -> str:
    """Words for what holds for over half of the leavers and for far fewer of the others; '' where it does not."""
    leavers, others = int(is_gone.sum()), int((~is_gone).sum())
    found, also = int((matches & is_gone).sum()), int((matches & ~is_gone).sum())
    if found < LEAST or found <= leavers / 2 or also / max(others, 1) >= MOST_OTHERS * found / leavers:
        return ""
    return f"{found:,} of {leavers:,} leavers that have it, and {also:,} of {others:,} others"
