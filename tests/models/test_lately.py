"""What changed lately is told from chance, on the newest day of which the outcome is known."""

import numpy as np
import pandas as pd
import pytest

from models.lately import Lately

DAY = pd.Timestamp("2025-10-03")


class Foretells:
    """A model that foretells everybody the same."""

    def __init__(self, risk: float) -> None:
        self._risk = risk

    def risk(self, rows: pd.DataFrame) -> np.ndarray:
        return np.full(len(rows), self._risk)


def day(as_of: pd.Timestamp, gone: int, known: int, of: int = 400) -> pd.DataFrame:
    left = [1.0] * gone + [0.0] * (known - gone) + [None] * (of - known)
    return pd.DataFrame({"as_of": as_of, "left": pd.array(left, dtype="Float64"), "kind": None, "kind_known_on": None})


def test_it_is_seen_on_the_newest_day_of_which_half_is_known() -> None:
    days = [day(DAY, 40, 400), day(DAY + pd.Timedelta(days=30), 60, 200), day(DAY + pd.Timedelta(days=60), 9, 190)]
    found = Lately.of(pd.concat(days, ignore_index=True), Foretells(0.12), DAY)
    assert (found.as_of, found.accounts, found.told, found.left) == ("2025-11-02", 200, pytest.approx(0.12), 0.3)
    assert found.misses(calibration=0.25)
    assert str(found) == "of 200 accounts seen on 2025-11-02 12.0% were foretold to leave and 30.0% left, beyond chance"


def test_chance_and_what_the_gate_allows_are_no_change() -> None:
    rows = day(DAY, 56, 400)
    assert not Lately.of(rows, Foretells(0.12), DAY).misses(calibration=0)  # 14 % and 12 %: chance
    assert Lately.of(rows, Foretells(0.08), DAY).misses(calibration=0.25)
    assert not Lately.of(rows, Foretells(0.08), DAY).misses(calibration=0.5)


def test_of_a_day_on_which_few_left_and_of_days_before_the_tested_one_nothing_is_said() -> None:
    assert Lately.of(day(DAY, 5, 400), Foretells(0.03), DAY) is None
    assert Lately.of(day(DAY, 60, 400), Foretells(0.03), DAY + pd.Timedelta(days=30)) is None
