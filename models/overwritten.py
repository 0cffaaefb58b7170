"""Overwritten: what the old rows of those who left all say, and hardly any of those who stayed.

Many systems keep what is so now, and no history: once an account is closed, its rep becomes the house account, the
people in its contacts are made nameless, its tickets are closed in bulk, or its rows are deleted. The rows still bear
their old days, so the account seems to have been like that all along, and whoever is like that today is nobody who will
leave. So what an account's rows said a while before it left is held against what those of others said on the same day,
who had been there for as long: what times and tenure bring about shows in both. A cause of leaving shows in some
leavers and in some of the others; what has been written over shows in most leavers and in next to none.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import beta

from features.tables import Column, Table
from models.last_days import LOOK_BACK, Leave, at_once
from models.leaks import Finding

LEAST = 10  # leavers, without whom nothing can be said
MOST = 0.5  # of the leavers, all of them or those of one half of the time: what was overwritten only since some day
TIMES, SURELY = 9, 7 / 3  # as common as among the others; of as many leavers as others 9, surely 7, of 10 have gone
CHANCE = 0.001  # that a value is taken for one by chance, of all that are looked at in a table
TENURES = (90, 180, 360, 720)  # days from which on an account has been there for as long as others
ROWS = (1, 3)  # of an account, at least: one row alone may well lack what most have
MANY = 1_000  # leavers, and others, at most
SEED = 1

Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
_CURE = "Give it as it stood before accounts left, with recorded_at, or leave it out"
_CURE_OF_ROWS = "Give the rows of accounts that have left as well, or leave the table out"
_SPAN = 1 << 32  # of the days of one account among keys
_PLANNED = {"renews", "ends_on"}  # of a contract: what was to end does, and all who had it have left


@dataclass(frozen=True)
class _Seen:
    """Accounts as they stood on days: a leaver on the last one `LOOK_BACK` days or more before it was gone, and those
    who stayed on every such day. One place an account and day.

    account: its number. day: from 1970. stratum: day and tenure, within which leavers and others are compared.
    is_gone: whether it is a leaver. last: the last day on which it was surely there.
    """

    account: Ints
    day: Ints
    stratum: Ints
    is_gone: Mask
    last: Ints

    def at(self, places: Mask) -> "_Seen":
        return _Seen(*(getattr(self, name)[places] for name in self.__dataclass_fields__))

    def with_as_many(self, rows: Ints) -> "_Seen":
        """Compared only where they have about as many rows: few are more often alike than many."""
        band = np.ceil(np.log2(np.maximum(rows, 1))).astype(np.int64)
        return replace(self, stratum=self.stratum * (band.max(initial=0) + 1) + band)


@dataclass(frozen=True)
class _Contrast:
    """What is so of most leavers and of next to none of the others: in how many of how many leavers, and in what share
    of the others.
    """

    says: list[object]
    found: int
    leavers: int
    also: float


def overwritten(
    table: Table,
    rows: pd.DataFrame,
    fates: pd.DataFrame,
    first_seen: pd.Series,
    newest: pd.Timestamp,
    leave: Leave,
    columns: Collection[str],
) -> Iterator[Finding]:
    """What in a table of events was written over, or taken out, once an account had gone: code a.

    rows: columns of the table, times as such. fates: as `fates_of` gives them. first_seen: the first as_of on which an
    account was at risk, by account_id. leave: what shows when an account left. columns: those that features read.
    """
    if table.happened is None:
        return
    fates = _drawn(fates)
    seen = _seen(fates, first_seen, newest)
    account = fates.index.get_indexer(pd.Index(rows["account_id"]))
    rows, account = rows[account >= 0], account[account >= 0].astype(np.int64)
    known = rows[table.happened] if "recorded_at" not in rows else rows[[table.happened, "recorded_at"]].max(axis=1)
    total = _count(seen, np.sort(_keys(account, known)))
    none = _contrast(seen, {None: total == 0}, 1)
    if none:
        what = f"{none.found:,} of {none.leavers:,} leavers had no row {LOOK_BACK} days before {leave}"
        yield Finding(
            "a",
            table.name,
            "account_id",
            f"{what}, and {none.also:.1%} of the others: rows of those who left were taken out",
            _CURE_OF_ROWS,
        )
        return
    for column in table.columns:
        if column.name not in rows or column.name not in columns or column.name == table.happened:
            continue
        counts = dict(_counts(seen, total, account, known, column, rows, table))
        for least in ROWS:
            some = total >= least
            alike = {value: (count == total)[some] for value, count in counts.items()}
            if found := _contrast(seen.with_as_many(total).at(some), alike, len(ROWS) * max(len(alike), 1)):
                yield Finding("a", table.name, column.name, _words(found, column, leave), _CURE)
                break


def _words(found: _Contrast, column: Column, leave: Leave) -> str:
    lag = " days after its row's own" if column.kind in ("date", "time") else ""
    said = ", ".join("nothing" if value is None or value != value else f"'{value}'{lag}" for value in found.says)
    return (
        f"it says {said} in all rows that {found.found:,} of {found.leavers:,} leavers had {LOOK_BACK} days before "
        f"{leave}, and in those of {found.also:.1%} of the others: written over once they had gone"
    )


def _drawn(fates: pd.DataFrame) -> pd.DataFrame:
    """All, or as many leavers and others as are enough, drawn at random, always the same ones."""
    chance = np.random.default_rng(SEED)
    places = [np.flatnonzero(of) for of in (fates["is_gone"], ~fates["is_gone"])]
    return fates.iloc[np.sort(np.concatenate([chance.permutation(found)[:MANY] for found in places]))]


def _seen(fates: pd.DataFrame, first_seen: pd.Series, newest: pd.Timestamp) -> _Seen:
    is_gone, last = fates["is_gone"].to_numpy(bool), _days(fates["until"])
    first = _days(first_seen.reindex(fates.index))
    now = int(_days(pd.Series([newest]))[0])
    step = (last - LOOK_BACK - now) // LOOK_BACK
    account = [np.empty(0, np.int64)]
    day = [np.empty(0, np.int64)]
    for back in range(int(step[is_gone].min(initial=0)), 0):
        then = now + back * LOOK_BACK
        account.append(np.flatnonzero(np.where(is_gone, step == back, step >= back) & (first <= then - TENURES[0])))
        day.append(np.full(len(account[-1]), then))
    accounts, days = np.concatenate(account), np.concatenate(day)
    tenure = np.searchsorted(TENURES, days - first[accounts], side="right")
    return _Seen(accounts, days, (now - days) * (len(TENURES) + 1) + tenure, is_gone[accounts], last[accounts])


def _counts(
    seen: _Seen, total: Ints, account: Ints, known: pd.Series, column: Column, rows: pd.DataFrame, table: Table
) -> Iterator[tuple[object, Ints]]:
    """What rows may say in a column, and how many of an account's rows say it on a day."""
    values = rows[column.name]
    match column.kind:
        case _ if (table.name == "contracts" and column.name in _PLANNED) or column.name == "account_id":
            return
        case "money":
            values = values.astype("Float64").fillna(0).eq(0).map({True: "0"})
        case "date" | "time" if column.planned:
            values = (values - rows[table.happened]).dt.days
        case "date" | "time":  # it says nothing before it has happened
            there = values.notna().to_numpy(bool)
            later = known.where(known > values, values)[there]
            yield None, total - _count(seen, np.sort(_keys(account[there], later)))
            return
        case "choice" if column.required:  # what the row is, as a sign of leaving
            return
    codes, found = pd.factorize(values, use_na_sentinel=False)
    pairs = np.unique(codes.astype(np.int64) * _SPAN + account)
    left = np.bincount(pairs // _SPAN, np.isin(pairs % _SPAN, seen.account[seen.is_gone]), len(found)) >= LEAST
    keys = _keys(account, known)
    order = np.lexsort((keys, codes))
    ends = np.bincount(codes, minlength=len(found)).cumsum()
    for code in np.flatnonzero(left):
        value = found[int(code)]
        if column.kind != "money" or not pd.isna(value):
            yield value, _count(seen, keys[order[ends[code - 1] if code else 0 : ends[code]]])


def _keys(account: Ints, known: pd.Series) -> Ints:
    """A number a row, in the order of account and day."""
    return account * _SPAN + _days(known)


def _count(seen: _Seen, keys: Ints) -> Ints:
    """For each place how many of the rows, by their keys in order, are the account's and known before the day."""
    first = seen.account * _SPAN
    counts: Ints = np.searchsorted(keys, first + seen.day) - np.searchsorted(keys, first)
    return counts


def _contrast(seen: _Seen, matches: Mapping[object, Mask], looks: int) -> _Contrast | None:
    """Of all leavers, or those of one half of the time; None where nothing holds for over half of them alone."""
    middle = np.median(seen.last[seen.is_gone]) if seen.is_gone.any() else 0
    halves: tuple[Mask, ...] = (np.ones(len(seen.day), bool), seen.last <= middle, seen.last > middle)
    for half in halves:
        counted = half | ~seen.is_gone
        among = seen.at(counted)
        strata = int(seen.stratum.max(initial=0)) + 1
        gone, others = (np.bincount(among.stratum[of], minlength=strata) for of in (among.is_gone, ~among.is_gone))
        comparable = (others > 0)[among.stratum]
        leavers = int((among.is_gone & comparable).sum())
        if leavers < LEAST:
            continue
        weight = np.where(others > 0, gone, 0) / leavers / np.maximum(others, 1)  # of one of the others
        people = len(np.unique(among.account[~among.is_gone & (weight > 0)[among.stratum]]))
        size = min(people, 1 / (weight**2 * others).sum())
        alone, also = [], 0.0
        covered = np.zeros(len(among.day), bool)
        for value, match in matches.items():
            is_so = match[counted]
            found = int((is_so & among.is_gone & comparable).sum())
            share = float(weight[among.stratum[is_so & ~among.is_gone]].sum())
            if found >= LEAST and found / leavers >= TIMES * share and not at_once(among.last[is_so & among.is_gone]):
                rare = CHANCE / looks / len(halves)
                least = beta.ppf(rare, found, leavers - found + 1)  # Clopper and Pearson (1934)
                most = beta.isf(rare, share * size + 1, max(size * (1 - share), 1e-9))
                if least >= SURELY * most:
                    alone.append(value)
                    also += share
                    covered |= is_so
        found = int((covered & among.is_gone & comparable).sum())
        if found > MOST * leavers:
            return _Contrast(alone, found, leavers, also)
    return None


def _days(times: pd.Series) -> Ints:
    return times.to_numpy("datetime64[D]").astype(np.int64)
