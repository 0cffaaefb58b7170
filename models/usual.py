"""Usual: what a fact is held against are the accounts of the newest days.

A firm changes over the years that a model learns from: in one that grew tenfold, what half of all its rows had is what
half of a small firm had.
"""

from dataclasses import replace

import pandas as pd

from models.churn import Churn, profiles_of
from models.numbers import Mask, Numbers

LEAST = 100  # rows: of fewer, the place of a quartile among them strays by more than 4 in 100


def newest(as_of: pd.Series) -> Mask:
    """The rows of the newest as_of, and of those before it until there are `LEAST`, whatever is known of who left."""
    so_many = as_of.value_counts().sort_index(ascending=False).cumsum()
    enough = so_many.index[so_many >= LEAST]
    found: Mask = (as_of >= (enough[0] if len(enough) else as_of.min())).to_numpy(dtype=bool)
    return found


def with_usual(model: Churn, numbers: Numbers) -> Churn:
    """The model, with the profiles of other rows than those that it learned from."""
    return replace(model, profiles=profiles_of(numbers, model.features))
