"""Ceiling: how well anybody could tell who leaves, given the hidden truth of a firm whose dice are yet to fall."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from models.definition import Left
from pipelines.settings import Simulate
from pipelines.simulated.causes import make_trouble
from pipelines.simulated.clock import Clock
from pipelines.simulated.cycles import order_moments
from pipelines.simulated.firm import make_accounts
from pipelines.simulated.leaving import PARTS, Fates, make_fates
from pipelines.simulated.pauses import make_pauses
from pipelines.simulated.reps import make_reps

_OTHER_SEED = 1_000_003  # added to the firm's own seed
_STEP_DAYS = 90  # between the snapshots that are learned from
_FIRST_AS_OF = 180  # before that day too little is known of anybody
_PRIOR_GAPS = 3  # an account's gaps count for as much as the usual gap once there are so many
_FAR = 65536.0  # more days than the simulation has, to order (account, day) by one number


def make_truth(accounts: int, clock: Clock, seed: int) -> tuple[np.ndarray, Fates, np.ndarray, np.ndarray]:
    """(true cycle, fates, order accounts, order moments) of a firm without its other records."""
    firm = make_accounts(accounts, clock, seed)
    fates = make_fates(firm, make_trouble(firm, make_reps(firm, clock, seed), clock, seed), clock, seed)
    account, at = order_moments(firm, clock, seed)
    kept = (at < fates.left[account]) & ~make_pauses(firm, clock, seed).hold(account, at)
    return firm.cycle, fates, account[kept], at[kept]


def ceiling(
    simulated: Path,
    rows: pd.DataFrame,
    simulate: Simulate,
    left: Left,
    *,
    accounts: int = 50_000,
) -> np.ndarray:
    """The risk of each of `rows` (account_id, as_of, outlook_days), by LightGBM given the truth of another firm.

    It learns from a firm of `accounts` accounts made with another seed, and knows of each row what nobody can know: the
    true monthly probability of leaving by cause, the true cycle, and the silence so far.
    """
    import lightgbm

    clock = Clock.of(simulate.ends_on, simulate.months)
    cycle, fates, account, at = make_truth(accounts, clock, simulate.seed + _OTHER_SEED)
    others = rows_at_risk(account, at, len(cycle), clock, left, step_days=_STEP_DAYS)
    who, month = others["account"].to_numpy(), clock.month_of(others["as_of"].to_numpy())
    learn = _known(
        fates.adds[:, who, month],
        cycle[who],
        others["days_silent"].to_numpy(),
        others["outlook_days"].to_numpy(),
    )
    known = _known_of(simulated, rows, clock)
    model = lightgbm.LGBMClassifier(
        n_estimators=250,
        learning_rate=0.05,
        num_leaves=31,
        min_child_samples=100,
        subsample=0.7,
        subsample_freq=1,
        colsample_bytree=0.7,
        reg_lambda=5.0,
        n_jobs=1,  # two threads that wait for each other on a busy machine are slower than one
        random_state=simulate.seed,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )
    model.fit(learn, others["left"])
    return np.asarray(model.predict_proba(known[learn.columns]))[:, 1]


def rows_at_risk(
    account: np.ndarray, at: np.ndarray, number: int, clock: Clock, left: Left, *, step_days: int
) -> pd.DataFrame:
    """account, as_of, days_silent, outlook_days, is_early, left: one row an account at risk, its outlook wholly past.

    As in models/left.py, but for the usual cycle: here the mean gap so far, drawn towards the median of all gaps while
    there are few. `account` and `at` are the orders of `number` accounts, sorted; as_of is in days of the clock.
    """
    day = np.floor(at)
    new = np.r_[True, (account[1:] != account[:-1]) | (day[1:] != day[:-1])]
    account, day = account[new], day[new]
    order = account * _FAR + day
    first = np.searchsorted(account, np.arange(number))
    common = np.median(np.diff(day)[account[1:] == account[:-1]])
    parts = []
    for as_of in np.arange(clock.end - left.horizon_days, _FIRST_AS_OF, -step_days):
        upto = np.searchsorted(order, np.arange(number) * _FAR + as_of)  # the first order on as_of or later
        who = np.flatnonzero(upto > first)
        last = day[upto[who] - 1]
        gaps = upto[who] - first[who] - 1
        usual = (last - day[first[who]] + _PRIOR_GAPS * common) / (gaps + _PRIOR_GAPS)
        outlook = np.maximum(left.horizon_days, np.ceil(left.k * usual))
        following = np.minimum(upto[who], len(day) - 1)
        orders = (account[following] == who) & (upto[who] < len(day)) & (day[following] < as_of + outlook)
        part = pd.DataFrame(
            {
                "account": who,
                "as_of": as_of,
                "days_silent": as_of - last,
                "outlook_days": outlook,
                "is_early": as_of - last <= usual,
                "left": ~orders,
            }
        )
        at_risk = (part["days_silent"] <= outlook) & (outlook <= left.max_days) & (as_of + outlook <= clock.end)
        parts.append(part[at_risk])
    rows: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return rows


def _known(adds: np.ndarray, cycle: np.ndarray, silent: np.ndarray, outlook: np.ndarray) -> pd.DataFrame:
    known = {f"p_{part}": row for part, row in zip(PARTS, adds, strict=True)}
    known["p_total"] = adds.sum(axis=0)
    known["true_cycle"] = cycle
    known["days_silent"] = silent
    known["cycles_silent"] = silent / cycle
    known["outlook_days"] = outlook
    return pd.DataFrame(known).astype(np.float32)


def _known_of(simulated: Path, rows: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """The truth of the rows, in their order, from the firm's own files."""
    truth = pq.read_table(simulated / "truth.parquet").to_pandas()
    orders = pq.read_table(simulated / "orders.parquet", columns=["account_id", "ordered_at", "amount"]).to_pandas()
    orders = orders[(orders["amount"] > 0) & orders["ordered_at"].notna()]  # a sample ends no silence
    days = (pd.to_datetime(rows["as_of"]) - pd.Timestamp(clock.starts_on)).dt.days.to_numpy(dtype=np.float64)
    asked = pd.DataFrame(
        {
            "account_id": rows["account_id"].astype(str).to_numpy(),
            "month": clock.month_of(days),
            "as_of": pd.to_datetime(rows["as_of"]).to_numpy().astype("datetime64[us]"),
            "row": np.arange(len(rows)),
        }
    )
    asked = asked.merge(truth, on=["account_id", "month"], how="left", validate="many_to_one").sort_values("as_of")
    orders = orders.assign(ordered_on=orders["ordered_at"].dt.floor("D").astype("datetime64[us]")).sort_values(
        "ordered_on"
    )
    asked = pd.merge_asof(
        asked,
        orders[["account_id", "ordered_on"]],
        left_on="as_of",
        right_on="ordered_on",
        by="account_id",
        allow_exact_matches=False,
    ).sort_values("row")
    silent = (asked["as_of"] - asked["ordered_on"]).dt.days.to_numpy(dtype=np.float64)
    adds = asked[[f"p_{part}" for part in PARTS]].to_numpy().T
    return _known(adds, asked["true_cycle"].to_numpy(), silent, rows["outlook_days"].to_numpy(dtype=np.float64))
