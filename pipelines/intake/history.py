"""History: accounts and reps of which several rows say what was so from when on."""

from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir

from features.tables import Table
from pipelines.intake.faults import EARLIEST_DAY, midnight

VALID_FROM = "valid_from"
_BEGINS = {"accounts": "opened_on", "reps": "hired_on"}


def key_of(table: Table, given: Iterable[str]) -> list[str]:
    """The columns that no two rows share, of those that were given: where a row says from when on it is so, that moment
    as well.
    """
    return [*table.key, *([VALID_FROM] if table.key and VALID_FROM in given else [])]


def valid_from(table: Table, values: Mapping[str, ir.Value], given: ir.BooleanValue) -> ir.Value:
    """From when on each row is so. A row that does not say so counts from the day the account was opened or the rep was
    hired, and where that is unknown too from the earliest possible day: it is what was so before any change.

    given: whether a row says it; what it says may be no time, which is a fault.
    """
    begins = _BEGINS[table.name]
    always = midnight(table[VALID_FROM], EARLIEST_DAY).cast("timestamp(6)")
    first = ibis.coalesce(values[begins].cast("timestamp(6)"), always) if begins in values else always
    return ibis.ifelse(given, values[VALID_FROM], first)


def late_rows(rows: ir.Table, key: str, as_of: ir.Value, used: ir.Table | None) -> ir.Table:
    """The rows of a history that begin on as_of or later: they change nothing that is known then.

    The first row of an id stays although it begins later if `used` (one column `key`) has the id: a history may have
    been begun yesterday, of accounts that have ordered for years, and without the row their orders would be nobody's.
    """
    place = ibis.row_number().over(group_by=key, order_by=[VALID_FROM, "row"])
    late = rows.mutate(place=place).filter(lambda row: row[VALID_FROM] >= as_of)
    if used is None:
        return late
    known = used.distinct().drop_null(key)  # nothing is 'not in' a list with a null
    return late.filter((late.place > 0) | late[key].notin(known[key]))
