"""Fidelity: how often the reason that is named first is the true one, which only a made-up firm can tell."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from models.bootstrap import draws
from pipelines.settings import Simulate
from pipelines.simulated.clock import Clock
from pipelines.simulated.firm import CAUSES

NEWEST = 6  # as_ofs that should be looked at
RISKIEST = 0.1  # of the rows, by their true probability of leaving by choice
CLEAR = 0.5  # of that probability that the largest cause must make, so that one reason is the true one
NONE = 0.1  # of it that all causes together make at most where there is no reason
DOUBLED = float(np.log(2))  # the SHAP value that doubles the odds
RESAMPLES = 200  # of accounts, for the intervals


def fidelity(simulated: Path, rows: pd.DataFrame, told: pd.DataFrame, simulate: Simulate) -> dict[str, Any]:
    """How often the true cause is the first reason, or among the first three, over all rows and over early ones.

    rows: account_id, as_of, pace. told: reason_1_code …, reason_1_shap of the same rows. The rows that count are fixed
    by the truth and by nothing that the model says: the tenth with the highest true probability of leaving by choice
    (the mean of the month of as_of and the one before), of all rows and again of early ones, whose largest cause makes
    half of it. Only causes that have a truth are ranked; `other_first` is how often another reason came first.
    Intervals resample accounts. `confident_without_cause`: of the rows where causes make next to nothing, how many are
    told a first reason that doubles the odds or more.
    """
    adds, base = truth_of(simulated, rows, simulate)
    chance = adds.sum(axis=1) + base
    named = _named(told)
    found: dict[str, Any] = {}
    for which, mask in (("all", np.ones(len(rows), dtype=bool)), ("early", (rows["pace"] == "early").to_numpy(bool))):
        if not mask.any():
            continue
        riskiest = mask & (chance >= np.quantile(chance[mask], 1 - RISKIEST))
        counted = np.flatnonzero(riskiest & (adds.max(axis=1) >= CLEAR * chance))
        if len(counted):
            found[which] = _of(adds[counted], named[counted], rows["account_id"].to_numpy()[counted])
    without = adds.sum(axis=1) <= NONE * chance
    found["other_first"] = float((told["reason_1_code"].notna() & ~told["reason_1_code"].isin(CAUSES)).mean())
    if without.any():
        found["confident_without_cause"] = float((told.loc[without, "reason_1_shap"] >= DOUBLED).mean())
    return found


def _of(adds: np.ndarray, named: np.ndarray, account: np.ndarray) -> dict[str, Any]:
    """Figures of the rows that count. named: [rows, places], positions in CAUSES; -1: none."""
    true = adds.argmax(axis=1)
    first, in_three = named[:, 0] == true, (named[:, :3] == true[:, None]).any(axis=1)
    figures: dict[str, Any] = {"n": len(true), "first": float(first.mean()), "in_three": float(in_three.mean())}
    codes, accounts = pd.factorize(account)
    times = draws(len(accounts), RESAMPLES, seed=0)[codes].astype(np.float64)
    for name, hit in (("first", first), ("in_three", in_three)):
        low, high = np.quantile((hit @ times) / times.sum(axis=0), (0.025, 0.975))
        figures |= {f"{name}_low": float(low), f"{name}_high": float(high)}
    by_cause = {}
    for place, code in enumerate(CAUSES):
        own = true == place
        if own.any():
            table = {name: int((named[own, 0] == at).sum()) for at, name in (*enumerate(CAUSES), (-1, "none"))}
            by_cause[code] = {
                "n": int(own.sum()),
                "first": float(first[own].mean()),
                "in_three": float(in_three[own].mean()),
                "named": {name: count for name, count in table.items() if count},
            }
    return figures | {"by_cause": by_cause}


def _named(told: pd.DataFrame) -> np.ndarray:
    """The reasons of each row that have a truth, strongest first: positions in CAUSES, -1 where there is none."""
    columns = [name for name in told.columns if name.startswith("reason_") and name.endswith("_code")]
    places = {code: place for place, code in enumerate(CAUSES)}
    codes = np.stack([told[name].map(places).fillna(-1).to_numpy(np.int64) for name in columns], axis=1)
    last = np.argsort(codes < 0, axis=1, kind="stable")  # those without a truth stand last
    return np.asarray(np.take_along_axis(codes, last, axis=1))


def truth_of(simulated: Path, rows: pd.DataFrame, simulate: Simulate) -> tuple[np.ndarray, np.ndarray]:
    """[rows, causes] what each adds to the monthly probability of leaving, and [rows] what is there without any."""
    clock = Clock.of(simulate.ends_on, simulate.months)
    columns = [f"p_{name}" for name in (*CAUSES, "base")]
    truth = pq.read_table(simulated / "truth.parquet", columns=["account_id", "month", *columns]).to_pandas()
    truth = truth.set_index(["account_id", "month"])
    days = (pd.to_datetime(rows["as_of"]) - pd.Timestamp(clock.starts_on)).dt.days.to_numpy(dtype=np.float64)
    month = clock.month_of(days)
    both = [
        truth.reindex(pd.MultiIndex.from_arrays([rows["account_id"].astype(str), at]))[columns].to_numpy()
        for at in (month, month - 1)
    ]
    mean = np.nanmean(both, axis=0)  # of an account that is new this month the month before is none
    return mean[:, :-1], mean[:, -1]
