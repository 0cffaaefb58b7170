"""Contributions are exact, whoever computes them."""

import logging

import numpy as np
import pytest

from features.catalogue import catalogue
from models import explain
from models.explain import shap_contributions


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
    assert set(shares) == {"contact", "complaints", "orders", "standing"}
