"""Uncounted: rows that are kept and count for nothing, which their owner may not expect."""

from features.tables import TABLES
from pipelines.intake.checking import Checks


def uncounted(checks: Checks) -> list[str]:
    """In words, how many kept orders are worth nothing and how many accounts have none that is; only what there is."""
    if "orders" not in checks.done:
        return []
    orders = checks.kept("orders")
    worthless = orders.filter(orders.amount <= 0)
    found = []
    rows = int(worthless.count().execute())
    if rows:
        back = "returned_amount"
        gave_back = int(worthless.filter(worthless[back].notnull()).count().execute()) if back in orders.columns else 0
        of_them = f"; {gave_back:,} of them say what came back" if gave_back else ""
        found.append(f"orders: {rows:,} of {checks.done['orders'].kept:,} rows have no positive amount{of_them}")
    if "accounts" in checks.done:
        key = TABLES["accounts"].key[0]
        accounts = checks.kept("accounts").select(key).distinct()
        without = int(accounts.anti_join(orders.filter(orders.amount > 0), key).count().execute())
        if without:
            found.append(f"accounts: {without:,} of {int(accounts.count().execute()):,} have no order that counts")
    return found
