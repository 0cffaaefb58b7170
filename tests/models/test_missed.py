"""What was told and did not come is kept for those who show it."""

from dataclasses import asdict

import numpy as np
import pandas as pd

from models.day_by_day import DayByDay
from models.lately import Lately
from models.missed import Missed

DAYS = pd.date_range("2025-01-01", periods=4, freq="90D")


class Foretells:
    """A model that foretells everybody the same."""

    def risk(self, rows: pd.DataFrame) -> np.ndarray:
        return np.full(len(rows), 0.1)


def seen(*gone: int) -> Missed:
    left = np.concatenate([np.r_[np.ones(count), np.zeros(400 - count)] for count in gone])
    as_of = pd.Series(np.repeat(DAYS, 400))
    rows = pd.DataFrame({"as_of": as_of, "left": pd.array(left, "Float64"), "kind": None, "kind_known_on": None})
    return Missed.of(rows, Foretells(), (as_of, np.full(len(left), 0.1), left), calibration=0.25)


def test_each_is_there_where_it_misses() -> None:
    assert seen(40, 40, 40, 40) == Missed()
    newest, both = seen(40, 40, 40, 80), seen(90, 5, 40, 40)
    assert (newest.lately.as_of, newest.lately.left, newest.by_day) == ("2025-09-28", 0.2, None)
    assert (both.lately, both.by_day.too_high, both.by_day.too_low) == (None, 1, 1)


def test_of_no_rows_nothing_is_said() -> None:
    rows = pd.DataFrame({"as_of": DAYS, "left": pd.array([None] * 4, "Float64"), "kind": None, "kind_known_on": None})
    none = (pd.Series([], dtype="datetime64[ns]"), np.zeros(0), np.zeros(0))
    assert Missed.of(rows, Foretells(), none, calibration=0.25) == Missed()


def test_it_is_written_and_said_as_found() -> None:
    lately, by_day = Lately("2026-04-02", 300, 0.1, 0.2, 0.001), DayByDay(8, 2, 1, 0.04, 0.04, 0.1)
    assert Missed(lately, by_day).as_json() == {"missed_lately": asdict(lately), "missed_by_day": asdict(by_day)}
    assert Missed().as_json() == {"missed_lately": None, "missed_by_day": None}
    assert list(Missed(lately, by_day).lines()) == [str(lately), str(by_day)]
    assert list(Missed().lines()) == []
