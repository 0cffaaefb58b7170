"""Threads: a model grows on one, and the process's own number of threads is left alone.

LightGBM keeps the number that its parameter num_threads asks for once for the whole process. Backtests train several
models at a time; were it ever set, sparse columns laid out for one thread would be filled by two, and the process would
die in about half of all runs of some hundred models.
"""

import lightgbm
import pytest
from threadpoolctl import threadpool_info

from models.recipe import Recipe
from tests.models.conftest import DIRECTIONS, PARAMS, fitted


def test_no_training_sets_how_many_threads_the_process_has(model):
    assert "[num_threads: 0]" in model.trees.model_to_string()


@pytest.mark.parametrize("threads", [1, 2])
def test_trees_grow_on_as_many_threads_as_are_meant_and_the_caller_keeps_its_own(rows, origin, monkeypatch, threads):
    before, seen, train = _openmp(), [], lightgbm.train

    def watched(*arguments, **named):
        seen.append(_openmp())
        return train(*arguments, **named)

    monkeypatch.setattr("models.churn.THREADS", threads)
    monkeypatch.setattr(lightgbm, "train", watched)
    fitted(rows, origin)

    assert seen == [{threads}]
    assert _openmp() == before


@pytest.mark.parametrize(
    ("policy", "pays_from", "is_alone", "threads"),
    [("PASSIVE", 1, True, 7), ("PASSIVE", 1, False, 1), ("PASSIVE", 10**9, True, 1), ("ACTIVE", 1, True, 1)],
)
def test_one_large_model_that_grows_alone_takes_all_cores_if_they_sleep_while_they_wait(
    rows, origin, monkeypatch, policy, pays_from, is_alone, threads
):
    seen, train = [], lightgbm.train

    def watched(*arguments, **named):
        seen.append(_openmp())
        return train(*arguments, **named)

    monkeypatch.setenv("OMP_WAIT_POLICY", policy)
    monkeypatch.setattr("models.churn.THREADS_PAY", pays_from)
    monkeypatch.setattr("os.cpu_count", lambda: 7)
    monkeypatch.setattr(lightgbm, "train", watched)
    few = PARAMS.model_copy(update={"rounds": 2})
    Recipe(DIRECTIONS, few).fit(rows, origin.train, None, is_alone=is_alone)

    assert seen == [{threads}]


def _openmp() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "openmp"}
