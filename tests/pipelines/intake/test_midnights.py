"""Days that became times of another zone, and with that the evenings before, are said; evenings are not."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from tests.pipelines.conftest import Firm

AS_OF = date(2026, 6, 15)
DAYS = pd.date_range("2025-12-01", "2026-06-01", freq="7D")
Said = Callable[..., list[str]]


@pytest.fixture
def said(firm: Firm, caplog: pytest.LogCaptureFixture) -> Said:
    def run(times: list[str], zone: str, select: str = "ordered_at") -> list[str]:
        firm.table(
            "orders",
            "\n".join(
                ["account_id,amount,ordered_at,seen", *(f"A,7,{time}{',' * (',' not in time)}" for time in times)]
            ),
        )
        firm.sql("orders", f"SELECT account_id, amount, {select} FROM orders")  # noqa: S608
        firm.yaml()
        yaml = firm.folder / "source.yaml"
        yaml.write_text(yaml.read_text().replace("Europe/Berlin", zone))
        caplog.clear()
        firm.ingest(as_of=AS_OF)
        return [line for line in caplog.messages if "is a midnight" in line]

    return run


def utc(days: pd.DatetimeIndex) -> list[str]:
    return [f"{day:%Y-%m-%d}T00:00:00Z" for day in days]


def written_in_utc(days: pd.DatetimeIndex, zone: str) -> list[str]:
    return [f"{day:%Y-%m-%d %H:%M:%S}" for day in days.tz_localize(zone).tz_convert("UTC")]


@pytest.mark.parametrize(
    ("times", "zone", "what"),
    [
        (utc(DAYS), "America/New_York", "in UTC"),
        (written_in_utc(DAYS, "Europe/Berlin"), "Europe/Berlin", "of our own days, written in UTC"),
    ],
)
def test_a_day_that_became_the_evening_before_is_said_and_what_helps(
    firm: Firm, said: Said, times: list[str], zone: str, what: str
) -> None:
    (line,) = said(times, zone)
    assert line.startswith(f"orders: every ordered_at is a midnight {what}, so each is read as of the day before; ")
    assert said(times, zone, line.partition("write ")[2].removesuffix(" in orders.sql")) == []
    assert [row["ordered_at"] for row in firm.kept("orders")] == [day.to_pydatetime() for day in DAYS]


def test_nothing_is_said_of_what_records_rows_every_night(said: Said) -> None:
    times = [f"{day:%Y-%m-%d}T10:00:00Z,{day:%Y-%m-%d}T00:00:00Z" for day in DAYS]
    assert said(times, "America/New_York", "ordered_at, seen AS recorded_at") == []


@pytest.mark.parametrize(
    ("times", "zone"),
    [
        (utc(DAYS), "Europe/Berlin"),  # read as 01:00 of the same day
        (written_in_utc(DAYS, "America/New_York"), "America/New_York"),  # the same
        ([f"{day:%Y-%m-%d}" for day in DAYS], "America/New_York"),
        ([f"{day:%Y-%m-%d} 23:00" for day in DAYS], "Europe/Berlin"),  # always closed at 23:00
        (utc(pd.date_range("2025-12-01", periods=40)), "America/New_York"),  # by winter time alone, that may be 19:00
        (utc(DAYS)[::2], "America/New_York"),  # too few
        ([*utc(DAYS), "2026-06-01T08:00:00Z"], "America/New_York"),
        ([*written_in_utc(DAYS, "Europe/Berlin"), "2026-06-01 08:00"], "Europe/Berlin"),
    ],
)
def test_nothing_is_said_of_others(said: Said, times: list[str], zone: str) -> None:
    assert said(times, zone) == []
