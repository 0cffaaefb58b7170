"""Compute: the measures of every account on every snapshot, a block of accounts at a time."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import ceil

import numpy as np
import pandas as pd
import pyarrow as pa

from features.compute.ahead import map_ahead
from features.compute.block import Block, Firm
from features.compute.protocol import Engine, OfKeys
from features.compute.scan import Request, aged, read, requests, together
from features.kernels.grid import Grid
from features.language.measures import REP, Measure, OfRows, Pooled, leaves

SNAPSHOTS = 400_000  # in a block, of all its accounts: a hundred features of them are a third of a gigabyte
ROWS = 3_000_000  # in a block, of all tables, as a rule: a few hundred megabytes


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
    spans = _spans(firm, engine, {leaf.rows.table.name for leaf in of_accounts})
    if len(spans) == 1:
        (block,) = _blocks(firm, engine, of_accounts, spans)
        _pool(firm, pools, [block])
        yield block
        return
    of_pools = {leaf.identity for pool in pools for leaf in leaves(pool)} | {REP.identity}
    pooled = [leaf for leaf in of_accounts if leaf.identity in of_pools]
    _pool(firm, pools, _blocks(firm, engine, pooled, spans))
    yield from _blocks(firm, engine, of_accounts, spans)


def _spans(firm: Firm, engine: Engine, tables: set[str]) -> list[range]:
    """The accounts cut into blocks that fit into memory, if accounts have about as many rows each."""
    accounts = len(firm.accounts)
    rows = sum(engine.rows(name) for name in tables)
    size = max(min(SNAPSHOTS // firm.grid.snapshots, ROWS * accounts // max(rows, 1)), 1)
    size = ceil(accounts / ceil(accounts / size))  # in blocks of equal size
    return [range(first, min(first + size, accounts)) for first in range(0, accounts, size)]


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
    """Reps and teams are few and have many rows each, so what no measure can tell apart comes as one row."""
    for level, codes in (("rep_id", firm.reps), ("team", firm.teams)):
        rows = {}
        for request in requests(leaf for leaf in of_levels if leaf.rows.key == level):
            expression = together(request, aged(request, engine.table(request.scan.table), firm.grid), firm.grid)
            rows[request.scan] = read(request, engine.arrow(expression), codes, firm.reps)
        firm.levels[level] = Block(firm, len(codes), rows)


def _blocks(firm: Firm, engine: Engine, of_rows: Iterable[OfRows], spans: list[range]) -> Iterator[Block]:
    """A block for each span of accounts; the engine reads the next one while the caller computes with this one."""
    asked = [
        (request, engine.of_keys(aged(request, engine.table(request.scan.table), firm.grid)))
        for request in requests(of_rows)
    ]
    with ThreadPoolExecutor(max_workers=1) as ahead:
        following = ahead.submit(_block, firm, asked, spans[0])
        for after in [*spans[1:], None]:
            block = following.result()
            if after:
                following = ahead.submit(_block, firm, asked, after)
            yield block
            del block  # before the next one is waited for


def _block(firm: Firm, asked: list[tuple[Request, OfKeys]], span: range) -> Block:
    accounts = firm.accounts["account_id"].iloc[span.start : span.stop]
    keys = pa.table({"key": pa.array(accounts, pa.string()), "code": np.arange(len(span), dtype=np.int32)})
    rows = {request.scan: read(request, of_keys(keys), None, firm.reps) for request, of_keys in asked}
    return Block(firm, len(span), rows, span.start)


def _pool(firm: Firm, pools: list[Pooled], of_blocks: Iterable[Block]) -> None:
    """Adds up every pooled measure over all accounts, as whole numbers."""
    if not pools:
        return
    sizes = {pool.by: len(firm.reps) if pool.by == "rep_id" else firm.pool_codes(pool.by)[1] for pool in pools}
    totals = {pool.identity: np.zeros((sizes[pool.by], firm.grid.snapshots)) for pool in pools}

    def added(block: Block) -> dict[tuple[object, ...], np.ndarray]:
        return {pool.identity: _added(block, pool, sizes[pool.by]) for pool in pools}

    for found in map_ahead(added, of_blocks):
        for identity, sums in found.items():
            totals[identity] += sums
    firm.pools.update(totals)


def _added(block: Block, pool: Pooled, size: int) -> np.ndarray:
    """The sums of one block, [what accounts share, snapshots]."""
    snapshots = block.firm.grid.snapshots
    values = np.rint(np.nan_to_num(block.whole(pool.of_accounts)) * pool.scale)
    codes = np.broadcast_to(block.pool_codes(pool.by), values.shape)
    counted = (codes >= 0) & (values != 0)
    flat = (codes * snapshots + np.arange(snapshots))[counted]
    return np.bincount(flat, values[counted], minlength=size * snapshots).reshape(size, snapshots)
