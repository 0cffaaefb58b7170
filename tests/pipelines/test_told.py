"""Told: a million accounts are told by several processes, and each reads as if it had been told alone."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.language.tongue import speaking
from models.churn import Churn
from models.doubt import Doubt
from models.explain import Contributions
from models.layout import SCORING
from models.rule import Rule
from pipelines import told as module
from pipelines.dataset import read_rows
from pipelines.home import RULE
from pipelines.told import reasons_of, told

DAY = date(2026, 7, 1)
IN_DOUBT = Doubt(frozenset({"days_since_order", "cycles_since_order", "chance_of_silence"}))


@pytest.fixture(scope="module")
def known(scored_home) -> pd.DataFrame:
    """70 rows, of which no part begins at the first place."""
    return read_rows(scored_home).tail(70)


@pytest.mark.parametrize("file", [SCORING, RULE])
def test_what_parts_are_told_by_processes_of_their_own_is_what_all_are_told_at_once(
    scored_home, known, file, monkeypatch
):
    path = scored_home.model / file
    model = Churn.load(path) if file == SCORING else Rule.load(path)
    with speaking("de"):
        at_once = reasons_of(model, known, DAY)
        monkeypatch.setattr(module, "ROWS_AT_ONCE", 30)
        in_parts = told(model, known, DAY)

    pd.testing.assert_frame_equal(in_parts, at_once)
    assert in_parts["reason_1"].nunique() > 10


@pytest.mark.parametrize("rows_at_once", [30, 100])
def test_what_is_in_doubt_is_told_so_in_every_part(scored_home, known, monkeypatch, rows_at_once):
    monkeypatch.setattr(module, "ROWS_AT_ONCE", rows_at_once)
    model = Churn.load(scored_home.model / SCORING)

    found = told(model, known, DAY, IN_DOUBT)["sign"].dropna()

    assert found.str.endswith("(as far as the records go)").any()


def test_few_accounts_need_no_other_process(scored_home, known, monkeypatch):
    monkeypatch.setattr(module, "Parallel", None)

    assert len(told(Churn.load(scored_home.model / SCORING), known, DAY)) == len(known)


def test_nobody_is_told_nothing(scored_home, known):
    model = Churn.load(scored_home.model / SCORING)

    assert told(model, known.head(0), DAY).columns.tolist() == told(model, known, DAY).columns.tolist()


def test_a_rule_knows_neither_of_shap_values_nor_of_context(scored_home):
    rule, known = Rule.load(scored_home.model / "rule.json"), read_rows(scored_home).tail(1)
    moved = Contributions(np.array([[2.0, 2.0]]), 0.0, ("days_since_contact", "recommendations_720d"))

    (said,) = reasons_of(rule, known, DAY, moved).to_dict("records")

    assert said["reason_1_code"] == "contact"
    assert np.isnan(said["reason_1_shap"])
    assert pd.isna(said["context"])
