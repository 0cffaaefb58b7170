"""On every origin a model knows what was known then, and nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.backtest import backtest, rerun
from models.recipe import Recipe
from tests.models.conftest import ABOUT, PARAMS, RECIPE


@pytest.fixture(scope="module")
def tested(rows, origins):
    return backtest(rows, origins, RECIPE, ABOUT)


def test_each_origin_is_foretold_by_a_model_of_its_own(rows, origins, tested):
    by_hand = [RECIPE.fit(rows, origin.train, origin.as_of).risk(rows[origin.test]) for origin in origins]

    np.testing.assert_array_equal(tested.risk, np.concatenate(by_hand))
    np.testing.assert_array_equal(rerun(rows, origins, RECIPE), tested.risk)
    assert tested.model.about["knows_until"] == str(origins[-1].as_of.date())


def test_of_the_tested_rows_no_more_is_kept_than_is_asked_for(rows, origins, tested, monkeypatch):
    monkeypatch.setattr("models.backtest.EXPLAINED", 100)
    newest = rows[origins[-1].test].reset_index(drop=True)

    few = backtest(rows, origins[-1:], RECIPE, ABOUT)

    assert set(tested.rows) & set(RECIPE.directions) == {"days_as_customer"}  # by which accounts are grouped
    assert tested.rows["account_id"].tolist() == [
        account for origin in origins for account in rows.loc[origin.test, "account_id"]
    ]
    pd.testing.assert_frame_equal(tested.explained, newest)
    pd.testing.assert_frame_equal(few.explained, newest.iloc[::3].reset_index(drop=True))


def test_origins_are_told_in_their_order_however_many_are_at_work(rows, origins, tested, monkeypatch):
    monkeypatch.setattr("models.backtest.MOST_AT_ONCE", 1)
    told = []

    one_by_one = backtest(rows, origins, RECIPE, ABOUT, progress=lambda origin, model: told.append(origin.as_of))

    assert told == [origin.as_of for origin in origins]
    np.testing.assert_array_equal(one_by_one.risk, tested.risk)
    for one, several in zip(one_by_one.baselines, tested.baselines, strict=True):
        np.testing.assert_array_equal(one.score, several.score)


def test_what_came_after_an_origin_changes_nothing_that_was_foretold_on_it(rows, origins, tested):
    first, *_ = origins
    is_later = (rows["labelled_on"] > first.as_of).to_numpy()
    turned = rows.assign(left=np.where(is_later, 1 - rows["left"], rows["left"]))

    again = backtest(turned, [first], RECIPE, ABOUT)

    count = first.test.sum()
    np.testing.assert_array_equal(again.risk, tested.risk[:count])
    for before, after in zip(tested.baselines, again.baselines, strict=True):
        np.testing.assert_array_equal(after.score, before.score[:count])
    assert (again.left == 1 - tested.left[:count]).all()


def test_a_closure_that_is_recorded_later_is_learned_from_later(rows, origins):
    first, *_, newest = origins
    learned = rows["as_of"] == rows["as_of"].min()
    closed = rows.assign(
        kind=np.where(learned & (rows["left"] == 1), "involuntary", None),
        kind_known_on=first.as_of + pd.Timedelta(days=1),
    )

    early, late = (RECIPE.fit(closed, origin.train, origin.as_of) for origin in (first, newest))

    assert early.involuntary.overall == 0
    assert early.about["leavers"] == rows["left"][first.train].sum()
    assert late.involuntary.overall > 0
    assert late.about["leavers"] == rows["left"][newest.train].sum() - (learned & (rows["left"] == 1)).sum()


def test_a_recipe_is_read_off_a_model_as_it_was_written_into_it(tested):
    assert Recipe.of(tested.model) == RECIPE
    other = Recipe(RECIPE.directions, PARAMS.model_copy(update={"seed": 2}))
    assert Recipe.of(tested.model) != other


def test_a_rival_that_is_not_there_on_every_origin_is_left_out(tested):
    from models.backtest import joined

    first, second, *_ = tested.baselines
    assert [rival.name for rival in joined([[first, second], [replace(second)]])] == [second.name]
