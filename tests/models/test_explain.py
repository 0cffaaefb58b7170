"""Reasons: contributions are exact, and what is said of them is true, unusual and worth acting on."""

import logging

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from models import explain
from models.churn import FeatureProfile
from models.explain import LEAST_SHAP, Contributions, reasons, shap_contributions


def test_contributions_add_up_to_the_log_odds(rows, model):
    found = shap_contributions(model, rows)

    log_odds = model.raw(rows)
    np.testing.assert_allclose(found.shap_values.sum(axis=1) + found.base_value, log_odds, atol=1e-4)


def test_woodelf_agrees_with_lightgbm_on_every_feature(rows, model):
    found = shap_contributions(model, rows)

    exact = model.trees.predict(model.matrix(rows), pred_contrib=True)[:, :-1]
    np.testing.assert_allclose(found.shap_values, exact, atol=5e-5)


def test_a_number_that_was_never_missing_in_training_may_be_missing_now(rows, model, caplog):
    holes = rows.head(100).assign(usual_cycle=np.nan, complaints_180d=np.nan, orders_360d=np.nan)

    found = shap_contributions(model, holes)

    exact = model.trees.predict(model.matrix(holes), pred_contrib=True)[:, :-1]
    np.testing.assert_allclose(found.shap_values, exact, atol=5e-5)
    assert not caplog.records


def test_where_they_do_not_add_up_lightgbms_own_take_their_place(rows, model, monkeypatch, caplog):
    monkeypatch.setattr(explain, "_woodelf", lambda model, numbers: np.full(numbers.shape, 0.1))

    with caplog.at_level(logging.WARNING):
        found = shap_contributions(model, rows.head(50))

    log_odds = model.raw(rows.head(50))
    np.testing.assert_allclose(found.shap_values.sum(axis=1) + found.base_value, log_odds, atol=1e-4)
    assert "LightGBM's own are used instead" in caplog.text


def test_no_rows_have_no_contributions(rows, model):
    assert shap_contributions(model, rows.head(0)).shap_values.shape == (0, len(model.features))


def test_shares_by_reason_add_up_to_one(rows, model):
    by_name = catalogue().by_name
    shares = shap_contributions(model, rows).shares({name: by_name[name].reason for name in model.features})

    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == {"contact", "service", "orders", "standing"}


PROFILE = FeatureProfile(0.0, low=0, lower_quartile=1, median=10, upper_quartile=30, high=100)
MISSING = np.nan


def reasons_of(values: dict[str, float], shap_values: dict[str, float], profile: FeatureProfile = PROFILE) -> pd.Series:
    """The reasons of one account with these values, with these SHAP values."""
    names = tuple(values)
    found = Contributions(np.array([[shap_values.get(name, 0.0) for name in names]]), -2.0, names)
    return reasons(found, pd.DataFrame([values]), dict.fromkeys(names, profile), catalogue()).iloc[0]


def test_reasons_stand_by_what_they_add_up_to_each_with_its_fact_and_action():
    account = reasons_of(
        {"days_since_contact": 70.0, "conversations_30d": 0.0, "complaints_180d": 40.0, "unreturned_calls_90d": 35.0},
        {"days_since_contact": 0.4, "conversations_30d": 0.5, "complaints_180d": 0.6, "unreturned_calls_90d": 0.2},
    )

    assert account[["reason_1_code", "reason_2_code", "reason_3_code", "reason_4_code"]].tolist() == [
        "contact",
        "service",
        "calls",
        None,
    ]
    assert account["reason_1_shap"] == pytest.approx(0.9)
    assert account["reason_1"] == catalogue().by_name["conversations_30d"].sentence({"conversations_30d": 0.0})
    assert account["action_2"] == catalogue().reasons["service"].action
    assert np.isnan(account["reason_4_shap"])


@pytest.mark.parametrize(
    ("why", "values", "shap_values"),
    [
        ("it lowers the risk", {"complaints_180d": 40.0}, {"complaints_180d": -0.5}),
        ("it is a trifle", {"complaints_180d": 40.0}, {"complaints_180d": LEAST_SHAP - 0.01}),
        ("many conversations are nothing to blame", {"conversations_30d": 12.0}, {"conversations_30d": 0.5}),
        ("few complaints are nothing to blame", {"complaints_180d": 10.0}, {"complaints_180d": 0.5}),
        ("a missing number is no fact", {"complaints_180d": MISSING}, {"complaints_180d": 0.5}),
        ("nobody can act on it", {"days_as_customer": 400.0}, {"days_as_customer": 0.5}),
        (
            "the silence is usual for them",
            {"days_since_order": 90.0, "cycles_since_order": 0.9, "usual_cycle": 20.0},
            {"days_since_order": 0.5},
        ),
    ],
)
def test_no_reason_is_given_where(why, values, shap_values):
    assert reasons_of(values, shap_values)["reason_1"] is None, why


def test_a_silence_longer_than_their_cycle_is_a_reason():
    account = reasons_of(
        {"days_since_order": 41.0, "cycles_since_order": 3.4, "usual_cycle": 12.0}, {"days_since_order": 0.5}
    )

    assert account["reason_1"] == "41 days since their last order; they usually order every 12"


def test_of_two_facts_the_unusual_one_is_shown():
    sentence = {name: catalogue().by_name[name].sentence for name in ("days_since_contact", "days_since_visit")}
    values = {"days_since_contact": 20.0, "days_since_visit": 80.0}  # beyond the median; beyond three quarters

    account = reasons_of(values, {"days_since_contact": 0.4, "days_since_visit": 0.3})

    assert account["reason_1"] == sentence["days_since_visit"](values)
    assert account["reason_1_shap"] == pytest.approx(0.7)


def test_no_account_has_more_than_four_reasons_and_none_twice(rows, model):
    found = reasons(shap_contributions(model, rows), rows, model.profiles, catalogue())
    codes = found[[f"reason_{place}_code" for place in range(1, 5)]]
    shap_values = found[[f"reason_{place}_shap" for place in range(1, 5)]].to_numpy()

    assert codes.apply(lambda row: row.dropna().is_unique, axis=1).all()
    assert np.all(np.diff(np.nan_to_num(shap_values), axis=1) <= 0)
    assert np.nanmin(shap_values) >= LEAST_SHAP
    assert "standing" not in set(codes.to_numpy().ravel())
    assert (codes.notna().to_numpy() == ~np.isnan(shap_values)).all()
    assert found["reason_1"].notna().mean() > 0.3
