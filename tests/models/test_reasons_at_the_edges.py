"""Reasons at the edges: accounts of which everything speaks, nothing is known, or a table has no row."""

import numpy as np
import pytest

from features.catalogue import catalogue
from features.language.sentence import is_dated
from models.churn import FeatureProfile
from models.explain import shap_contributions
from models.reasons import ASK, MAX_REASONS, reasons
from tests.models.test_reasons import MISSING, PROFILE, reasons_of

ACTED_ON = [code for code, reason in catalogue().reasons.items() if reason.action]


def worst(name: str) -> float:
    return 0.0 if catalogue().by_name[name].risk == "falls" else PROFILE.upper_quartile + 1


def told_of(code: str) -> str | None:
    """A feature of the reason that has a sentence of its own, is no sign, and has a direction."""
    return next(
        (
            feature.name
            for feature in catalogue().features
            if feature.reason == code and feature.risk and feature.sign is None and feature.says
        ),
        None,
    )


def test_of_an_account_of_which_every_reason_speaks_the_four_strongest_are_told():
    every = {name: worst(name) for feature in catalogue().features if (name := feature.name) and feature.risk}
    first = {name: 0.2 + 0.05 * place for place, code in enumerate(ACTED_ON) if (name := told_of(code))}

    account = reasons_of(every, first)

    codes = account[[f"reason_{place}_code" for place in range(1, MAX_REASONS + 1)]].tolist()
    by_strength = [catalogue().by_name[name].reason for name in sorted(first, key=first.get, reverse=True)]
    assert codes == by_strength[:MAX_REASONS]
    assert account[[f"action_{place}" for place in range(1, MAX_REASONS + 1)]].notna().all()


def test_of_an_account_of_which_nothing_is_known_nothing_is_told(rows, model):
    blank = rows.head(3).copy()
    blank[list(model.features)] = np.nan

    found = reasons(shap_contributions(model, blank), blank, model.profiles, catalogue())

    assert found.filter(regex=r"^(sign|reason_\d|holds_\d)$").isna().all(axis=None)
    assert (found["action_1"] == ASK).all()


def test_of_an_account_with_one_order_and_no_row_elsewhere_only_what_is_so_is_told():
    of_orders = {"days_since_order": 40.0, "cycles_since_order": 1.3, "usual_cycle": 30.0}
    nothing = dict.fromkeys(("days_since_contact", "days_since_complaint", "hours_until_returned_360d"), MISSING)
    none = dict.fromkeys(("complaints_180d", "unreturned_calls_90d", "conversations_30d"), 0.0)

    account = reasons_of(of_orders | nothing | none, dict.fromkeys(of_orders | nothing | none, 0.3))

    assert account["sign"] == "40 days since their last order; one is expected every 30 days"
    assert account["reason_1"] == "No conversations with them in 30 days (usual: 10)"
    assert account["reason_2"] is None


@pytest.mark.parametrize("gone", ["contacts", "calls", "invoices", "tickets", "signals", "reps"])
def test_a_feature_whose_table_is_gone_is_no_longer_told_of(gone):
    left = [feature.name for feature in catalogue().features if gone not in {table for table, _ in feature.needs}]
    every = {name: worst(name) for name in left if catalogue().by_name[name].risk}

    account = reasons_of(every, dict.fromkeys(every, 0.3))

    said = account.filter(regex=r"^(reason_\d|action_\d|holds_\d)$").dropna()
    assert len(said) >= 2 * MAX_REASONS - 1
    assert not said.str.contains(r"[{}]|nan|None").any(), "what would be said of the lost table is left out"


DATED = [feature.name for feature in catalogue().features if feature.risk == "falls" and is_dated(feature.says or "")]


@pytest.mark.parametrize("name", DATED)
def test_the_day_of_something_bad_is_no_reason_once_it_is_long_past(name):
    far = FeatureProfile(0.0, low=0, lower_quartile=200, median=400, upper_quartile=600, high=900)
    shown = {days: reasons_of({name: days}, {name: 0.5}, far)["reason_1"] for days in (90.0, 91.0, 170.0)}
    assert "90 days ago" in shown[90.0]
    assert [shown[91.0], shown[170.0]] == [None, None]


def test_complaints_and_competitors_are_dated():
    assert {"days_since_complaint", "days_since_competitor_seen"} <= set(DATED)


def test_what_is_long_past_is_told_by_how_often_it_was():
    far = FeatureProfile(0.0, low=0, lower_quartile=0, median=0, upper_quartile=1, high=900)
    values = {"days_since_complaint": 150.0, "complaints_180d": 2.0}
    account = reasons_of(values, {"days_since_complaint": 0.5, "complaints_180d": 0.1}, far)
    assert account["reason_1"] == "2 complaints in 180 days (usual: none)"
