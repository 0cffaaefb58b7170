"""Uncounted: rows that are kept and count for nothing, which their owner may not expect."""

from collections.abc import Iterator

from features.tables import TABLES
from pipelines.intake.checking import Checks


def uncounted(checks: Checks) -> list[str]:
    """In words, how many kept orders are worth nothing, how many accounts have none that is, and how many contracts
    were withdrawn; only what there is.
    """
    return [*_orders(checks), *_contracts(checks)]


def _orders(checks: Checks) -> Iterator[str]:
    if "orders" not in checks.done:
        return
    orders = checks.kept("orders")
    worthless = orders.filter(orders.amount <= 0)
    rows = int(worthless.count().execute())
    if rows:
        back = "returned_amount"
        gave_back = int(worthless.filter(worthless[back].notnull()).count().execute()) if back in orders.columns else 0
        of_them = f"; {gave_back:,} of them say what came back" if gave_back else ""
        yield f"orders: {rows:,} of {checks.done['orders'].kept:,} rows have no positive amount{of_them}"
    if "accounts" in checks.done:
        key = TABLES["accounts"].key[0]
        accounts = checks.kept("accounts").select(key).distinct()
        without = int(accounts.anti_join(orders.filter(orders.amount > 0), key).count().execute())
        if without:
            yield f"accounts: {without:,} of {int(accounts.count().execute()):,} have no order that counts"


def _contracts(checks: Checks) -> Iterator[str]:
    """Those that `features.kernels.terms.is_withdrawn` means: a notice may have been of the term's end."""
    if "contracts" not in checks.done or "cancelled_at" not in checks.done["contracts"].columns:
        return
    contracts = checks.kept("contracts")
    rows = int(contracts.filter(contracts.cancelled_at.cast("date") < contracts.starts_on).count().execute())
    if rows:
        yield (
            f"contracts: {rows:,} of {checks.done['contracts'].kept:,} rows have a cancelled_at before their "
            "starts_on, and never come into force; if they ran to their end all the same, leave that cancelled_at out"
        )
