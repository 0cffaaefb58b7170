"""The evaluation: every score on the same unseen rows, with the figures that metrics.json promises."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from features.catalogue import catalogue
from models.evaluation import by_score, data_figures, evaluation_of, ranking_table, rounded


@pytest.fixture(scope="module")
def counted(rows):
    """All rows but every tenth account's, as if those had closed down."""
    return ~rows["account_id"].str.endswith("0").to_numpy()


def evaluation(model, rows, parts, counted, ceiling=None):
    return evaluation_of(model, rows, parts, counted, ceiling=ceiling, capacity=20, resamples=20, seed=1)


@pytest.fixture(scope="module")
def figures(model, rows, parts, counted):
    return evaluation(model, rows, parts, counted).figures(catalogue())


def test_scores_are_measured_on_test_rows_that_count(model, rows, parts, counted, figures):
    tested = rows[parts.test & counted]

    assert figures["test"]["n"] == len(tested)
    by_as_of = [roc_auc_score(day["left"], model.risk(day)) for _, day in tested.groupby("as_of")]
    assert figures["test"]["roc_auc"] == pytest.approx(np.mean(by_as_of))
    assert figures["test"]["mean_risk"] == pytest.approx(model.risk(tested).mean())
    early = tested[tested["pace"] == "early"]
    own_cycle = figures["baselines"]["own_cycle"]
    assert own_cycle["early"]["roc_auc"] == pytest.approx(roc_auc_score(early["left"], early["cycles_since_order"]))
    assert own_cycle["early"]["n"] + own_cycle["overdue"]["n"] == own_cycle["n"]


def test_what_does_not_count_changes_no_figure(model, rows, parts, counted, figures):
    turned = rows.assign(left=np.where(counted, rows["left"], 1 - rows["left"]))

    assert evaluation(model, turned, parts, counted).figures(catalogue()) == figures


def test_the_ceiling_is_measured_where_there_is_one_and_missing_where_there_is_none(
    model, rows, parts, counted, figures
):
    assert "ceiling" not in figures
    left = rows["left"][parts.test & counted].to_numpy()

    known = evaluation(model, rows, parts, counted, ceiling=np.where(left == 1, 0.9, 0.1))

    assert known.figures(catalogue())["ceiling"]["roc_auc"] == 1
    assert list(known.labelled_scores())[-1] == "ceiling: hidden truth"
    assert set(known.descriptions()) == {"own_cycle", "days_since_order", "sixty_days", "logistic_rfm", "ceiling"}


def test_reasons_share_all_that_moves_scores_and_are_first_for_accounts_of_the_newest_test_snapshot(
    rows, parts, counted, figures
):
    found = figures["reasons"]
    newest = (rows["as_of"] == parts.test_as_ofs[-1]) & counted

    assert sum(facts["share"] for facts in found.values()) == pytest.approx(1)
    assert 0 < sum(facts.get("first_for", 0) for facts in found.values()) <= newest.sum()
    assert "first_for" not in found["standing"]  # nobody can act on it


def test_what_it_was_measured_on(rows, parts, counted):
    data = data_figures(rows, parts, counted)

    assert data["rows"] == len(rows)
    assert data["accounts"] == 250
    assert data["test"]["rows"] == (parts.test & counted).sum()
    assert data["test"]["involuntary"] == (parts.test & ~counted).sum()
    assert data["train"]["base_rate"] == pytest.approx(rows["left"][parts.train & counted].mean())
    assert data["test"]["as_ofs"] == f"{parts.test_as_ofs[0].date()} to {parts.test_as_ofs[-1].date()}"


def test_the_table_has_a_row_for_each_score_and_no_column_that_was_not_measured():
    figures = {
        "test": {"roc_auc": 0.8, "brier": 0.1, "early": {"roc_auc": 0.7}},
        "baselines": {"own_cycle": {"roc_auc": 0.6, "early": {"n": 3.0}}},
    }

    assert list(by_score(figures)) == ["model", "own_cycle"]
    assert ranking_table(figures) == {"model": {"roc_auc": 0.8, "early_roc_auc": 0.7}, "own_cycle": {"roc_auc": 0.6}}


def test_floats_are_rounded_wherever_they_stand_and_nothing_else_is():
    assert rounded({"a": {"b": 0.12345678}, "n": 3, "text": "0.12345678"}) == {
        "a": {"b": 0.123457},
        "n": 3,
        "text": "0.12345678",
    }
