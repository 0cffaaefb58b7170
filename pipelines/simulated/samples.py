"""Samples: orders of amount 0 - samples, and replacements under warranty - which are deliveries but no trade."""

import numpy as np
import pandas as pd

from pipelines.simulated.clock import Clock, happenings, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.leaving import Fates
from pipelines.simulated.names import PRODUCT_LINES

_A_MONTH = 0.015  # for each account


def make_samples(accounts: Accounts, fates: Fates, clock: Clock, seed: int) -> pd.DataFrame:
    """One row a sample, in the columns of trade.make_orders; an account that pauses may be sent some all the same."""
    chance = stream(seed, "samples")
    account, at = happenings(chance, np.full((len(accounts), clock.months), _A_MONTH), clock)
    kept = (at > accounts.opened[account]) & (at < fates.left[account]) & (at < clock.end)
    account, at = account[kept], at[kept]
    number = len(account)
    promised = np.floor(clock.at_work(chance, at + chance.integers(2, 8, number)))
    delivered = np.maximum(clock.at_work(chance, promised - chance.integers(0, 2, number)), at + 0.5)
    nothing = np.full(number, np.nan)
    return pd.DataFrame(
        {
            "account": account,
            "at": at,
            "amount": np.zeros(number),
            "promised": promised,
            "delivered": delivered,
            "returned_at": nothing,
            "returned": nothing,
            "line": chance.integers(0, len(PRODUCT_LINES), number),  # a sample is of what they do not buy yet
            "recorded": at,
        }
    )
