"""Random firm: every table of the contract, filled with anything that may happen, for laws that hold for all data."""

from datetime import date

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.tables import TABLES, Table
from tests.features.worked import InMemory, as_arrow

NEWEST = pd.Timestamp("2025-01-01")
DAY = pd.Timedelta(days=1)
ACCOUNTS = [f"account {number}" for number in range(6)]
REPS = [f"rep {number}" for number in range(4)]
TEXTS = {
    "segment": ["small", "large"],
    "region": ["north", "south", "west"],
    "product_line": ["tools", "paint", "wood"],
    "team": ["east", "west"],
}
SECOND_DELAYS = 90  # days, on average
LATE = 200  # days at the most until a row is recorded


def random_firm(seed: int, rows: int = 60) -> dict[str, pd.DataFrame]:
    """All tables; some 800 days to 100 days after NEWEST, a third of the rows recorded late."""
    chance = np.random.default_rng(seed)
    firm = {name: random_rows(chance, table, rows) for name, table in TABLES.items() if table.happened}
    if seed % 2:  # a firm that does not say when it learned of things
        firm = {name: frame.drop(columns="recorded_at") for name, frame in firm.items()}
    firm["accounts"] = pd.DataFrame(
        {
            "account_id": ACCOUNTS,
            "segment": chance.choice(TEXTS["segment"], len(ACCOUNTS)),
            "region": chance.choice(TEXTS["region"], len(ACCOUNTS)),
            "opened_on": NEWEST - pd.to_timedelta(chance.integers(1, 900, len(ACCOUNTS)), unit="D"),
            "sold_by_rep_id": chance.choice(REPS, len(ACCOUNTS)),
        }
    )
    hired = NEWEST - pd.to_timedelta(chance.integers(300, 900, len(REPS)), unit="D")
    left = pd.Series(hired + pd.to_timedelta(chance.integers(1, 900, len(REPS)), unit="D"))
    firm["reps"] = pd.DataFrame(
        {
            "rep_id": REPS,
            "hired_on": hired,
            "left_on": left.where(chance.random(len(REPS)) < 0.7),
            "team": chance.choice(TEXTS["team"], len(REPS)),
        }
    )
    return firm


def random_rows(
    chance: np.random.Generator, table: Table, rows: int, earliest: int = -800, latest: int = 100
) -> pd.DataFrame:
    """Rows of one event table that happened `earliest` to `latest` days after NEWEST."""
    happened = NEWEST + pd.to_timedelta(chance.integers(earliest, latest, rows), unit="D")
    happened = pd.Series(happened + pd.to_timedelta(chance.integers(0, 24 * 60, rows), unit="min"))
    frame = {}
    for column in table.columns:
        if column.name == "account_id":
            # The last account has no events at all.
            frame[column.name] = chance.choice(ACCOUNTS[:-1], rows)
        elif column.name == "rep_id":
            frame[column.name] = chance.choice(REPS, rows)
        elif column.name == table.happened:
            frame[column.name] = happened
        elif column.name == "recorded_at":
            late = np.where(chance.random(rows) < 1 / 3, chance.integers(0, LATE, rows), 0)
            frame[column.name] = happened + pd.to_timedelta(late, unit="D")
        elif column.kind == "choice":
            frame[column.name] = chance.choice(column.allowed, rows)
        elif column.kind in ("date", "time"):
            delay = chance.exponential(SECOND_DELAYS, rows).astype(int)
            if column.after is None:  # nothing forbids it to lie before the row's own time
                delay = np.where(chance.random(rows) < 1 / 4, -delay, delay)
            later = happened + pd.to_timedelta(delay, unit="D")
            frame[column.name] = later.where(column.required | (chance.random(rows) < 0.7))
        elif column.kind == "money":
            frame[column.name] = np.round(chance.lognormal(5, 1, rows), 2)
        else:
            frame[column.name] = chance.choice(TEXTS.get(column.name, ["a", "b", "c"]), rows)
    return pd.DataFrame(frame)


def features_of(
    firm: dict[str, pd.DataFrame], newest: pd.Timestamp = NEWEST, snapshots: int = 1, step_days: int = 30
) -> dict[date, pd.DataFrame]:
    """By as_of: every feature of every account, a row an account in the order of their ids."""
    engine = InMemory({name: as_arrow(frame, TABLES[name]) for name, frame in firm.items()})
    features = catalogue().given(engine.columns)
    grid = Grid(newest.date(), step_days, snapshots)
    (block,) = blocks(engine, [feature.measure for feature in features], grid)
    values = {feature.name: block.whole(feature.measure) for feature in features}
    return {
        as_of: pd.DataFrame({name: numbers[:, position] for name, numbers in values.items()}, index=ACCOUNTS)
        for position, as_of in enumerate(grid.as_ofs)
    }
