"""Ranked: the one list that workbook, page and CSV all show, with names instead of numbers where names are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

from features.language.tongue import tr
from features.value import Returns, ValueBy
from models.definition import PaceBy
from pipelines.exports.pace import PaceWords, pace_words

NAMED = ("name", "segment", "industry", "region")


@dataclass(frozen=True)
class ExportContext:
    """What stands above every export, whatever the accounts.

    value_days, returns: over how many days an account's value is counted, and whether what came back is taken off.
    reasons: code -> title. leaves: what counts as leaving, as the end of the sentence "An account has left when there
    is …". skill: a sentence of how good the score has proved, or None where nobody has measured it. notice: what must
    be read first, as no model ranks the accounts, or one that has seen no whole year. value_by, pace_by: what value and
    pace go by. worth: what calls are expected to bring, see worth.worth_of_calls, or None.
    """

    source: str
    as_of: date
    currency: str | None
    value_days: int
    returns: Returns
    leaves: str
    reasons: Mapping[str, str]
    skill: str | None = None
    notice: str = ""
    worth: str | None = None
    value_by: ValueBy = ValueBy.orders
    pace_by: PaceBy = PaceBy.orders

    @property
    def pace(self) -> PaceWords | None:
        """How the paces are called; None where all accounts are alike."""
        return pace_words(self.pace_by)

    @property
    def has_value(self) -> bool:
        """Whether anything tells what an account is worth."""
        return self.value_by is not ValueBy.nothing

    @property
    def value_period(self) -> str:
        """Over which time value is counted, for a heading: '360 days', 'a year'."""
        return tr("a year") if self.value_by is ValueBy.contracts else tr("{days} days", days=self.value_days)


def ranked(
    scores: pd.DataFrame, accounts: pd.DataFrame | None = None, reps: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The scores by rank, one row an account, with `name`, `segment`, `industry`, `region` and `rep` beside them. An
    unknown name is the id; any other unknown stays missing.

    accounts, reps: one row an id (see `known.latest_rows`).
    """
    rows = scores.sort_values(["rank", "account_id"], kind="stable", ignore_index=True)
    rows = rows.merge(_named(accounts), on="account_id", how="left", validate="m:1")
    rows["name"] = rows["name"].astype("object").fillna(rows["account_id"])
    rows["rep"] = rows["rep_id"].map(rep_names(reps)).astype("object").fillna(rows["rep_id"])
    return rows


def not_ranked(not_scored: pd.DataFrame, accounts: pd.DataFrame | None = None) -> pd.DataFrame:
    """The accounts that have no score, by cause and value, with `name` and `region` beside them."""
    rows = not_scored.merge(_named(accounts), on="account_id", how="left", validate="m:1")
    rows["name"] = rows["name"].fillna(rows["account_id"])
    by = ["cause", "value", "name", "account_id"]
    return rows.sort_values(by, ascending=[column != "value" for column in by], kind="stable", ignore_index=True)


def foremost(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """The `count` rows that stand foremost by risk or by value at risk, still in order of rank.

    An account of great value and modest risk belongs on a shortened list as much as a small one that is nearly gone.
    """
    if len(rows) <= count:
        return rows
    best = rows[["rank", "priority"]].min(axis=1)
    chosen = best.sort_values(kind="stable").index[:count]
    return rows.loc[chosen.sort_values()].reset_index(drop=True)


def most_valuable(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    """The `count` rows of most value, in the order in which they stand."""
    chosen = rows["value"].sort_values(ascending=False, kind="stable").index[:count]
    return rows.loc[chosen.sort_values()].reset_index(drop=True)


def _named(accounts: pd.DataFrame | None) -> pd.DataFrame:
    known = pd.DataFrame({"account_id": pd.Series(dtype="str")}) if accounts is None else accounts
    return known.reindex(columns=["account_id", *NAMED]).astype(dict.fromkeys(NAMED, "object"))


def rep_names(reps: pd.DataFrame | None) -> dict[str, str]:
    """The name of every rep that has one, with the id beside it where two reps share it."""
    if reps is None or "name" not in reps:
        return {}
    known = reps.dropna(subset=["name"])
    shared = known["name"].str.casefold().duplicated(keep=False)
    names = known["name"].where(~shared, known["name"] + " (" + known["rep_id"] + ")")
    return dict(zip(known["rep_id"], names, strict=True))
