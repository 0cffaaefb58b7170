"""Scales: amounts that are many times what the same accounts' are before or after, as cents beside euros."""

from collections.abc import Iterator

import pandas as pd
from ibis import _

from features.tables import TABLES
from pipelines.intake.checking import Checks

FEWEST = 20  # accounts
# No firm's usual account orders for ten times as much half a year later, and cents make a hundred: between the two.
FACTOR = 10**1.5
APART = 2  # quarters: one between them may hold both


def scales(checks: Checks) -> Iterator[str]:
    """In words, of which tables the amounts of the usual account become many times more or less from one quarter to the
    one after the next.
    """
    for name, table in checks.done.items():
        if not table.kept or not {"amount", "account_id"} <= set(table.columns):
            continue
        rows = checks.kept(name).filter(_.amount > 0)
        day = rows[str(TABLES[name].happened)]
        quarters = rows.group_by("account_id", quarter=day.year() * 4 + day.quarter() - 1).agg(amount=_.amount.mean())
        found = jump(quarters.to_pandas())
        if found is not None:
            quarter, factor = found
            many, more = (factor, "more") if factor > 1 else (1 / factor, "less")
            yield (
                f"{name}: the amounts of {quarter // 4}, quarter {quarter % 4 + 1}, are for the usual account "
                f"{many:,.0f} times {more} than half a year before; if some are in cents, or in another currency, "
                f"bring all to one in {name}.sql"
            )


def jump(quarters: pd.DataFrame) -> tuple[int, float] | None:
    """The first quarter, counted from the year 0, in which the usual account's mean amount is that many times what it
    was half a year before; None where there is none. quarters: account_id, quarter, amount.
    """
    before = quarters.assign(quarter=quarters["quarter"] + APART)
    both = quarters.merge(before, on=["account_id", "quarter"], suffixes=("", "_before"))
    factors = (both["amount"] / both["amount_before"]).groupby(both["quarter"]).agg(["median", "size"])
    far = factors[(factors["size"] >= FEWEST) & ~factors["median"].between(1 / FACTOR, FACTOR)]
    return None if far.empty else (int(far.index[0]), float(far["median"].iloc[0]))
