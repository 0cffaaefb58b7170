"""Simulate: writes the records of a made-up firm, for ingest to read like any other source, and its truth."""

import logging

import pyarrow.parquet as pq

from pipelines.home import Home, written_whole
from pipelines.settings import Settings
from pipelines.simulated.clock import Clock
from pipelines.simulated.records import make_firm, records, truth

log = logging.getLogger(__name__)


def simulate(settings: Settings, home: Home, *, wanted: bool = True) -> None:
    """Writes one Parquet file a table, and truth.parquet, into home.simulated. The same seed gives the same bytes.

    wanted: whether anybody reads the firm; where nobody does, the folder is there and empty.
    """
    home.simulated.mkdir(parents=True, exist_ok=True)
    if not wanted:
        for path in home.simulated.glob("*.parquet"):
            path.unlink()
        log.info("simulate: params.yaml names another source than the made-up firm")
        return
    made = settings.simulate
    clock = Clock.of(made.ends_on, made.months)
    firm = make_firm(made.accounts, clock, made.seed)
    rows = 0
    for name, table in records(firm):
        _write(home, name, table)
        rows += table.num_rows
    _write(home, "truth", truth(firm))
    log.info(
        "simulated a firm of %s accounts and %s reps from %s to %s: %s rows",
        f"{made.accounts:,}",
        f"{len(firm.reps):,}",
        clock.starts_on,
        clock.ends_on,
        f"{rows:,}",
    )


def _write(home: Home, name: str, table: object) -> None:
    with written_whole(home.simulated / f"{name}.parquet") as path:
        pq.write_table(table, path, compression="zstd", store_schema=False)
