"""Shops: made-up firms that know nothing but orders, unlike the simulated one, to choose a form of the model on.

    python -m benchmarks.shops --into /tmp/shops 1 2 3

Each number makes up another shop, as a home with tables and snapshots: buyers who order at random, each at a rate of
their own, until they drop out (Schmittlein, Morrison & Colombo 1987), in seasons and with a trend of the whole shop.
Records begin when most buyers have long been customers, 15 to 36 months before they end.
"""

import argparse
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from models.definition import Left
from pipelines.home import Home
from pipelines.ingest import ingest
from pipelines.settings import Settings, Snapshots
from pipelines.snapshots import snapshots

BEFORE = 4 * 365  # days before the records begin in which customers came as well
YEAR = 365.25
SOURCE = {
    "source.yaml": "description: A made-up shop.\ncurrency: EUR\ntime_zone: Europe/Berlin\n"
    "files:\n  placed: orders.csv\n  buyers: accounts.csv\n",
    "orders.sql": "SELECT account_id, order_id, ordered_at, amount FROM placed\n",
    "accounts.sql": "SELECT account_id FROM buyers\n",
}


def make(seed: int, home: Home) -> Settings:
    """Writes the tables and snapshots of one shop; how it is asked about is drawn as well."""
    chance = np.random.default_rng(seed)
    months = int(chance.choice([15, 18, 21, 24, 30, 36]))
    swing, peak = float(chance.choice([0, 0.3, 0.6, 0.8])), float(chance.integers(365))
    gap, shape = float(chance.choice([30, 45, 70])), float(chance.choice([0.6, 1, 2]))
    lifetime, trend = float(chance.choice([400, 700, 1200])), float(chance.choice([0, 0, 0.3, -0.3]))
    customers, by = int(chance.choice([1500, 3000])), str(chance.choice(["silence", "cycle"]))
    horizon = int(chance.choice([90, 90, 180])) if by == "silence" else 90
    end = date(2024, 1, 1) + timedelta(days=int(chance.integers(365)))

    span = months * 30
    begins = end - timedelta(days=span)
    days = np.arange(-BEFORE, span + 1)
    day_of_year = (begins.timetuple().tm_yday + days) % YEAR
    busy = (1 + swing * np.cos(2 * np.pi * (day_of_year - peak) / YEAR)) * np.exp(trend * days / YEAR)
    clock = np.concatenate([[0], np.cumsum(busy[:-1])])  # how much time has gone by, as busy days count more

    number = customers * (BEFORE + span) // BEFORE
    came = chance.uniform(-BEFORE, span, number)
    rate = chance.gamma(shape, 1 / (gap * shape), number)
    gone = np.minimum(came + chance.exponential(lifetime * chance.gamma(2, 0.5, number)), span - 1)
    size = chance.lognormal(5, 0.8, number)
    parts = []
    for buyer in np.flatnonzero((gone > 0) & (gone > came)):
        first, last = np.interp([came[buyer], gone[buyer]], days, clock)
        ticks = np.sort(chance.uniform(first, last, chance.poisson(rate[buyer] * (last - first))))
        on = np.concatenate([[came[buyer]], np.interp(ticks, clock, days)])
        on = on[on >= 0].astype(int)
        amount = (size[buyer] * chance.lognormal(0, 0.5, len(on))).round(2)
        parts.append(pd.DataFrame({"account_id": f"B{buyer:05d}", "day": on, "amount": amount}))
    orders = pd.concat(parts, ignore_index=True)
    orders["ordered_at"] = pd.Timestamp(begins) + pd.to_timedelta(orders.pop("day"), unit="D")
    orders["order_id"] = np.arange(len(orders)).astype(str)

    source = home.folder / "source"
    source.mkdir(parents=True, exist_ok=True)
    orders.to_csv(source / "orders.csv", index=False)
    orders[["account_id"]].drop_duplicates().to_csv(source / "accounts.csv", index=False)
    for name, text in SOURCE.items():
        (source / name).write_text(text, encoding="utf-8")
    settings = Settings(left=Left(by=by, horizon_days=horizon), snapshots=Snapshots(count=months - 1))
    ingest(settings, home, source=str(source), files=source, as_of=end, today=end)
    snapshots(settings, home)
    return settings


def main() -> None:
    """Makes the shops."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.shops", description=__doc__.splitlines()[0])
    options.add_argument("seeds", type=int, nargs="+")
    options.add_argument("--into", type=Path, required=True, help="a folder for the homes, one a shop")
    given = options.parse_args()
    for seed in given.seeds:
        settings = make(seed, Home(given.into / f"shop{seed}"))
        print(f"shop{seed}: {settings.left.in_words()}", flush=True)


if __name__ == "__main__":
    main()
