"""Threads: a model grows on one, and the process's own number of threads is left alone.

LightGBM keeps the number that its parameter num_threads asks for once for the whole process. Backtests train several
models at a time; were it ever set, sparse columns laid out for one thread would be filled by two, and the process would
die in some of all runs of a few hundred models.
"""

import lightgbm
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from models.recipe import Recipe
from tests.models.conftest import DIRECTIONS, PARAMS

OF_THE_PROCESS = 3
FEW = PARAMS.model_copy(update={"rounds": 2})


@pytest.fixture
def seen(monkeypatch):
    """How many threads there were whenever trees grew."""
    found, train = [], lightgbm.train

    def watched(*arguments, **named):
        found.append(_openmp())
        return train(*arguments, **named)

    monkeypatch.setattr(lightgbm, "train", watched)
    return found


def test_no_training_sets_how_many_threads_the_process_has(model):
    assert "[num_threads: 0]" in model.trees.model_to_string()


@pytest.mark.parametrize(
    ("policy", "pays_from", "is_alone", "threads"),
    [
        ("PASSIVE", 1, True, OF_THE_PROCESS),
        ("PASSIVE", 1, False, 1),
        ("PASSIVE", 10**9, True, 1),
        ("ACTIVE", 1, True, 1),
    ],
)
def test_trees_grow_on_one_thread_but_a_large_model_that_grows_alone_where_threads_sleep_while_they_wait(
    rows, origin, monkeypatch, seen, policy, pays_from, is_alone, threads
):
    monkeypatch.setenv("OMP_WAIT_POLICY", policy)
    monkeypatch.setattr("models.churn.THREADS_PAY", pays_from)

    with threadpool_limits(OF_THE_PROCESS, "openmp"):
        Recipe(DIRECTIONS, FEW).fit(rows, origin.train, None, is_alone=is_alone)
        kept = _openmp()

    assert seen == [{threads}]
    assert kept == {OF_THE_PROCESS}, "the caller keeps its own"


def _openmp() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "openmp"}
