"""What the model learns from ends before what it is tested on begins."""

import pandas as pd
import pytest

from features.mistake import Mistake
from models.split import split


def snapshots(*as_ofs: str, outlook_days: int = 60, unfinished: tuple[str, ...] = ()) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "account_id": "A",
            "as_of": pd.to_datetime(list(as_ofs)),
            "outlook_days": outlook_days,
            "left": pd.array([None if as_of in unfinished else 0.0 for as_of in as_ofs], dtype="Float64"),
        }
    )


MONTHS = ("2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31", "2024-04-30", "2024-05-30", "2024-06-29")


def dates(rows: pd.DataFrame, mask: object) -> list[str]:
    return rows.loc[mask, "as_of"].dt.strftime("%Y-%m-%d").tolist()


def test_outlooks_end_on_the_day_the_next_part_begins_at_the_latest():
    rows = snapshots(*MONTHS)

    parts = split(rows, test_snapshots=1, validation_snapshots=1)

    # 2024-04-30 + 60 days = 2024-06-29, the test's first day: it is just over. 2024-05-30 would look into the test.
    assert dates(rows, parts.test) == ["2024-06-29"]
    assert dates(rows, parts.validation) == ["2024-04-30"]
    assert dates(rows, parts.train) == ["2024-01-01", "2024-01-31", "2024-03-01"]
    assert dates(rows, parts.before_test) == ["2024-01-01", "2024-01-31", "2024-03-01", "2024-03-31", "2024-04-30"]


def test_one_day_more_of_outlook_moves_everything_back_by_a_snapshot():
    rows = snapshots(*MONTHS, outlook_days=61)

    parts = split(rows, test_snapshots=1, validation_snapshots=1)

    assert dates(rows, parts.validation) == ["2024-03-31"]
    assert dates(rows, parts.train) == ["2024-01-01"]


def test_a_long_outlook_keeps_a_row_out_where_a_short_one_lets_its_neighbour_in():
    rows = snapshots(*MONTHS, *MONTHS).assign(outlook_days=[60] * 7 + [120] * 7)

    parts = split(rows, test_snapshots=1, validation_snapshots=1)

    kept = rows[parts.validation]
    assert kept[["as_of", "outlook_days"]].to_numpy().tolist() == [[pd.Timestamp("2024-04-30"), 60]]
    assert rows[parts.before_test & (rows["outlook_days"] == 120)]["as_of"].max() == pd.Timestamp("2024-03-01")


def test_a_snapshot_is_a_test_only_when_every_outlook_has_passed():
    rows = snapshots(*MONTHS, MONTHS[-1], unfinished=()).assign(account_id=list("AAAAAAAB"))
    rows.loc[7, "left"] = pd.NA

    parts = split(rows, test_snapshots=1, validation_snapshots=1)

    assert dates(rows, parts.test) == ["2024-05-30"]


@pytest.mark.parametrize("test_snapshots", [1, 2, 3])
@pytest.mark.parametrize("validation_snapshots", [1, 2])
def test_no_part_ever_knows_what_a_later_part_is_asked(rows, test_snapshots, validation_snapshots):
    parts = split(rows, test_snapshots=test_snapshots, validation_snapshots=validation_snapshots)
    ends = rows["as_of"] + pd.to_timedelta(rows["outlook_days"], unit="D")

    assert ends[parts.train].max() <= rows["as_of"][parts.validation].min()
    assert ends[parts.before_test].max() <= rows["as_of"][parts.test].min()
    assert len(parts.test_as_ofs) == test_snapshots
    assert len(parts.validation_as_ofs) == validation_snapshots


def test_too_few_snapshots_are_refused_in_one_line():
    with pytest.raises(Mistake) as refusal:
        split(snapshots(*MONTHS, unfinished=MONTHS[-2:]), test_snapshots=2, validation_snapshots=2)

    line = str(refusal.value)
    assert "5 of 7 as_ofs are complete" in line
    assert "2024-01-01 to 2024-04-30" in line
    assert "a model needs 7 (2 test, 2 validation" in line
    assert "\n" not in line


def test_the_number_of_snapshots_that_a_mistake_asks_for_is_enough():
    as_ofs = [str(day.date()) for day in pd.date_range("2024-01-01", periods=7, freq="30D")]

    parts = split(snapshots(*as_ofs), test_snapshots=2, validation_snapshots=2)

    assert parts.train.sum() == 1
    with pytest.raises(Mistake):
        split(snapshots(*as_ofs[1:]), test_snapshots=2, validation_snapshots=2)
