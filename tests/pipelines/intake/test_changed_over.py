"""Days of which a spreadsheet took the month for the day are known by the weekdays; whatever else falls on them is not."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.intake.changed_over import is_changed_over
from tests.pipelines.conftest import Firm

DAYS = pd.date_range("2024-01-01", "2026-06-20")
WORKDAYS = DAYS[DAYS.day_of_week < 5]


def changed_over(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """As a spreadsheet reads them that expects the month first."""
    return pd.DatetimeIndex([day.replace(day=day.month, month=day.day) if day.day <= 12 else day for day in days])


def seen(days: pd.DatetimeIndex) -> bool:
    return is_changed_over(days.unique().to_numpy("datetime64[D]"))


def test_a_firm_that_rests_on_sundays_is_seen_through() -> None:
    for open_days in (WORKDAYS, DAYS[DAYS.day_of_week < 6], DAYS[DAYS.day_of_week % 2 == 0]):
        assert seen(changed_over(open_days))
        assert not seen(open_days)


@pytest.mark.parametrize(
    "days",
    [
        DAYS,
        changed_over(DAYS),  # nothing could tell
        WORKDAYS.union(DAYS[DAYS.day == 1]),  # standing orders on the first, whatever day it is
        WORKDAYS.union(DAYS[DAYS.day <= 12]),  # open at the beginning of months
        WORKDAYS[WORKDAYS.day > 12].union(DAYS[DAYS.day == 1]),
        DAYS[DAYS.day == 1],
        DAYS[DAYS.is_month_end],
        WORKDAYS[:60],
        changed_over(WORKDAYS[:20]),  # too few
    ],
)
def test_nothing_is_said_of_others(days: pd.DatetimeIndex) -> None:
    assert not seen(days)


def test_hardly_any_firm_is_wronged() -> None:
    chance = np.random.default_rng(5)
    for _ in range(200):
        weights = chance.dirichlet(np.ones(7) * 0.5)[DAYS.day_of_week]
        some = DAYS[chance.random(len(DAYS)) < weights / weights.max() * chance.random()]
        assert len(some) < 2 or not seen(some)


def test_what_is_said_helps(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    given = [f"{day:%d/%m/%Y} 10:30" for day in changed_over(WORKDAYS)]
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *(f"A,{day},7" for day in given)]))
    firm.yaml("options: {time_format: '%d/%m/%Y %H:%M'}\n")
    firm.ingest(as_of=date(2026, 7, 1))
    (line,) = [line for line in caplog.messages if "changed over" in line]
    firm.sql("orders", f"SELECT * REPLACE ({line.partition('write ')[2].removesuffix(' in orders.sql')}) FROM orders")  # noqa: S608
    caplog.clear()
    firm.ingest(as_of=date(2026, 7, 1))
    assert "changed over" not in caplog.text
    assert [row["ordered_at"] for row in firm.kept("orders")] == [
        day.replace(hour=10, minute=30).to_pydatetime() for day in WORKDAYS
    ]
