"""Reach: the day on which a home's records begin, table by table."""

from collections.abc import Iterable
from datetime import date

import ibis
import numpy as np

from features.language.declare import Feature
from features.tables import TABLES
from models.reach import Reach, Window
from pipelines.home import Home

LEAST_ROWS = 100  # of fewer rows the first may come long after the records begin
ONE_IN = 1000  # a slip of the pen (1999 for 2019) makes fewer rows than one in so many ...
PAUSE = 60  # ... and so many days or more before all others


def reach_of(home: Home, features: Iterable[Feature]) -> Reach:
    """The windows of those features that add up the rows of a table of which it can be told when it begins."""
    begins: dict[str, date | None] = {}
    windows = {}
    for feature in features:
        if feature.adds_up is None:
            continue
        table, days = feature.adds_up
        if table not in begins:
            begins[table] = _begins(home, table)
        first = begins[table]
        if first is not None:
            windows[feature.name] = Window(days, first.isoformat())
    return Reach(windows)


def _begins(home: Home, table: str) -> date | None:
    path, happened = home.tables / f"{table}.parquet", TABLES[table].happened
    if happened is None or not path.exists():
        return None
    rows = ibis.read_parquet(path)
    by_day = rows.group_by(day=rows[happened].cast("date")).agg(rows=lambda found: found.count())
    counted = by_day.filter(by_day.day.notnull()).order_by("day").to_pandas()
    if counted["rows"].sum() < LEAST_ROWS:
        return None
    days = counted["day"].to_numpy("datetime64[D]")
    before = counted["rows"].cumsum().to_numpy()[:-1]
    follows_a_slip = (np.diff(days).astype(int) >= PAUSE) & (before * ONE_IN < counted["rows"].sum())
    first: date = days[np.flatnonzero(np.concatenate([[True], follows_a_slip]))[-1]].item()
    return first
