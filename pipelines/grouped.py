"""Grouped: what tables say of accounts, beyond their features, by which their risks are held against what came."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.language.tongue import later, tr
from models.groupings import by_risk, groupings
from models.groups import group_in_words
from pipelines.home import GATE, Home
from pipelines.known import known_events, latest_rows

SAID = 2  # groups: who reads more of them reads none
_ATTRIBUTES = ("segment", "region")
_TOO_LOW = later(
    "Risks of some accounts ({grouping}: {group}) were too low on earlier days, beyond chance: {told:.1%} were "
    "foretold to leave, and {left:.1%} left."
)
_TOO_HIGH = later(
    "Risks of some accounts ({grouping}: {group}) were too high on earlier days, beyond chance: {told:.1%} were "
    "foretold to leave, and {left:.1%} left."
)


def known_of(tables: Path, rows: pd.DataFrame) -> pd.DataFrame:
    """segment, region and orders (how many it had placed) of the account of each row, as its as_of knew them.

    rows: account_id, as_of. What the tables do not have has no column; without a history of accounts segment and region
    are those of today, which may name a group though they are no feature.
    """
    parts = [_known_on(tables, as_of, of_day) for as_of, of_day in rows.groupby(rows["as_of"].dt.date)]
    return pd.concat(parts).reindex(rows.index) if parts else pd.DataFrame(index=rows.index)


def told_falsely(home: Home, rows: pd.DataFrame, risk: pd.Series) -> list[str]:
    """Of which kinds of accounts on a list more or fewer left on earlier days than the last model told, beyond chance
    (`models.groups`): a sentence each, the worst first, at most `SAID`.

    rows: account_id, as_of and the features of the accounts on the list. risk: by account_id, in any order.
    """
    path = home.model / GATE
    found = json.loads(path.read_text(encoding="utf-8")).get("missed_by_group", []) if path.exists() else []
    if not found:
        return []
    rows = rows.assign(as_of=pd.to_datetime(rows["as_of"]))
    risks = risk.loc[rows["account_id"]].to_numpy(np.float64)
    listed = groupings(rows, known_of(home.tables, rows)).join(by_risk(risks).set_index(rows.index))
    here = [one for one in found if one["grouping"] in listed and _is_any_of(listed[one["grouping"]], one)]
    names = dict(_reps(home.tables, rows["as_of"].iloc[0].date()))
    return [tr(_TOO_LOW if one["left"] > one["told"] else _TOO_HIGH, **_in_words(one, names)) for one in here[:SAID]]


def _is_any_of(groups: pd.Series, one: Mapping[str, Any]) -> bool:
    """Whether any account on the list is of a kind; small groups taken together are all those but the ones apart."""
    return bool((~groups.isin(one["apart"]) if "apart" in one else groups == one["group"]).any())


def _in_words(one: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if "apart" in one:
        group = tr("the {count} small ones together", count=one["group"].partition(" ")[0])
        return {"grouping": tr(one["grouping"]), "group": group, "told": one["told"], "left": one["left"]}
    group = (names.get(one["group"]) if one["grouping"] == "rep" else None) or group_in_words(one["group"])
    return {"grouping": tr(one["grouping"]), "group": group, "told": one["told"], "left": one["left"]}


def _reps(tables: Path, as_of: date) -> Iterator[tuple[str, str]]:
    """Ids of reps, and their names with the id behind: two may have the same."""
    reps = latest_rows(tables, "reps", as_of)
    if reps is not None and "name" in reps:
        named = reps.dropna(subset=["name"])
        yield from ((rep, f"{name} ({rep})") for rep, name in zip(named["rep_id"], named["name"], strict=True))


def _known_on(tables: Path, as_of: date, rows: pd.DataFrame) -> pd.DataFrame:
    found = pd.DataFrame(index=rows.index)
    accounts = latest_rows(tables, "accounts", as_of)
    if accounts is not None:
        by_id = accounts.set_index("account_id")
        for name in _ATTRIBUTES:
            if name in by_id:
                found[name] = rows["account_id"].map(by_id[name])
    orders = known_events(tables, "orders", as_of)
    if orders is not None:
        placed = orders.filter(orders.amount > 0).account_id.value_counts(name="orders").to_pandas()
        found["orders"] = rows["account_id"].map(placed.set_index("account_id")["orders"]).fillna(0)
    return found
