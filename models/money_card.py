"""Money on the card: what calls would have brought on the tested days, marked as resting on what is assumed."""

from collections.abc import Mapping
from typing import Any

from models.money_params import Assumed

_LISTS = {
    "priority": "**call order: risk × value**",
    "risk": "this model's risk alone",
    "value": "value alone: the largest accounts first",
}
_TIMES_VALUE = "_times_value"
_COLUMNS = {
    "mp": "maximum profit (MP)",
    "mp_behind": "MP behind the call order",
    "empc": "expected maximum profit (EMPC)",
    "at_capacity": "the first {capacity:,} of a day",
}


def money_section(found: Mapping[str, Any], descriptions: Mapping[str, str], capacity: int) -> str:
    """The card's part on money. found: as `money` in metrics.json. descriptions: of the rules, by name."""

    def money(amount: float) -> str:
        return f"{amount:,.0f} {found['currency']}"

    backtest = found["backtest"]
    assumed = Assumed(**{"strength": None, **found["assumed"]})
    words = assumed.in_words(money)
    lists = backtest["by"]
    columns = [name for name in _COLUMNS if name in lists["priority"]]
    intro = (
        f"**{words[:1].upper()}{words[1:]}; whoever stays brings its value once more.** None of this was measured, so "
        "take the order of the lists from here, and no amount for a promise. Every list calls the same share of the "
        "accounts at risk on each tested day; each account counts with its own value then. In brackets the interval "
        "of 95 % of resamples of accounts."
    )
    units = (
        f"Amounts in {found['currency']}: of MP and EMPC per account at risk "
        f"({backtest['n'] / backtest['days']:,.0f} a day), of the first {capacity:,} together."
    )
    headings = " | ".join(_COLUMNS[name].format(capacity=capacity) for name in columns)
    lines = [
        "## What calls would have brought",
        "",
        intro,
        "",
        units,
        "",
        f"| called by | calls for MP | {headings} |",
        "|---" * (2 + len(columns)) + "|",
    ]
    for name, figures in lists.items():
        cells = [_cell(figures, column) for column in columns]
        lines.append(f"| {_described(name, descriptions)} | {figures['fraction_called']:.0%} | {' | '.join(cells)} |")
    came = (
        f"Of the first {capacity:,} of a day, in call order, its risks had foretold "
        f"{money(backtest['foretold_at_capacity'])}; by who then left it was {_cell(lists['priority'], 'at_capacity')}."
    )
    lines += ["", came]
    if backtest["without_value"]:
        lines += ["", f"{backtest['without_value']:,} rows without a value are left out."]
    return "\n".join(lines)


def _described(name: str, descriptions: Mapping[str, str]) -> str:
    if name in _LISTS:
        return _LISTS[name]
    rule = name.removesuffix(_TIMES_VALUE)
    return descriptions[rule] + (" – times value" if rule != name else "")


def _cell(figures: Mapping[str, float], name: str) -> str:
    pattern = "{:,.0f}" if name == "at_capacity" else "{:,.2f}"
    number, low, high = (pattern.format(figures[key]) for key in (name, f"{name}_low", f"{name}_high"))
    return f"{number} ({low} to {high})" if low != high else number
