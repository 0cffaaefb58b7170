"""Compute: the values of measures for every account and snapshot, a block of accounts at a time."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property

import ibis
import numpy as np
import pandas as pd

from features import running
from features.engine import Engine
from features.measures import (
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
    leaves,
)
from features.rhythm import Days, Gaps, days_after, days_of, gaps_longer, latest_gaps
from features.rows import Rows, assignments
from features.tiles import (
    BY_DAY,
    NEVER,
    NO_AGE,
    Grid,
    Grouping,
    Request,
    Tiles,
    answer_key,
    grouped,
    is_money,
    read,
    requests,
)

BLOCK = 25_000  # accounts: some hundred features × snapshots of them fit into a few hundred megabytes

REP = OfCurrent(assignments, column="rep_id", until="ends_at")


def needs(root: Measure) -> set[tuple[str, str]]:
    """The (table, column) pairs without which a measure cannot be computed."""
    found: set[tuple[str, str]] = set()
    for leaf in leaves(root):
        match leaf:
            case OfRows():
                found |= {(leaf.rows.table.name, column) for column in leaf.columns}
            case AtRep() | Pooled(by="rep_id"):
                found |= {("rep_assignments", column) for column in REP.columns}
                if isinstance(leaf, AtRep) and leaf.level != "rep_id":
                    found |= {("reps", "rep_id"), ("reps", leaf.level)}
            case Pooled() if leaf.by != SIMILAR:
                found.add(("accounts", leaf.by))
            case SellerInCharge():
                found |= {("rep_assignments", column) for column in REP.columns} | {("accounts", "sold_by_rep_id")}
    return found


@dataclass(frozen=True)
class Firm:
    """What all blocks share: who the accounts and reps are, and numbers of reps, teams and pools of accounts."""

    grid: Grid
    accounts: pd.DataFrame  # account_id, sorted; segment, region, sold_by_rep_id where given
    reps: pd.Index
    teams: pd.Index
    team_of_rep: np.ndarray
    levels: "dict[str, Block]" = field(default_factory=dict)
    pools: dict[tuple[object, ...], np.ndarray] = field(default_factory=dict)

    @cached_property
    def sellers(self) -> np.ndarray:
        return self.reps.get_indexer(pd.Index(self.accounts["sold_by_rep_id"]))

    def pool_codes(self, by: str) -> tuple[np.ndarray, int]:
        """Code of each account's segment or region (-1: none), and how many there are."""
        if by == SIMILAR and "segment" not in self.accounts:
            return np.zeros(len(self.accounts), dtype=np.int64), 1
        if by == SIMILAR:
            return pd.factorize(self.accounts["segment"].fillna(""), sort=True)[0], self.accounts["segment"].nunique(
                dropna=False
            )
        codes, values = pd.factorize(self.accounts[by], sort=True)
        return codes, len(values)


class Block:
    """Some keys (accounts, reps or teams), their tiles, and every measure of them that was asked for."""

    def __init__(self, firm: Firm, keys: int, tiles: dict[Grouping, tuple[Request, Tiles]], first: int = 0) -> None:
        self.firm, self.keys, self.first = firm, keys, first
        self._tiles = tiles
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
        return any(request.grouping.table == REP.rows.table.name for request, _ in self._tiles.values())

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
        grid, starts = self.firm.grid, self.firm.grid.starts
        tiles, answer = self._answer(leaf)
        enters = tiles.known[leaf.rows.known_by]
        match leaf:
            case Sum():
                window = _leaves(tiles, leaf.days, grid)
                total = running.in_force(tiles.codes, enters, window, answer, self.keys, starts)
                return total / 100 if is_money(leaf) else total
            case Distinct():
                seen = answer > 0
                window = _leaves(tiles, leaf.days, grid)[seen]
                items = tiles.item[seen] if tiles.item is not None else np.zeros(0)
                return running.different(tiles.codes[seen], items, enters[seen], window, self.keys, starts)
            case DaysSinceLast():
                return _since(running.least_known(tiles.codes, enters, answer, self.keys, starts), grid)
            case DaysSinceFirst():
                least = running.least_known(tiles.codes, enters, -answer, self.keys, starts)
                return _since(np.where(least == NO_AGE, NO_AGE, -least), grid)
            case OldestOpen():
                window = np.maximum(tiles.known[(*leaf.rows.known_by, leaf.until)], _leaves(tiles, leaf.days, grid))
                return running.greatest_in_force(tiles.codes, enters, window, answer, self.keys, starts) - grid.ages
            case OfCurrent():
                return self._of_current(leaf, tiles, answer, enters)
            case GapsLonger():
                return gaps_longer(self.days(leaf.rows), leaf.than, leaf.days, grid)
            case DaysAfter():
                since = np.ascontiguousarray(self.whole(leaf.since))
                return days_after(self.days(leaf.rows), since, leaf.days, grid)
            case Gap():
                return self._gap(leaf)
        raise TypeError(f"no way to compute {leaf!r}")

    def _answer(self, leaf: OfRows) -> tuple[Tiles, np.ndarray]:
        for request, tiles in self._tiles.values():
            if not _answers(request.grouping, leaf):
                continue
            for name, asked in request.measures.items():
                if answer_key(asked) == answer_key(leaf):
                    return tiles, tiles.answers[name]
        raise KeyError(f"no grouping was asked for {leaf!r}")

    def _of_current(self, leaf: OfCurrent, tiles: Tiles, answer: np.ndarray, enters: np.ndarray) -> np.ndarray:
        grid = self.firm.grid
        if tiles.age is None:
            raise TypeError("a current row needs its day")
        is_id = leaf.rows.table[leaf.column].kind == "id"
        counts = answer > 0 if is_id else ~np.isnan(answer)
        said = tiles.item.astype(np.float64) if is_id and tiles.item is not None else answer
        closed = tiles.known[(*leaf.rows.known_by, leaf.until)]
        position = running.latest_started(
            tiles.codes, tiles.age, said, np.where(counts, enters, NEVER), closed, self.keys, grid.starts
        )
        found = np.append(said, np.nan)[position]
        if leaf.rows.table[leaf.column].kind == "date":
            found = grid.ages - found  # days from as_of on
        elif is_money(leaf):
            found = found / 100
        return np.where(position < 0, np.nan, found)

    def days(self, rows: Rows) -> Days:
        """The different days on which each account has such rows; some `Gap` of these rows must have been asked for."""
        if rows.identity not in self._days:
            tiles, answer = self._answer(Gap(rows))
            if tiles.age is None:
                raise TypeError("gaps need days")
            enters = tiles.known[rows.known_by]
            seen = (answer > 0) & (enters >= 0)
            self._days[rows.identity] = days_of(tiles.codes[seen], tiles.age[seen], enters[seen], self.keys)
        return self._days[rows.identity]

    def _gap(self, leaf: Gap) -> np.ndarray:
        identity = leaf.rows.identity
        if identity not in self._gaps:
            self._gaps[identity] = latest_gaps(self.days(leaf.rows), self.firm.grid)
        return getattr(self._gaps[identity], leaf.what)

    def _at_rep(self, measure: AtRep) -> np.ndarray:
        """A rep's numbers, gathered at the rep in charge."""
        numbers = self.firm.levels[measure.level].whole(measure.of_rep)
        codes = self.reps
        if measure.level == "team":
            codes = np.append(self.firm.team_of_rep, -1)[codes]
        return np.where(codes >= 0, numbers[codes, np.arange(codes.shape[1])], np.nan)

    def _at_pool(self, measure: Pooled) -> np.ndarray:
        totals = self.firm.pools[measure.identity]
        codes = self.pool_codes(measure.by)
        return np.where(codes >= 0, totals[codes, np.arange(codes.shape[1])], np.nan) / measure.scale

    def pool_codes(self, by: str) -> np.ndarray:
        """Code of what each account shares with others on each as_of, [keys, snapshots]; -1: nothing."""
        if by == "rep_id":
            return self.reps
        codes = self.firm.pool_codes(by)[0][self.first : self.first + self.keys]
        return np.broadcast_to(codes[:, None], (self.keys, self.firm.grid.snapshots))


def blocks(engine: Engine, roots: list[Measure], grid: Grid) -> Iterator[Block]:
    """Every account, in blocks, able to give the value of each root."""
    firm = _firm(engine, grid)
    asked = [leaf for root in roots for leaf in leaves(root)]
    if REP.columns <= engine.columns.get(REP.rows.table.name, set()):
        asked.append(REP)
    of_rows = {leaf.identity: leaf for leaf in asked if isinstance(leaf, OfRows)}.values()
    _add_levels(firm, engine, [leaf for leaf in of_rows if leaf.rows.key != "account_id"])
    of_accounts = [leaf for leaf in of_rows if leaf.rows.key == "account_id"]
    pools = list({leaf.identity: leaf for leaf in asked if isinstance(leaf, Pooled)}.values())
    starts = range(0, len(firm.accounts), BLOCK)
    if len(starts) == 1:
        block = _block(firm, engine, of_accounts, 0)
        _pool(firm, pools, [block])
        yield block
        return
    pooled = [leaf for pool in pools for leaf in leaves(pool) if isinstance(leaf, OfRows)]
    if any(pool.by == "rep_id" for pool in pools):
        pooled.append(REP)
    _pool(firm, pools, _blocks(firm, engine, pooled, starts))
    yield from _blocks(firm, engine, of_accounts, starts)


def _firm(engine: Engine, grid: Grid) -> Firm:
    given = [
        name for name in ("account_id", "segment", "region", "sold_by_rep_id") if name in engine.columns["accounts"]
    ]
    accounts = engine.arrow(engine.table("accounts").select(*given)).to_pandas()
    accounts = accounts.sort_values("account_id", ignore_index=True)
    if "reps" in engine.columns:
        listed = ["rep_id", "team"] if "team" in engine.columns["reps"] else ["rep_id"]
        reps = engine.arrow(engine.table("reps").select(*listed)).to_pandas()
    else:
        reps = pd.DataFrame({"rep_id": pd.Series(dtype="str")})
    seen = [reps["rep_id"]]
    if "rep_assignments" in engine.columns:
        seen.append(engine.arrow(engine.table("rep_assignments").select("rep_id").distinct()).to_pandas()["rep_id"])
    index = pd.Index(pd.concat(seen).dropna().unique()).sort_values()
    team_of_rep, teams = np.full(len(index), -1), pd.Index([])
    if "team" in reps:
        codes, teams = pd.factorize(reps["team"], sort=True)
        team_of_rep[index.get_indexer(reps["rep_id"])] = codes
    return Firm(grid, accounts, index, pd.Index(teams), team_of_rep)


def _add_levels(firm: Firm, engine: Engine, of_levels: list[OfRows]) -> None:
    for level, codes in (("rep_id", firm.reps), ("team", firm.teams)):
        here = [leaf for leaf in of_levels if leaf.rows.key == level]
        tiles = {}
        for grouping, request in requests(here).items():
            expression = grouped(request, engine.table(grouping.table), None, firm.grid)
            tiles[grouping] = (request, read(request, engine.arrow(expression), firm.grid, codes, None))
        firm.levels[level] = Block(firm, len(codes), tiles)


def _blocks(firm: Firm, engine: Engine, of_rows: list[OfRows], starts: range) -> Iterator[Block]:
    """The blocks that begin at `starts`; the engine groups the next one while the caller computes with this one."""
    with ThreadPoolExecutor(max_workers=1) as ahead:
        following = ahead.submit(_block, firm, engine, of_rows, starts[0])
        for first in starts:
            block = following.result()
            if first != starts[-1]:
                following = ahead.submit(_block, firm, engine, of_rows, first + BLOCK)
            yield block
            del block  # before the next one is waited for


def _block(firm: Firm, engine: Engine, of_rows: Iterable[OfRows], first: int) -> Block:
    accounts = firm.accounts["account_id"].iloc[first : first + BLOCK]
    keys = ibis.memtable(pd.DataFrame({"account_id": accounts, "code": np.arange(len(accounts), dtype=np.int32)}))
    tiles = {}
    for grouping, request in requests(of_rows).items():
        table = engine.table(grouping.table)
        # Tables are sorted by account, so an engine that is told the span skips what is not of the block.
        of_block = table.filter(table["account_id"].between(accounts.iloc[0], accounts.iloc[-1]))
        expression = grouped(request, of_block, keys, firm.grid)
        items = firm.reps if grouping.by_day and grouping.item == "rep_id" else None  # others are only told apart
        tiles[grouping] = (request, read(request, engine.arrow(expression), firm.grid, None, items))
    return Block(firm, len(accounts), tiles, first)


def _pool(firm: Firm, pools: list[Pooled], of_blocks: Iterable[Block]) -> None:
    """Adds up every pooled measure over all accounts, as whole numbers."""
    sizes = {pool.by: len(firm.reps) if pool.by == "rep_id" else firm.pool_codes(pool.by)[1] for pool in pools}
    snapshots = firm.grid.snapshots
    totals = {pool.identity: np.zeros((sizes[pool.by], snapshots)) for pool in pools}
    if not pools:
        return
    for block in of_blocks:
        for pool in pools:
            codes = block.pool_codes(pool.by)
            values = np.rint(np.nan_to_num(block.whole(pool.of_accounts)) * pool.scale)
            counted = (codes >= 0) & (values != 0)
            flat = (codes * snapshots + np.arange(snapshots))[counted]
            added = np.bincount(flat, values[counted], minlength=totals[pool.identity].size)
            totals[pool.identity] += added.reshape(-1, snapshots)
    firm.pools.update(totals)


def _answers(grouping: Grouping, leaf: OfRows) -> bool:
    item = leaf.column if isinstance(leaf, Distinct) else None
    if isinstance(leaf, OfCurrent) and leaf.rows.table[leaf.column].kind == "id":
        item = leaf.column
    same = (grouping.table, grouping.key, grouping.happened) == (
        leaf.rows.table.name,
        leaf.rows.key,
        leaf.rows.happened,
    )
    by_day = grouping.by_day or not isinstance(leaf, BY_DAY)
    return same and by_day and grouping.item == item


def _leaves(tiles: Tiles, days: int | None, grid: Grid) -> np.ndarray:
    """The tile at which each group has fallen out of a window."""
    if days is None:
        return np.full(len(tiles.codes), NEVER, dtype=np.int32)
    return np.maximum(tiles.happened - grid.width(days), NEVER)


def _since(ages: np.ndarray, grid: Grid) -> np.ndarray:
    return np.where(ages == NO_AGE, np.nan, ages - grid.ages)
