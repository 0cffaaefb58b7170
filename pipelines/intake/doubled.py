"""Doubled: days in a row of which every row stands there twice, as where exports overlap, one of them without times."""

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
    """In words, between which days before as_of every row of a table is like another in every column, or in all but its
    times: one says the time of day, and the other the day alone.
    """
    happened = str(TABLES[name].happened)
    rows = checks.kept(name)
    rows = rows.mutate(day=rows[happened].cast("date")).filter(_.day < as_of)
    # All rows of a day can only be there twice where each account has several, which is quickly seen.
    of_account = rows.group_by("day", "account_id").agg(rows=_.count())
    every_day = of_account.group_by("day").agg(least=_.rows.min())
    rows = rows.semi_join(every_day.filter(_.least > 1), "day")
    others = every_day.filter(_.least == 1).select("day").to_pandas().assign(rows=0, distinct=0, twice=False)
    each = rows.group_by(rows.columns).agg(times=_.count())
    days = each.group_by("day").agg(rows=_.times.sum(), distinct=_.count(), twice=_.times.min() > 1)
    spans = spans_of_doubles(pd.concat([days.to_pandas(), others]).sort_values("day"))
    if not spans.empty:
        yield _said(name, spans, "every row is there twice", "say SELECT DISTINCT, or let one of them tell of each day")
    times = [column.name for column in TABLES[name].columns if column.kind == "time" and column.name in rows.columns]
    if happened not in times:
        return
    rows = rows.mutate(
        bare=rows[happened] == rows[happened].truncate("D"), **{time: rows[time].cast("date") for time in times}
    )
    like = [column for column in rows.columns if column != "bare"]
    each = rows.group_by(like).agg(times=_.count(), bare=_.bare.sum())
    twice = (_.bare * 2 == _.times).all()
    days = each.group_by("day").agg(rows=_.times.sum(), distinct=_.count(), twice=twice)
    spans = spans_of_doubles(pd.concat([days.to_pandas(), others]).sort_values("day"))
    if not spans.empty:
        is_bare = f"{happened} = date_trunc('day', {happened})"
        how = f"let one of them tell of each day, as by leaving out there the rows of which {is_bare}"
        yield _said(
            name, spans, f"every row is there twice, once with the time of its {happened} and once without", how
        )


def _said(name: str, spans: pd.DataFrame, what: str, how: str) -> str:
    rows_in_all, different = spans["rows"].sum(), spans["distinct"].sum()
    first, last = spans["first"].min(), spans["last"].max()
    return (
        f"{name}: from {first:%Y-%m-%d} to {last:%Y-%m-%d} there are days on which {what}, {rows_in_all:,} rows of "
        f"which {different:,} differ, and all count; if exports overlap, {how}"
    )


def spans_of_doubles(days: pd.DataFrame) -> pd.DataFrame:
    """first, last, rows, distinct of the spans of days with rows in which every row is there twice.

    days: by day, rows and how many of them differ, and whether all are there twice.
    """
    twice = days["twice"].astype(bool)
    of_one_span = days[twice].groupby((twice != twice.shift()).cumsum()[twice])
    spans = of_one_span.agg(
        first=("day", "min"),
        last=("day", "max"),
        days=("day", "size"),
        rows=("rows", "sum"),
        distinct=("distinct", "sum"),
    )
    return spans[(spans["distinct"] >= FEWEST) & (spans["days"] >= FEWEST_DAYS)]
