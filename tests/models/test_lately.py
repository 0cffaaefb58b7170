"""What changed lately is told from chance, on the newest day of which the outcome is known."""

import numpy as np
import pandas as pd
import pytest

from models.late import LONGEST_WAIT
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


def test_many_that_left_though_few_were_foretold_are_a_change_and_so_are_few_though_many_were() -> None:
    more = Lately.of(day(DAY, 40, 400), Foretells(0.02), DAY)
    fewer = Lately.of(day(DAY, 8, 400), Foretells(0.2), DAY)
    assert (more.told, more.left, fewer.told, fewer.left) == pytest.approx((0.02, 0.1, 0.2, 0.02))
    assert more.misses(calibration=0.25)
    assert fewer.misses(calibration=0.25)


def test_twenty_that_left_or_were_foretold_are_enough_to_tell() -> None:
    assert Lately.of(day(DAY, 20, 400), Foretells(0.01), DAY) is not None
    assert Lately.of(day(DAY, 0, 400), Foretells(0.05), DAY) is not None
    assert Lately.of(day(DAY, 19, 400), Foretells(0.01), DAY) is None


def test_what_chance_does_once_in_twenty_days_is_no_change() -> None:
    found = Lately.of(day(DAY, 62, 400), Foretells(0.12), DAY)  # 48 give or take 6.5
    assert 0.01 < found.p_value < 0.05
    assert not found.misses(calibration=0)


def test_one_of_two_hundred_accounts_is_no_change_however_many_there_are() -> None:
    def seen(gone: int) -> Lately:
        return Lately.of(day(DAY, gone, 20_000, of=20_000), Foretells(0.01), DAY)

    assert max(seen(290).p_value, seen(310).p_value) < 0.001
    assert not seen(290).misses(calibration=0)
    assert seen(310).misses(calibration=0)


def test_where_losses_come_later_than_labels_wait_for_them_nothing_is_said() -> None:
    def by_losses(wait: int) -> pd.DataFrame:
        rows = day(DAY, 12, 400)
        known = pd.Series(DAY + pd.Timedelta(days=60), rows.index).where(rows["left"] == 1)
        labelled = DAY + pd.Timedelta(days=90 + wait)
        return rows.assign(kind_known_on=known, left_known_on=known, outlook_days=90, labelled_on=labelled)

    assert Lately.of(by_losses(wait=LONGEST_WAIT - 1), Foretells(0.12), DAY).misses(calibration=0.25)
    assert Lately.of(by_losses(wait=LONGEST_WAIT), Foretells(0.12), DAY) is None
