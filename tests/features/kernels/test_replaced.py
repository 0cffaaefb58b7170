"""Contracts that another one replaced: as a slow look at all pairs finds them, and of an account that has very many."""

import numpy as np
import pytest

from features.kernels.grid import NEVER
from features.kernels.replaced import replaced_from

DAYS = 30
Columns = tuple[np.ndarray, ...]


def made_up(seed: int, rows: int = 60) -> Columns:
    """codes, starts, notices, ends (open ones at -inf), enters and lines; of few accounts and lines, so that many
    contracts follow one another.
    """
    chance = np.random.default_rng(seed)
    starts = chance.integers(-200, 600, rows).astype(np.int32)
    notices = np.where(chance.random(rows) < 0.5, starts - chance.integers(-40, 400, rows), np.nan)
    ends = np.where(chance.random(rows) < 0.2, np.nan, starts - chance.integers(0, 300, rows))
    ends[chance.random(rows) < 0.1] = -np.inf
    enters = chance.integers(1, 600, rows).astype(np.int32)
    return chance.integers(0, 3, rows), starts, notices, ends, enters, chance.integers(-1, 2, rows)


def by_pairs(codes: np.ndarray, *columns: np.ndarray) -> list[int]:
    starts, notices, ends, enters, lines = columns
    found = [NEVER] * len(codes)
    for one in range(len(codes)):
        for other in range(len(codes)):
            begins = starts[other]
            is_near = abs(notices[one] - begins) <= DAYS or abs(ends[one] - begins) <= DAYS
            is_between = lines[one] == lines[other] and ends[one] - DAYS <= begins <= notices[one] + DAYS
            if codes[one] == codes[other] and begins < starts[one] and (is_near or is_between):
                found[one] = max(found[one], int(enters[other]))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_equal_to_a_look_at_all_pairs(seed: int) -> None:
    columns = made_up(seed)
    found = replaced_from(*columns)
    assert found.tolist() == by_pairs(*columns)
    assert NEVER in found
    assert (found > NEVER).any()


def test_none_is_replaced_where_there_is_none() -> None:
    assert replaced_from(*made_up(1, rows=0)).tolist() == []


def test_an_account_may_have_very_many() -> None:
    """By pairs they would take some hundred gigabytes."""
    many = 200_000
    starts = np.arange(many, 0, -1, dtype=np.int32)  # one a day, each known and given notice of on its first
    found = replaced_from(
        np.zeros(many, np.int32), starts, starts.astype(np.float64), np.full(many, np.nan), starts, np.full(many, -1)
    )
    assert found.tolist() == [*starts[1:], NEVER]  # each by the next one
