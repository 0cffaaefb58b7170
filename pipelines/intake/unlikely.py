"""Unlikely: what no single row shows: a table that ends before the others, rows that stand there twice, sums among
parts, and reps that nobody knows.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from features.tables import TABLES
from pipelines.intake.at_once import recorded_at_once
from pipelines.intake.changed_over import days_changed_over
from pipelines.intake.checking import Checks
from pipelines.intake.doubled import doubled
from pipelines.intake.ended import LATELY, MISSING
from pipelines.intake.ids import MANY
from pipelines.intake.midnights import days_of_another_zone
from pipelines.intake.on_record import comes_steadily
from pipelines.intake.scales import scales
from pipelines.intake.sums import sums
from pipelines.intake.tallies import rep_columns, unknown_reps

REPEATED = 0.1  # of the rows


def unlikely(checks: Checks, as_of: date, ended: Mapping[str, date]) -> list[str]:
    """In words, what should be looked at; only what there is."""
    return [
        *(
            f"{name}: the last row before {as_of} is of {last}, and so long a pause has never been; if rows are "
            "missing, accounts seem more silent than they are"
            for name, last in ended.items()
        ),
        *(line for name in looked_at(checks) for line in _repeated(checks, name, as_of)),
        *recorded_at_once(checks),
        *(line for name in looked_at(checks) for line in days_changed_over(checks, name)),
        *(line for name in looked_at(checks) for line in days_of_another_zone(checks, name)),
        *checks.ids_spelt_twice(),
        *scales(checks),
        *sums(checks, since=as_of - timedelta(days=LATELY)),
        *_reps_of_another_kind(checks),
    ]


def _repeated(checks: Checks, name: str, as_of: date) -> Iterator[str]:
    rows = checks.kept(name)
    happened = rows[str(TABLES[name].happened)].cast("date")
    rows = rows.filter((happened >= as_of - timedelta(days=LATELY)) & (happened < as_of))
    all_rows, distinct = (int(counted.count().execute()) for counted in (rows, rows.distinct()))
    if all_rows - distinct >= max(REPEATED * all_rows, MISSING):
        yield (
            f"{name}: of {all_rows:,} rows of the last {LATELY} days {all_rows - distinct:,} are like another in "
            "every column, and all count; if they were written twice, say SELECT DISTINCT, or give the column that "
            "tells them apart"
        )
    else:
        yield from doubled(checks, name, as_of)


def _reps_of_another_kind(checks: Checks) -> list[str]:
    if "reps" not in checks.done or not checks.done["reps"].kept:
        return []
    found = []
    for name, table in checks.done.items():
        for column in (column for column in rep_columns(name) if column in table.columns and table.kept):
            given, unknown = unknown_reps(checks, name, column)
            spelt = checks.rep_spelt_otherwise(name, column) if unknown > MANY * given else ""
            if unknown * 2 > given or spelt:  # some may have left before reps begins; most cannot
                do = (
                    f"{spelt[0].lower()}{spelt[1:]}" if spelt else "give reps the same numbers, and those who have left"
                )
                found.append(
                    f"{name}: {unknown:,} of the {given:,} rows with a {column} name one that reps does not know, so "
                    f"they tell nothing of reps; {do}"
                )
    return found


def looked_at(checks: Checks) -> list[str]:
    """The event tables whose rows come steadily."""
    return [name for name, checked in checks.done.items() if checked.kept and comes_steadily(name, checked.columns)]
