"""False alarms: made-up firms in which nobody writes anything afterwards, looked through for leaks.

    python -m benchmarks.leaks [--firms 50]

Every firm has its own seed, 300 to 500 accounts and 36 months. In the last one most leavers that have a contract give
honest notice, as it would be recorded: on the day it came, and before they stopped ordering.
"""

import argparse
import logging
from collections import Counter
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
NOTICE = 0.6  # of those who leave and have a contract
FARTHEST = 90  # days before the last order


def main() -> None:
    """Prints a line a firm in which something is found, and the counts."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--firms", type=int, default=50)
    firms = options.parse_args().firms
    logging.disable(logging.WARNING)
    alarms: Counter[str] = Counter()
    gone = []
    for number in range(firms):
        with TemporaryDirectory() as folder:
            leaks, leavers = of_firm(FIRST_SEED + number, Home(Path(folder)), gives_notice=number == firms - 1)
        gone.append(leavers)
        alarms.update(finding.code for finding in leaks.findings)
        for finding in leaks.findings:
            print(f"seed {FIRST_SEED + number}: {finding.code} {finding.line}")
    print(f"{firms} firms, {min(gone)} to {max(gone)} accounts gone in each; the last one with honest notice")
    print("false alarms: " + ", ".join(f"({code}) {alarms[code]}" for code in "abcd"))


def of_firm(seed: int, home: Home, *, gives_notice: bool) -> tuple[Leaks, int]:
    """What is found in an honest firm, and how many of its accounts have gone."""
    accounts = 300 + seed * 37 % 201
    settings = Settings(simulate=Simulate(accounts=accounts, months=36, seed=seed), snapshots=Snapshots(count=24))
    simulate(settings, home)
    ends_on = settings.simulate.ends_on
    ingest(settings, home, source="simulated", files=home.simulated, as_of=None, today=ends_on)
    snapshots(settings, home)
    if gives_notice:
        _give_notice(home, seed)
        snapshots(settings, home)
    rows = read_rows(home)
    return find_leaks(Leak(), home, rows), len(gone_accounts(home, rows))


def _give_notice(home: Home, seed: int) -> None:
    """Notice in the latest contract of most leavers that have one, weeks before they did; and nowhere else."""
    chance = np.random.default_rng(seed)
    path = home.tables / "contracts.parquet"
    contracts = pd.read_parquet(path)
    last_order = contracts["account_id"].map(gone_accounts(home, read_rows(home))["last_order"])
    notice = last_order - pd.to_timedelta(chance.integers(1, FARTHEST, len(contracts)), unit="D")
    is_latest = ~contracts["account_id"].duplicated(keep="last") & (chance.random(len(contracts)) < NOTICE)
    contracts.assign(cancelled_at=notice.where(is_latest)).to_parquet(path)


if __name__ == "__main__":
    main()
