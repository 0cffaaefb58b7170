"""Running: what the newest days teach before their outlooks have ended."""

import numpy as np
import pandas as pd
import pytest

from models.running import LEAST_DAYS, PRIOR_ROWS, with_running
from models.target import targets

TODAY = pd.Timestamp("2026-01-01")
DAY = pd.Timedelta(days=1)


def rows(*lines: tuple[str, int, str | None, str | None], pace: str = "early") -> pd.DataFrame:
    """account, days of an outlook of 90 that have passed, the day of the next order, the day a closure was recorded."""
    made = pd.DataFrame(lines, columns=["account_id", "passed", "next_order_on", "kind_known_on"])
    as_of = TODAY - made["passed"] * DAY
    ordered = pd.to_datetime(made["next_order_on"])
    left = ((ordered - as_of).dt.days.fillna(np.inf) >= 90).astype("Float64")
    return made.assign(
        as_of=as_of,
        outlook_days=90,
        pace=pace,
        next_order_on=ordered,
        kind_known_on=pd.to_datetime(made["kind_known_on"]),
        kind=np.where(made["kind_known_on"].isna(), None, "involuntary"),
        labelled_on=as_of + 90 * DAY,
        left=left.where(made["passed"] >= 90),
    )


def learned(table: pd.DataFrame, known_before: pd.Timestamp = TODAY) -> dict[str, float | None]:
    found = with_running(table, targets(table, known_before)[0], known_before)
    return {
        name: None if np.isnan(value) else round(value, 4)
        for name, value in zip(table["account_id"], found, strict=True)
    }


# Of those who had been silent for 70 days, three quarters stayed silent for all of their 90.
PAST = [(f"P{number}", 400, None if number % 4 else "2025-02-12", None) for number in range(400)]
ORDERED = [(f"Q{number}", 400, "2024-12-01", None) for number in range(50)]


def test_whoever_is_silent_so_far_counts_as_the_share_that_stayed_silent() -> None:
    table = rows(*PAST, *ORDERED, ("silent", 70, None, None), ("back", 70, "2025-12-24", None))
    found = learned(table)
    assert found["silent"] == pytest.approx(0.75, abs=0.005), "whoever ordered before day 70 says nothing of it"
    assert found["back"] == 0.0
    assert found["P1"] == 1.0
    assert found["Q1"] == 0.0


def test_a_share_of_few_keeps_close_to_that_of_all() -> None:
    few = rows(*[(f"F{number}", 400, None, None) for number in range(5)], ("new", 70, None, None), pace="new")
    found = learned(pd.concat([rows(*PAST), few], ignore_index=True))
    overall = (305 + PRIOR_ROWS / 2) / (405 + PRIOR_ROWS)
    assert found["new"] == pytest.approx((5 + PRIOR_ROWS * overall) / (5 + PRIOR_ROWS), abs=1e-3)


def test_whether_a_row_counts_is_decided_by_the_calendar() -> None:
    for next_order in (None, "2025-12-24"):
        table = rows(*PAST, ("before", LEAST_DAYS - 1, next_order, None), ("from", LEAST_DAYS, next_order, None))
        found = learned(table)
        assert found["before"] is None
        assert found["from"] is not None


def test_an_order_that_was_not_there_on_the_day_of_learning_is_not_known() -> None:
    table = rows(*PAST, ("later", 90, "2025-12-24", None))
    known_before = TODAY - 20 * DAY
    assert learned(table, known_before)["later"] == pytest.approx(0.75, abs=0.005)
    assert learned(table)["later"] == 0.0
    rewritten = table.assign(next_order_on=table["next_order_on"].where(table["account_id"] != "later"))
    assert learned(rewritten, known_before) == learned(table, known_before)


def test_an_end_that_nobody_chose_is_no_leaving_as_soon_as_it_is_recorded() -> None:
    table = rows(*PAST, ("closed", 70, None, "2025-12-01"), ("told late", 70, None, "2026-01-01"))
    found = learned(table)
    assert found["closed"] == 0.0
    assert found["told late"] == pytest.approx(0.75, abs=0.005)


def test_where_leaving_is_not_judged_by_orders_only_what_is_complete_is_learned() -> None:
    table = rows(*PAST, ("silent", 70, None, None)).assign(next_order_on=pd.NaT)
    assert learned(table)["silent"] is None
    assert learned(table.drop(columns="next_order_on"))["silent"] is None
