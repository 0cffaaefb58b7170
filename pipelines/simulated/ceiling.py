"""Ceiling: how well anybody could tell who leaves, given the hidden truth of a firm whose dice are yet to fall."""

from dataclasses import dataclass
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
from pipelines.simulated.leaving import PARTS, make_fates, monthly_probabilities
from pipelines.simulated.names import numbered
from pipelines.simulated.pauses import make_pauses
from pipelines.simulated.reps import make_reps

_OTHER_SEED = 1_000_003  # added to the firm's own seed
_STEP_DAYS = 90  # between the snapshots that are learned from
_FIRST_AS_OF = 180  # before that day too little is known of anybody
_PRIOR_GAPS = 3  # an account's gaps count for as much as the usual gap once there are so many
_FAR = 65536.0  # more days than the simulation has, to order (account, day) by one number


@dataclass(frozen=True)
class Truth:
    """What nobody can know of a firm, without its other records.

    cycle: [accounts]. account, at: its orders, by account and moment. adds: [parts, accounts, months], the probability
    of leaving by cause. usual_adds: the same, if every account minded each cause as its segment does on average.
    """

    cycle: np.ndarray
    account: np.ndarray
    at: np.ndarray
    adds: np.ndarray
    usual_adds: np.ndarray


def make_truth(accounts: int, clock: Clock, seed: int) -> Truth:
    firm = make_accounts(accounts, clock, seed)
    trouble = make_trouble(firm, make_reps(firm, clock, seed), clock, seed)
    fates = make_fates(firm, trouble, clock, seed)
    account, at = order_moments(firm, clock, seed)
    kept = (at < fates.left[account]) & ~make_pauses(firm, clock, seed).hold(account, at)
    usual = monthly_probabilities(firm, firm.usual_minds, trouble, clock)
    return Truth(firm.cycle, account[kept], at[kept], fates.adds, usual)


def ceilings(
    simulated: Path,
    rows: pd.DataFrame,
    simulate: Simulate,
    left: Left,
    *,
    accounts: int = 50_000,
) -> dict[str, np.ndarray]:
    """Risks of each of `rows` (account_id, as_of, outlook_days), by LightGBM given the truth of another firm.

    It learns from a firm of `accounts` accounts made with another seed. Both know the true cycle and the silence so
    far. `ceiling` knows besides what nobody can know, the true probability of leaving in that month, by cause. It
    follows from how bad each cause is and from how much the account minds it, which nothing records;
    `ceiling_of_records` knows only what it would be if the account minded each cause as its segment does on average, so
    all that perfect records of what happened, segment and contract could tell of the month.
    """
    clock = Clock.of(simulate.ends_on, simulate.months)
    other = make_truth(accounts, clock, simulate.seed + _OTHER_SEED)
    others = rows_at_risk(other.account, other.at, len(other.cycle), clock, left, step_days=_STEP_DAYS)
    who, month = others["account"].to_numpy(), clock.month_of(others["as_of"].to_numpy())
    silent, outlook = others["days_silent"].to_numpy(), others["outlook_days"].to_numpy()
    asked = _asked(simulated, rows, clock)
    usual = make_truth(simulate.accounts, clock, simulate.seed).usual_adds
    whose = pd.Index(numbered("A", simulate.accounts)).get_indexer(asked["account_id"])
    found = {}
    for name, learn, known in (
        ("ceiling", other.adds, asked[[f"p_{part}" for part in PARTS]].to_numpy().T),
        ("ceiling_of_records", other.usual_adds, usual[:, whose, asked["month"].to_numpy()]),
    ):
        learned = _known(learn[:, who, month], other.cycle[who], silent, outlook)
        told = _known(
            known, asked["true_cycle"].to_numpy(), asked["days_silent"].to_numpy(), asked["outlook_days"].to_numpy()
        )
        found[name] = _risk(learned, others["left"], told, simulate.seed)
    return found


def _risk(learned: pd.DataFrame, left: pd.Series, told: pd.DataFrame, seed: int) -> np.ndarray:
    import lightgbm

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
        random_state=seed,
        deterministic=True,
        force_row_wise=True,
        verbose=-1,
    )
    model.fit(learned, left)
    return np.asarray(model.predict_proba(told[learned.columns]))[:, 1]


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


def _asked(simulated: Path, rows: pd.DataFrame, clock: Clock) -> pd.DataFrame:
    """The rows in their order, each with its truth and its days_silent, from the firm's own files."""
    truth = pq.read_table(simulated / "truth.parquet").to_pandas()
    orders = pq.read_table(simulated / "orders.parquet", columns=["account_id", "ordered_at", "amount"]).to_pandas()
    orders = orders[(orders["amount"] > 0) & orders["ordered_at"].notna()]  # a sample ends no silence
    days = (pd.to_datetime(rows["as_of"]) - pd.Timestamp(clock.starts_on)).dt.days.to_numpy(dtype=np.float64)
    asked = pd.DataFrame(
        {
            "account_id": rows["account_id"].astype(str).to_numpy(),
            "month": clock.month_of(days),
            "as_of": pd.to_datetime(rows["as_of"]).to_numpy().astype("datetime64[us]"),
            "outlook_days": rows["outlook_days"].to_numpy(dtype=np.float64),
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
    silent = (asked["as_of"] - asked["ordered_on"]).dt.days.astype(np.float64)
    found: pd.DataFrame = asked.assign(days_silent=silent)
    return found
