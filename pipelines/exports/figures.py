"""Figures: the totals that stand on the first screen and the summary sheet, counted once for both."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from features.language.tongue import later, tr
from models.definition import PACES
from pipelines.exports.wording import NO_REP, is_missing

NO_REASON = later("No reason stands out")
NO_SIGN = later("No sign yet")


@dataclass(frozen=True)
class Figures:
    """Totals over accounts: how many, how many of them are expected to leave, their value and the part at risk."""

    accounts: int
    leaving: float
    value: float
    value_at_risk: float


def figures(rows: pd.DataFrame) -> Figures:
    """The totals of some rows of the ranked list. Expected to leave is the sum of the risks."""
    return Figures(len(rows), float(rows["risk"].sum()), float(rows["value"].sum()), float(rows["value_at_risk"].sum()))


def holding_half(rows: pd.DataFrame) -> int:
    """How many accounts, those with most value at risk first, together hold half of all value at risk."""
    at_risk = rows["value_at_risk"].fillna(0).sort_values(ascending=False).cumsum()
    if at_risk.empty or at_risk.iloc[-1] <= 0:
        return 0
    return int((at_risk < at_risk.iloc[-1] / 2).sum()) + 1


def by_pace(rows: pd.DataFrame) -> dict[str, Figures]:
    """Totals of the accounts of every pace: early, overdue or new."""
    return {pace: figures(rows[rows["pace"] == pace]) for pace in PACES}


def by_reason(rows: pd.DataFrame, titles: Mapping[str, str]) -> dict[str, Figures]:
    """Totals by the title of each account's main reason, most value at risk first."""
    return _by(rows, _named(rows["reason_1_code"], titles, NO_REASON))


def by_sign(rows: pd.DataFrame, titles: Mapping[str, str]) -> dict[str, Figures]:
    """Totals by the title of each account's sign, most value at risk first."""
    return _by(rows, _named(rows["sign_code"], titles, NO_SIGN))


def _named(codes: pd.Series, titles: Mapping[str, str], none: str) -> pd.Series:
    return codes.map(lambda code: tr(none) if is_missing(code) else titles.get(code, code))


def by_rep(rows: pd.DataFrame) -> dict[str, Figures]:
    """Totals by rep, most value at risk first; empty where no account has a rep."""
    if rows["rep"].isna().all():
        return {}
    return _by(rows, rows["rep"].fillna(tr(NO_REP)))


def by_region(rows: pd.DataFrame) -> dict[str, Figures]:
    """Totals by region, most value at risk first; empty where no account has a region."""
    if rows["region"].isna().all():
        return {}
    return _by(rows, rows["region"].fillna(tr("No region")))


def _by(rows: pd.DataFrame, keys: pd.Series) -> dict[str, Figures]:
    groups = {str(key): figures(group) for key, group in rows.groupby(keys, sort=True)}
    return dict(sorted(groups.items(), key=lambda item: -item[1].value_at_risk))
