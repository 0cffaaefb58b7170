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
    "role": ["sales", "service", "management"],
}
SECOND_DELAYS = 90  # days, on average
LATE = 200  # days at the most until a row is recorded


def random_firm(seed: int, rows: int = 60) -> dict[str, pd.DataFrame]:
    """All tables; some 800 days to 100 days after NEWEST, a third of the rows recorded late, and of contracts another
    third before they begin.
    """
    chance = np.random.default_rng(seed)
    firm = {name: random_rows(chance, table, rows) for name, table in TABLES.items() if table.happened}
    firm["accounts"] = _history(chance, ACCOUNTS, "opened_on")
    firm["reps"] = _history(chance, REPS, "hired_on")
    left = NEWEST + pd.to_timedelta(chance.integers(-600, 100, len(REPS)), unit="D")
    leaves = ~firm["reps"].duplicated("rep_id", keep="last") & (chance.random(len(firm["reps"])) < 0.7)
    firm["reps"]["left_on"] = firm["reps"]["rep_id"].map(dict(zip(REPS, left, strict=True))).where(leaves)
    _limit(firm["contracts"])
    _sign_ahead(firm["contracts"], np.random.default_rng([seed, 1]))
    _go_on_otherwise(firm["contracts"], np.random.default_rng([seed, 2]))
    if seed % 2:  # a firm that does not say when it learned of things
        firm = {name: frame.drop(columns="recorded_at", errors="ignore") for name, frame in firm.items()}
    return firm


def _limit(contracts: pd.DataFrame) -> None:
    """Half of the accounts get no endless contract: one is enough, and no end is in sight."""
    limited = contracts["account_id"].isin(ACCOUNTS[::2])
    contracts.loc[limited, "renews"] = "no"
    contracts.loc[limited, "ends_on"] = contracts["ends_on"].fillna(contracts["starts_on"] + SECOND_DELAYS * DAY)


def _sign_ahead(contracts: pd.DataFrame, chance: np.random.Generator) -> None:
    before = pd.Series(pd.to_timedelta(chance.integers(1, LATE, len(contracts)), unit="D"))
    is_to_begin, is_prompt = contracts["starts_on"] >= NEWEST, contracts["recorded_at"] == contracts["starts_on"]
    is_ahead = is_prompt & (is_to_begin | (chance.random(len(contracts)) < 1 / 2))
    contracts["recorded_at"] = (contracts["starts_on"] - before).where(is_ahead, contracts["recorded_at"])


def _go_on_otherwise(contracts: pd.DataFrame, chance: np.random.Generator) -> None:
    """Half of them go on by another time than the length of their first term."""
    is_other = chance.random(len(contracts)) < 1 / 2
    contracts["renewal_months"] = np.where(is_other, chance.integers(1, 25, len(contracts)), np.nan)


def _history(chance: np.random.Generator, ids: list[str], began: str) -> pd.DataFrame:
    """One to three rows an account or rep, the first from the day on which it came, some recorded late."""
    table = TABLES["accounts" if began == "opened_on" else "reps"]
    number = np.repeat(ids, chance.integers(1, 4, len(ids)))
    days = -pd.Series(chance.integers(1, 900, len(number)))
    frame = pd.DataFrame({table.key[0]: number, "valid_from": NEWEST + pd.to_timedelta(days, unit="D")})
    frame = frame.sort_values([table.key[0], "valid_from"], ignore_index=True)
    frame[began] = frame.groupby(table.key[0])["valid_from"].transform("min")
    late = np.where(chance.random(len(frame)) < 1 / 3, chance.integers(0, LATE, len(frame)), 0)
    frame["recorded_at"] = frame["valid_from"] + pd.to_timedelta(late, unit="D")
    for name, values in {"segment": None, "region": None, "sold_by_rep_id": REPS, "team": None, "role": None}.items():
        if name in table.column_names:
            said = pd.Series(chance.choice(values or TEXTS[name], len(frame)))
            frame[name] = said.where(chance.random(len(frame)) < 0.9)
    return frame


def random_rows(
    chance: np.random.Generator, table: Table, rows: int, earliest: int = -800, latest: int = 100
) -> pd.DataFrame:
    """Rows of one table that happened, or are so from, `earliest` to `latest` days after NEWEST."""
    first_time = table.happened or "valid_from"
    happened = NEWEST + pd.to_timedelta(chance.integers(earliest, latest, rows), unit="D")
    happened = pd.Series(happened + pd.to_timedelta(chance.integers(0, 24 * 60, rows), unit="min"))
    frame = {}
    for column in table.columns:
        if column.name == "account_id":
            # The last account has no events at all.
            frame[column.name] = chance.choice(ACCOUNTS[:-1] if table.happened else ACCOUNTS, rows)
        elif column.name == "rep_id":
            frame[column.name] = chance.choice(REPS, rows)
        elif column.name == first_time:
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
        elif column.kind == "number":
            frame[column.name] = np.nan
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
    values = {feature.name: block.dense(feature.measure) for feature in features}
    return {
        as_of: pd.DataFrame({name: numbers[:, position] for name, numbers in values.items()}, index=ACCOUNTS)
        for position, as_of in enumerate(grid.as_ofs)
    }
