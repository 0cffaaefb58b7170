"""Reach: the day on which a home's records begin, table by table."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import ibis
import numpy as np

from features.catalogue import catalogue
from features.language.declare import Feature
from features.tables import TABLES
from models.churn import Churn
from models.reach import Reach, Window
from pipelines.home import Home

LATE = 90  # days after it happened: a row that is entered later says nothing of when the records began
LEAST_ROWS = 100  # of fewer rows the first may come long after the records begin
ONE_IN = 1000  # a slip of the pen (1999 for 2019) makes fewer rows than one in so many ...
PAUSE = 60  # ... and so many days or more before all others


def reach_of(home: Home, features: Iterable[Feature]) -> Reach:
    """The windows of those features that add up the rows of a table of which it can be told when it begins.

    By the time at which a row of the table happens, also where rows are counted at another (a renewal): of what is
    rare the first may come long after the records begin.
    """
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


def reach_now(home: Home, reach: Reach) -> Reach:
    """The same windows by the records of today: older ones may have come since, or gone."""
    return reach_of(home, [catalogue().by_name[name] for name in reach.windows if name in catalogue().by_name])


def by_records_of(home: Home, model: Churn) -> Churn:
    """The model, which sees windows by the records of today, and not by those that it learned from."""
    return replace(model, reach=reach_now(home, model.reach))


def _begins(home: Home, table: str) -> date | None:
    path, happened = home.tables / f"{table}.parquet", TABLES[table].happened
    if happened is None or not path.exists():
        return None
    rows = ibis.read_parquet(path)
    day = rows[happened].cast("date")
    entered = rows["recorded_at"].cast("date") if "recorded_at" in rows.columns else day
    is_late = ibis.coalesce(entered, day) > day + ibis.interval(days=LATE)
    by_day = rows.group_by(day=day, is_late=is_late).agg(rows=lambda found: found.count())
    counted = by_day.filter(by_day.day.notnull()).order_by("day").to_pandas()
    in_time = counted[~counted["is_late"]]
    if in_time["rows"].sum() * 2 >= counted["rows"].sum():  # elsewhere an old table was read in at once
        counted = in_time
    total = counted["rows"].sum()
    if total < LEAST_ROWS:
        return None
    days = counted["day"].to_numpy("datetime64[D]")
    before = counted["rows"].cumsum().to_numpy()[:-1]
    follows_a_slip = (np.diff(days).astype(int) >= PAUSE) & (before * ONE_IN < total)
    first: date = days[np.flatnonzero(np.concatenate([[True], follows_a_slip]))[-1]].item()
    return first
