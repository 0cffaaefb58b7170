"""Train: one model from all that is known, or none where that could not be tested."""

import numpy as np
import pandas as pd
import pytest

from features.mistake import Mistake
from models.churn import Churn
from models.definition import Left
from models.layout import SCORING
from models.target import targets
from pipelines.dataset import check_outcomes, features_of, read_rows
from pipelines.home import Home
from pipelines.settings import Snapshots
from pipelines.snapshots import snapshots
from pipelines.train import train


def test_it_learns_from_every_row_whose_outcome_is_known(scored_home):
    rows = read_rows(scored_home)
    scoring = Churn.load(scored_home.model / SCORING)
    voluntary, involuntary = targets(rows)

    assert np.nansum(involuntary) > 0
    assert scoring.about["rows"] == rows["left"].notna().sum(), "no row is dropped by its outcome"
    assert scoring.about["leavers"] == np.nansum(voluntary) < rows["left"].sum()
    assert scoring.involuntary.overall == pytest.approx(np.nansum(involuntary) / (voluntary == 0).sum())
    assert pd.Timestamp(scoring.about["last_as_of"]) == rows.loc[rows["left"].notna(), "as_of"].max()


def test_what_is_usual_is_so_among_the_accounts_at_risk_in_the_last_year(scored_home):
    rows = read_rows(scored_home)
    model = Churn.load(scored_home.model / SCORING)
    lately = rows[rows["as_of"] > rows["as_of"].max() - pd.Timedelta(days=360)]

    assert lately["as_of"].nunique() == 12 < rows["as_of"].nunique()
    assert lately["left"].isna().any()
    for name in ("days_since_contact", "conversations_90d", "rep_tenure_days"):
        assert model.profiles[name].median == lately[name].median()
    assert model.profiles["days_as_customer"].median > rows["days_as_customer"].median()


def test_every_feature_is_used_and_no_key(scored_home):
    rows = read_rows(scored_home)
    model = Churn.load(scored_home.model / SCORING)

    assert list(model.features) == features_of(rows)
    assert not {"account_id", "as_of", "rep_id", "outlook_days", "left", "kind", "pace"} & set(model.features)


def test_training_again_writes_the_same_bytes(own_home, small_settings):
    files = sorted((own_home.model / SCORING).iterdir())
    before = [path.read_bytes() for path in files]

    train(small_settings, own_home)

    assert [path.read_bytes() for path in files] == before
    assert len(files) == 2


def test_files_in_another_order_than_they_are_written_in_are_refused(own_home):
    for path in (own_home.features, own_home.left):
        pd.read_parquet(path).iloc[::-1].to_parquet(path)

    with pytest.raises(RuntimeError, match="not sorted by account_id and as_of"):
        read_rows(own_home)


def test_a_number_is_kept_in_half_the_space_only_where_that_changes_nothing(scored_home):
    rows = read_rows(scored_home)
    written = pd.read_parquet(scored_home.features)

    assert rows["days_since_order"].dtype == np.float32
    assert rows["amount_360d"].dtype == np.float64
    for name in features_of(rows):
        np.testing.assert_array_equal(rows[name].to_numpy(np.float64), written[name].to_numpy(np.float64))


def test_some_rows_are_read_as_they_stand_among_all(scored_home):
    rows = read_rows(scored_home)
    mask = (rows["pace"] == "early").to_numpy(bool)

    some = read_rows(scored_home, mask)

    assert 0 < len(some) < len(rows)
    pd.testing.assert_frame_equal(some, rows[mask].reset_index(drop=True), check_dtype=False)


def test_files_that_do_not_belong_together_are_refused(own_home):
    left = pd.read_parquet(own_home.left)
    left.iloc[::-1].to_parquet(own_home.left)

    with pytest.raises(RuntimeError, match="do not hold the same rows"):
        read_rows(own_home)


def test_without_snapshots_the_stage_to_run_is_named(tmp_path, small_settings):
    with pytest.raises(Mistake, match=r"features\.parquet: no such file.*leaky snapshots"):
        train(small_settings, Home(tmp_path))


def test_where_nobody_left_there_is_nothing_to_learn(own_home, small_settings):
    left = pd.read_parquet(own_home.left)
    left.assign(left=left["left"].where(left["left"].isna(), False)).to_parquet(own_home.left)

    with pytest.raises(Mistake, match=r"nobody left by choice\. .*no list can be made\..*left\.horizon_days, left\.k"):
        train(small_settings, own_home)


LABELS = pd.DataFrame({"left": [1.0, 0.0, None], "kind": ["involuntary", None, None]})


@pytest.mark.parametrize(
    ("rows", "left", "says"),
    [
        (LABELS[1:2], Left(), "of 1 rows whose outcome is known nobody left by choice. So nothing tells"),
        (LABELS[:2], Left(), "of 2 rows whose outcome is known nobody left by choice (1 otherwise). So"),
        (LABELS[:1].assign(kind=None), Left(), "of 1 rows whose outcome is known everybody left by choice. So"),
        (LABELS[2:], Left(), "of none of 1 rows is it known yet who left, since the records end before"),
        (
            LABELS[:0],
            Left(),
            "snapshots: on no as_of was anybody a customer, so there is nobody to rank. An order counts",
        ),
        (LABELS[1:2], Left(by="contract"), "(left.by, left.horizon_days, left.grace_days)."),
        (LABELS[1:2], Left(by="losses"), "Left is: a recorded loss within 90 days."),
    ],
)
def test_why_no_list_can_be_made_is_said_by_what_leaving_is(rows, left, says):
    with pytest.raises(Mistake) as mistake:
        check_outcomes(rows, left)

    assert says in str(mistake.value)


def test_where_no_day_could_test_a_model_there_is_none_and_no_older_one_stays(own_home, small_settings, caplog):
    few = small_settings.model_copy(update={"snapshots": Snapshots(count=6)})
    snapshots(few, own_home)

    train(few, own_home)

    assert list((own_home.model / SCORING).iterdir()) == []
    assert "train: no model: snapshots: " in caplog.text
