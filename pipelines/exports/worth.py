"""Worth: what calling the foremost accounts is expected to bring, in one sentence that says what it assumes."""

import numpy as np
import pandas as pd

from features.language.tongue import tr
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
        return tr("No call is expected to bring more than it costs {basis}.", basis=basis)
    if best.calls == len(rows):
        end = tr("every call brings more than it costs")
    elif now != best:
        end = tr("beyond the first {count:,} a call costs more than it brings", count=best.calls)
    elif best.calls == 1:
        end = tr("beyond it a call costs more than it brings")
    else:
        end = tr("beyond them a call costs more than it brings")
    amount = money(float(f"{now.profit:.{_DIGITS}g}"), currency)
    if now.calls == 1:
        return tr(
            "Calling the account with most value at risk is worth about {amount} {basis}; {end}.",
            amount=amount,
            basis=basis,
            end=end,
        )
    return tr(
        "Calling the {count:,} accounts with most value at risk is worth about {amount} {basis}; {end}.",
        count=now.calls,
        amount=amount,
        basis=basis,
        end=end,
    )


def worth_explained(value_period: str) -> str:
    """How it is reckoned, and what of it is not known."""
    return tr(
        "Risk times value, times the share of would-be leavers who stay when called, times the margin, less what the "
        "call costs; whoever stays is taken to bring its value of {period} once more. What is "
        "called assumed was set by somebody, and measured by nobody.",
        period=value_period,
    )
