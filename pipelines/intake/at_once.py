"""At once: rows of years that were all recorded on one day, as by an export or a move to another system."""

from collections.abc import Iterator

from ibis import _

from features.tables import RECORDED_AT, TABLES
from pipelines.intake.checking import Checks
from pipelines.intake.ended import MISSING

# Whoever settles once a year records what happened a year before, and nothing older.
LATE = 366  # days
MANY = 0.1  # of the rows


def recorded_at_once(checks: Checks) -> Iterator[str]:
    """In words, of which tables one day is said to have recorded many rows of more than a year before: until then they
    count as unknown.
    """
    for name, table in checks.done.items():
        happened = TABLES[name].happened
        if not table.kept or happened is None or RECORDED_AT.name not in table.columns:
            continue
        rows = checks.kept(name)
        days = rows.select(happened=rows[happened].cast("date"), recorded=rows[RECORDED_AT.name].cast("date"))
        late = days.filter(_.recorded.delta(_.happened, unit="day") > LATE)
        most = late.group_by("recorded").agg(rows=_.count()).order_by(_.rows.desc(), "recorded").limit(1)
        for day, rows_of_day in most.execute().itertuples(index=False):
            if rows_of_day >= max(MISSING, MANY * table.kept):
                yield (
                    f"{name}: {rows_of_day:,} of {table.kept:,} rows were all recorded on {day:%Y-%m-%d}, more than a "
                    "year after they happened, and nothing is known of them before; if that is the day of an "
                    "export or of a move to another system, leave it out: "
                    f"CASE WHEN {RECORDED_AT.name}::DATE <> '{day:%Y-%m-%d}' THEN {RECORDED_AT.name} END"
                )
