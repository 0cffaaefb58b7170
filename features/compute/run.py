"""Run: the measures of every account on every snapshot, a block of accounts at a time."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from math import ceil

import numpy as np
import pandas as pd
import pyarrow as pa

from features.compute.ahead import map_ahead
from features.compute.block import Block, Population
from features.compute.protocol import Engine, OfKeys
from features.compute.scan import Request, pre_aggregate, read, requests, scan_rows
from features.kernels.grid import Floats, Grid
from features.language.in_force import REP
from features.language.measure import Identity, Measure, is_given, leaves
from features.language.of_rows import OfRows
from features.language.shared import Pooled
from features.tables import GRACE_DAYS

SNAPSHOTS = 400_000  # in a block, of all its accounts: a hundred features of them are a third of a gigabyte
ROWS = 3_000_000  # in a block, of all tables, as a rule: a few hundred megabytes


def blocks(
    engine: Engine,
    roots: Iterable[Measure],
    grid: Grid,
    only: Collection[str] | None = None,
    *,
    grace_days: int = GRACE_DAYS,
) -> Iterator[Block]:
    """Every account, in blocks, able to give the value of each root.

    only: these accounts alone, each in a block of its own; what accounts share is that of all of them even so.
    grace_days: so many days between two contracts are no end of the first; `left.grace_days`.
    """
    wanted = [*roots, REP] if is_given(REP, engine.columns) else list(roots)
    found = {leaf.identity: leaf for root in wanted for leaf in leaves(root, engine.columns)}.values()
    of_rows = [leaf for leaf in found if isinstance(leaf, OfRows)]
    population = Population(grid, grace_days, engine.columns, _account_ids(engine), _domains(engine, of_rows))
    _add_levels(population, engine, [leaf for leaf in of_rows if leaf.rows.key != "account_id"])
    of_accounts = [leaf for leaf in of_rows if leaf.rows.key == "account_id"]
    pools = [leaf for leaf in found if isinstance(leaf, Pooled)]
    spans = _spans(population, engine, {leaf.rows.table.name for leaf in of_accounts})
    if len(spans) == 1 and only is None:
        (block,) = _blocks(population, engine, of_accounts, spans)
        _pool(population, pools, [block])
        yield block
        return
    needed = {leaf.identity for pool in pools for leaf in leaves(pool, engine.columns)}
    _pool(population, pools, _blocks(population, engine, [m for m in of_accounts if m.identity in needed], spans))
    yield from _blocks(population, engine, of_accounts, spans if only is None else _each(population.accounts, only))


def _spans(population: Population, engine: Engine, tables: set[str]) -> list[range]:
    """The accounts cut into blocks that fit into memory, if accounts have about as many rows each."""
    accounts = len(population.accounts)
    rows = sum(engine.rows(name) for name in tables)
    size = max(min(SNAPSHOTS // population.grid.snapshots, ROWS * accounts // max(rows, 1)), 1)
    size = ceil(accounts / ceil(accounts / size))  # in blocks of equal size
    return [range(first, min(first + size, accounts)) for first in range(0, accounts, size)]


def _each(accounts: pd.Series, only: Collection[str]) -> list[range]:
    return [range(place, place + 1) for place in np.flatnonzero(accounts.isin(list(only))).tolist()]


def _account_ids(engine: Engine) -> pd.Series:
    ids = engine.arrow(engine.table("accounts").select("account_id").distinct())["account_id"]
    return pd.Series(sorted(ids.to_pylist()), dtype="str")


def _domains(engine: Engine, of_rows: Iterable[OfRows]) -> dict[str, pd.Index]:
    """The ids that current rows may name, sorted, so that codes mean the same in every block."""
    columns = {
        (leaf.rows.table.name, leaf.id_column, leaf.rows.table[leaf.id_column].domain)
        for leaf in of_rows
        if leaf.names_others and leaf.id_column
    }
    found: dict[str, set[str]] = {}
    for table, column, domain in columns:
        ids = engine.arrow(engine.table(table).select(column).distinct().drop_null())[column].to_pylist()
        found.setdefault(domain, set()).update(ids)
    return {domain: pd.Index(sorted(ids), dtype="str") for domain, ids in found.items()}


def _add_levels(population: Population, engine: Engine, of_levels: list[OfRows]) -> None:
    """Reps and teams are few and have many rows each, so what no measure can tell apart comes as one row."""
    for level in sorted({leaf.rows.key for leaf in of_levels}):
        keys, rows = population.domains[level], {}
        for request in requests(leaf for leaf in of_levels if leaf.rows.key == level):
            scanned = scan_rows(request, engine.table(request.scan.table), population.grid)
            merged = pre_aggregate(request, scanned, population.grid)
            rows[request.scan] = read(request, engine.arrow(merged), keys, population.domains)
        population.levels[level] = Block(population, len(keys), rows)


def _blocks(population: Population, engine: Engine, of_rows: Iterable[OfRows], spans: list[range]) -> Iterator[Block]:
    """A block for each span of accounts; the engine reads the next one while the caller computes with this one."""
    scans = [
        (request, engine.of_keys(scan_rows(request, engine.table(request.scan.table), population.grid)))
        for request in requests(of_rows)
    ]
    with ThreadPoolExecutor(max_workers=1) as ahead:
        following = ahead.submit(_block, population, scans, spans[0])
        for after in [*spans[1:], None]:
            block = following.result()
            if after:
                following = ahead.submit(_block, population, scans, after)
            yield block
            del block  # before the next one is waited for


def _block(population: Population, scans: list[tuple[Request, OfKeys]], span: range) -> Block:
    accounts = population.accounts.iloc[span.start : span.stop]
    keys = pa.table({"key": pa.array(accounts, pa.string()), "code": np.arange(len(span), dtype=np.int32)})
    rows = {request.scan: read(request, of_keys(keys), None, population.domains) for request, of_keys in scans}
    return Block(population, len(span), rows, span.start)


def _pool(population: Population, pools: list[Pooled], of_blocks: Iterable[Block]) -> None:
    """Adds up every pooled measure over all accounts, as whole numbers."""
    if not pools:
        return
    snapshots = population.grid.snapshots
    totals: dict[Identity, Floats] = {pool.identity: np.zeros((0, snapshots)) for pool in pools}

    def sums_of(block: Block) -> dict[Identity, Floats]:
        return {pool.identity: _sums(block, pool) for pool in pools}

    for found in map_ahead(sums_of, of_blocks):
        for identity, sums in found.items():
            size = max(len(sums), len(totals[identity]))
            totals[identity] = _padded(totals[identity], size) + _padded(sums, size)
    population.pools.update(totals)


def _sums(block: Block, pool: Pooled) -> Floats:
    """The sums of one block, [codes up to the greatest, snapshots]."""
    snapshots = block.grid.snapshots
    values = np.rint(np.nan_to_num(block.dense(pool.of)) * pool.scale)
    codes = block.codes(pool.by)
    size = int(codes.max(initial=-1)) + 1
    counted = (codes >= 0) & (values != 0)
    flat = (codes * snapshots + np.arange(snapshots))[counted]
    sums = np.bincount(flat, values[counted], minlength=size * snapshots)
    return np.asarray(sums, dtype=np.float64).reshape(size, snapshots)


def _padded(sums: Floats, size: int) -> Floats:
    return np.concatenate([sums, np.zeros((size - len(sums), sums.shape[1]))])
