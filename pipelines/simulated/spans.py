"""Spans: stretches of time that accounts go through, and which of them a moment lies in."""

import numpy as np

_FAR = 16384.0  # more days than any moment is from the first month, to order (account, moment) by one number


def sort_key(account: np.ndarray, at: np.ndarray) -> np.ndarray:
    """One number for each account and moment, in the order of the accounts and then of the moments."""
    key: np.ndarray = account * (4 * _FAR) + at + _FAR
    return key


def span_at(account: np.ndarray, starts: np.ndarray, ends: np.ndarray, who: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The index of the span of account `who` that each moment lies in, from its start to before its end; -1 for none.

    The spans are sorted by account and start, and no two of an account overlap.
    """
    if len(account) == 0:
        return np.full(len(who), -1)
    found = np.searchsorted(sort_key(account, starts), sort_key(who, at), side="right") - 1
    held = np.maximum(found, 0)
    return np.where((found >= 0) & (account[held] == who) & (at < ends[held]), held, -1)
