"""What a model learns from ends before the day on which it is tested, to the day."""

import pandas as pd
import pytest

from models import origins as module
from models.origins import complete_as_ofs, rolling_origins, too_short

MONTHS = pd.date_range("2024-01-01", periods=12, freq="30D")


@pytest.fixture(autouse=True)
def _a_few_are_enough(monkeypatch):
    monkeypatch.setattr(module, "LEAST_LEAVERS", 1)


def snapshots(outlook_days: int = 60, today: str = "2025-01-01") -> pd.DataFrame:
    """Two accounts on twelve as_ofs: A left and B stayed, as far as that is known today."""
    rows = pd.DataFrame({"account_id": ["A", "B"] * 12, "as_of": MONTHS.repeat(2), "left": [1.0, 0.0] * 12})
    rows["labelled_on"] = rows["as_of"] + pd.Timedelta(days=outlook_days)
    rows["left"] = rows["left"].where(rows["labelled_on"] <= pd.Timestamp(today)).astype("Float64")
    return rows.assign(kind=None, kind_known_on=pd.NaT)


def days(rows: pd.DataFrame, mask: object) -> list[str]:
    return rows.loc[mask, "as_of"].dt.strftime("%Y-%m-%d").unique().tolist()


def test_a_row_is_learned_from_on_the_day_on_which_its_outlook_has_passed_and_no_sooner():
    exact, later = snapshots(60), snapshots(61)

    (first,) = rolling_origins(exact, count=1, horizon_days=60)
    (second,) = rolling_origins(later, count=1, horizon_days=61)

    assert days(exact, first.test) == ["2024-10-27"]  # the newest of which all is known today
    assert days(exact, first.train)[-1] == "2024-08-28"  # + 60 days = 2024-10-27
    assert days(later, second.test) == ["2024-10-27"]
    assert days(later, second.train)[-1] == "2024-07-29"


def test_an_as_of_is_tested_only_when_every_outlook_has_passed_whatever_came_of_the_others():
    rows = snapshots()
    rows.loc[(rows["as_of"] == "2024-10-27") & (rows["account_id"] == "B"), "left"] = pd.NA

    assert complete_as_ofs(rows)[-1] == pd.Timestamp("2024-09-27")
    assert rolling_origins(rows, count=1, horizon_days=60)[-1].as_of == pd.Timestamp("2024-09-27")


def test_origins_lie_a_horizon_apart_where_the_history_is_long_and_closer_where_it_is_short():
    rows = snapshots()

    apart = [str(origin.as_of.date()) for origin in rolling_origins(rows, count=3, horizon_days=60)]
    close = [str(origin.as_of.date()) for origin in rolling_origins(rows, count=8, horizon_days=60)]

    assert apart == ["2024-06-29", "2024-08-28", "2024-10-27"]
    assert close == [str(day.date()) for day in MONTHS[3:11]][-8:]


def test_no_origin_lies_before_enough_had_left_and_enough_had_not(monkeypatch):
    rows = snapshots()
    monkeypatch.setattr(module, "LEAST_LEAVERS", 5)

    (first, *_) = rolling_origins(rows, count=12, horizon_days=60)

    assert len(days(rows, first.train)) == 5


def test_what_was_not_recorded_by_then_to_be_involuntary_counts_as_leaving_by_choice(monkeypatch):
    rows = snapshots().assign(kind="involuntary", kind_known_on=pd.Timestamp("2024-06-01"))
    rows.loc[rows["left"] != 1, "kind"] = None

    assert all(
        origin.as_of <= pd.Timestamp("2024-06-01") for origin in rolling_origins(rows, count=12, horizon_days=60)
    )


def test_many_rows_are_tested_on_fewer_days(monkeypatch):
    monkeypatch.setattr(module, "ROWS_LEARNED", 24 * 5)

    assert len(rolling_origins(snapshots(), count=None, horizon_days=30)) == 5


def test_where_the_history_is_too_short_there_is_none_and_the_words_say_what_to_do():
    rows = snapshots(today="2024-03-15")

    assert rolling_origins(rows, count=4, horizon_days=60) == ()
    assert too_short(rows, asked=12).startswith(
        "snapshots: 1 of 12 as_ofs are complete, 2024-01-01 to 2024-01-01, with 2 labelled"
    )
    assert "left.horizon_days" in too_short(rows, asked=12)


def test_more_snapshots_are_advised_only_where_the_records_reach_back_further():
    rows = snapshots(today="2024-03-15")

    assert "Give a longer history (snapshots.count)" in too_short(rows, asked=12)
    of_short_records = too_short(rows, asked=13)
    assert "snapshots.count" not in of_short_records
    assert (
        "The records reach back no further: give older ones (an earlier export), or wait for more." in of_short_records
    )
