"""Forms: which form of the churn model is the simplest that no other beats, by a rolling-origin backtest.

    python -m benchmarks.forms HOME ... [--origins 5] [--forms "plain;survival;both"]

Of each home (tables and snapshots must stand there) the newest as_ofs whose outlooks have wholly passed are origins. At
an origin a form learns from what was known on it, and from nothing later, and tells the risk of the rows of that day.
Printed are means over origins; intervals are of the difference to `plain`, from resampled accounts.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit, logit

from benchmarks.form_figures import report
from benchmarks.past import Floats, Mask, Past, origins_of, read
from features.catalogue import catalogue
from models.baselines import baselines
from models.recipe import Recipe
from models.tree_params import TreeParams
from pipelines.home import Home

PERIOD = 30  # days of a period of the hazard
LEAST_DAYS = 60  # that must have passed of an outlook that is still running
YEAR = 365.25
SEASON = ("season_sine", "season_cosine")
VALIDATION = 3  # as_ofs that a calibration is fitted on
SLOPES = (0.5, 2.0)  # a calibration with a slope outside says that the form is wrong
PRIOR_ROWS = 10.0  # rows' worth of belief that nothing needs correcting
SIGN = {"rises": 1, "falls": -1, None: 0}
CERTAIN = 1e-6


Form = Callable[[Past], Floats]  # log-odds of leaving of the asked rows


def grow(
    numbers: Floats,
    target: Floats,
    signs: Sequence[int],
    *,
    rounds: int = 200,
    leaves: int = 15,
    in_leaf: int = 50,
    l2: float = 10.0,
    seed: int = 1,
    weight: Floats | None = None,
    objective: str = "binary",
    begin: Floats | None = None,
) -> lightgbm.Booster:
    parameters = {
        "objective": objective,
        "learning_rate": 0.03,
        "num_leaves": leaves,
        "min_data_in_leaf": in_leaf,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": 0.5,
        "lambda_l2": l2,
        "monotone_constraints": list(signs),
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(numbers, target, weight=weight, init_score=begin, params=parameters)
    return lightgbm.train(parameters, data, num_boost_round=rounds)


def signs_of(names: Sequence[str]) -> list[int]:
    return [SIGN[catalogue().by_name[name].risk] for name in names]


def plain(
    *, season: bool = True, even: bool = False, sampled: float = 1.0, as_counted: bool = False, **growing: Any
) -> Form:
    """Trees on the label of every row whose outlook has ended.

    even: every month of the year weighs the same. sampled: the share of rows that is learned from. as_counted: windows
    that begin before the records are taken as they are.
    """

    def form(past: Past) -> Floats:
        names = past.names if season else [name for name in past.names if name not in SEASON]
        numbers = (past.counted if as_counted else past.rows)[names].to_numpy(np.float64, na_value=np.nan)
        mask = past.known & (np.random.default_rng(past.seed).random(len(numbers)) < sampled)
        weight = None
        if even:
            month = pd.DatetimeIndex(past.as_of[mask]).month.to_numpy()
            weight = (1 / np.bincount(month, minlength=13)[np.newaxis, month])[0]
            weight *= len(weight) / weight.sum()
        trees = grow(numbers[mask], past.left[mask], signs_of(names), seed=past.seed, weight=weight, **growing)
        return np.asarray(trees.predict(numbers[past.asked], raw_score=True))

    return form


def platt(log_odds: Floats, left: Floats) -> tuple[float, float]:
    """Slope and intercept under which what came is likeliest (Platt 1999)."""

    def surprise(line: Floats) -> float:
        moved = line[0] * log_odds + line[1]
        return float((np.logaddexp(0, moved) - left * moved).sum() + PRIOR_ROWS / 2 * ((line - (1, 0)) ** 2).sum())

    slope, intercept = minimize(surprise, (1.0, 0.0)).x
    return float(slope), float(intercept)


def calibrated(form: Form, share_of_shift: float = 1.0) -> Form:
    """A form with Platt's calibration of what it told of the newest labelled as_ofs, from an earlier origin."""

    def with_calibration(past: Past) -> Floats:
        raw = form(past)
        told, left = [], []
        for origin in np.unique(past.as_of[past.known])[-VALIDATION:]:
            earlier = Past(**(vars(past) | {"origin": origin}))
            if not 0 < past.left[earlier.known].sum() < earlier.known.sum():
                continue
            known = past.known[earlier.asked]
            told.append(form(earlier)[known])
            left.append(past.left[earlier.asked][known])
        if not told:
            return raw
        slope, intercept = platt(np.concatenate(told), np.concatenate(left))
        return float(np.clip(slope, *SLOPES)) * raw + share_of_shift * intercept

    return with_calibration


def survival(*, season: bool = True, period: int = PERIOD, **growing: Any) -> Form:
    """Trees on the hazard: of the rows without an order so far, which have none in the next period either.

    A row and period is learned from if the period ended by the origin, so that the newest as_ofs teach their first
    periods. The risk is the product over the periods of the outlook; of the last one as much as the outlook holds.
    """

    def form(past: Past) -> Floats:
        names = [name for name in past.names if name not in SEASON]
        signs = [*signs_of(names), 0, *([0, 0] if season else [])]
        numbers = past.rows[names].to_numpy(np.float64, na_value=np.nan)
        day = np.timedelta64(1, "D")
        next_order = np.where(past.days_to_next < (past.origin - past.as_of) / day, past.days_to_next, np.inf)
        # Whoever closed, moved or was bought, as far as is known on the origin, teaches nothing by a silence.
        gone = (past.lost_on < past.origin) & np.isinf(next_order)
        periods = int(np.ceil((past.ends - past.as_of).max() / day / period))

        def at(index: Mask, ahead: int) -> Floats:
            columns = [numbers[index], np.full((index.sum(), 1), float(ahead))]
            if season:
                middle = past.as_of[index] + np.timedelta64(period * ahead + period // 2, "D")
                angle = 2 * np.pi * pd.DatetimeIndex(middle).day_of_year.to_numpy() / YEAR
                columns += [np.sin(angle)[:, None], np.cos(angle)[:, None]]
            return np.concatenate(columns, axis=1)

        inputs, silent = [], []
        for ahead in range(periods):
            ended = past.as_of + np.timedelta64(period * (ahead + 1), "D") <= past.origin
            index = ended & (next_order >= period * ahead) & ~gone
            inputs.append(at(index, ahead))
            silent.append((next_order[index] >= period * (ahead + 1)).astype(np.float64))
        trees = grow(np.concatenate(inputs), np.concatenate(silent), signs, seed=past.seed, **growing)
        outlook = (past.ends - past.as_of)[past.asked] / day
        logarithm = np.zeros(past.asked.sum())
        for ahead in range(periods):
            part = np.clip((outlook - period * ahead) / period, 0, 1)
            logarithm += part * np.log(expit(np.asarray(trees.predict(at(past.asked, ahead), raw_score=True))))
        return np.asarray(logit(np.clip(np.exp(logarithm), CERTAIN, 1 - CERTAIN)))

    return form


def spans(*, share_is_seen: bool = True, parts: int = 3, **growing: Any) -> Form:
    """Plain, and each row once more for every shorter part of its outlook that has passed: left is who was silent then.

    share_is_seen: trees see which share of the outlook is asked about, and when in the year it ends. Otherwise each
    share has log-odds of its own, and what the trees add is the same for all (proportional odds, McCullagh 1980).
    """

    def form(past: Past) -> Floats:
        day = np.timedelta64(1, "D")
        numbers = past.rows[past.names].to_numpy(np.float64, na_value=np.nan)
        outlook = (past.ends - past.as_of) / day
        next_order = np.where(past.days_to_next < (past.origin - past.as_of) / day, past.days_to_next, np.inf)
        gone = (past.lost_on < past.origin) & np.isinf(next_order)

        def at(index: Mask, share: float) -> Floats:
            if not share_is_seen:
                return numbers[index]
            ends = past.as_of[index] + np.round(outlook[index] * share).astype("timedelta64[D]")
            angle = 2 * np.pi * pd.DatetimeIndex(ends).day_of_year.to_numpy() / YEAR
            return np.column_stack([numbers[index], np.full(index.sum(), share), np.sin(angle), np.cos(angle)])

        inputs, silent, begins = [], [], []
        for part in range(1, parts + 1):
            span = np.round(outlook * part / parts)
            passed = past.as_of + span.astype("timedelta64[D]") <= past.origin
            index = past.known if part == parts else passed & past.voluntary & ~gone
            target = past.left if part == parts else (next_order >= span).astype(np.float64)
            usual = np.clip(target[past.known].mean(), CERTAIN, 1 - CERTAIN)
            inputs.append(at(index, part / parts))
            silent.append(target[index])
            begins.append(np.full(index.sum(), logit(usual)))
        signs = [*signs_of(past.names), *([-1, 0, 0] if share_is_seen else [])]
        begin = None if share_is_seen else np.concatenate(begins)
        trees = grow(np.concatenate(inputs), np.concatenate(silent), signs, seed=past.seed, begin=begin, **growing)
        raw = np.asarray(trees.predict(at(past.asked, 1.0), raw_score=True))
        return raw if share_is_seen else raw + logit(usual)

    return form


def mean_of(*forms: Form) -> Form:
    return lambda past: np.mean([form(past) for form in forms], axis=0)


def baseline(name: str) -> Form:
    def form(past: Past) -> Floats:
        recipe = Recipe({one: catalogue().by_name[one].risk for one in past.names}, TreeParams(rounds=1))
        found = baselines(past.rows, past.left, recipe, train=past.known, test=past.asked)
        score = next(one.score for one in found if one.name == name)
        is_risk = name == "logistic_rfm"
        return logit(np.clip(score, CERTAIN, 1 - CERTAIN)) if is_risk else score

    return form


def running(past: Past) -> Floats:
    """Plain, and rows of whose outlook at least `LEAST_DAYS` have passed as well: those silent so far count as the
    share that left of those silent for as long (Efron 1967 redistributes the censored to the right so).
    """
    numbers = past.rows[past.names].to_numpy(np.float64, na_value=np.nan)
    day = np.timedelta64(1, "D")
    passed, outlook = (past.origin - past.as_of) / day, (past.ends - past.as_of) / day
    silent = np.where(past.days_to_next < passed, past.days_to_next, np.inf)
    unfinished = (passed >= LEAST_DAYS) & (passed < outlook)
    target = past.left.copy()
    for days in np.unique(passed[unfinished]):
        for pace in np.unique(past.rows["pace"]):
            own = (past.rows["pace"] == pace).to_numpy(bool)
            as_long = past.known & own & (outlook > days) & (silent >= days)
            share = (past.left[as_long].sum() + 1) / (as_long.sum() + 2)
            asked = unfinished & own & (passed == days)
            target[asked] = np.where(np.isinf(silent[asked]), share, 0.0)
    learned = past.known | unfinished
    trees = grow(numbers[learned], target[learned], signs_of(past.names), seed=past.seed, objective="cross_entropy")
    return np.asarray(trees.predict(numbers[past.asked], raw_score=True))


FORMS: dict[str, Form] = {
    "plain": plain(),
    "plain, as counted": plain(as_counted=True),
    "running": running,
    "plain, 100 rounds": plain(rounds=100),
    "plain, 400 rounds": plain(rounds=400),
    "plain, 8 leaves": plain(leaves=8),
    "plain, 4 leaves": plain(leaves=4),
    "plain, no season": plain(season=False),
    "plain, months even": plain(even=True),
    "plain, no season, half shift": calibrated(plain(season=False), 0.5),
    "plain, a third": plain(sampled=1 / 3),
    "plain, calibrated": calibrated(plain()),
    "plain, half shift": calibrated(plain(), 0.5),
    "survival": survival(),
    "survival, 400 rounds": survival(rounds=400),
    "survival, no season": survival(season=False),
    "survival, half shift": calibrated(survival(), 0.5),
    "both": mean_of(plain(), survival()),
    "spans": spans(),
    "spans, one order": spans(share_is_seen=False),
    "logistic RFM": baseline("logistic_rfm"),
    "days since order": baseline("days_since_order"),
}


def backtest(past: Past, forms: dict[str, Form], origins: Sequence[np.datetime64]) -> pd.DataFrame:
    """What each form told: account_id, as_of, is_early, left, and a column of log-odds a form."""
    parts = []
    for origin in origins:
        then = Past(**(vars(past) | {"origin": origin}))
        asked = past.rows[then.asked]
        part = asked[["account_id", "as_of"]].assign(
            is_early=(asked["pace"] == "early").to_numpy(), left=past.left[then.asked]
        )
        parts.append(part.assign(**{name: form(then) for name, form in forms.items()}))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Prints a table a home."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.forms", description=__doc__.splitlines()[0])
    options.add_argument("homes", nargs="+", type=Path)
    options.add_argument("--origins", type=int, default=5)
    options.add_argument("--every", type=int, default=1, help="as_ofs from one origin to the next")
    options.add_argument("--forms", default="plain;survival;both")
    options.add_argument("--save", type=Path, help="a folder for what was told, a file a home")
    given = options.parse_args()
    names = list(FORMS) if given.forms == "all" else given.forms.split(";")
    if unknown := [name for name in names if name not in FORMS]:
        options.error(f"--forms: {'; '.join(unknown)} is no form; there are {'; '.join(FORMS)}")
    forms = {name: FORMS[name] for name in names}
    for home in given.homes:
        past = read(Home(home))
        origins = origins_of(past, given.origins, given.every)
        told = backtest(past, forms, origins)
        if given.save:
            given.save.mkdir(parents=True, exist_ok=True)
            told.to_parquet(given.save / f"{home.name}.parquet")
        rows = [int(((past.ends <= origin) & past.voluntary).sum()) for origin in (origins[0], origins[-1])]
        print(f"\n{home.name}: origins {origins[0]} to {origins[-1]}, {rows[0]:,} to {rows[1]:,} rows to learn from")
        print(report(told, list(forms)).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
