"""Card: what a reader must know of the model before acting on it, on one page of Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.baselines import Baseline
from models.definition import Left
from models.evaluation import CEILINGS, SPREAD
from models.gate import Check, Verdict
from models.groups import by_pairs, in_words, marked, unnested, verdict
from models.late import LONGEST_WAIT
from models.money_card import money_section

_CAUGHT = "recall_at_capacity"
_COLUMNS = {
    "roc_auc": ("ROC AUC", "{:.3f}"),
    "average_precision": ("average precision", "{:.3f}"),
    "lift_top_decile": ("lift of the top tenth", "{:.1f}"),
    _CAUGHT: ("caught at capacity", "{:.0%}"),
}


_GROUPS = 10  # shown beside those that differ: the ones that come closest to it


@dataclass(frozen=True)
class Card:
    """What the card is about.

    figures: as in metrics.json. descriptions: what each baseline and each ceiling is, by name. early: which accounts
    are early, as a sentence.
    """

    model: str
    leaving: str
    figures: Mapping[str, Any]
    descriptions: Mapping[str, str]
    titles: Mapping[str, str]
    capacity: int
    features: int
    rounds: int
    checks: Sequence[Check]
    early: str = Left().early_in_words({"orders"})

    def markdown(self) -> str:
        parts = [
            self._head(),
            self._data(),
            self._gate(),
            self._skill(),
            self._calibration(),
            self._groups(),
            *self._money(),
            self._reasons(),
            _LIMITS,
            self._use(),
        ]
        return "\n\n".join(parts) + "\n"

    def _head(self) -> str:
        return (
            f"# {self.model}\n\n"
            f"It gives every account that could still leave the probability that it will: *{self.leaving}*, counted "
            f"from the day of the score. {self.features} numbers about each account go in; gradient-boosted trees "
            f"({self.rounds} of them, by LightGBM) make the probability. Where common sense knows the direction of a "
            "number, the trees are held to it. Leaving because they closed, moved or were bought is a second way to "
            "leave, with a probability of its own."
        )

    def _data(self) -> str:
        data = self.figures["data"]
        lines = ["## Data", "", "| | as_ofs | rows | left by choice | otherwise |", "|---|---|---|---|---|"]
        for part, title in (("labelled", "all whose outcome is known"), ("test", "tested")):
            facts = data[part]
            lines.append(
                f"| {title} | {facts['as_ofs']} | {facts['rows']:,} | {facts['left']:,} ({facts['base_rate']:.1%}) | "
                f"{facts['involuntary']:,} |"
            )
        words = (
            f"Data version `{data['data_version']}`. Every figure below is of models that were made by the same recipe "
            "on the days that were tested, each from the rows whose outcome was known then; the model that scores has "
            "learned from all rows whose outcome is known."
        )
        late = data["labelled"].get("losses")
        return "\n".join([*lines, "", words, *(["", _late_in_words(late)] if late else [])])

    def _gate(self) -> str:
        lines = ["## What the gate asked", "", "| | |", "|---|---|"]
        lines += [f"| {'passed' if check.passed else '**refused**'} | {check.says} |" for check in self.checks]
        return "\n".join(lines)

    def _skill(self) -> str:
        rows: list[tuple[str, Mapping[str, Any]]] = [("**this model**", self.figures["test"])]
        rows += [(self.descriptions[name], found) for name, found in self.figures["baselines"].items()]
        rows += [(f"*{self.descriptions[name]}*", self.figures[name]) for name in CEILINGS if name in self.figures]
        capacity = (
            f"With {self.capacity:,} calls a day all accounts can be called, so what is caught at capacity is left out."
            if _all_called([found for _, found in rows])
            else f"Capacity: {self.capacity:,} calls a day."
        )
        words = (
            "On days that it had not seen, beside what people do without a model: the mean over the days; in brackets "
            f"the interval that holds 95 % of resamples of accounts. {self.early} {capacity}"
        )
        parts = ["## How well it ranks", "", words]
        if "roc_auc_spread" in self.figures["test"]:
            parts += ["", f"From day to day it varies: {_spreads(self.figures['test'])}."]
        for title, pick in (("All accounts at risk", None), ("Early accounts", "early")):
            parts += ["", f"### {title}", "", _table(rows, pick)]
        parts += ["", "![gains](plots/gains.png)"]
        parts += ["", "![precision and recall](plots/precision_recall.png)"]
        return "\n".join(parts)

    def _calibration(self) -> str:
        test = self.figures["test"]
        lines = ["## How true its probabilities are", ""]
        if "brier" in test:
            words = (
                f"On average it said {test['mean_risk']:.1%}; {test['base_rate']:.1%} left. Over tenths of accounts it "
                f"is off by {test['calibration_error']:.1%} on average. Brier score {test['brier']:.4f}, log loss "
                f"{test['log_loss']:.4f}. Day by day:"
            )
            lines += [words, "", *_by_as_of(test["by_as_of"]), ""]
        return "\n".join([*lines, "![calibration](plots/calibration.png)"])

    def _groups(self) -> str:
        """What was told of groups of accounts and what came: those that differ, then those that come closest to it."""
        table = unnested(self.figures["test"]["by_group"])
        differ = marked(table)
        others = table.drop(differ.index).dropna(subset="p_value").sort_values("p_value", kind="stable")
        found = in_words(table)
        if table.empty:
            return "### Group by group\n\nNothing that is known of the accounts parts them into groups."
        words = (
            f"{found[0].upper()}{found[1:]}, at the 5 % level, corrected for so many looks. Accounts are grouped by "
            f"{', '.join(table.index.unique('grouping'))}; the rows of an account count together. `leaky backtest` "
            "lists all groups."
        )
        lines = ["### Group by group", "", words, "", "| | | accounts | told | left | |", "|---" * 6 + "|"]
        for (grouping, group), row in by_pairs(pd.concat([differ, others.head(_GROUPS)])):
            shares = f"{row['mean_risk']:.1%} | {row['base_rate']:.1%}"
            said = f"**{verdict(row)}**" if row["differs"] else "–"
            lines.append(f"| {grouping} | {_escaped(group)} | {row['accounts']:,} | {shares} | {said} |")
        return "\n".join(lines)

    def _money(self) -> list[str]:
        """Nothing where no figure in money can be given."""
        found = self.figures.get("money")
        return [money_section(found, self.descriptions, self.capacity)] if found else []

    def _reasons(self) -> str:
        lines = [
            "## What it goes by",
            "",
            "| reason | share of all that moves scores | accounts whose first reason it is |",
            "|---|---|---|",
        ]
        found = {code: facts for code, facts in self.figures["reasons"].items() if "share" in facts}
        for code in sorted(found, key=lambda code: -found[code]["share"]):
            first = f"{found[code]['first_for']:,}" if "first_for" in found[code] else "never shown"
            lines.append(f"| {self.titles[code]} | {found[code]['share']:.0%} | {first} |")
        return "\n".join([*lines, "", "![reasons](plots/reasons.png)", "", "![features](plots/features.png)"])

    def _use(self) -> str:
        return (
            "## How to use it\n\n"
            "`leaky score` and `leaky export` use the champion. In Python:\n\n"
            "```python\n"
            "import mlflow\n\n"
            f'model = mlflow.pyfunc.load_model("models:/{self.model}@champion")\n'
            'model.predict(features)["risk"]  # one row an account, columns as in features.parquet\n'
            "```\n\n"
            "It is kept as LightGBM's text and JSON: loading it runs no code but this project's."
        )


_LIMITS = """## Limits

- Reasons say what moved the score, not what caused an account to leave; acting on one may or may not keep the account.
- It knows what the records hold. A call that nobody wrote down did not happen; a table that is missing is a reason
  that it cannot see.
- It has learned from this firm's past. After a change of prices, territories or systems its probabilities may be off
  for months before the tested days show it; the ranking usually suffers less.
- Accounts that are new, or of which little is on record, are judged by what is typical of others.
- A low risk is no promise: of the accounts that left, many were thought likely to stay."""


def card_of_rules(
    model: str, leaving: str, figures: Mapping[str, Any], rivals: Sequence[Baseline], verdict: Verdict
) -> str:
    """The card where there is no model yet: why, and what the rules of thumb are worth."""
    rows = [(rival.description, figures["baselines"][rival.name]) for rival in rivals]
    parts = [
        f"# {model}\n\nThere is no model yet: {verdict.in_words}",
        f"Until then the best of these rules ranks the accounts, by who left until now: *{leaving}*.",
        "### All accounts at risk\n\n" + _table(rows, None),
        "### Early accounts\n\n" + _table(rows, "early"),
    ]
    return "\n\n".join(parts) + "\n"


def _spreads(test: Mapping[str, Any]) -> str:
    """How far the days lie apart, in words."""
    return ", ".join(
        f"{title} {spread['min']:.3f} to {spread['max']:.3f} (standard deviation {spread['std']:.3f})"
        for name, title in SPREAD.items()
        if (spread := test.get(f"{name}_spread"))
    )


def _escaped(text: str) -> str:
    """A firm's own name in a table of Markdown."""
    return text.replace("|", "\\|")


def _late_in_words(late: Mapping[str, Any]) -> str:
    """What it means for the figures that losses are recorded late."""
    said = (
        f"A recorded loss stands behind {late['rows']:,} of the rows that left. Of them {late['late_share']:.0%} were "
        "on record only after the outlook had passed; "
    )
    if not late["tell_of_leaving"]:
        return said + "until then they counted as having left by choice."
    if late["wait_days"]:
        by_then = "when nearly all of its losses are on record"
        if late["wait_days"] >= LONGEST_WAIT:
            by_then = "though some of its losses are recorded later still"
        waits = f"rows are learned from and tested on only {late['wait_days']} days after their outlook"
        return f"{said}so {waits}, {by_then}."
    return said + "until then they counted as having stayed."


def _by_as_of(found: Mapping[str, Mapping[str, float]]) -> list[str]:
    lines = ["| as_of | accounts | told | left | early accounts told | left | ROC AUC |", "|---" * 7 + "|"]
    for day, facts in found.items():
        early = ("early_mean_risk", "early_base_rate")
        cells = [f"{facts[name]:.1%}" for name in ("mean_risk", "base_rate")]
        cells += [f"{facts[name]:.1%}" if name in facts else "–" for name in early]
        cells.append(f"{facts['roc_auc']:.3f}" if "roc_auc" in facts else "–")
        lines.append(f"| {day} | {facts['n']:,.0f} | {' | '.join(cells)} |")
    return lines


def _table(rows: list[tuple[str, Mapping[str, Any]]], pick: str | None) -> str:
    parts = [(title, everything if pick is None else everything.get(pick, {})) for title, everything in rows]
    left_out = {_CAUGHT} if _all_called([found for _, found in parts]) else set()
    columns = {name: column for name, column in _COLUMNS.items() if name not in left_out}
    lines = ["| | " + " | ".join(title for title, _ in columns.values()) + " |", "|---" * (len(columns) + 1) + "|"]
    for title, found in parts:
        cells = [_cell(found, name, pattern) for name, (_, pattern) in columns.items()]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _all_called(scores: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every score catches all, however it ranks: so many can be called that there is nothing to choose."""
    caught = [found[f"{_CAUGHT}_low"] for found in scores if _CAUGHT in found]
    return bool(caught) and min(caught) == 1


def _cell(found: Mapping[str, Any], name: str, pattern: str) -> str:
    if name not in found:
        return "–"
    low, high = (pattern.format(found[f"{name}_{end}"]) for end in ("low", "high"))
    return f"{pattern.format(found[name])} ({low} to {high})"
