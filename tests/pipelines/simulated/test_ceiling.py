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
from pipelines.simulated.ceiling import ceilings, make_truth, rows_at_risk
from pipelines.simulated.clock import Clock
from pipelines.simulated.firm import CAUSES, make_accounts
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
    truth = make_truth(SIMULATE.accounts, CLOCK, SIMULATE.seed)
    rows = rows_at_risk(truth.account, truth.at, len(truth.cycle), CLOCK, Left(), step_days=30)
    return rows.assign(
        account_id=numbered("A", len(truth.cycle))[rows["account"]],
        as_of=pd.Timestamp(CLOCK.starts_on) + pd.to_timedelta(rows["as_of"], unit="D"),
    )


def test_the_default_firm_is_worth_learning_from(firm, rows):
    found = ceilings(firm, rows, SIMULATE, Left(), accounts=20_000)
    risk = found["ceiling"]
    early = rows["is_early"].to_numpy()
    assert 0.88 < roc_auc_score(rows["left"], risk) < 0.94
    assert 0.78 < roc_auc_score(rows["left"][early], risk[early]) < 0.86
    of_records = found["ceiling_of_records"]
    lost = roc_auc_score(rows["left"][early], risk[early]) - roc_auc_score(rows["left"][early], of_records[early])
    assert 0 < lost < 0.02, "how much an account minds what happens to it is worth something, and not much"
    rule = rows["days_silent"] / (rows["outlook_days"] / Left().k)
    assert 0.40 < roc_auc_score(rows["left"][early], rule[early]) < 0.60


def test_the_ceiling_is_given_the_truth_of_the_rows_in_their_order(firm, rows):
    some = rows.sample(200, random_state=1)
    found = ceilings(firm, some, SIMULATE, Left(), accounts=2000)
    backwards = ceilings(firm, some[::-1], SIMULATE, Left(), accounts=2000)
    for name, risk in found.items():
        assert np.array_equal(risk, backwards[name][::-1])


def test_the_ceiling_of_records_is_not_told_how_much_an_account_minds_a_cause():
    truth = make_truth(2000, CLOCK, SIMULATE.seed)
    firm = make_accounts(2000, CLOCK, SIMULATE.seed)
    contact, service = CAUSES.index("contact"), CAUSES.index("service")
    for cause in (contact, service):
        ratio = truth.adds[cause] / np.where(truth.usual_adds[cause] > 0, truth.usual_adds[cause], np.nan)
        own = (firm.minds / firm.usual_minds)[cause]
        bad = np.nansum(~np.isnan(ratio), axis=1) > 0
        assert np.nanmedian(ratio[bad], axis=1) == pytest.approx(own[bad], rel=0.02)
        assert 0.2 < own.std() < 0.3
    assert np.allclose(truth.adds[-1], truth.usual_adds[-1], rtol=0.1), "nobody minds being bought"


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
    with_samples, without, paid = (
        ceilings(folder, some, SIMULATE, Left(), accounts=2000)["ceiling"]
        for folder in (firm, tmp_path / "without", tmp_path / "paid")
    )
    assert np.array_equal(with_samples, without)
    assert not np.array_equal(with_samples, paid)


def test_the_other_firm_has_pauses_as_well():
    truth = make_truth(3000, CLOCK, SIMULATE.seed)
    pauses = make_pauses(make_accounts(3000, CLOCK, SIMULATE.seed), CLOCK, SIMULATE.seed)
    assert len(pauses) > 20
    assert not pauses.hold(truth.account, truth.at).any()
