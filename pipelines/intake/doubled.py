"""Doubled: days in a row of which every row stands there twice, as where two exports overlap."""

from collections.abc import Iterator
from datetime import date

import pandas as pd
from ibis import _

from features.tables import TABLES
from pipelines.intake.checking import Checks
from pipelines.intake.ended import MISSING

# Different rows one after another, each of them there twice. Where half of all rows are honestly like another (equal
# lines of one order) so many in a row are one chance in a million.
FEWEST = MISSING
FEWEST_DAYS = 3  # a mailing that went to everybody twice is a day


def doubled(checks: Checks, name: str, as_of: date) -> Iterator[str]:
    """In words, between which days before as_of every row of a table is like another in every column."""
    rows = checks.kept(name)
    rows = rows.mutate(day=rows[str(TABLES[name].happened)].cast("date")).filter(_.day < as_of)
    each = rows.group_by(rows.columns).agg(times=_.count())
    days = each.group_by("day").agg(rows=_.times.sum(), distinct=_.count(), least=_.times.min()).order_by("day")
    spans = spans_of_doubles(days.to_pandas())
    if not spans.empty:
        rows_in_all, different = spans["rows"].sum(), spans["distinct"].sum()
        yield (
            f"{name}: from {spans['first'].min():%Y-%m-%d} to {spans['last'].max():%Y-%m-%d} there are days on which "
            f"every row is there twice, {rows_in_all:,} rows of which {different:,} differ, and all count; if exports "
            "overlap, say SELECT DISTINCT, or let one of them tell of each day"
        )


def spans_of_doubles(days: pd.DataFrame) -> pd.DataFrame:
    """first, last, rows, distinct of the spans of days with rows in which every row is there twice.

    days: by day, rows and how many of them differ, and how often the rarest is there (least).
    """
    twice = days["least"] > 1
    of_one_span = days[twice].groupby((twice != twice.shift()).cumsum()[twice])
    spans = of_one_span.agg(
        first=("day", "min"),
        last=("day", "max"),
        days=("day", "size"),
        rows=("rows", "sum"),
        distinct=("distinct", "sum"),
    )
    return spans[(spans["distinct"] >= FEWEST) & (spans["days"] >= FEWEST_DAYS)]
