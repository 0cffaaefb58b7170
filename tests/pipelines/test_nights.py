"""From one night to the next: by the same model, reasons change only where an account's facts did."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from models.churn import Churn
from models.explain import shap_contributions
from models.reasons import CYCLES, MAX_REASONS, reasons
from pipelines.at_risk import features_at
from pipelines.intake.manifest import Manifest
from pipelines.score import ranker_of

NIGHTS = 5
CODES = [f"reason_{place}_code" for place in range(1, MAX_REASONS + 1)]


@pytest.fixture(scope="module")
def champion(scored_home, small_settings) -> Churn:
    model = ranker_of(small_settings, scored_home, Manifest.read(scored_home)).model
    assert isinstance(model, Churn)
    return model


@pytest.fixture(scope="module")
def days(scored_home, small_settings) -> list[pd.DataFrame]:
    """What was known of every account at risk on consecutive days, by account."""
    as_of = Manifest.read(scored_home).as_of
    known, _ = features_at(small_settings, scored_home, as_of, step_days=1, count=NIGHTS)
    return [of_day.sort_values("account_id", ignore_index=True) for _, of_day in known.groupby("as_of")]


def told(model: Churn, known: pd.DataFrame) -> pd.DataFrame:
    as_of = pd.Timestamp(known["as_of"].iloc[0]).date()
    said = reasons(shap_contributions(model, known), known, model.profiles, catalogue(), as_of)
    return said[["sign_code", *CODES, "reason_1_lead"]].fillna("").set_index(pd.Index(known["account_id"]))


def thresholds(model: Churn) -> dict[str, np.ndarray]:
    """By feature the values that the trees split at, and the marks beyond which a value is told of."""
    tree = model.trees.trees_to_dataframe()
    found = {name: set(rows["threshold"].dropna()) for name, rows in tree.groupby("split_feature")}
    for name, profile in model.profiles.items():
        marks = {profile.lower_quartile, profile.median, profile.upper_quartile} - {None}
        found.setdefault(name, set()).update(marks, {np.nextafter(mark, np.inf) for mark in marks}, {0.0})
    found[CYCLES].update({np.nextafter(1.0, 2.0)})
    return {name: np.array(sorted(values)) for name, values in found.items()}


def passed(model: Churn, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """By account (row) and feature (column) whether its value passed a threshold, came to be known, or was lost."""
    both = pd.Index(before["account_id"]).intersection(after["account_id"])
    one, other = (known.set_index("account_id").loc[both] for known in (before, after))
    found = {}
    for name, values in thresholds(model).items():
        places = [
            np.where(np.isnan(number), -1, np.searchsorted(values, number))
            for number in (frame[name].to_numpy(np.float64, na_value=np.nan) for frame in (one, other))
        ]
        found[name] = places[0] != places[1]
    return pd.DataFrame(found, index=both)


def test_whose_facts_passed_no_threshold_has_the_reasons_of_the_day_before(champion, days):
    unmoved, moved = 0, 0
    for before, after in pairwise(days):
        has_passed = passed(champion, before, after).any(axis=1)
        one, other = (told(champion, known).loc[has_passed.index] for known in (before, after))
        is_same = (one == other).all(axis=1)

        assert is_same[~has_passed].all()
        unmoved, moved = unmoved + int((~has_passed).sum()), moved + int((~is_same).sum())
    assert unmoved > 20
    assert moved > 5  # or nothing could have been found to change without a fact


def test_an_account_is_told_the_same_whoever_stands_beside_it(champion, days):
    known = days[-1]
    some = known.iloc[::7].reset_index(drop=True)

    pd.testing.assert_frame_equal(told(champion, some), told(champion, known).loc[some["account_id"]])
