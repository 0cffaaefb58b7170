"""Spread: reasons are compared on a scale of their own, which goes with the model."""

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from models.churn import Churn, FeatureProfile
from models.explain import Contributions, lightgbm_contributions, shap_contributions
from models.numbers import NumbersInFrame
from models.reasons import reasons
from models.spread import spreads_of, with_spreads

PROFILE = FeatureProfile(0.0, low=0, lower_quartile=1, median=10, upper_quartile=30, high=100)
COMPLAINTS = catalogue().by_name["complaints_180d"].reason
VALUES = {"days_since_contact": 70.0, "complaints_180d": 40.0, "unreturned_calls_90d": 35.0}


def codes(spreads: dict[str, float]) -> list[str | None]:
    """The reasons in their order of an account to whose log-odds contact adds .6, complaints .4 and calls .15."""
    found = Contributions(np.array([[0.6, 0.4, 0.15]]), -2.0, tuple(VALUES), spreads)
    told = reasons(found, pd.DataFrame([VALUES]), dict.fromkeys(VALUES, PROFILE), catalogue()).iloc[0]
    return told[["reason_1_code", "reason_2_code", "reason_3_code", "reason_4_code"]].tolist()


def test_the_reason_that_is_most_unusual_for_what_it_is_stands_first():
    assert codes({}) == ["contact", COMPLAINTS, "calls", None]
    assert codes({"contact": 0.5, COMPLAINTS: 0.1, "calls": 0.05}) == [COMPLAINTS, "calls", "contact", None]
    assert codes({"contact": 0.0}) == codes({}), "a reason that never strays is compared as it is"


def test_what_is_shown_of_a_reason_stays_its_log_odds():
    contributions = Contributions(
        np.array([[0.6, 0.09, 0.15]]), -2.0, tuple(VALUES), {"contact": 2.0, "calls": 0.3, COMPLAINTS: 1e-9}
    )
    told = reasons(contributions, pd.DataFrame([VALUES]), dict.fromkeys(VALUES, PROFILE), catalogue()).iloc[0]

    assert (told["reason_1_code"], told["reason_1_shap"]) == ("calls", pytest.approx(0.15))
    assert (told["reason_2_code"], told["reason_2_shap"]) == ("contact", pytest.approx(0.6))
    assert told["reason_3_code"] == COMPLAINTS, "what is fainter stands behind, however unusual it is"


def test_a_trifle_alone_is_no_reason():
    contributions = Contributions(np.array([[0.02, 0.09, -0.1]]), -2.0, tuple(VALUES), {COMPLAINTS: 0.01})
    told = reasons(contributions, pd.DataFrame([VALUES]), dict.fromkeys(VALUES, PROFILE), catalogue()).iloc[0]

    assert told["reason_1_code"] is None


def test_a_spread_is_that_of_what_a_reasons_features_add_up_to_without_signs(rows, origin, model):
    learned = rows[origin.train]
    shap_values = pd.DataFrame(lightgbm_contributions(model, learned).shap_values, columns=list(model.features))
    contact = shap_values[["days_since_contact", "conversations_30d"]].sum(axis=1)

    found = spreads_of(model, NumbersInFrame(rows, origin.train))

    assert len(learned) > 2000, "of more rows than are looked at"
    assert found["contact"] == pytest.approx(contact.std(), rel=0.1)
    assert found["contact"] != pytest.approx(shap_values["days_since_contact"].std(), rel=0.02)
    assert "orders" not in found, "all of its features are signs"


def test_of_a_model_of_features_that_no_reason_owns_there_is_no_spread(rows, origin, model):
    strange = Churn(model.trees, tuple(f"tried_{name}" for name in model.features), model.profiles)
    tried = rows.rename(columns=dict(zip(model.features, strange.features, strict=True)))

    assert spreads_of(strange, NumbersInFrame(tried, origin.train)) == {}


def test_spreads_go_with_the_model_and_with_some_of_its_rows(rows, origin, model, tmp_path):
    ready = with_spreads(model, NumbersInFrame(rows, origin.train))
    ready.save(tmp_path)
    loaded = Churn.load(tmp_path)

    assert ready.spreads
    assert loaded.spreads == ready.spreads
    assert shap_contributions(loaded, rows.head(3)).spreads == ready.spreads
    assert lightgbm_contributions(loaded, rows.head(3)).spreads == ready.spreads
    assert shap_contributions(loaded, rows.head(3)).subset(np.array([True, False, True])).spreads == ready.spreads
