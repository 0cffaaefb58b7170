"""Reach: what a model sees of windows that begin before the records, and what people are told of them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from models.backtest import backtest
from models.baselines import baselines
from models.churn import Churn, FeatureProfile
from models.explain import EXACT, Contributions, shap_contributions
from models.numbers import NumbersInFile, NumbersInFrame
from models.origins import rolling_origins
from models.reach import Reach, Window
from models.reasons import reasons
from models.recipe import Recipe
from models.spread import with_spreads
from tests.models.conftest import RECIPE

BEGINS = "2022-07-05"  # 180 days before the first as_of: the windows of a year hold a half there
REACH = Reach({name: Window(360, BEGINS) for name in ("orders_360d", "amount_360d")})
IN_PART = replace(RECIPE, reach=REACH)


@pytest.fixture
def counted(rows: pd.DataFrame) -> pd.DataFrame:
    """The firm as its records hold it that begin then: of two as_ofs a half, of all others everything."""
    rows = rows.copy()
    is_early = rows["as_of"] == rows["as_of"].min()
    rows["as_of"] = rows["as_of"].where(is_early, rows["as_of"] + pd.Timedelta(days=360))
    rows["labelled_on"] = rows["as_of"] + pd.Timedelta(days=90)
    for name in REACH.windows:
        rows.loc[is_early, name] /= 2
    return rows


@pytest.mark.parametrize(
    ("as_of", "factor"),
    [("2022-07-10", 12.0), ("2022-08-04", 12.0), ("2022-10-03", 4.0), ("2023-06-29", 360 / 359), ("2023-06-30", 1.0)],
)
def test_a_part_of_a_window_is_seen_as_what_the_whole_would_come_to(as_of, factor):
    stretch = Reach({"orders_360d": Window(360, BEGINS)}).stretch(np.array([as_of], dtype="datetime64[D]"))

    assert stretch("orders_360d", np.array([2.0])) == pytest.approx([2 * factor])
    assert stretch("days_since_order", np.array([2.0])) == [2.0]
    assert ("orders_360d" in stretch.factors) == (factor > 1)


@pytest.mark.parametrize(
    "days",
    [
        pd.Series(["2022-10-03", None]),
        pd.Series([pd.Timestamp("2022-10-03"), pd.NaT], dtype=object),
        pd.Series([pd.Timestamp("2022-10-03").date(), None], dtype=object),
        pd.Series(pd.to_datetime(["2022-10-03", None])).dt.tz_localize("Europe/Berlin"),
    ],
)
def test_days_may_come_as_texts_dates_or_midnights_of_a_zone(days):
    np.testing.assert_array_equal(REACH.stretch(days)("orders_360d", np.ones(2)), [4.0, 1.0])


def test_what_is_missing_stays_missing_and_none_stays_none():
    stretch = REACH.stretch(np.array(["2022-10-03"] * 2, dtype="datetime64[D]"))
    np.testing.assert_array_equal(stretch("amount_360d", np.array([np.nan, 0.0])), [np.nan, 0.0])


def test_of_rows_without_a_day_every_window_counts_as_full(rows):
    for reach, table in ((REACH, rows.drop(columns="as_of")), (REACH, rows.assign(as_of=pd.NaT)), (Reach(), rows)):
        assert not reach.stretch_of(table).factors


def test_a_model_of_parts_is_that_of_the_whole_windows(rows, counted):
    train = np.ones(len(rows), dtype=bool)
    whole = RECIPE.fit(rows, train, None)
    of_parts = IN_PART.fit(counted, train, None)

    assert of_parts.trees.model_to_string() == whole.trees.model_to_string()
    assert of_parts.profiles == whole.profiles
    np.testing.assert_array_equal(of_parts.risk(counted), whole.risk(rows))
    np.testing.assert_array_equal(of_parts.risk(counted.set_index(["as_of", "account_id"])), whole.risk(rows))
    newest = counted[counted["as_of"] == counted["as_of"].min()].drop(columns="as_of")
    newest.attrs["as_of"] = str(counted["as_of"].min().date())
    np.testing.assert_array_equal(of_parts.risk(newest), whole.risk(rows[: len(newest)]))
    assert RECIPE.fit(counted, train, None).trees.model_to_string() != whole.trees.model_to_string()


def test_it_is_so_in_a_file_as_in_memory(rows, counted, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("models.numbers.BATCH", 300)
    counted.to_parquet(tmp_path / "features.parquet")
    mask = np.random.default_rng(3).random(len(counted)) < 0.6
    names = list(RECIPE.directions)
    in_file, in_frame = NumbersInFile(tmp_path / "features.parquet", mask, REACH), NumbersInFrame(counted, mask, REACH)

    for name in names:
        np.testing.assert_array_equal(in_file.column(name), in_frame.column(name))
    for numbers in (in_file, in_frame):
        np.testing.assert_array_equal(numbers.some(names, 10_000), rows.loc[mask, names])
    as_counted = NumbersInFrame(counted, mask)
    assert not np.array_equal(in_frame.column("orders_360d"), as_counted.column("orders_360d"))
    np.testing.assert_array_equal(in_frame.column("usual_cycle"), as_counted.column("usual_cycle"))


def test_a_model_that_was_saved_sees_the_same_and_an_older_one_what_was_counted(counted, tmp_path: Path):
    model = IN_PART.fit(counted, np.ones(len(counted), dtype=bool), None)
    model.save(tmp_path)

    loaded = Churn.load(tmp_path)
    assert loaded.reach == REACH
    np.testing.assert_array_equal(loaded.risk(counted), model.risk(counted))
    assert Recipe.of(loaded) == IN_PART
    older = replace(loaded, reach=Reach())
    assert not np.array_equal(older.risk(counted), model.risk(counted))


def test_contributions_add_up_to_what_is_told(counted):
    model = IN_PART.fit(counted, np.ones(len(counted), dtype=bool), None)
    found = shap_contributions(model, counted)

    np.testing.assert_allclose(found.shap_values.sum(axis=1) + found.base_value, model.raw(counted), atol=EXACT)
    assert found.seen is not None
    some = np.arange(len(counted)) % 7 == 0
    np.testing.assert_array_equal(found.subset(some).seen, model.matrix(counted)[some])
    full = counted[counted["as_of"] > counted["as_of"].min()]
    assert shap_contributions(model, full).seen is None
    assert set(found.in_part) == set(REACH.windows)


def test_people_are_told_what_was_counted_and_evidence_is_what_it_comes_to():
    profile = FeatureProfile(0.0, low=0, lower_quartile=4, median=10, upper_quartile=30, high=100)
    model = Churn(None, ("conversations_360d",), {"conversations_360d": profile})  # type: ignore[arg-type] # no trees
    row = pd.DataFrame({"conversations_360d": [3.0]})

    def told(seen: float | None) -> str | None:
        in_part = {} if seen is None else {"seen": np.array([[seen]]), "in_part": model.features}
        found = Contributions(np.array([[0.5]]), -2.0, model.features, **in_part)
        return reasons(found, row, model.profiles, catalogue())["reason_1"].iloc[0]

    assert told(None) == "3 conversations with them in 360 days (usual: 10)"
    assert told(6.0) == "3 conversations with them in 360 days", "what is usual in a year is not so in half of one"
    assert told(12.0) is None, "which is more than usual, so no evidence"


def test_a_backtest_of_parts_is_that_of_the_whole_windows(rows, counted):
    of_parts, whole = (
        backtest(table, rolling_origins(table, count=2, horizon_days=90), recipe, {})
        for table, recipe in ((counted, IN_PART), (rows, RECIPE))
    )
    np.testing.assert_array_equal(of_parts.risk, whole.risk)
    assert of_parts.model.spreads == whole.model.spreads


def test_spreads_and_rivals_are_of_what_the_model_sees(rows, counted, origins):
    train = np.ones(len(rows), dtype=bool)
    whole = with_spreads(RECIPE.fit(rows, train, None), NumbersInFrame(rows, train))
    of_parts = with_spreads(IN_PART.fit(counted, train, None), NumbersInFrame(counted, train, REACH))
    assert of_parts.spreads == whole.spreads

    left = rows["left"].to_numpy(np.float64)
    test = (rows["as_of"] == rows["as_of"].max()).to_numpy()
    rivals = {
        name: {rival.name: rival.score for rival in baselines(table, left, recipe, train=~test, test=test)}
        for name, table, recipe in (
            ("whole", rows, RECIPE),
            ("parts", counted, IN_PART),
            ("as counted", counted, RECIPE),
        )
    }
    for learner in ("logistic_rfm", "shuffled"):
        np.testing.assert_array_equal(rivals["parts"][learner], rivals["whole"][learner])
        assert not np.array_equal(rivals["as counted"][learner], rivals["whole"][learner])
