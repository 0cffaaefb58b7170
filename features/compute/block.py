"""Block: every measure of some accounts (or reps, or teams) on every snapshot."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from features.compute.scan import Scan, answer_key, is_money, item_of, scan_of
from features.kernels import windows
from features.kernels.gaps import Days, Gaps, days_after, days_of, gaps_longer, latest_gaps
from features.kernels.grid import NEVER, OLDEST, Grid, ScannedRows
from features.language.measures import (
    REP,
    SIMILAR,
    AtRep,
    Computed,
    Constant,
    DaysAfter,
    DaysSinceFirst,
    DaysSinceLast,
    Distinct,
    Gap,
    GapsLonger,
    Measure,
    OfCurrent,
    OfRows,
    OldestOpen,
    Pooled,
    Season,
    SellerInCharge,
    Sum,
)
from features.language.rows import Rows


@dataclass(frozen=True)
class Firm:
    """What all blocks share: who the accounts and reps are, and numbers of reps, teams and pools of accounts."""

    grid: Grid
    accounts: pd.DataFrame  # account_id, sorted; segment, region, sold_by_rep_id where given
    reps: pd.Index
    teams: pd.Index
    team_of_rep: np.ndarray
    levels: "dict[str, Block]" = field(default_factory=dict)
    pools: dict[tuple[object, ...], np.ndarray] = field(default_factory=dict)  # sums, [what accounts share, snapshots]
    _shared: dict[str, tuple[np.ndarray, int]] = field(default_factory=dict)

    @cached_property
    def sellers(self) -> np.ndarray:
        return self.reps.get_indexer(pd.Index(self.accounts["sold_by_rep_id"]))

    def pool_codes(self, by: str) -> tuple[np.ndarray, int]:
        """Code of each account's segment or region (-1: none), and how many there are."""
        if by not in self._shared:
            if by != SIMILAR:
                shared = self.accounts[by]
            elif "segment" in self.accounts:
                shared = self.accounts["segment"].fillna("")
            else:
                shared = pd.Series("", index=self.accounts.index)
            codes, values = pd.factorize(shared, sort=True)
            self._shared[by] = codes, len(values)
        return self._shared[by]


class Block:
    """Some keys (accounts, reps or teams), their rows, and every measure of them that was asked for."""

    def __init__(self, firm: Firm, keys: int, rows: dict[Scan, ScannedRows], first: int = 0) -> None:
        self.firm, self.keys, self.first = firm, keys, first
        self._rows = rows
        self._values: dict[tuple[object, ...], np.ndarray] = {}
        self._days: dict[tuple[object, ...], Days] = {}
        self._gaps: dict[tuple[object, ...], Gaps] = {}

    def value(self, measure: Measure) -> np.ndarray:
        """A measure's values, [keys, snapshots] or what broadcasts to it; NaN is missing. Do not write to it."""
        identity = measure.identity
        if identity not in self._values:
            self._values[identity] = self._compute(measure)
        return self._values[identity]

    def whole(self, measure: Measure) -> np.ndarray:
        """A measure's values in full, [keys, snapshots]."""
        return np.broadcast_to(self.value(measure), (self.keys, self.firm.grid.snapshots))

    @property
    def has_reps(self) -> bool:
        rows = self._rows.get(scan_of(REP))
        return rows is not None and "rep_id" in rows.items and (REP.until,) in rows.known

    @cached_property
    def reps(self) -> np.ndarray:
        """Code of the rep in charge of each account on each as_of, [keys, snapshots]; -1: none."""
        return np.nan_to_num(self.whole(REP), nan=-1).astype(np.int64)

    def _compute(self, measure: Measure) -> np.ndarray:
        match measure:
            case Constant():
                return np.array([[measure.value]])
            case Computed():
                with np.errstate(invalid="ignore", divide="ignore"):
                    return measure.function(*map(self.value, measure.arguments))
            case Season():
                days = np.array([as_of.timetuple().tm_yday for as_of in self.firm.grid.as_ofs])
                return getattr(np, measure.wave)(2 * np.pi * days / 365.25)[None, :]
            case AtRep():
                return self._at_rep(measure)
            case Pooled():
                return self._at_pool(measure)
            case SellerInCharge():
                sellers = self.firm.sellers[self.first : self.first + self.keys, None]
                is_known = self.firm.accounts["sold_by_rep_id"].notna().to_numpy()
                unknown = ~is_known[self.first : self.first + self.keys, None] | (self.reps < 0)
                return np.where(unknown, np.nan, self.reps == sellers)
            case OfRows():
                return self._of_rows(measure)
        raise TypeError(f"no way to compute {measure!r}")

    def _of_rows(self, leaf: OfRows) -> np.ndarray:
        ages, keys = self.firm.grid.ages, self.keys
        rows = self._rows[scan_of(leaf)]
        values, enters = rows.answers[answer_key(leaf)], rows.known[leaf.rows.known_by]
        match leaf:
            case Sum():
                total = windows.in_window(rows.codes, rows.ages, enters, values, leaf.days or OLDEST, keys, ages)
                return total / 100 if is_money(leaf) else total
            case Distinct():
                items = rows.items[leaf.column]
                enters = np.where((values > 0) & (items >= 0), enters, np.int32(NEVER))
                return windows.different(
                    rows.codes, items, enters, np.maximum(rows.ages - leaf.days, NEVER), keys, ages
                )
            case DaysSinceLast():
                return windows.days_since_last(rows.codes, rows.ages, enters, values, keys, ages)
            case DaysSinceFirst():
                oldest = np.where(values, rows.ages, np.nan)
                never = np.full(len(enters), NEVER, dtype=np.int32)
                return windows.greatest_in_force(rows.codes, enters, never, oldest, keys, ages) - ages
            case OldestOpen():
                since = np.where(values, rows.ages, np.nan) if leaf.since is None else values
                gone = np.maximum(rows.known[(*leaf.rows.known_by, leaf.until)], rows.ages - (leaf.days or OLDEST))
                return windows.greatest_in_force(rows.codes, enters, gone, since, keys, ages) - ages
            case OfCurrent():
                return self._of_current(leaf, rows, values, enters)
            case GapsLonger():
                return gaps_longer(self.days(leaf.rows), leaf.than, leaf.days, self.firm.grid)
            case DaysAfter():
                since = np.ascontiguousarray(self.whole(leaf.since))
                return days_after(self.days(leaf.rows), since, leaf.days, self.firm.grid)
            case Gap():
                return getattr(self._latest_gaps(leaf.rows), leaf.what)
        raise TypeError(f"no way to compute {leaf!r}")

    def _of_current(self, leaf: OfCurrent, rows: ScannedRows, values: np.ndarray, enters: np.ndarray) -> np.ndarray:
        ages = self.firm.grid.ages
        item = item_of(leaf)
        counts = values if item else ~np.isnan(values)
        said = rows.items[item].astype(np.float64) if item else values
        closed = rows.known[(*leaf.rows.known_by, leaf.until)]
        position = windows.latest_started(
            rows.codes, rows.ages, said, np.where(counts, enters, np.int32(NEVER)), closed, self.keys, ages
        )
        found = np.append(said, np.nan)[position]
        if leaf.rows.table[leaf.column].kind == "date":
            found = ages - found  # days from as_of on
        elif is_money(leaf):
            found = found / 100
        return np.where(position < 0, np.nan, found)

    def days(self, rows: Rows) -> Days:
        """The different days on which each account has such rows; some measure of them must have been asked for."""
        if rows.identity not in self._days:
            of_scan = self._rows[scan_of(Gap(rows))]
            counts, enters = of_scan.answers[answer_key(Gap(rows))], of_scan.known[rows.known_by]
            seen = (counts > 0) & (enters > NEVER)
            self._days[rows.identity] = days_of(of_scan.codes[seen], of_scan.ages[seen], enters[seen], self.keys)
        return self._days[rows.identity]

    def _latest_gaps(self, rows: Rows) -> Gaps:
        if rows.identity not in self._gaps:
            self._gaps[rows.identity] = latest_gaps(self.days(rows), self.firm.grid)
        return self._gaps[rows.identity]

    def _at_rep(self, measure: AtRep) -> np.ndarray:
        """A rep's numbers, gathered at the rep in charge."""
        numbers = self.firm.levels[measure.level].whole(measure.of_rep)
        codes = self.reps
        if measure.level == "team":
            codes = np.append(self.firm.team_of_rep, -1)[codes]
        return _with_none(numbers)[codes, np.arange(codes.shape[1])]

    def _at_pool(self, measure: Pooled) -> np.ndarray:
        sums, codes = _with_none(self.firm.pools[measure.identity] / measure.scale), self.pool_codes(measure.by)
        return sums[codes[:, 0]] if codes.shape[1] == 1 else sums[codes, np.arange(codes.shape[1])]

    def pool_codes(self, by: str) -> np.ndarray:
        """Code of what each account shares with others, [keys, snapshots] or [keys, 1]; -1: nothing."""
        return self.reps if by == "rep_id" else self.firm.pool_codes(by)[0][self.first : self.first + self.keys, None]


def _with_none(numbers: np.ndarray) -> np.ndarray:
    """Numbers by code, and missing ones for the code -1."""
    return np.concatenate([numbers, np.full((1, numbers.shape[1]), np.nan)])
