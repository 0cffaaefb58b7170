"""Leavers: made-up firms without orders in which nothing is written down before it is known, to plant leaks in."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.home import Home
from pipelines.settings import Settings, Snapshots
from pipelines.snapshots import snapshots
from tests.pipelines.conftest import Firm

AS_OF, BEGAN = pd.Timestamp("2026-01-01"), pd.Timestamp("2022-01-01")
SETTINGS = Settings(snapshots=Snapshots(count=24))
TERM = 120  # days of a contract
DAY = pd.Timedelta(days=1)


def tables(by: str, accounts: int = 500, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Terms that are renewed by a row of their own, by themselves, or have no end; a third leaves. All leavers give
    notice up to two months before; the loss is on record some weeks after it, and only then is the rest closed.
    """
    chance = np.random.default_rng(seed)
    ids = np.array([f"C{number:03d}" for number in range(accounts)])
    began = BEGAN + pd.to_timedelta(chance.integers(0, 500, accounts), unit="D")
    terms = 5 + chance.integers(0, 6, accounts)  # the last of them of those who leave
    leaves = chance.random(accounts) < 0.35
    lasts = pd.Series(began + pd.to_timedelta(TERM * terms - 1, unit="D"), index=ids).where(leaves)
    ends = lasts.where(lasts < AS_OF)
    notice = ends - pd.to_timedelta(chance.integers(0, 61, accounts), unit="D")
    rows = []
    for number, account in enumerate(ids):
        until = lasts[account] if leaves[number] else AS_OF + 400 * DAY
        if number % 3 == 0:  # renews by itself
            rows.append((account, began[number], began[number] + (TERM - 1) * DAY, "yes", notice[account]))
        elif number % 3 == 1 and by == "losses":  # open-ended
            rows.append((account, began[number], pd.NaT, "no", ends[account]))
        else:  # a row a term
            starts = pd.date_range(began[number], min(until, AS_OF), freq=f"{TERM}D")
            rows += [(account, day, day + (TERM - 1) * DAY, "no", pd.NaT) for day in starts]
            rows[-1] = (*rows[-1][:4], notice[account])
    contracts = pd.DataFrame(rows, columns=["account_id", "starts_on", "ends_on", "renews", "cancelled_at"])
    late = pd.to_timedelta(chance.integers(2, 40, accounts), unit="D")
    known = (ends + late).where(ends + late < AS_OF)
    segment = chance.choice(["small", "large"], accounts)
    told = ends if by == "contract" else known
    history = pd.DataFrame({"account_id": ids, "opened_on": began, "valid_from": began, "segment": segment})
    former = history.assign(valid_from=ends.to_numpy(), segment="former customer", recorded_at=told.to_numpy())
    made = {
        "accounts": pd.concat([history.assign(recorded_at=began), former.dropna(subset=["recorded_at"])]),
        "contracts": contracts,
        "contacts": _events(chance, ids, began, ends, "contacted_at", 25).assign(channel="call"),
        "rep_assignments": pd.DataFrame(
            {"account_id": ids, "rep_id": "R1", "starts_at": began, "ends_at": known.to_numpy()}
        ),
        "tickets": _events(chance, ids, began, ends, "opened_at", 5),
    }
    made["contacts"]["recorded_at"] = made["contacts"]["contacted_at"]
    resolved = made["tickets"]["opened_at"] + pd.to_timedelta(chance.integers(0, 90, len(made["tickets"])), unit="D")
    made["tickets"]["resolved_at"] = resolved.where(resolved < AS_OF)
    if by == "losses":
        losses = pd.DataFrame({"account_id": ids, "lost_on": ends.to_numpy(), "recorded_at": known.to_numpy()})
        made["losses"] = losses.dropna()
    return made


def _events(
    chance: np.random.Generator, ids: np.ndarray, began: pd.DatetimeIndex, ends: pd.Series, time: str, each: int
) -> pd.DataFrame:
    until = ends.fillna(AS_OF).to_numpy()
    share = chance.random((each, len(ids)))
    at = began.to_numpy() + (share * (until - began.to_numpy()).astype("timedelta64[D]").astype(int)).astype("m8[D]")
    return pd.DataFrame({"account_id": np.tile(ids, each), time: at.ravel()})


def home_of(made: dict[str, pd.DataFrame], by: str, folder: Path) -> Home:
    """A firm's snapshots, from its tables."""
    firm = Firm(folder / "firm", Home(folder / "home"))
    firm.folder.mkdir(parents=True)
    for name, rows in made.items():
        firm.table(name, rows.to_csv(index=False))
    firm.yaml(f"left: {{by: {by}, horizon_days: 60}}\n")
    firm.ingest(as_of=date(2026, 1, 1), settings=SETTINGS)
    snapshots(SETTINGS, firm.home)
    return firm.home


def ends_of(made: dict[str, pd.DataFrame]) -> pd.Series:
    """The last day of each account that has left, by account_id."""
    former = made["accounts"][made["accounts"]["segment"] == "former customer"]
    return former.set_index("account_id")["valid_from"]
