"""Who left by choice and who did not, as it was known on a day."""

import numpy as np
import pandas as pd

from models.target import targets

ROWS = pd.DataFrame(
    [
        ("stayed", 0.0, "2024-04-01", None, None),
        ("left, nobody knows why", 1.0, "2024-04-01", None, None),
        ("left for a rival", 1.0, "2024-04-01", "voluntary", "2024-03-01"),
        ("closed", 1.0, "2024-04-01", "involuntary", "2024-03-01"),
        ("closed, written down late", 1.0, "2024-04-01", "involuntary", "2024-06-01"),
        ("nobody knows yet", None, "2024-09-01", None, None),
    ],
    columns=["who", "left", "labelled_on", "kind", "kind_known_on"],
).assign(
    left=lambda rows: rows["left"].astype("Float64"),
    labelled_on=lambda rows: pd.to_datetime(rows["labelled_on"]),
    kind_known_on=lambda rows: pd.to_datetime(rows["kind_known_on"]),
)


def test_no_row_is_dropped_by_its_outcome_and_the_unknown_kind_is_a_choice():
    voluntary, involuntary = targets(ROWS)

    np.testing.assert_array_equal(voluntary, [0, 1, 1, 0, 0, np.nan])
    np.testing.assert_array_equal(involuntary, [0, 0, 0, 1, 1, np.nan])


def test_a_loss_that_was_not_yet_recorded_on_the_day_says_nothing():
    voluntary, involuntary = targets(ROWS, pd.Timestamp("2024-05-01"))

    np.testing.assert_array_equal(voluntary, [0, 1, 1, 0, 1, np.nan])
    np.testing.assert_array_equal(involuntary, [0, 0, 0, 1, 0, np.nan])
    on_the_day, _ = targets(ROWS, pd.Timestamp("2024-06-01"))
    assert on_the_day[4] == 1, "what is recorded on a day is known from the next on"


def test_a_label_that_was_not_complete_on_the_day_is_none():
    assert np.isnan(targets(ROWS, pd.Timestamp("2024-03-31"))[0]).all()
    assert not np.isnan(targets(ROWS, pd.Timestamp("2024-04-01"))[0][:5]).any()
