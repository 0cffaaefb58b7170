"""Value: what an account is worth: what it ordered of late and kept, or what its contracts bring in a year."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np

from features.language.measure import Computed, Constant, Measure
from features.language.of_rows import Amount
from features.language.of_terms import contract_terms
from features.language.rows import orders

CENT = 2  # decimals of an amount


class Returns(StrEnum):
    """What the orders say of goods that came back."""

    dated = "dated"
    undated = "undated"  # how much, but not when
    unrecorded = "unrecorded"


class ValueBy(StrEnum):
    """What an account is worth by."""

    orders = "orders"
    contracts = "contracts"
    nothing = "nothing"  # no table tells


def value_by(columns: Mapping[str, set[str]]) -> ValueBy:
    """What tables with these columns say of an account's worth."""
    if "orders" in columns:
        return ValueBy.orders
    return ValueBy.contracts if "annual_value" in columns.get("contracts", set()) else ValueBy.nothing


def returns_in(columns: Mapping[str, set[str]]) -> Returns:
    """What tables with these columns say of goods that came back."""
    given = columns.get("orders", set())
    if "returned_amount" not in given:
        return Returns.unrecorded
    return Returns.dated if "returned_at" in given else Returns.undated


def value(days: int, columns: Mapping[str, set[str]]) -> Measure:
    """What was ordered in the last `days`, less credits (orders of a negative amount) and goods that came back in these
    days, whenever they were ordered; in the currency of `orders.amount`, never below 0.

    Goods of which nobody says when they came back are not taken off: on no as_of is it known that they had. Where no
    orders are given it is what the contracts in force are worth a year; missing where none is, or nobody says it.
    """
    match value_by(columns):
        case ValueBy.contracts:
            return contract_terms(columns)
        case ValueBy.nothing:
            return Constant(np.nan)
    ordered = Amount(orders, of="amount", days=days)
    if returns_in(columns) is not Returns.dated:
        return Computed(_kept, (ordered,))
    returned = Amount(orders.once("returned_at").at("returned_at"), of="returned_amount", days=days)
    return Computed(_kept, (ordered - returned,))


def _kept(net: np.ndarray) -> np.ndarray:
    """Rounded, so that a sum of cents is one."""
    return np.asarray(np.round(net, CENT).clip(0))
