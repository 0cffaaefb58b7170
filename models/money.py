"""Money: what the list of each tested day would have brought in profit, by the model, by value and by the rules."""

from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from models.evaluation import Evaluation
from models.metrics import EvaluationSet, Floats, interval
from models.money_params import Assumed
from models.profit import Curve, stakes

Drawn = dict[str, Floats]

PRIORITY = "priority"
_UNORDERED = ("base_rate",)  # says the same of everybody, so it is no list


def money_figures(evaluation: Evaluation, assumed: Assumed) -> dict[str, Any] | None:
    """{"assumed": {...}, "backtest": {"n": ..., "days": ..., "left": ..., "without_value": ..., "by": {score: {...}},
    "foretold_at_capacity": ...}}, or None where no tested row has a value (`value` among the rows' columns).

    By each score, see `lists`, in currency: mp (maximum profit) and empc (expected maximum profit, where success is not
    certain) per account at risk, fraction_called and empc_fraction_called for these; at_capacity, the profit of calling
    the first `capacity` of a day, the mean of all days; mp_behind, by how much mp is below that of the call order. All
    with 95 % intervals by account (`…_low`, `…_high`); those of mp and empc lie a little high, being maxima.
    foretold_at_capacity: what the risks said of the first `capacity` of the call order, to be held against what came.
    """
    rows = evaluation.tested.rows
    if "value" not in rows.columns or rows["value"].isna().all():
        return None
    known = rows["value"].notna().to_numpy()
    tested = evaluation.evaluation_set.subset(known)
    value = rows["value"].to_numpy(np.float64)
    saved, spent = stakes(tested.left, value[known], assumed)
    drawn = {
        name: _drawn(tested, score[known], saved, spent, assumed) for name, score in lists(evaluation, value).items()
    }
    for measured in drawn.values():
        measured["mp_behind"] = drawn[PRIORITY]["mp"] - measured["mp"]
    return {
        "assumed": {name: given for name, given in asdict(assumed).items() if given is not None},
        "backtest": {
            "n": len(tested.left),
            "days": len(np.unique(tested.snapshot)),
            "left": int(tested.left.sum()),
            "without_value": int((~known).sum()),
            "by": {name: _with_intervals(measured) for name, measured in drawn.items()},
            "foretold_at_capacity": _foretold(tested, evaluation.tested.risk[known], value[known], assumed),
        },
    }


def lists(evaluation: Evaluation, value: Floats) -> dict[str, Floats]:
    """The scores by which accounts could be called: the call order (risk x value), the model's risk alone, the value
    alone, every rule, and the chances that others give times the value.
    """
    tested = evaluation.tested
    found = {PRIORITY: tested.risk * value, "risk": tested.risk, "value": value}
    rivals = [known for known in tested.baselines if known.name not in _UNORDERED]
    found |= {known.name: known.score for known in rivals}
    found |= {f"{known.name}_times_value": known.score * value for known in rivals if known.is_risk}
    return found | {f"{name}_times_value": risk * value for name, risk in evaluation.ceilings.items()}


def _drawn(tested: EvaluationSet, score: Floats, saved: Floats, spent: Floats, assumed: Assumed) -> Drawn:
    """Each figure of the rows as they are, and then of each resample of accounts: [1 + resamples].

    Accounts are called a day at a time, the same share on every day, so rows stand in the order of their places in the
    lists of their days. Resamples keep these places.
    """
    order, tie, first = places(tested.snapshot, score, tested.capacity)
    account, days = tested.account[order], len(np.unique(tested.snapshot))
    saved, spent = saved[order], spent[order]
    profit = (assumed.success * saved - spent) * first[order] / days
    found: dict[str, list[float]] = {"at_capacity": [], "mp": [], "fraction_called": []}
    if assumed.strength is not None:
        found |= {"empc": [], "empc_fraction_called": []}
    for resample in range(-1, tested.weights.shape[1]):
        weight = np.ones(len(order)) if resample < 0 else tested.weights[account, resample].astype(np.float64)
        curve = Curve.of(saved, spent, tie, weight)
        measured = [float((profit * weight).sum()), *curve.maximum(assumed.success)]
        if assumed.strength is not None:
            measured += curve.expected_maximum(assumed.success, assumed.strength)
        for figures, number in zip(found.values(), measured, strict=True):
            figures.append(number)
    return {name: np.array(figures) for name, figures in found.items()}


def _foretold(tested: EvaluationSet, risk: Floats, value: Floats, assumed: Assumed) -> float:
    """What calling the first `capacity` of a day was expected to bring, the mean of all days."""
    _, _, first = places(tested.snapshot, risk * value, tested.capacity)
    saved, spent = stakes(risk, value, assumed)
    return float(((assumed.success * saved - spent) * first).sum() / len(np.unique(tested.snapshot)))


def places(
    snapshot: npt.NDArray[np.intp], score: Floats, capacity: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Floats]:
    """(order, tie, first): the rows in the order in which they are called where the same share is on every day; in that
    order the number of each one's group of equal scores of a day; and by row, the chance to be among the first
    `capacity` of its day.
    """
    by_day = np.lexsort((-score, snapshot))
    day, ranked = snapshot[by_day], score[by_day]
    size = np.bincount(snapshot)[day]
    begins = np.flatnonzero(np.r_[True, day[1:] != day[:-1]])
    position = np.arange(len(day)) - np.repeat(begins, np.diff(np.r_[begins, len(day)]))
    tie = np.r_[0, ((ranked[1:] != ranked[:-1]) | (day[1:] != day[:-1])).cumsum()]
    top, members = position[np.r_[True, tie[1:] != tie[:-1]]], np.bincount(tie)
    first = np.empty(len(score))
    first[by_day] = ((capacity - top) / members).clip(0, 1)[tie]
    across = np.argsort(position / size, kind="stable")
    return by_day[across], tie[across], first


def _with_intervals(drawn: Drawn) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, figures in drawn.items():
        low, high = interval(figures[1:])
        found |= {name: float(figures[0]), f"{name}_low": low, f"{name}_high": high}
    return found
