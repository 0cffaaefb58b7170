"""Worth: what calling the foremost accounts is expected to bring, in one sentence that says what it assumes."""

import numpy as np
import pandas as pd

from models.money_params import Assumed
from models.profit import best_plan, stakes
from pipelines.exports.wording import money

_DIGITS = 3  # of an amount that rests on assumptions: more would be a promise


def worth_of_calls(rows: pd.DataFrame, assumed: Assumed | None, currency: str | None, capacity: int) -> str | None:
    """What calling accounts in call order brings beyond what it costs, and where to stop. None where something is not
    assumed, or no account has a value.

    rows: risk, value and priority of the ranked list. capacity: accounts that can be called on a day.
    """
    if assumed is None or rows["value"].isna().all():
        return None
    ordered = rows.sort_values("priority")
    saved, spent = stakes(ordered["risk"].to_numpy(np.float64), ordered["value"].to_numpy(np.float64), assumed)
    profit = assumed.success * saved - spent
    now, best = best_plan(profit, most=capacity), best_plan(profit)
    basis = f"({assumed.in_words(lambda amount: money(amount, currency))})"
    if not best.calls:
        return f"No call is expected to bring more than it costs {basis}."
    first = "the account" if now.calls == 1 else f"the {now.calls:,} accounts"
    beyond = f"{'it' if best.calls == 1 else 'them'}" if now == best else f"the first {best.calls:,}"
    if best.calls == len(rows):
        end = "every call brings more than it costs"
    else:
        end = f"beyond {beyond} a call costs more than it brings"
    amount = money(float(f"{now.profit:.{_DIGITS}g}"), currency)
    return f"Calling {first} with most value at risk is worth about {amount} {basis}; {end}."


def worth_explained(value_period: str) -> str:
    """How it is reckoned, and what of it is not known."""
    return (
        "Risk times value, times the share of would-be leavers who stay when called, times the margin, less what the "
        f"call costs; whoever stays is taken to bring its value of {value_period} once more. What is "
        "called assumed was set by somebody (money in params.yaml) and measured by nobody."
    )
