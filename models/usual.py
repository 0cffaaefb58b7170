"""Usual: what a fact is held against are the accounts of the last year.

A firm changes over the years that a model learns from: in one that grew tenfold, what half of all its rows had is what
half of a small firm had. Nor is it the newest day alone, which may lie in a season, or in a week without orders.
"""

from dataclasses import replace

import pandas as pd

from models.churn import Churn, profiles_of
from models.numbers import Mask, Numbers

YEAR = pd.Timedelta(days=360)  # whole steps of 30 days


def of_last_year(as_of: pd.Series, until: pd.Timestamp | None = None) -> Mask:
    """The rows of the year that ends with `until` (the newest as_of), whatever is known of who left."""
    until = as_of.max() if until is None else until
    found: Mask = ((as_of > until - YEAR) & (as_of <= until)).to_numpy(dtype=bool)
    return found


def with_usual(model: Churn, numbers: Numbers) -> Churn:
    """The model, with the profiles of other rows than those that it learned from."""
    return replace(model, profiles=profiles_of(numbers, model.features))
