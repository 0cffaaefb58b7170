"""Ranked: the one list that workbook, page and CSV all show, with names instead of numbers where names are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

REASONS = 4
NAMED = ("name", "segment", "industry", "region")


@dataclass(frozen=True)
class Firm:
    """What stands above every export, whatever the accounts.

    value_days: over how many days an account's value is counted. reasons: code -> title.
    leaves: what counts as leaving, as the end of the sentence "An account has left when there is …".
    skill: a sentence of how good the score has proved, or None where nobody has measured it.
    """

    source: str
    as_of: date
    currency: str | None
    value_days: int
    leaves: str
    reasons: Mapping[str, str]
    skill: str | None = None


def ranked(
    scores: pd.DataFrame,
    accounts: pd.DataFrame | None = None,
    reps: pd.DataFrame | None = None,
    silence: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The scores by rank, one row an account, with `name`, `segment`, `industry`, `region`, `rep`, `last_order_on`,
    `days_since_order` and `usual_cycle` beside them. An unknown name is the id; any other unknown stays missing.

    silence: account_id, last_order_on, days_since_order, usual_cycle; any of the columns may be absent.
    """
    rows = scores.sort_values(["rank", "account_id"], kind="stable", ignore_index=True)
    rows = rows.merge(_named(accounts), on="account_id", how="left", validate="m:1")
    rows["name"] = rows["name"].fillna(rows["account_id"])
    rows["rep"] = _rep_names(rows["rep_id"], reps)
    rows = rows.drop(columns=["days_since_order", "usual_cycle", "last_order_on"], errors="ignore")
    if silence is not None:
        rows = rows.merge(silence, on="account_id", how="left", validate="m:1")
    for column in ("last_order_on", "days_since_order", "usual_cycle"):
        if column not in rows:
            rows[column] = None
    for n in range(1, REASONS + 1):
        for column in (f"reason_{n}", f"reason_{n}_code", f"reason_{n}_shap", f"action_{n}"):
            if column not in rows:
                rows[column] = None
    return rows


def not_ranked(not_scored: pd.DataFrame, accounts: pd.DataFrame | None = None) -> pd.DataFrame:
    """The accounts that have no score, by cause and name: account_id, name, region, cause, days_since_order."""
    rows = not_scored.merge(_named(accounts), on="account_id", how="left", validate="m:1")
    rows["name"] = rows["name"].fillna(rows["account_id"])
    if "days_since_order" not in rows:
        rows["days_since_order"] = None
    rows = rows.sort_values(["cause", "name", "account_id"], kind="stable", ignore_index=True)
    return rows[["account_id", "name", "region", "cause", "days_since_order"]]


def foremost(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """The `count` rows that stand foremost by risk or by value at risk, still in order of rank.

    An account of great value and modest risk belongs on a shortened list as much as a small one that is nearly gone.
    """
    if len(rows) <= count:
        return rows
    best = rows[["rank", "priority"]].min(axis=1)
    chosen = best.sort_values(kind="stable").index[:count]
    return rows.loc[chosen.sort_values()].reset_index(drop=True)


def _named(accounts: pd.DataFrame | None) -> pd.DataFrame:
    known = pd.DataFrame({"account_id": pd.Series(dtype="str")}) if accounts is None else accounts
    return known.reindex(columns=["account_id", *NAMED]).astype(dict.fromkeys(NAMED, "object"))


def _rep_names(rep_ids: pd.Series, reps: pd.DataFrame | None) -> pd.Series:
    """Each rep's name; the id where no name is known, with the id beside the name where two reps share it."""
    if reps is None or "name" not in reps:
        return rep_ids.astype("object")
    known = reps.dropna(subset=["name"])
    shared = known["name"].str.casefold().duplicated(keep=False)
    names = known["name"].where(~shared, known["name"] + " (" + known["rep_id"] + ")")
    return rep_ids.map(dict(zip(known["rep_id"], names, strict=True))).fillna(rep_ids).astype("object")
