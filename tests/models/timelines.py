"""Timelines: small tables of what accounts did, and what the definitions of leaving make of them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from features.compute.block import Block
from features.compute.run import blocks
from features.kernels.grid import Grid
from models.definition import Left
from models.left import needed, outcome, watch
from models.losses import KINDS
from tests.features.worked import engine_of


def block_of(left: Left, *frames: pd.DataFrame, as_of: str, snapshots: int = 1, step_days: int = 30) -> Block:
    """The accounts of some tables, asked for what the definition needs; as_of is the newest of the snapshots."""
    engine = engine_of(*frames)
    grid = Grid(date.fromisoformat(as_of), step_days, snapshots)
    (block,) = blocks(engine, list(needed(left, engine.columns)), grid)
    return block


def by_account(block: Block, values: np.ndarray) -> dict[str, list[object]]:
    """Values by account, oldest snapshot first; NaN as None."""
    rows = [[None if value != value else value for value in row] for row in values.tolist()]
    return dict(zip(block.account_ids, rows, strict=True))


def labels(left: Left, *frames: pd.DataFrame, as_of: str, snapshots: int = 1) -> dict[str, list[object]]:
    """Whether each account left, oldest snapshot first; None where it is not at risk or not complete."""
    block = block_of(left, *frames, as_of=as_of, snapshots=snapshots)
    return by_account(block, outcome(block, watch(block, left).outlook, left).left)


def paces(left: Left, *frames: pd.DataFrame, as_of: str) -> dict[str, object]:
    """The pace of each account on one day; the cause where it is not at risk."""
    block = block_of(left, *frames, as_of=as_of)
    watched = watch(block, left)
    shown = np.where(watched.at_risk, watched.pace, watched.cause)
    return {account: values[0] for account, values in by_account(block, shown).items()}


def left_on(left: Left, *frames: pd.DataFrame, as_of: str) -> dict[str, object]:
    """Whether each account that was at risk on one day left; seen from so much later that every label is complete."""
    days = left.horizon_days + left.days_of_grace + 400
    newest = (date.fromisoformat(as_of) + timedelta(days=days)).isoformat()
    block = block_of(left, *frames, as_of=newest, snapshots=2, step_days=days)
    found = by_account(block, outcome(block, watch(block, left).outlook, left).left)
    return {account: values[0] for account, values in found.items()}


def kinds_by_account(
    left: Left, *frames: pd.DataFrame, as_of: str, snapshots: int = 1
) -> dict[str, list[tuple[str | None, str | None]]]:
    """Kind, and the day on which it was recorded, of the loss that explains each leaving, oldest snapshot first."""
    block = block_of(left, *frames, as_of=as_of, snapshots=snapshots)
    found = outcome(block, watch(block, left).outlook, left)
    return {
        account: [(KINDS[kind] if kind >= 0 else None, _day(block, age)) for kind, age in zip(kinds, ages, strict=True)]
        for account, kinds, ages in zip(block.account_ids, found.kind.tolist(), found.known_age.tolist(), strict=True)
    }


def left_known_on(left: Left, *frames: pd.DataFrame, as_of: str, snapshots: int = 1) -> dict[str, list[str | None]]:
    """The day on which a loss first told of each leaving, oldest snapshot first."""
    block = block_of(left, *frames, as_of=as_of, snapshots=snapshots)
    told = outcome(block, watch(block, left).outlook, left).told_age.tolist()
    return {account: [_day(block, age) for age in ages] for account, ages in zip(block.account_ids, told, strict=True)}


def _day(block: Block, age: float) -> str | None:
    return None if age != age else (block.grid.newest - timedelta(days=int(age))).isoformat()


def every(days: int, account: str, last: str, times: int = 8) -> pd.DataFrame:
    """Orders of an account, so many days apart, up to the last."""
    on = pd.date_range(end=last, periods=times, freq=f"{days}D").strftime("%Y-%m-%d")
    return pd.DataFrame({"account_id": account, "ordered_at": on, "amount": "10"})
