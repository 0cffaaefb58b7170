"""False alarms: made-up firms in which nobody writes anything afterwards, looked through for leaks.

    python -m benchmarks.leaks [--firms 50]

Every firm has its own seed, 300 to 500 accounts and 36 months. In the last ones leavers give honest notice, as it would
be recorded: on the day it came, and before they stopped ordering; in one of them most of those that have a contract, in
the others all of them, and everybody has a contract.
"""

import argparse
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from models.leaks import Leaks
from pipelines.dataset import read_rows
from pipelines.home import Home
from pipelines.ingest import ingest
from pipelines.leaks import find_leaks, gone_accounts
from pipelines.settings import Leak, Settings, Simulate, Snapshots
from pipelines.simulate import simulate
from pipelines.snapshots import snapshots

FIRST_SEED = 1000
MOST, FARTHEST = 0.6, 90  # of those who leave and have a contract; days before the last order
ALL_FARTHEST = 60  # where all of them give notice
OF_ALL = 10  # firms in which they do


def main() -> None:
    """Prints a line a firm in which something is found, and the counts."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.leaks", description=__doc__.splitlines()[0])
    options.add_argument("--firms", type=int, default=50)
    firms = options.parse_args().firms
    logging.disable(logging.WARNING)
    alarms: Counter[str] = Counter()
    gone = []
    for number in range(firms):
        with TemporaryDirectory() as folder:
            leaks, leavers = of_firm(FIRST_SEED + number, Home(Path(folder)), _notice(firms - number))
        gone.append(leavers)
        alarms.update(finding.code for finding in leaks.findings)
        for finding in leaks.findings:
            print(f"seed {FIRST_SEED + number}: {finding.code} {finding.line}")
    honest = min(firms, 1 + OF_ALL)
    print(f"{firms} firms, {min(gone)} to {max(gone)} accounts gone in each; the last {honest} with honest notice")
    print("false alarms: " + ", ".join(f"({code}) {alarms[code]}" for code in "abcd"))


Notice = Callable[[pd.DataFrame, pd.Series, np.random.Generator], pd.DataFrame]


def _notice(from_last: int) -> Notice | None:
    """How leavers give notice in the firm that is so many from the last (1)."""
    return _most if from_last == 1 else _all if from_last <= 1 + OF_ALL else None


def of_firm(seed: int, home: Home, gives_notice: Notice | None) -> tuple[Leaks, int]:
    """What is found in an honest firm, and how many of its accounts have gone."""
    accounts = 300 + seed * 37 % 201
    settings = Settings(simulate=Simulate(accounts=accounts, months=36, seed=seed), snapshots=Snapshots(count=24))
    simulate(settings, home)
    ends_on = settings.simulate.ends_on
    ingest(settings, home, source="simulated", files=home.simulated, as_of=None, today=ends_on)
    snapshots(settings, home)
    if gives_notice:
        _give(gives_notice, home, seed)
        snapshots(settings, home)
    rows = read_rows(home)
    return find_leaks(Leak(), home, rows), len(gone_accounts(home, rows))


def _give(notice: Notice, home: Home, seed: int) -> None:
    """Rewrites the contracts with the notice that leavers give."""
    path = home.tables / "contracts.parquet"
    rows = read_rows(home)
    last_order = gone_accounts(home, rows)["last_day"].reindex(sorted(set(rows["account_id"])))
    notice(pd.read_parquet(path), last_order, np.random.default_rng(seed)).to_parquet(path)


def _most(contracts: pd.DataFrame, last_order: pd.Series, chance: np.random.Generator) -> pd.DataFrame:
    """Notice in the latest contract of most leavers that have one, weeks before they did; and nowhere else."""
    before = pd.to_timedelta(chance.integers(1, FARTHEST, len(contracts)), unit="D")
    is_latest = ~contracts["account_id"].duplicated(keep="last") & (chance.random(len(contracts)) < MOST)
    return contracts.assign(cancelled_at=(contracts["account_id"].map(last_order) - before).where(is_latest))


def _all(contracts: pd.DataFrame, last_order: pd.Series, chance: np.random.Generator) -> pd.DataFrame:
    """A contract of every account, that renews itself until notice, which every leaver gives before it did."""
    began = contracts["starts_on"].min()
    days = chance.integers(0, ALL_FARTHEST + 1, len(last_order))
    notice = (last_order - pd.to_timedelta(days, unit="D")).astype(contracts["cancelled_at"].dtype)
    made = {"starts_on": began, "ends_on": began + pd.Timedelta(days=364).to_pytimedelta(), "renews": "yes"}
    return last_order.index.to_frame(name="account_id", index=False).assign(**made, cancelled_at=notice.to_numpy())


if __name__ == "__main__":
    main()
