"""Train: two models from what was known, and from nothing that was not."""

import pandas as pd
import pytest

from features.mistake import Mistake
from models.churn import Churn
from models.registry import EVALUATED, SCORING
from pipelines.dataset import features_of, is_involuntary, read_rows, split_of
from pipelines.home import Home
from pipelines.train import train


def test_the_evaluated_model_knows_nothing_from_the_first_test_as_of_on(scored_home, small_settings):
    parts = split_of(read_rows(scored_home), small_settings)
    evaluated, scoring = (Churn.load(scored_home.model / name) for name in (EVALUATED, SCORING))

    assert pd.Timestamp(evaluated.about["knows_until"]) <= parts.test_as_ofs[0]
    assert pd.Timestamp(evaluated.about["last_as_of"]) < parts.test_as_ofs[0]
    assert pd.Timestamp(scoring.about["last_as_of"]) > parts.test_as_ofs[-1]


def test_both_models_learn_from_voluntary_leavers_only(scored_home, small_settings):
    rows = read_rows(scored_home)
    parts = split_of(rows, small_settings)
    involuntary = is_involuntary(rows)
    evaluated, scoring = (Churn.load(scored_home.model / name) for name in (EVALUATED, SCORING))

    assert involuntary.any()
    assert evaluated.about["refit_rows"] == (parts.before_test & ~involuntary).sum()
    assert scoring.about["refit_rows"] == (rows["left"].notna() & ~involuntary).sum()


def test_every_feature_is_used_and_no_key(scored_home):
    rows = read_rows(scored_home)
    model = Churn.load(scored_home.model / SCORING)

    assert list(model.features) == features_of(rows)
    assert not {"account_id", "as_of", "rep_id", "outlook_days", "left", "kind", "pace"} & set(model.features)


def test_training_again_writes_the_same_bytes(own_home, small_settings):
    files = sorted(path for name in (EVALUATED, SCORING) for path in (own_home.model / name).iterdir())
    before = [path.read_bytes() for path in files]

    train(small_settings, own_home)

    assert [path.read_bytes() for path in files] == before
    assert len(files) == 4


def test_rows_are_read_in_one_order_whatever_order_they_were_written_in(own_home):
    expected = read_rows(own_home)
    for path in (own_home.features, own_home.left):
        pd.read_parquet(path).iloc[::-1].to_parquet(path)

    pd.testing.assert_frame_equal(read_rows(own_home), expected)


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

    with pytest.raises(Mistake, match=r"training rows 0 left.*left\.horizon_days"):
        train(small_settings, own_home)
