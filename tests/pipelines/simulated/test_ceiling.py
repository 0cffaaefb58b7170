"""The ceiling: the simulated firm must be worth learning from, neither noise nor a giveaway."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.definition import Left
from pipelines.home import Home
from pipelines.settings import Settings, Simulate
from pipelines.simulate import simulate
from pipelines.simulated.ceiling import ceiling, make_truth, rows_at_risk
from pipelines.simulated.clock import Clock
from pipelines.simulated.firm import make_accounts
from pipelines.simulated.names import numbered
from pipelines.simulated.pauses import make_pauses

SIMULATE = Simulate()
CLOCK = Clock.of(SIMULATE.ends_on, SIMULATE.months)


def test_rows_at_risk_are_labelled_by_orders_within_the_outlook():
    clock = Clock.of(date(2026, 7, 1), 12)  # 365 days
    orders = {
        0: range(3, 360, 10),  # goes on
        1: range(3, 260, 10),  # its last order is on day 253
        2: [3, 160],  # gone long before
    }
    account = np.repeat(list(orders), [len(days) for days in orders.values()])
    at = np.concatenate([list(days) for days in orders.values()]) + 0.4
    rows = rows_at_risk(account, at, 3, clock, Left(), step_days=20)
    seen = rows[["account", "as_of", "days_silent", "outlook_days", "is_early", "left"]].sort_values(
        ["account", "as_of"]
    )
    assert seen.to_numpy().tolist() == [
        [0, 195, 2, 90, True, False],
        [0, 215, 2, 90, True, False],
        [0, 235, 2, 90, True, False],
        [0, 255, 2, 90, True, False],
        [0, 275, 2, 90, True, False],
        [1, 195, 2, 90, True, False],
        [1, 215, 2, 90, True, False],
        [1, 235, 2, 90, True, False],
        [1, 255, 2, 90, True, True],
        [1, 275, 22, 90, False, True],
        [2, 195, 35, 94, True, True],
        [2, 215, 55, 94, False, True],
        [2, 235, 75, 94, False, True],
        # 2 on day 255: silent for longer than its outlook
    ]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("firm"))
    simulate(Settings(simulate=SIMULATE), home)
    return home.simulated


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """The default firm's rows at risk on every as_of."""
    cycle, _, account, at = make_truth(SIMULATE.accounts, CLOCK, SIMULATE.seed)
    rows = rows_at_risk(account, at, len(cycle), CLOCK, Left(), step_days=30)
    return rows.assign(
        account_id=numbered("A", len(cycle))[rows["account"]],
        as_of=pd.Timestamp(CLOCK.starts_on) + pd.to_timedelta(rows["as_of"], unit="D"),
    )


def test_the_default_firm_is_worth_learning_from(firm, rows):
    risk = ceiling(firm, rows, SIMULATE, Left(), accounts=20_000)
    early = rows["is_early"].to_numpy()
    assert 0.88 < roc_auc_score(rows["left"], risk) < 0.94
    assert 0.78 < roc_auc_score(rows["left"][early], risk[early]) < 0.86
    rule = rows["days_silent"] / (rows["outlook_days"] / Left().k)
    assert 0.40 < roc_auc_score(rows["left"][early], rule[early]) < 0.60


def test_the_ceiling_is_given_the_truth_of_the_rows_in_their_order(firm, rows):
    some = rows.sample(200, random_state=1)
    risk = ceiling(firm, some, SIMULATE, Left(), accounts=2000)
    backwards = ceiling(firm, some[::-1], SIMULATE, Left(), accounts=2000)
    assert np.array_equal(risk, backwards[::-1])


def test_a_sample_ends_no_silence(firm, rows, tmp_path):
    some = rows.sample(400, random_state=1)
    orders = pd.read_parquet(firm / "orders.parquet")
    for name, written in {
        "without": orders[orders["amount"] != 0],
        "paid": orders.assign(amount=orders["amount"].mask(orders["amount"] == 0, 1.0)),
    }.items():
        (tmp_path / name).mkdir()
        written.to_parquet(tmp_path / name / "orders.parquet")
        (tmp_path / name / "truth.parquet").symlink_to(firm / "truth.parquet")
    risk = [ceiling(folder, some, SIMULATE, Left(), accounts=2000) for folder in (firm, tmp_path / "without")]
    assert np.array_equal(*risk)
    assert not np.array_equal(risk[0], ceiling(tmp_path / "paid", some, SIMULATE, Left(), accounts=2000))


def test_the_other_firm_has_pauses_as_well():
    _, _, account, at = make_truth(3000, CLOCK, SIMULATE.seed)
    pauses = make_pauses(make_accounts(3000, CLOCK, SIMULATE.seed), CLOCK, SIMULATE.seed)
    assert len(pauses) > 20
    assert not pauses.hold(account, at).any()
