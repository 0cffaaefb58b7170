"""Subscribers: a made-up firm that sells contracts and takes no orders, whose true chances of leaving are known.

An account is content or not, which changes by chance from month to month. At the end of every term it may leave, far
more often where it is not content. Nobody writes that down; tickets, calls and conversations show it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

Row = tuple[Any, ...]  # of a table that is being made; times are days from the first of all

DAY = pd.Timedelta(days=1)
MONTH, YEAR = 30, 365
YEARS_BEFORE = 4  # in which customers came as well, of whom only contracts still in force are on record
AFTER = 200  # days of the future, to hold against
TURNS = np.array([[0.96, 0.04], [0.15, 0.85]])  # from month to month: content, not content
LEAVES = {MONTH: np.array([0.01, 0.12]), YEAR: np.array([0.06, 0.55])}  # at the end of a term, content and not
TICKETS, TALKS, CALLS = (0.1, 0.7), (0.7, 0.3), (0.15, 0.3)  # a month, content and not
RETURNED = (0.95, 0.5)  # the share of calls
GRACE = 30
SIGNED_AHEAD = 0.7  # of the next terms that have a row of their own, begin in time and are no first ones


@dataclass(frozen=True)
class Term:
    """An account's current contract on a day: when its term ends, when it decides, and for how long it renews."""

    last: int
    decides: int
    days: int


@dataclass
class _Account:
    """What truly was: spells in which a contract was in force (first and last day), terms, and mood by month."""

    account_id: str
    spells: list[tuple[int, int]]
    terms: list[tuple[int, Term, bool]]  # the first day, the term, whether it is left at its end
    mood: np.ndarray


@dataclass(frozen=True)
class Subscribers:
    """The tables of such a firm with what came after `as_of`, and its truth. Days count from the first of all."""

    tables: dict[str, pd.DataFrame]
    first: pd.Timestamp
    accounts: tuple[_Account, ...]

    def left(self, as_of: date, horizon: int) -> pd.Series:
        """Whether each account with a contract in force left within the horizon, by account_id."""
        day = self._day(as_of)
        found = {
            one.account_id: float(last + 1 < day + horizon)
            for one in self.accounts
            for first, last in one.spells
            if first < day <= last
        }
        return pd.Series(found, dtype=float)

    def chance(self, as_of: date, horizon: int) -> pd.Series:
        """The true chance that it would, as who knows everybody's mood and mind could tell. Plans that are changed and
        late renewals, which move the end of a term, are not foreseen.
        """
        day = self._day(as_of)
        return pd.Series(
            {
                one.account_id: _chance(one, term, is_left, day, horizon)
                for one in self.accounts
                for first, term, is_left in one.terms
                if first <= day <= term.last
            },
            dtype=float,
        )

    def _day(self, as_of: date) -> int:
        return int((pd.Timestamp(as_of) - self.first).days)


def _chance(one: _Account, term: Term, is_left: bool, day: int, horizon: int) -> float:
    stays, mood, month = 1.0, np.eye(2)[one.mood[day // MONTH]], day // MONTH
    last, decides = term.last, term.decides
    while last + 1 < day + horizon:
        if decides < day:
            if is_left:
                return 1.0
        else:
            while month < decides // MONTH:
                mood, month = mood @ TURNS, month + 1
            stays *= 1 - mood @ LEAVES[term.days]
            mood = mood * (1 - LEAVES[term.days])
            mood /= mood.sum()
        last, decides, is_left = last + term.days, decides + term.days, False
    return 1 - stays


def subscribers(
    seed: int, months: int, as_of: date, *, customers: int = 1500, by: str = "contract", contracts: bool = True
) -> Subscribers:
    """months: how far the records reach back from as_of. by: contract or losses; by losses every leaver is on record
    some weeks later, one of seven as involuntary. contracts: whether there is a table of them.
    """
    chance = np.random.default_rng(seed)
    span = YEARS_BEFORE * YEAR + months * MONTH
    until = span + AFTER
    first = pd.Timestamp(as_of) - span * DAY
    begins = YEARS_BEFORE * YEAR
    made = [_account(chance, f"S{number:05d}", until) for number in range(customers)]
    signs = np.random.default_rng([seed, 1])  # a stream of its own: what else there is stays as it is
    rows: dict[str, list[Row]] = {name: [] for name in ("contracts", "tickets", "contacts", "calls", "losses")}
    people: list[Row] = []
    for one, told in made:
        if one.spells[-1][1] < begins:
            continue
        people.append((one.account_id, one.spells[0][0]))
        rows["contracts"] += [(*row[:-1], _signed(signs, row[1], row[-1])) for row in told if row[-2] >= begins]
        _events(chance, one, rows, begins, until)
        for _, last in one.spells:
            if begins <= last < until - 1:
                kind = "involuntary" if chance.random() < 1 / 7 else "voluntary"
                rows["losses"].append((one.account_id, last + 1, kind, last + 1 + int(chance.integers(2, 40))))
    columns = {
        "contracts": [
            "account_id",
            "starts_on",
            "ends_on",
            "renews",
            "cancelled_at",
            "annual_value",
            "_last",
            "recorded_at",
        ],
        "tickets": ["account_id", "opened_at", "resolved_at"],
        "contacts": ["account_id", "contacted_at", "channel"],
        "calls": ["account_id", "called_at", "returned_at"],
        "losses": ["account_id", "lost_on", "kind", "recorded_at"],
    }
    tables = {"accounts": _dated(pd.DataFrame(people, columns=["account_id", "opened_on"]), first)}
    for name, found in rows.items():
        if (name != "contracts" or contracts) and (name != "losses" or by == "losses"):
            tables[name] = _dated(
                pd.DataFrame(found, columns=columns[name]).drop(columns="_last", errors="ignore"), first
            )
    return Subscribers(tables, first, tuple(one for one, _ in made))


def _signed(signs: np.random.Generator, start: int, decided: int | None) -> int | None:
    """The day on which a contract was entered, if it was signed before it began."""
    is_ahead = decided is not None and decided + 1 < start and signs.random() < SIGNED_AHEAD
    return decided + 1 if is_ahead and decided is not None else None


def _account(chance: np.random.Generator, account_id: str, until: int) -> tuple[_Account, list[Row]]:
    """What truly was, and the rows of its contracts, the last items of which are the last day of the row and the day on
    which a term in time that follows another row was decided on (None: no such term).
    """
    months = until // MONTH + 2
    mood = np.zeros(months, dtype=int)
    for month in range(1, months):
        mood[month] = chance.random() < TURNS[mood[month - 1], 1]
    style = chance.choice(["renews", "row a term", "open-ended"], p=[0.4, 0.4, 0.2])
    days = MONTH if style == "open-ended" or chance.random() < 0.4 else YEAR
    lead = 0 if style == "open-ended" else int(chance.integers(0, 20) if days == MONTH else chance.integers(10, 90))
    worth = round(float(chance.lognormal(8, 0.8)), 2)
    one = _Account(account_id, [], [], mood)
    rows: list[Row] = []
    start = int(chance.integers(0, until))
    while start < until:  # once more for whoever comes back
        begun, row, first = start, start, start
        decided = None
        while True:
            last = first + days - 1
            decides = last - lead
            leaves = last < until and chance.random() < LEAVES[days][mood[max(decides, first) // MONTH]]
            one.terms.append((first, Term(last, decides, days), leaves))
            if leaves or last >= until:
                break
            first = last + 1
            changes = chance.random() < (0.02 if days == MONTH else 0.2)
            if style == "row a term":
                rows.append((account_id, row, row + days - 1, "no", None, worth, last, decided))
                late = int(chance.integers(1, 20)) if chance.random() < 0.15 else 0
                first = row = last + 1 + late
                decided = None if late else decides
            if changes:
                worth = round(worth * float(chance.choice([0.8, 1.3, 1.5])), 2)
                if style == "renews":  # the old plan is noticed as the new one begins
                    rows.append((account_id, row, row + days - 1, "yes", last, round(worth / 1.3, 2), last, None))
                    row = first
                if days == MONTH and style != "open-ended" and chance.random() < 0.5:
                    days, lead = YEAR, int(chance.integers(10, 90))
        match style:
            case "renews":
                rows.append((account_id, row, row + days - 1, "yes", decides if leaves else None, worth, last, None))
            case "row a term":
                told = decides if leaves and chance.random() < 0.4 else None
                rows.append((account_id, row, row + days - 1, "no", told, worth, last, decided))
            case _:
                rows.append((account_id, row, None, "no", last if leaves else None, worth, last, None))
        one.spells.append((begun, last))
        if not leaves or chance.random() > 0.15:
            break
        start = last + 1 + GRACE + int(chance.integers(10, 170))
    return one, rows


def _events(chance: np.random.Generator, one: _Account, rows: dict[str, list[Row]], begins: int, until: int) -> None:
    for first, last in one.spells:
        for month in range(max(first, begins) // MONTH, min(last, until) // MONTH + 1):
            mood = one.mood[month]

            def days(often: tuple[float, float], month: int = month, mood: int = mood) -> np.ndarray:
                drawn = month * MONTH + chance.integers(0, MONTH, chance.poisson(often[mood]))
                return drawn[(drawn >= max(first, begins)) & (drawn <= last)]  # noqa: B023 - called at once

            rows["tickets"] += [
                (one.account_id, day, day + int(chance.gamma(1, 5 + 15 * mood))) for day in days(TICKETS)
            ]
            rows["contacts"] += [(one.account_id, day, "call") for day in days(TALKS)]
            for day in days(CALLS):
                back = day + int(chance.integers(0, 3)) if chance.random() < RETURNED[mood] else None
                rows["calls"].append((one.account_id, day, back))


def _dated(rows: pd.DataFrame, first: pd.Timestamp) -> pd.DataFrame:
    times = rows.columns[rows.columns.str.endswith(("_on", "_at"))]
    return rows.assign(**{name: first + pd.to_timedelta(rows[name].astype(float), unit="D") for name in times})
