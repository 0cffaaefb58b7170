"""Short histories: what a firm is told that begins early, and what came of it.

    python -m benchmarks.short_histories online_retail_ii --files FOLDER [--days 2010-12-01:90 2011-06-12:180]
    python -m benchmarks.short_histories adventureworks --files FOLDER
    python -m benchmarks.short_histories subscribers

On each day the whole pipeline runs on the records until then, with the defaults; what it told is then held against the
records that came later. Online Retail II is asked by silence (left: no order for so many days; at risk: ordered in the
year before), AdventureWorks as its source says, and subscribers (`benchmarks.subscribers`) by contracts, by losses
beside contracts, and by losses alone, with records of so many months.
"""

import argparse
import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from benchmarks.held_back import HEAD, PACES, known_on, line, told, write_source
from benchmarks.subscribers import subscribers
from models.definition import Left
from pipelines.home import Home
from pipelines.ingest import ingest
from pipelines.settings import Settings

DAYS = {
    "online_retail_ii": ("2010-12-01:90", "2010-12-01:180", "2011-03-14:90", "2011-03-14:180", "2011-06-12:90"),
    "adventureworks": ("2012-06-01:90", "2012-11-01:90", "2013-03-01:90", "2013-08-15:90"),
    "subscribers": ("9:90", "15:90", "24:90", "36:90"),  # months of records, and days ahead
}
EVENTS = {"online_retail_ii": ("lines", "InvoiceDate"), "adventureworks": ("SalesOrderHeader", "OrderDate")}
SUBSCRIBERS_TODAY = date(2026, 1, 1)
FIRST = 50  # of the riskiest, of whom it is said how many had signed the next term
WAYS = ("contract", "losses", "losses alone")


@dataclass(frozen=True)
class Asked:
    """One row of the table: what was told, and by row of it who left and, where known, the true chances and whether the
    next term had been signed.
    """

    name: str
    scores: pd.DataFrame
    home: Home
    left: np.ndarray
    chance: np.ndarray | None = None
    signed: np.ndarray | None = None

    def lines(self) -> list[str]:
        """The row, and the true chances beside what left, where they are known."""
        found = [line(self.name, self.scores, self.left, self.home)]
        if self.chance is not None:
            truth = [f"{self.chance[mask].mean():.3f}" for mask in map(self._of, PACES) if mask.any()]
            same = pd.Series(self.chance).corr(self.scores["risk"], method="spearman")
            said = f"rank correlation with the risk {same:.3f}"
            if self.signed is not None:
                riskiest = self.signed[np.argsort(self.scores["rank"].to_numpy())[:FIRST]]
                said += (
                    f"; {riskiest.sum()} of the riskiest {FIRST} had signed the next term, of all {self.signed.sum()}"
                )
            found += [f"| the true chance | | | | | {' | '.join(truth)} | {said} |"]
        return found

    def _of(self, pace: str | None) -> np.ndarray:
        return np.ones(len(self.scores), dtype=bool) if pace is None else (self.scores["pace"] == pace).to_numpy()


def of_source(source: str, files: Path, as_of: date, horizon: int, folder: Path) -> Asked:
    """A real firm whose orders are cut on the day."""
    name, happened = EVENTS[source]
    cut = folder / "files"
    cut.mkdir()
    for path in files.iterdir():
        if path.stem != name:
            (cut / path.name).symlink_to(path)
    duckdb.sql(f"COPY (FROM '{files / name}.parquet' WHERE {happened} < DATE '{as_of}') TO '{cut / name}.parquet'")
    left = Left(by="silence", horizon_days=horizon) if source == "online_retail_ii" else None
    home = Home(folder / "home")
    scores = told(source, cut, as_of, home, left)
    later = Home(folder / "later")
    ingest(Settings(), later, source=source, files=files, as_of=None, today=date(2026, 1, 1))
    orders = pd.read_parquet(later.tables / "orders.parquet")
    ahead = orders[(orders["ordered_at"] >= pd.Timestamp(as_of)) & (orders["amount"] > 0)]
    next_order = (ahead.groupby("account_id")["ordered_at"].min().dt.normalize() - pd.Timestamp(as_of)).dt.days
    days = next_order.reindex(scores["account_id"]).fillna(np.inf).to_numpy()
    return Asked(f"{source} {as_of}, {horizon}", scores, home, (days >= scores["outlook_days"]).astype(np.float64))


def of_subscribers(way: str, months: int, horizon: int, folder: Path, seed: int = 1) -> Asked:
    """A made-up firm with records of so many months."""
    as_of, by = SUBSCRIBERS_TODAY, way.split()[0]
    firm = subscribers(seed, months, as_of, by=by, contracts=way != "losses alone")
    source = write_source(
        known_on(as_of, firm.tables), folder / "source", f"left: {{by: {by}, horizon_days: {horizon}}}\n"
    )
    home = Home(folder / "home")
    scores = told(str(source), source, as_of, home)
    left = firm.left(as_of, horizon).reindex(scores["account_id"])
    if by == "losses":
        lost = firm.tables["losses"]
        ahead = lost[
            (lost["lost_on"] < pd.Timestamp(as_of) + pd.Timedelta(days=horizon))
            & (lost["recorded_at"] >= pd.Timestamp(as_of))
        ]
        chosen = set(ahead.loc[ahead["kind"] == "voluntary", "account_id"])
        left = scores["account_id"].isin(chosen).astype(float)
    chance = signed = None
    if by == "contract":
        chance = firm.chance(as_of, horizon).reindex(scores["account_id"]).to_numpy()
        contracts, day = firm.tables["contracts"], pd.Timestamp(as_of)
        is_ahead = (contracts["recorded_at"] < day) & (contracts["starts_on"] >= day)
        signed = scores["account_id"].isin(contracts.loc[is_ahead, "account_id"]).to_numpy()
    left_or_not = left.to_numpy(np.float64)
    return Asked(f"subscribers {way}, {months} months, {horizon}", scores, home, left_or_not, chance, signed)


def main() -> None:
    """Prints a table with a row a day and horizon."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.short_histories", description=__doc__.splitlines()[0])
    options.add_argument("firm", choices=DAYS)
    options.add_argument("--files", type=Path)
    options.add_argument("--days", nargs="+")
    options.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, help="a folder to keep the homes in")
    given = options.parse_args()
    if given.firm != "subscribers" and given.files is None:
        options.error("--files is missing")
    logging.basicConfig(level=logging.WARNING)
    print(HEAD + "\n|" + "---|" * 10)
    asks: list[tuple[str, Callable[[Path], Asked]]] = []
    for asked in given.days or DAYS[given.firm]:
        day, horizon = asked.split(":")
        if given.firm == "subscribers":
            asks += [
                (f"{way}-{day}", partial(of_subscribers, way, int(day), int(horizon), seed=given.seed))
                for way in given.ways
            ]
        else:
            asks.append((asked, partial(of_source, given.firm, given.files, date.fromisoformat(day), int(horizon))))
    for name, ask in asks:
        with tempfile.TemporaryDirectory() as scratch:
            folder = given.keep / name if given.keep else Path(scratch)
            folder.mkdir(parents=True, exist_ok=True)
            try:
                print("\n".join(ask(folder).lines()), flush=True)
            except Exception as stopped:
                print(f"| {name} | {type(stopped).__name__}: {stopped} |", flush=True)


if __name__ == "__main__":
    main()
