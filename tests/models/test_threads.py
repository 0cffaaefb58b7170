"""Threads: a model grows on one, and the process's own number of threads is left alone.

LightGBM keeps the number that its parameter num_threads asks for once for the whole process. Backtests train several
models at a time; were it ever set, sparse columns laid out for one thread would be filled by two, and the process would
die in about half of all runs of some hundred models.
"""

import lightgbm
import pytest
from threadpoolctl import threadpool_info

from tests.models.conftest import fitted


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


def _openmp() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "openmp"}
