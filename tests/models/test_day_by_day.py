"""Days that miss unevenly are told from chance and from what the gate sees."""

import numpy as np
import pandas as pd
import pytest

from models.day_by_day import DayByDay

DAYS = pd.date_range("2023-01-01", periods=12, freq="90D")


def days(*gone: int, told: float = 0.1, of: int = 400) -> DayByDay | None:
    """A day each on which so many of 400 left, all told the same."""
    left = np.concatenate([np.r_[np.ones(count), np.zeros(of - count)] for count in gone])
    return DayByDay.of(pd.Series(np.repeat(DAYS[: len(gone)], of)), np.full(len(left), told), left)


def speaks(*gone: int, calibration: float = 0.25, **made: float) -> bool:
    found = days(*gone, **made)
    return found is not None and found.misses(calibration)


def test_days_told_too_high_and_too_low_are_counted() -> None:
    found = days(70, 20, 40, 62, 15, 40)
    assert (found.days, found.too_high, found.too_low) == (6, 2, 2)
    assert (found.off, found.left) == pytest.approx((97 / 2400, 247 / 2400))
    mean = 7 / 6  # more left than were told
    assert found.uneven == pytest.approx((30 + 22 - 2 * mean + 20 + 25 + 4 * mean) / 2400)
    assert found.misses(calibration=0.25)
    assert str(found) == (
        "on 2 of 6 tested days more were foretold to leave than left, and on 2 fewer, beyond chance; by 4.0% of the "
        "accounts on average, where 10.3% left"
    )


def test_by_how_much_all_days_miss_alike_is_left_to_the_gate() -> None:
    assert not speaks(80, 80, 80, 80)
    assert not speaks(10, 10, 10, 10)
    assert not speaks(76, 80, 84, 80)
    assert speaks(80, 10, 80, 10)
    assert speaks(110, 110, 40, 40)  # a wave of leavers that had not been foretold


def test_a_quarter_of_the_days_must_miss_and_two_of_them() -> None:
    assert speaks(140, 10, *[40] * 6, calibration=0)
    assert not speaks(140, 10, *[40] * 7, calibration=0)  # 2 of 9
    assert not speaks(140, 40, 40, 40, calibration=0)
    assert days(80) is None


def test_what_the_gate_allows_and_what_chance_does_is_no_miss() -> None:
    assert speaks(70, 20, 70, 20, calibration=0.5)  # uneven by 25 where 45 left
    assert not speaks(70, 20, 70, 20, calibration=0.6)
    assert not speaks(53, 29, 54, 28, calibration=0)  # 40 give or take 6
    many = {"told": 0.01, "of": 20_000}
    assert not speaks(290, 110, 290, 110, calibration=0, **many)  # one of two hundred
    assert speaks(310, 90, 310, 90, calibration=0, **many)


def test_days_on_which_few_left_do_not_count() -> None:
    assert days(20, 80, 19, 10, told=0.04).days == 2
    assert days(20, 19, 19, 10, told=0.04) is None
    assert days(0, 19, told=0.05).days == 2
