"""Groups: where risks are too low or too high for some kind of account, beyond chance and however many are asked."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.language.tongue import tr
from models.groupings import ORDER
from models.metrics import LEVEL, Floats

LEAST = 30  # leavers that were foretold, and accounts: with fewer no miss can be told from chance
LISTED = 6  # groups of one grouping that are named though they are too small; more of them are taken together
_OTHERS = re.compile(r"(\d+) others")  # what small groups are called that are taken together
FIGURES = ["n", "accounts", "mean_risk", "base_rate", "low", "high", "p_value", "differs"]


def told_by_group(groups: pd.DataFrame, risk: Floats, left: Floats, account: npt.ArrayLike) -> pd.DataFrame:
    """What was foretold of each group and what came, indexed by grouping and group.

    groups: the group of each row, a column a grouping (`models.groupings`). By row as well: risk, left (0 or 1), and
    whose row it is (account).

    n, accounts: rows and accounts. mean_risk, base_rate: the shares foretold and that left. low, high: the 95 %
    interval of base_rate - mean_risk. p_value: of so large a difference by chance, corrected for all groups that are
    tested. differs: whether that is below 5 %: if all risks are true, about one evaluation in twenty marks any group.

    A group of fewer than `LEAST` foretold leavers or accounts is not tested (low to differs are missing); where a
    grouping has more than `LISTED` of these, they are one group. A grouping that parts nothing is left out. No outcome
    decides which groups there are.

    An account's rows count together, since its outlooks on two origins may share days. Accounts are taken to be
    independent of one another: a bad quarter for all of them is a difference as well, and shows day by day.
    """
    rows = pd.DataFrame({"risk": risk, "left": left, "account": np.asarray(account)})
    found: dict[tuple[str, str], dict[str, float]] = {}
    effect = _design_effect(rows)
    for grouping, given in groups.reset_index(drop=True).items():
        if given.nunique() < 2:
            continue
        members = rows.groupby(_merged(given, rows)).indices
        for name in _in_order({str(name): len(places) for name, places in members.items()}):
            found[str(grouping), name] = _told(rows.iloc[members[name]], effect=effect, testable=len(members) > 1)
    table = _indexed(found, FIGURES[:-1])
    tested = table["p_value"].notna()
    table.loc[tested, "p_value"] = holm(table.loc[tested, "p_value"].to_numpy(np.float64))
    differs = (table["p_value"] < 1 - LEVEL).astype("boolean").mask(~tested)
    return table.astype({"n": int, "accounts": int}).assign(differs=differs)


def holm(p_values: Floats) -> Floats:
    """Each p-value as it counts where so many are looked at (Holm 1979, A simple sequentially rejective procedure).

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    found = np.empty(len(p_values))
    found[order] = np.minimum(steps, 1)
    return found


def nested(table: pd.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    """What `told_by_group` gives as it stands in metrics.json: {grouping: {group: {figure: value}}}. Of a group that
    was not tested differs is None, and the other figures that are missing are not there.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for (grouping, group), row in by_pairs(table):
        figures = {name: row[name] for name in FIGURES[:-1] if pd.notna(row[name])}
        differs = None if pd.isna(row["differs"]) else bool(row["differs"])
        found.setdefault(grouping, {})[group] = figures | {"differs": differs}
    return found


def unnested(by_group: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> pd.DataFrame:
    """What `nested` was made of."""
    found = {(grouping, group): row for grouping, groups in by_group.items() for group, row in groups.items()}
    return _indexed(found, FIGURES).astype({"differs": "boolean"})


def marked(table: pd.DataFrame) -> pd.DataFrame:
    """The groups that differ beyond chance, the surest first."""
    return table[table["differs"].fillna(False).astype(bool)].sort_values("p_value", kind="stable")


def worst(by_group: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Of `nested` the groups that differ beyond chance, those with most rows told wrongly first: grouping, group, and
    the shares told and left; of small ones taken together also apart, the groups of the grouping that are not of them.
    """
    if not by_group:
        return []
    found = marked(unnested(by_group))
    wrong = ((found["base_rate"] - found["mean_risk"]).abs() * found["n"]).sort_values(ascending=False, kind="stable")
    return [
        {"grouping": grouping, "group": group, "told": row["mean_risk"], "left": row["base_rate"]}
        | ({"apart": [other for other in by_group[grouping] if other != group]} if _OTHERS.fullmatch(group) else {})
        for (grouping, group), row in by_pairs(found.loc[wrong.index])
    ]


def in_words(table: pd.DataFrame) -> str:
    """How many groups were looked at and how many differ, as a sentence without its full stop."""
    looks, found = int(table["p_value"].notna().sum()), len(marked(table))
    if not looks:
        return tr("no group has leavers enough to tell whether its risks are true")
    if not found:
        return tr("of {looks} groups with leavers enough to tell, none differ beyond chance", looks=looks)
    if found == 1:
        return tr("of {looks} groups with leavers enough to tell, 1 differs beyond chance", looks=looks)
    return tr("of {looks} groups with leavers enough to tell, {found} differ beyond chance", looks=looks, found=found)


def verdict(row: Mapping[str, Any]) -> str:
    """What the figures of a group say of its risks; nothing where they may be true.

    >>> verdict({"mean_risk": 0.05, "base_rate": 0.10, "differs": True})
    'told too low'
    """
    if pd.isna(row["differs"]):
        return tr("too few to tell")
    if not row["differs"]:
        return ""
    return tr("told too low") if row["mean_risk"] < row["base_rate"] else tr("told too high")


def group_in_words(group: str) -> str:
    """The name of a group in the language that is spoken; that of a rep or region is its own."""
    others = _OTHERS.fullmatch(group)
    return tr("{count} others", count=others[1]) if others else tr(group)


def by_pairs(table: pd.DataFrame) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """The rows of a table by grouping and group."""
    rows = table.to_dict("records")
    for (grouping, group), row in zip(table.index, rows, strict=True):
        yield (grouping, group), {str(name): value for name, value in row.items()}


def _told(members: pd.DataFrame, *, effect: float, testable: bool) -> dict[str, float]:
    """The figures of one group, before the correction for many looks; without those of a test where it is too small.

    Tested with the design effect of the group's own rows or, if it is larger, of all rows (`effect`), as few leavers
    seldom show how alike they are.
    """
    from scipy.stats import norm

    risk, left = members["risk"].to_numpy(np.float64), members["left"].to_numpy(np.float64)
    n, accounts = len(members), members["account"].nunique()
    found = {"n": n, "accounts": accounts, "mean_risk": float(risk.mean()), "base_rate": float(left.mean())}
    if not testable or min(risk.sum(), accounts) < LEAST:
        return found
    effect = max(effect, _design_effect(members))
    p_value, deviation = missed(risk, left, effect)
    difference, reach = float((left - risk).mean()), float(norm.isf((1 - LEVEL) / 2) * deviation / n)
    return found | {"low": difference - reach, "high": difference + reach, "p_value": p_value}


def missed(risk: Floats, left: Floats, effect: float = 1.0) -> tuple[float, float]:
    """The p-value of so large a miss if the risks are true, and the standard deviation of how many leave.

    The number that leave has the variance and skewness of independent draws by the risks foretold, widened by a design
    effect. Not the variance of what was seen, as a sandwich takes it: that is too small wherever too few have left. The
    tails are those of the Pearson III distribution of these moments: few leavers are a skewed count.
    """
    from scipy.stats import pearson3

    drawn, third = (risk * (1 - risk)).sum(), (risk * (1 - risk) * (1 - 2 * risk)).sum()
    deviation, skewness = np.sqrt(effect * drawn), third * np.sqrt(effect) / drawn**1.5
    z = (left - risk).sum() / deviation
    tail = pearson3.sf(z, skewness) if z > 0 else pearson3.cdf(z, skewness)
    return float(min(1.0, 2 * tail)), float(deviation)


def _design_effect(rows: pd.DataFrame) -> float:
    """How many times the variance of a sum is what it were if an account's rows missed independently (Kish 1965)."""
    missed = (rows["left"] - rows["risk"]).to_numpy(np.float64)
    by_account = np.bincount(pd.factorize(rows["account"])[0], missed)
    return max(1.0, float((by_account**2).sum() / (missed**2).sum()))


def _merged(group: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """The group by row; where many are too small for a test, these as one."""
    of_each = rows.groupby(group)
    small = (of_each["risk"].sum() < LEAST) | (of_each["account"].nunique() < LEAST)
    return group.mask(group.isin(small.index[small]), f"{small.sum()} others") if small.sum() > LISTED else group


def _in_order(sizes: Mapping[str, int]) -> list[str]:
    """Groups that stand in an order by it, then the others from large to small."""
    return sorted(sizes, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), -sizes[name], name))


def _indexed(found: Mapping[tuple[str, str], Mapping[str, Any]], columns: list[str]) -> pd.DataFrame:
    index = pd.MultiIndex.from_tuples(list(found), names=["grouping", "group"])
    return pd.DataFrame(list(found.values()), columns=columns, index=index)
