"""Groupings: the kinds of accounts for which risks are held against what came, by what was known on the as_of."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.tongue import later

Floats = npt.NDArray[np.float64]

_NONE = later("none")  # of an account of which the grouping says nothing
_VALUES = (
    later("lowest quarter"),
    later("second lowest quarter"),
    later("second highest quarter"),
    later("highest quarter"),
)
_YEARS = {  # from so many days on
    later("under 1 year"): 0,
    later("1 to 2 years"): 365,
    later("2 to 4 years"): 730,
    later("over 4 years"): 1461,
}
_ORDERS = {
    later("under 5 orders"): 0,
    later("5 to 9 orders"): 5,
    later("10 to 24 orders"): 10,
    later("25 orders or more"): 25,
}
RISK_TOLD = later("risk told")
_RISKS = {
    later("under 10%"): 0.0,
    later("10% to under 40%"): 0.1,
    later("40% to under 70%"): 0.4,
    later("70% or more"): 0.7,
}
READ = (  # of the columns, where they are there
    "as_of",
    "pace",
    "revenue_360d",
    "contract_value",
    "days_as_customer",
    "orders",
    "segment",
    "region",
    "rep_id",
)
ORDER = (
    later("early"),
    later("overdue"),
    later("new"),
    later("nothing"),
    *_VALUES,
    *_YEARS,
    *_ORDERS,
    *_RISKS,
)  # of groups that stand in one


def groupings(rows: pd.DataFrame, known: pd.DataFrame | None = None) -> pd.DataFrame:
    """The group of every row under every grouping that its columns allow: a column each, as text, on the rows' index.

    pace; value: quarters of what the accounts of one as_of were worth in a year, those worth nothing apart; tenure;
    rep. Of `known` (some of segment, region and orders, by row, as the row's as_of knew them): segment, region, and
    history, which is how many orders of its own an account could be judged by.
    """
    given = rows[[name for name in READ if name in rows and (known is None or name not in known)]]
    if known is not None:
        given = pd.concat([given, known], axis=1)
    found: dict[str, pd.Series] = {later("pace"): given["pace"]}
    worth = next((given[name] for name in ("revenue_360d", "contract_value") if name in given), None)
    if worth is not None:
        found[later("value")] = _quarters(worth, given["as_of"])
    for grouping, column, bands in (
        (later("tenure"), "days_as_customer", _YEARS),
        (later("history"), "orders", _ORDERS),
    ):
        if column in given:
            found[grouping] = _banded(given[column], bands)
    for grouping, column in ((later("segment"), "segment"), (later("region"), "region"), (later("rep"), "rep_id")):
        if column in given and given[column].notna().any():
            found[grouping] = given[column]
    texts = {name: group.astype("object").where(group.notna(), _NONE).astype("str") for name, group in found.items()}
    return pd.DataFrame(texts)


def by_risk(risk: Floats) -> pd.DataFrame:
    """The band of each risk, a column. Whom a firm calls stands in the highest, which an average of all rows hides."""
    return pd.DataFrame({RISK_TOLD: _banded(pd.Series(risk), _RISKS).astype("str")})


def _quarters(worth: pd.Series, as_of: pd.Series) -> pd.Series:
    place = worth.where(worth > 0).groupby(as_of).rank(pct=True)
    quarter = np.ceil(place * len(_VALUES)).to_numpy()
    names = [_VALUES[int(number) - 1] if number > 0 else "nothing" for number in quarter]
    return pd.Series(names, index=worth.index)


def _banded(numbers: pd.Series, bands: Mapping[str, float]) -> pd.Series:
    return pd.Series(pd.cut(numbers, [*bands.values(), np.inf], right=False, labels=list(bands)), index=numbers.index)
