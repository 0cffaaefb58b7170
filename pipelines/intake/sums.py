"""Sums: amounts that seem to hold others: a line of totals, or an order's total on each of its lines."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir
from ibis import _

from features.tables import TABLES
from pipelines.intake.checking import Checks

FEWEST = 20  # rows or orders: by chance one of three amounts is often the sum of two, and two lines are worth the same
HARDLY_ANY = 0.1  # of the orders of several lines differ in their amounts; lines of a true order mostly do
_EXACT = "decimal(38, 2)"


def sums(checks: Checks, *, since: date) -> list[str]:
    """In words, which rows seem to hold the amounts of others; only what there is. since: orders from then on tell
    whether totals repeat.
    """
    found: list[str] = []
    for name, table in checks.done.items():
        if table.kept and "amount" in table.columns:
            found += _line_of_totals(name, checks.kept(name))
    if "orders" in checks.done:
        found += _repeated_totals(checks.kept("orders").filter(_.ordered_at.cast("date") >= since))
    return found


def _line_of_totals(name: str, rows: ir.Table) -> Iterator[str]:
    happened = str(TABLES[name].happened)
    exact = rows.amount.cast(_EXACT)
    seen = rows.filter(rows.amount != 0).agg(all=exact.sum(), rows=exact.count()).execute().iloc[0]
    if seen["rows"] <= FEWEST:
        return
    half = ibis.literal(float(Decimal(seen["all"]) / 2))
    alike = rows.filter((rows.amount != 0) & (rows.amount == half))
    first = alike.select("account_id", happened, "amount").order_by(happened, "account_id").limit(1)
    for row in first.execute().itertuples(index=False):
        yield (
            f"{name}: the amount {row[2]:,.2f} of account {row[0]!r} on {row[1]:%Y-%m-%d} is the sum of all others, as "
            f"in a line of totals; if it is one, leave it out in {name}.sql (WHERE …)"
        )


def _repeated_totals(rows: ir.Table) -> Iterator[str]:
    has_number = "order_id" in rows.columns
    of_order = ["account_id", "order_id"] if has_number else ["account_id", "ordered_at"]
    lines = rows.distinct().filter(_.amount != 0)  # lines that are alike in all are spoken of elsewhere
    lines = lines.filter(_.order_id.notnull()) if has_number else lines
    orders = lines.group_by(of_order).agg(lines=_.count(), differ=_.amount.min() < _.amount.max())
    several = orders.filter(_.lines > 1)
    seen = several.agg(orders=_.count(), differ=_.differ.sum()).execute().iloc[0]
    if seen["orders"] >= FEWEST and seen["differ"] <= HARDLY_ANY * seen["orders"]:
        which = "order_id" if has_number else "account_id and ordered_at"
        yield (
            f"orders: of {seen['orders']:,} with several rows of one {which} {seen['orders'] - seen['differ']:,} have "
            "the same amount in each; if it is the order's total, it counts once a row: give each line its own amount, "
            "or one row an order (SELECT DISTINCT without the columns of lines)"
        )
