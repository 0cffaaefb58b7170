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
FEWEST_ROWS = 4  # of an account, of which one may be the sum of the others
MOST_OF = 0.5  # the accounts: of three amounts one is by chance more often the sum of two, but not of most accounts
PAIR = 2
HIGHEST_TAX = 1.27  # times the net amount: Hungary's, the highest on sales
RATES = 3  # of a country: full, reduced, and of food or books
_EXACT = "decimal(38, 2)"


def sums(checks: Checks, *, since: date) -> list[str]:
    """In words, which rows seem to hold the amounts of others; only what there is. since: orders from then on tell
    whether totals repeat.
    """
    found: list[str] = []
    for name, table in checks.done.items():
        if table.kept and "amount" in table.columns:
            found += _line_of_totals(name, checks.kept(name))
            found += _lines_of_subtotals(name, checks.kept(name))
    if "orders" in checks.done:
        lately = checks.kept("orders").filter(_.ordered_at.cast("date") >= since)
        found += [*_repeated_totals(lately), *_net_and_gross(lately)]
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


def _lines_of_subtotals(name: str, rows: ir.Table) -> Iterator[str]:
    exact = rows.amount.cast(_EXACT)
    accounts = rows.group_by("account_id").agg(rows=_.count(), most=exact.max(), all=exact.sum())
    seen = accounts.filter((_.rows >= FEWEST_ROWS) & (_.most > 0))
    holds = _.most * 2 == _.all
    counts = seen.agg(accounts=_.count(), hold=holds.sum(), example=_.account_id.min(where=holds)).execute().iloc[0]
    if counts["accounts"] and counts["hold"] >= max(FEWEST, MOST_OF * counts["accounts"]):
        yield (
            f"{name}: for {counts['hold']:,} of {counts['accounts']:,} accounts one amount is the sum of all their "
            f"others, such as for {counts['example']!r}, as in lines of subtotals; if they are that, leave them out in "
            f"{name}.sql (WHERE …)"
        )


def _net_and_gross(rows: ir.Table) -> Iterator[str]:
    orders = rows.filter(_.amount > 0).group_by(_of_order(rows)).agg(
        rows=_.count(), net=_.amount.min(), gross=_.amount.max()
    )  # fmt: skip
    pairs = orders.filter((_.rows == PAIR) & (_.gross > _.net)).mutate(rate=(_.gross / _.net).round(2))
    rates = pairs.group_by("rate").agg(orders=_.count(), amounts=_.net.nunique()).execute()
    taxed = rates[(rates["rate"] <= HIGHEST_TAX)].nlargest(RATES, ["orders", "rate"])
    all_orders = int(orders.count().execute())
    if taxed["amounts"].sum() >= FEWEST and taxed["orders"].sum() >= (1 - HARDLY_ANY) * all_orders:
        shown = ", ".join(f"{rate:.2f}" for rate in sorted(taxed["rate"]))
        yield (
            f"orders: {taxed['orders'].sum():,} of {all_orders:,} have two rows, of which one is {shown} times the "
            "other, as gross and net of one amount, and both count; if they are that, give one of them in orders.sql "
            "(WHERE …)"
        )


def _of_order(rows: ir.Table) -> list[str]:
    return ["account_id", "order_id" if "order_id" in rows.columns else "ordered_at"]


def _repeated_totals(rows: ir.Table) -> Iterator[str]:
    has_number = "order_id" in rows.columns
    of_order = _of_order(rows)
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
