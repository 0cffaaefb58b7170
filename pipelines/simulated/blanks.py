"""Blanks: what people did not fill in, by chance alone, so that a blank tells nothing of who leaves."""

import numpy as np
import pandas as pd

from pipelines.simulated.clock import stream

# The share of an account's rows, or of all accounts for good, where nobody fills the column in.
_ROWS = {
    "orders": {"product_line": 0.03},
    "contacts": {"direction": 0.04, "rep_id": 0.03, "person": 0.10},
    "calls": {"rep_id": 0.04},
    "tickets": {"severity": 0.06, "category": 0.08},
    "contracts": {"annual_value": 0.07},
}
_ACCOUNTS = {
    "accounts": {"segment": 0.03, "industry": 0.05, "region": 0.02},
    "orders": {"product_line": 0.03},
}


def leave_blank(name: str, table: pd.DataFrame, account: np.ndarray, seed: int) -> pd.DataFrame:
    """The table with blanks where its columns were not filled in; `account` is the number of each row's account."""
    blank = {column: np.zeros(len(table), dtype=bool) for column in (_ROWS.get(name, {}) | _ACCOUNTS.get(name, {}))}
    for column, share in _ROWS.get(name, {}).items():
        blank[column] |= stream(seed, f"blank rows {name} {column}").random(len(table)) < share
    for column, share in _ACCOUNTS.get(name, {}).items():
        never = stream(seed, f"blank {name} {column}").random(account.max(initial=-1) + 1) < share
        blank[column] |= never[account]
    return table.assign(**{column: table[column].mask(rows, None) for column, rows in blank.items()})
