"""Numbers: a batch after another gives LightGBM what it would make of all rows at once."""

from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest

from models import numbers
from models.numbers import Numbers, NumbersInFile, NumbersInFrame

NAMES = ["days", "amount", "orders"]
PARAMETERS = {"objective": "binary", "num_leaves": 7, "verbosity": -1, "deterministic": True, "num_threads": 1}


@pytest.fixture
def rows(monkeypatch) -> pd.DataFrame:
    monkeypatch.setattr(numbers, "BATCH", 400)
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "days": random.integers(0, 90, 2500).astype(np.float32),
            "account": "A",
            "amount": np.where(random.random(2500) < 0.2, np.nan, random.normal(100, 30, 2500)),
            "orders": random.poisson(0.4, 2500).astype(np.float64),
        }
    )


@pytest.fixture
def mask(rows) -> np.ndarray:
    chosen = np.random.default_rng(2).random(len(rows)) < 0.7
    chosen[400:800] = False  # a batch of which nobody is asked for
    return chosen


@pytest.fixture(params=["frame", "file"])
def read(request, rows, mask, tmp_path: Path) -> Numbers:
    if request.param == "frame":
        return NumbersInFrame(rows, mask)
    path = tmp_path / "features.parquet"
    rows.to_parquet(path, row_group_size=900)  # not a multiple of a batch
    return NumbersInFile(path, mask)


def trees(data: object, left: np.ndarray) -> str:
    data_set = lightgbm.Dataset(data, left, feature_name=NAMES, params=PARAMETERS)
    return lightgbm.train(PARAMETERS, data_set, num_boost_round=5).model_to_string()


def test_trees_of_batches_are_those_of_all_rows_at_once(read, rows, mask):
    left = (rows["days"] + 20 * rows["orders"] > 60)[mask].to_numpy(np.float64)

    in_batches = trees(read.batches(NAMES), left)

    assert in_batches == trees(rows.loc[mask, NAMES].to_numpy(np.float64), left)
    assert in_batches != trees(rows.loc[mask, NAMES].to_numpy(np.float64)[::-1], left)


def test_a_column_is_that_of_the_rows_asked_for(read, rows, mask):
    for name in NAMES:
        np.testing.assert_array_equal(read.column(name), rows.loc[mask, name].to_numpy(np.float64))
    assert len(read) == mask.sum()


def test_batches_may_be_asked_for_in_any_order(read, rows, mask):
    batches = read.batches(NAMES)
    expected = [rows.loc[mask & (np.arange(len(rows)) // 400 == place), NAMES] for place in range(7)]

    for place in (3, 0, 6, 1, 2):
        assert len(batches[place]) == len(expected[place])
        np.testing.assert_array_equal(batches[place][:], expected[place].to_numpy(np.float64))


def test_no_more_than_a_batch_is_held(read, mask, monkeypatch):
    held = []
    tables = read.tables
    monkeypatch.setattr(read, "tables", lambda *asked: (held.append(len(t)) or t for t in tables(*asked)))

    for batch in read.batches(NAMES):
        batch[:]

    of_mask = [int(mask[start : start + 400].sum()) for start in range(0, 2500, 400)]
    assert held == of_mask, "each is read once where they are asked for in turn, the empty one as well"
    assert max(held) < 400


@pytest.mark.parametrize(("most", "every"), [(300, 5), (5000, 1)])
def test_some_rows_are_spread_evenly_over_those_of_the_mask(read, rows, mask, most, every):
    some = read.some(NAMES, most)

    np.testing.assert_array_equal(some, rows.loc[mask, NAMES].to_numpy(np.float64)[::every])
    assert 0 < len(some) <= most
