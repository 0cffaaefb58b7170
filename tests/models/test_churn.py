"""The model: deterministic, monotone, missing stays missing, and kept as text."""

import json
import pickletools

import numpy as np
import pandas as pd
import pytest

from features.mistake import Mistake
from models.churn import Churn
from tests.models.conftest import DIRECTIONS, fitted


def test_it_finds_who_leaves(rows, origin, model):
    from sklearn.metrics import roc_auc_score

    test = rows[origin.test]

    assert roc_auc_score(test["left"], model.risk(test)) > 0.65
    assert model.risk(test).mean() == pytest.approx(test["left"].mean(), rel=0.25)


def test_training_twice_gives_the_same_trees(rows, origin, model):
    again = fitted(rows, origin)

    assert again.trees.model_to_string() == model.trees.model_to_string()


def test_rows_that_are_not_learned_from_change_nothing(rows, origin, model):
    test_turned_round = rows.assign(left=np.where(origin.test, 1 - rows["left"], rows["left"]))

    again = fitted(test_turned_round, origin)

    assert again.trees.model_to_string() == model.trees.model_to_string()


def test_saved_and_loaded_it_predicts_the_same_to_the_last_bit(rows, model, tmp_path):
    model.save(tmp_path)
    loaded = Churn.load(tmp_path)

    np.testing.assert_array_equal(loaded.risk(rows), model.risk(rows))
    assert loaded.features == model.features
    assert loaded.profiles == model.profiles
    assert loaded.about == model.about


def test_risks_told_a_batch_at_a_time_are_those_of_all_rows_at_once(rows, model, monkeypatch):
    at_once = model.raw(rows)
    monkeypatch.setattr("models.churn.BATCH", len(rows) // 3)  # the last batch is a short one

    np.testing.assert_array_equal(model.raw(rows), at_once)
    assert len(at_once) == len(rows) > 0


def test_a_folder_may_be_named_by_a_string(rows, model, tmp_path):
    model.save(f"{tmp_path}/made/by name")

    np.testing.assert_array_equal(Churn.load(f"{tmp_path}/made/by name").risk(rows), model.risk(rows))
    with pytest.raises(Mistake, match=r"nowhere/model\.json: no such file"):
        Churn.load("nowhere")


def test_saved_loaded_and_saved_again_it_is_the_same_to_the_last_byte(model, tmp_path):
    model.save(tmp_path / "first")
    Churn.load(tmp_path / "first").save(tmp_path / "second")

    for name in ("model.json", "trees.txt"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_in_a_notebook_a_model_shows_a_line_and_not_all_its_numbers(model):
    assert repr(model) == f"<Churn of 9 features and {model.trees.num_trees()} trees>"


def test_it_is_kept_as_text_and_json_and_never_as_a_pickle(model, tmp_path):
    model.save(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "trees.txt"]
    facts = json.loads((tmp_path / "model.json").read_text())
    assert set(facts) == {"features", "involuntary", "profiles", "spreads", "reach", "about"}
    assert (tmp_path / "trees.txt").read_text().startswith("tree\nversion=")
    with pytest.raises(ValueError, match="opcode"):
        list(pickletools.genops((tmp_path / "trees.txt").read_bytes()))


@pytest.mark.parametrize(
    ("name", "sign"), [("complaints_180d", 1), ("conversations_30d", -1), ("days_since_contact", 1)]
)
def test_a_feature_with_a_direction_moves_the_risk_that_way_only(rows, model, name, sign):
    sample = rows.head(200)
    values = np.linspace(0, 80, 9)
    risks = np.array([model.risk(sample.assign(**{name: value})) for value in values])

    assert np.all(sign * np.diff(risks, axis=0) >= 0)
    assert np.any(risks[0] != risks[-1])


def test_missing_is_not_zero(rows, model):
    sample = rows.head(200)

    missing = model.risk(sample.assign(days_since_contact=np.nan))
    zero = model.risk(sample.assign(days_since_contact=0.0))

    # Those whom nobody ever spoke with leave as if it had been sixty days, not as if it had been today.
    assert missing.mean() > zero.mean() * 1.5


def test_a_profile_says_what_is_usual_of_a_feature(rows, origin, model):
    known = rows.loc[origin.train, "days_since_contact"]

    profile = model.profiles["days_since_contact"]

    assert profile.median == known.median()
    assert profile.missing == pytest.approx(known.isna().mean())
    assert profile.low < profile.lower_quartile < profile.median < profile.upper_quartile < profile.high


def test_the_order_of_columns_and_what_else_is_there_do_not_matter(rows, model):
    other = rows[rows.columns[::-1]].assign(anything="else")

    np.testing.assert_array_equal(model.risk(other), model.risk(rows))


def test_a_feature_that_is_gone_is_named(rows, model):
    with pytest.raises(Mistake, match="1 features that the snapshots do not have: usual_cycle"):
        model.risk(rows.drop(columns="usual_cycle"))


def test_a_folder_without_a_model_is_named(tmp_path):
    with pytest.raises(Mistake, match=r"model\.json: no such file.*leaky train"):
        Churn.load(tmp_path)


def test_a_feature_that_is_always_missing_is_no_hindrance(rows, origin):
    model = fitted(rows.assign(days_since_contact=np.nan), origin)

    assert model.profiles["days_since_contact"].median is None
    assert np.isfinite(model.risk(rows)).all()


def test_features_keep_the_order_in_which_they_were_declared(model):
    assert list(model.features) == list(DIRECTIONS)
    assert isinstance(model.matrix(pd.DataFrame({name: [1.0] for name in DIRECTIONS})), np.ndarray)


def test_a_model_of_an_older_version_is_named(model, tmp_path):
    model.save(tmp_path)
    facts = json.loads((tmp_path / "model.json").read_text())
    del facts["involuntary"]
    (tmp_path / "model.json").write_text(json.dumps(facts))

    with pytest.raises(Mistake, match=r"model\.json: a model of an older version\. Run: leaky train"):
        Churn.load(tmp_path)


def test_it_says_how_many_trees_have_grown_where_that_takes_long(rows, origin, monkeypatch, caplog):
    caplog.set_level("INFO", "models.churn")
    fitted(rows, origin)
    assert not caplog.messages

    monkeypatch.setattr("models.churn.SECONDS_OF_SILENCE", 0.0)
    model = fitted(rows, origin)

    assert len(caplog.messages) == model.about["rounds"]
    assert caplog.messages[0] == f"1 of {model.about['rounds']} trees on {origin.train.sum():,} rows"


def test_of_many_rows_a_tree_is_shown_some_and_a_few_trees_the_same(rows, origin, monkeypatch):
    shown = rows_shown(fitted(rows, origin))
    assert shown == pytest.approx([0.8 * origin.train.sum()] * len(shown), rel=0.05), "the share of the settings"

    monkeypatch.setattr("models.churn.ROWS_A_TREE", 600)
    some = fitted(rows, origin)

    assert rows_shown(some) == pytest.approx([600] * len(shown), rel=0.1)
    assert some.trees.model_to_string() == fitted(rows, origin).trees.model_to_string()
    monkeypatch.setattr("models.churn.TREES_A_DRAW", 1)
    assert some.trees.model_to_string() != fitted(rows, origin).trees.model_to_string()


def rows_shown(model: Churn) -> list[int]:
    """By tree."""
    nodes = model.trees.trees_to_dataframe()
    return nodes.loc[nodes["node_depth"] == 1, "count"].tolist()
