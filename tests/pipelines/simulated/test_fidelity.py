"""Fidelity: rows are fixed by the truth, and a named cause is held against it."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.settings import Simulate
from pipelines.simulated.clock import Clock
from pipelines.simulated.fidelity import fidelity
from pipelines.simulated.firm import CAUSES

SIMULATE = Simulate(accounts=100)
ACCOUNTS = [f"A{number}" for number in range(100)]


@pytest.fixture
def firm(tmp_path):
    """A hundred accounts on one day: ten of them have a cause, "calls", the others none."""
    clock = Clock.of(SIMULATE.ends_on, SIMULATE.months)
    as_of = pd.Timestamp(clock.starts_on) + pd.Timedelta(days=400)
    month = int(clock.month_of(np.array([400.0]))[0])
    has_cause = np.arange(100) < 10
    for_all = {f"p_{code}": 0.0 for code in CAUSES}
    truth = pd.DataFrame({"account_id": ACCOUNTS}).assign(**for_all, p_base=0.002)
    truth["p_calls"] = np.where(has_cause, 0.05, 0.0)
    both = pd.concat([truth.assign(month=month), truth.assign(month=month - 1)])
    pq.write_table(pa.Table.from_pandas(both, preserve_index=False), tmp_path / "truth.parquet")
    rows = pd.DataFrame({"account_id": ACCOUNTS, "as_of": as_of, "pace": np.where(has_cause, "early", "overdue")})
    return tmp_path, rows


def told(first, second=None, shap=1.0):
    return pd.DataFrame(
        {"reason_1_code": first, "reason_2_code": second, "reason_3_code": None, "reason_1_shap": shap},
        index=range(100),
        dtype=object,
    ).astype({"reason_1_shap": float})


def test_naming_the_true_cause_is_right_and_another_is_wrong(firm):
    right, wrong = (fidelity(*firm, told(code), SIMULATE) for code in ("calls", "billing"))

    assert right["all"]["n"] == 10
    assert (right["all"]["first"], right["all"]["first_low"], right["all"]["in_three"]) == (1, 1, 1)
    assert (wrong["all"]["first"], wrong["all"]["in_three"]) == (0, 0)
    assert wrong["all"]["by_cause"]["calls"]["named"] == {"billing": 10}


def test_a_reason_without_a_truth_takes_no_place_and_is_counted_apart(firm):
    found = fidelity(*firm, told("breadth", "calls"), SIMULATE)

    assert found["all"]["first"] == 1
    assert found["other_first"] == 1


def test_the_second_reason_is_among_three_and_not_the_first(firm):
    found = fidelity(*firm, told("billing", "calls"), SIMULATE)

    assert (found["all"]["first"], found["all"]["in_three"]) == (0, 1)


def test_a_strong_reason_where_there_is_no_cause_is_counted(firm):
    assert fidelity(*firm, told("calls", shap=1.0), SIMULATE)["confident_without_cause"] == 1
    assert fidelity(*firm, told("calls", shap=0.2), SIMULATE)["confident_without_cause"] == 0
