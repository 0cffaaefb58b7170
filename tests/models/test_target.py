"""Target: the two ways of leaving as they were known on a day."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.target import late_losses, targets


def rows() -> pd.DataFrame:
    found = pd.DataFrame(
        [
            # account    left   kind           kind_known_on  left_known_on  labelled_on
            ("stayed", False, None, None, None, "2024-06-01"),
            ("left", True, None, None, None, "2024-06-01"),
            ("chose", True, "voluntary", "2024-05-01", None, "2024-06-01"),
            ("closed", True, "involuntary", "2024-05-01", None, "2024-06-01"),
            ("heard late", True, "involuntary", "2024-07-01", None, "2024-06-01"),
            ("only lost", True, None, "2024-07-01", "2024-07-01", "2024-06-01"),
            ("open", None, None, None, None, "2024-09-01"),
            ("complete later", True, "involuntary", "2024-05-01", None, "2024-07-02"),
        ],
        columns=["account_id", "left", "kind", "kind_known_on", "left_known_on", "labelled_on"],
    )
    days = [name for name in found if name.endswith("_on")]
    found[days] = found[days].apply(pd.to_datetime)
    return found.assign(left=found["left"].astype("boolean"))


def known(known_before: date | None) -> dict[str, tuple[float | None, float | None]]:
    given = rows()
    voluntary, involuntary = targets(given, known_before)
    assert voluntary.dtype == involuntary.dtype == np.float64
    pairs = zip(voluntary.tolist(), involuntary.tolist(), strict=True)
    shown = [tuple(None if value != value else value for value in pair) for pair in pairs]
    return dict(zip(given["account_id"], shown, strict=True))


STAYED, CHOSE, CLOSED, OPEN = (0, 0), (1, 0), (0, 1), (None, None)


def test_today_every_row_with_a_label_counts_and_leaves_in_one_way_at_most() -> None:
    assert known(None) == {
        "stayed": STAYED,
        "left": CHOSE,
        "chose": CHOSE,
        "closed": CLOSED,
        "heard late": CLOSED,
        "only lost": CHOSE,
        "open": OPEN,
        "complete later": CLOSED,
    }


@pytest.mark.parametrize(
    ("day", "differ"),
    [
        (date(2024, 5, 31), dict.fromkeys(["stayed", "left", "chose", "closed", "heard late", "only lost"], OPEN)),
        (date(2024, 6, 1), {"heard late": CHOSE, "only lost": STAYED}),
        (date(2024, 7, 1), {"heard late": CHOSE, "only lost": STAYED}),
        (date(2024, 7, 2), {"complete later": CLOSED}),
    ],
)
def test_what_was_not_recorded_before_a_day_is_not_known_on_it(day: date, differ: dict) -> None:
    assert known(day) == known(None) | {"complete later": OPEN} | differ


def test_rows_without_days_of_losses_will_do() -> None:
    bare = rows().drop(columns="left_known_on")
    for today, then in zip(targets(bare, None), targets(rows(), None), strict=True):
        np.testing.assert_array_equal(today, then)


def test_left_may_be_a_number_as_in_the_rows_read_back() -> None:
    as_numbers = rows().assign(left=rows()["left"].astype("Float64"))
    np.testing.assert_array_equal(targets(as_numbers, None), targets(rows(), None))


def test_losses_recorded_on_the_day_on_which_the_label_is_complete_or_later_are_late() -> None:
    told = pd.DataFrame(
        {
            "left": [True, True, True, True, False, None],
            "kind_known_on": ["2024-05-29", "2024-05-30", "2024-06-10", None, "2024-06-10", "2024-06-10"],
            "labelled_on": ["2024-05-30"] * 6,
        }
    )
    assert late_losses(told) == {"rows": 3, "late_share": 2 / 3, "tell_of_leaving": False, "wait_days": 0}
    assert late_losses(told.assign(left_known_on=None))["tell_of_leaving"] is False
    assert late_losses(told.assign(kind_known_on=None)) == {}


def test_where_nothing_but_losses_tells_they_are_late_after_the_outlook_however_long_labels_wait() -> None:
    told = pd.DataFrame(
        {
            "as_of": pd.to_datetime(["2024-03-01"] * 3),
            "outlook_days": 90,  # to 2024-05-30
            "left": True,
            "kind_known_on": ["2024-05-29", "2024-05-30", "2024-06-10"],
            "left_known_on": ["2024-05-29", "2024-05-30", "2024-06-10"],
            "labelled_on": ["2024-06-19"] * 3,
        }
    )
    assert late_losses(told) == {"rows": 3, "late_share": 2 / 3, "tell_of_leaving": True, "wait_days": 20}
