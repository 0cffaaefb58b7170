"""Trade: orders with their deliveries, and the invoices that follow, some of them wrong."""

import numpy as np
import pandas as pd

from pipelines.simulated.causes import Trouble
from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.cycles import order_moments
from pipelines.simulated.firm import Accounts
from pipelines.simulated.leaving import PARTS, Fates
from pipelines.simulated.names import PRODUCT_LINES, numbered_in_time
from pipelines.simulated.pauses import Pauses
from pipelines.simulated.spans import sort_key

_BACK_AFTER, _BACK_WITHIN = 5.0, 37.0  # days from delivery until goods may come back, and for how long; then weekends


def make_orders(
    accounts: Accounts, trouble: Trouble, fates: Fates, pauses: Pauses, clock: Clock, seed: int
) -> pd.DataFrame:
    """One row an order, up to the moment its account left; `account` and the moments are numbers.

    Deliveries are late as the month's trouble says. Where a rival is let in, orders shrink and product lines drop.
    What would have been ordered in a pause is `paused`, and in no record: so a pause changes no other order.
    """
    account, at = order_moments(accounts, clock, seed)
    kept = at < fates.left[account]
    account, at = account[kept], at[kept]
    chance = stream(seed, "trade")
    month = clock.month_of(at)
    rival = trouble.of("rivals")[account, month]
    number = len(account)

    drift = np.exp(chance.normal(0.02, 0.08, len(accounts)))  # growth a year, an account's own
    amount = accounts.worth[account] * np.exp(chance.normal(0, 0.35, number)) * drift[account] ** (at / 365)
    amount *= 1 - 0.35 * rival * chance.random(number)
    promised = np.floor(clock.at_work(chance, at + chance.integers(3, 11, number)))
    late = chance.random(number) < 0.04 + 0.85 * trouble.of("delivery")[account, month]
    shift = np.where(late, 1.2 + chance.gamma(1.6, 4, number), -np.minimum(chance.gamma(1.5, 0.9, number), 2.5))
    delivered = clock.at_work(chance, promised + shift)
    delivered = np.where(late, delivered, np.minimum(delivered, promised + 0.3 + 0.35 * chance.random(number)))
    delivered = np.maximum(delivered, at + 0.5)
    back = chance.random(number) < 0.025 + 0.06 * trouble.of("service")[account, month]
    returned = np.where(back, np.maximum(amount * chance.beta(1.2, 2.5, number), 0.01), np.nan)
    recorded = np.where(chance.random(number) < 0.03, clock.at_work(chance, at + chance.gamma(2, 2.5, number)), at)
    line = _lines(chance, accounts, account, rival)
    chance = stream(seed, "returns")
    returned_at = clock.at_work(chance, delivered + _BACK_AFTER + _BACK_WITHIN * chance.random(number))
    return pd.DataFrame(
        {
            "account": account,
            "at": at,
            "amount": amount,
            "promised": promised,
            "delivered": delivered,
            "returned_at": np.where(back, returned_at, np.nan),
            "returned": returned,
            "line": line,
            "recorded": np.maximum(recorded, at),
            "paused": pauses.hold(account, at),
        }
    )


def _lines(chance: np.random.Generator, accounts: Accounts, account: np.ndarray, rival: np.ndarray) -> np.ndarray:
    """The product line of every order: each account has a favourite and some others, which a rival takes first."""
    wanted = np.minimum(1 + chance.poisson(np.array([0.9, 1.8, 3.2])[accounts.segment]), len(PRODUCT_LINES))
    favourite = chance.integers(0, len(PRODUCT_LINES), len(accounts))
    step = np.array([1, 3, 5, 7])[chance.integers(0, 4, len(accounts))]  # each is coprime to the number of lines
    left_over = np.maximum(np.round(wanted[account] * (1 - 0.7 * rival)), 1)
    pick = np.floor(left_over * chance.random(len(account)) ** 1.7)
    line: np.ndarray = ((favourite[account] + step[account] * pick) % len(PRODUCT_LINES)).astype(int)
    return line


def orders_table(orders: pd.DataFrame, samples: pd.DataFrame, names: np.ndarray, clock: Clock) -> pd.DataFrame:
    """The orders and samples that are known by the end, in the columns of the contract and with `account`, a number.

    What came back stands in the order's row, once it has come.
    """
    orders = orders[orders["recorded"] < clock.end]
    orders = orders.assign(order_id=numbered_in_time("O", orders["at"].to_numpy()))[~orders["paused"]]
    samples = samples.assign(order_id=numbered_in_time("S", samples["at"].to_numpy()))
    orders = pd.concat([orders.drop(columns="paused"), samples], ignore_index=True)
    orders = orders.iloc[np.argsort(sort_key(orders["account"].to_numpy(), orders["at"].to_numpy()), kind="stable")]
    orders = orders.reset_index(drop=True)
    return pd.DataFrame(
        {
            "account": orders["account"],
            "account_id": names[orders["account"]],
            "order_id": orders["order_id"],
            "ordered_at": clock.times(orders["at"].to_numpy()),
            "amount": orders["amount"].round(2),
            "promised_at": clock.times(orders["promised"].to_numpy() + 17 / 24),
            "delivered_at": clock.times(orders["delivered"].to_numpy(), clock.end),
            "returned_at": clock.times(orders["returned_at"].to_numpy(), clock.end),
            "returned_amount": orders["returned"].where(orders["returned_at"] < clock.end).round(2),
            "product_line": np.array(PRODUCT_LINES, dtype=object)[orders["line"]],
            "recorded_at": clock.times(orders["recorded"].to_numpy()),
        }
    )


def make_invoices(
    orders: pd.DataFrame, accounts: Accounts, trouble: Trouble, fates: Fates, clock: Clock, seed: int
) -> pd.DataFrame:
    """The invoices of the orders delivered, in the columns of the contract but for `account` and `at`, both numbers.

    An invoice of an order that is `paused` is so too.
    """
    chance = stream(seed, "invoices")
    account = orders["account"].to_numpy()
    at = clock.at_work(chance, orders["delivered"].to_numpy() + chance.gamma(1.5, 1.2, len(orders)))
    kept = at < clock.end
    account, at, amount = account[kept], at[kept], orders["amount"].to_numpy()[kept]
    number = len(account)
    bad = trouble.of("billing")[account, clock.month_of(at)]
    wrong = chance.random(number) < 0.02 + 0.75 * bad
    found = clock.at_work(chance, at + 1 + chance.gamma(1.8, 5, number))
    corrected = clock.at_work(chance, found + 1 + chance.gamma(1.6, 5 + 22 * bad, number))
    found, corrected = np.where(wrong, found, np.nan), np.where(wrong, corrected, np.nan)
    off_by = amount * np.clip(chance.gamma(1.5, 0.07, number), 0.01, 0.8)

    terms = np.array([30, 14, 45])[chance.choice(3, len(accounts), p=(0.7, 0.2, 0.1))]
    habit = chance.normal(-3, 6, len(accounts))  # some always pay early, some always late
    due = np.floor(at) + terms[account]
    paid = due + habit[account] + chance.gamma(1.2, 4, number) - 4
    paid = np.where(wrong, np.maximum(paid, corrected + chance.gamma(2, 4, number)), paid)
    paid = clock.at_work(chance, np.maximum(paid, at + 1))
    # A firm that closes or moves away leaves some of its last bills unpaid.
    unpaid = (
        (fates.why[account] == PARTS.index("involuntary")) & (due > fates.left[account]) & (chance.random(number) < 0.5)
    )
    paid = np.where(unpaid, np.nan, paid)
    recorded = np.maximum(np.where(chance.random(number) < 0.02, at + chance.gamma(2, 1.5, number), at), at)
    return pd.DataFrame(
        {
            "account": account,
            "at": at,
            "paused": orders["paused"].to_numpy()[kept],
            "invoice_id": numbered_in_time("I", at),
            "issued_at": clock.times(at),
            "amount": amount.round(2),
            "due_on": clock.days(due),
            "paid_at": clock.times(paid, clock.end),
            "error_found_at": clock.times(found, clock.end),
            "corrected_at": clock.times(corrected, clock.end),
            "error_amount": np.where(found < clock.end, off_by, np.nan).round(2),
            "recorded_at": clock.times(recorded),
        }
    )
