"""Spread: the scale on which reasons are compared: how far each strays among the rows that a model learned from.

Trees give a rare or faint cause far less than its due, and a common one nearly all of it. By plain log-odds the common
ones stand first even where they are hardly worse than usual; held against its own spread, each has the same chance.
benchmarks/README.md says what that is worth.
"""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from features.catalogue import catalogue
from models.churn import Churn
from models.explain import shap_contributions
from models.numbers import Numbers

ROWS = 2_000  # more of them give the same order


def with_spreads(model: Churn, numbers: Numbers) -> Churn:
    """The model, made ready to tell reasons. numbers: what it learned from."""
    return replace(model, spreads=spreads_of(model, numbers))


def spreads_of(model: Churn, numbers: Numbers) -> dict[str, float]:
    """By reason, the standard deviation of what its features add up to, in log-odds; features that are signs left out.

    numbers: what the model learned from; at most `ROWS` rows of it are looked at.
    """
    rows = pd.DataFrame(numbers.some(model.features, ROWS), columns=list(model.features))
    shap_values = shap_contributions(model, rows).shap_values
    return {
        code: float(shap_values[:, places].sum(axis=1).std()) for code, places in _by_reason(model.features).items()
    }


def _by_reason(names: Iterable[str]) -> dict[str, list[int]]:
    """The positions of each reason's features; of none that an analyst only tries, and no reason owns."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        feature = catalogue().by_name.get(name)
        if feature is not None and feature.sign is None:
            found.setdefault(feature.reason, []).append(place)
    return found
