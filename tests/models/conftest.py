"""A made-up firm as snapshots: few features, with a known way of losing accounts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from models.churn import Churn
from models.layout import SCORING
from models.origins import Origin, rolling_origins
from models.packaged import Package
from models.recipe import Recipe
from models.recording import Data, DayTested, Remembered, record
from models.registry import Registry, Version
from models.tree_params import TreeParams

DIRECTIONS = {
    "days_since_contact": "rises",
    "conversations_30d": "falls",
    "complaints_180d": "rises",
    "cycles_since_order": "rises",
    "days_since_order": "rises",
    "usual_cycle": None,
    "orders_360d": "falls",
    "amount_360d": None,
    "days_as_customer": None,
}
PARAMS = TreeParams(
    learning_rate=0.1,
    num_leaves=7,
    min_child_samples=20,
    subsample=0.8,
    colsample_bytree=0.8,
    reg_lambda=5.0,
    rounds=50,
    seed=1,
)


def firm(accounts: int = 250, as_ofs: int = 16, seed: int = 5) -> pd.DataFrame:
    """Snapshots every 30 days, outlook 90; leaving grows likelier with silence, complaints and missing talk."""
    random = np.random.default_rng(seed)
    shape = (as_ofs, accounts)
    cycle = np.broadcast_to(random.choice([10.0, 20.0, 40.0], accounts), shape)
    silent = random.gamma(1.0, cycle)
    contact = np.where(random.random(shape) < 0.2, np.nan, random.gamma(1.5, 20, shape).round())
    complaints = random.poisson(0.4, shape)
    log_odds = -3.0 + 0.8 * silent / cycle + 0.9 * complaints + 0.02 * np.nan_to_num(contact, nan=60.0)
    dates = pd.Timestamp("2023-01-01") + pd.to_timedelta(np.arange(as_ofs) * 30, unit="D")
    return pd.DataFrame(
        {
            "account_id": np.tile([f"A{number:03d}" for number in range(accounts)], as_ofs),
            "as_of": np.repeat(dates, accounts),
            "outlook_days": 90,
            "pace": np.where(silent <= cycle, "early", "overdue").ravel(),
            "labelled_on": np.repeat(dates + pd.Timedelta(days=90), accounts),
            "kind": None,
            "kind_known_on": pd.NaT,
            "left": (random.random(shape) < 1 / (1 + np.exp(-log_odds))).ravel().astype(float),
            "days_since_contact": contact.ravel(),
            "conversations_30d": random.poisson(2.0, shape).ravel().astype(float),
            "complaints_180d": complaints.ravel().astype(float),
            "cycles_since_order": (silent / cycle).ravel(),
            "days_since_order": silent.ravel(),
            "usual_cycle": cycle.ravel(),
            "orders_360d": (360 / cycle).round().ravel(),
            "amount_360d": random.gamma(2.0, 3000, shape).ravel().round(2),
            "days_as_customer": random.integers(30, 2000, shape).ravel().astype(float),
        }
    )


@pytest.fixture(scope="session")
def rows() -> pd.DataFrame:
    return firm()


@pytest.fixture(scope="session")
def origins(rows: pd.DataFrame) -> tuple[Origin, ...]:
    return rolling_origins(rows, count=3, horizon_days=90)


@pytest.fixture(scope="session")
def origin(origins: tuple[Origin, ...]) -> Origin:
    """The newest day that is tested."""
    return origins[-1]


RECIPE = Recipe(DIRECTIONS, PARAMS)
ABOUT = {"left": {"by": "silence"}, "definition": "5ca1ab1e0000"}


def fitted(rows: pd.DataFrame, origin: Origin, **about: object) -> Churn:
    return RECIPE.fit(rows, origin.train, origin.as_of, {**ABOUT, "knows_until": str(origin.as_of.date()), **about})


@pytest.fixture(scope="session")
def model(rows: pd.DataFrame, origin: Origin) -> Churn:
    return fitted(rows, origin)


def packaged(model: Churn, folder: Path, note: str = "one") -> Package:
    """The model, saved in a folder; another note makes it another model."""
    replace(model, about={**model.about, "note": note}).save(folder / SCORING)
    return Package.of(folder / SCORING, catalogue())


def evaluation_of(folder: Path, **other: object) -> Remembered:
    """An evaluation with one tested day; its rows lie in a file of the folder."""

    def data(name: str, rows: int, left: int) -> Data:
        return Data(name, "5ca1ab1e0000", folder / "features.parquet", rows, left)

    known, seen = data("known by 2024-03-01", 90, 9), data("as_of 2024-03-01", 10, 1)
    day = DayTested("2024-03-01", known, seen, {"n": 10.0, "roc_auc": 0.7, "early_n": 8.0})
    facts = {
        "parameters": {"train": {"seed": 1}},
        "metrics": {"test": {"roc_auc": 0.8}, "baselines": {"own_cycle": {"roc_auc": 0.6}}},
        "tags": {"data_version": "abc", "gate.promoted": "true"},
        "artifacts": {"card": folder / SCORING / "model.json"},
        "training": data("all labelled", 100, 10),
        "testing": seen,
        "days": (day,),
    }
    return Remembered(**{**facts, **other})


def recorded(registry: Registry, folder: Path, model: Churn, note: str = "one", **other: object) -> Version:
    """Saves the model in a folder and records it with an evaluation."""
    return record(registry, packaged(model, folder, note), evaluation_of(folder, **other))
