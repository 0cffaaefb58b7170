"""The model as scikit-learn and shap know models: their own displays and plots take it."""

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shap
from scipy.special import expit
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibrationDisplay, calibration_curve
from sklearn.inspection import PartialDependenceDisplay, permutation_importance
from sklearn.metrics import (
    PrecisionRecallDisplay,
    RocCurveDisplay,
    average_precision_score,
    brier_score_loss,
    get_scorer,
    log_loss,
    roc_auc_score,
)
from sklearn.model_selection import cross_val_score
from sklearn.utils.validation import check_is_fitted

from features.mistake import Mistake
from models.churn import Churn
from models.classifier import ChurnClassifier
from tests.models.conftest import DIRECTIONS

mpl.use("Agg")


@pytest.fixture(scope="module")
def classifier(model) -> ChurnClassifier:
    return ChurnClassifier(model)


@pytest.fixture(scope="module")
def tested(rows, origin) -> pd.DataFrame:
    return rows[origin.test]


def test_it_is_a_fitted_classifier_of_two_classes(classifier):
    assert is_classifier(classifier)
    check_is_fitted(classifier)
    assert classifier.classes_.tolist() == [0, 1]
    assert classifier.feature_names_in_.tolist() == list(DIRECTIONS)
    assert classifier.n_features_in_ == len(DIRECTIONS)
    assert classifier.__sklearn_tags__().input_tags.allow_nan


def test_probabilities_are_the_calibrated_risks(classifier, model, tested):
    found = classifier.predict_proba(tested)

    assert found.shape == (len(tested), 2)
    np.testing.assert_array_equal(found[:, 1], model.risk(tested))
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert classifier.predict_risk(tested).to_dict() == dict(zip(tested.index, model.risk(tested), strict=True))
    assert classifier.predict(tested).tolist() == (model.risk(tested) > 0.5).astype(int).tolist()
    assert set(classifier.predict(tested)) == {0, 1}


@pytest.mark.parametrize("kind", [float, int, bool])
def test_roc_and_precision_recall_displays_take_it(classifier, tested, kind):
    left, risk = tested["left"].astype(kind), classifier.predict_risk(tested)

    roc = RocCurveDisplay.from_estimator(classifier, tested, left)
    precision_recall = PrecisionRecallDisplay.from_estimator(classifier, tested, left)

    assert roc.roc_auc == pytest.approx(roc_auc_score(left, risk))
    assert roc.roc_auc > 0.65
    assert precision_recall.average_precision == pytest.approx(average_precision_score(left, risk))


def test_the_calibration_display_takes_it(classifier, tested):
    display = CalibrationDisplay.from_estimator(classifier, tested, tested["left"], n_bins=5, strategy="quantile")

    observed, predicted = calibration_curve(
        tested["left"], classifier.predict_risk(tested), n_bins=5, strategy="quantile"
    )
    assert display.prob_true.tolist() == observed.tolist()
    assert display.prob_pred.tolist() == predicted.tolist()
    assert len(predicted) == 5


def test_scorers_and_importances_take_it(classifier, tested):
    left, risk = tested["left"], classifier.predict_risk(tested)

    assert get_scorer("neg_log_loss")(classifier, tested, left) == pytest.approx(-log_loss(left, risk))
    assert get_scorer("neg_brier_score")(classifier, tested, left) == pytest.approx(-brier_score_loss(left, risk))
    features = tested[classifier.feature_names_in_]
    worth = permutation_importance(classifier, features, left, scoring="roc_auc", n_repeats=2, random_state=1)
    by_name = pd.Series(worth.importances_mean, index=features.columns)
    assert by_name["complaints_180d"] > 0.02  # what the firm's accounts do leave for
    assert abs(by_name["amount_360d"]) < 0.02  # what they do not


def test_partial_dependence_rises_where_the_feature_does(classifier, tested):
    features = tested[classifier.feature_names_in_]

    display = PartialDependenceDisplay.from_estimator(classifier, features, ["complaints_180d"], grid_resolution=5)

    (line,) = display.pd_results
    assert np.all(np.diff(line["average"][0]) >= 0)
    assert line["average"][0][-1] > line["average"][0][0]


def test_shap_values_add_up_to_the_probability_and_can_be_plotted(classifier, tested):
    sample = tested.head(50)

    found = classifier.shap(sample)

    assert isinstance(found, shap.Explanation)
    assert found.shape == (50, len(DIRECTIONS))
    assert found.feature_names == list(DIRECTIONS)
    np.testing.assert_array_equal(found.data, sample[list(DIRECTIONS)].to_numpy())
    np.testing.assert_allclose(
        expit(found.base_values + np.sum(found.values, axis=1)), classifier.predict_risk(sample), atol=1e-4
    )
    axes = shap.plots.waterfall(found[0], show=False)
    assert axes.get_figure() is not None
    shap.plots.scatter(found[:, "complaints_180d"], show=False)


def test_reasons_stand_under_the_index_of_the_rows(classifier, tested):
    found = classifier.reasons(tested)

    assert found.index.equals(tested.index)
    assert {"reason_1", "reason_1_code", "reason_1_shap", "action_1", "reason_4"} <= set(found.columns)
    assert found["reason_1"].notna().any()


def test_an_array_of_the_features_in_their_order_is_as_good_as_a_table(classifier, tested):
    numbers = tested[list(DIRECTIONS)].to_numpy()

    np.testing.assert_array_equal(classifier.predict_proba(numbers), classifier.predict_proba(tested))
    np.testing.assert_array_equal(classifier.shap(numbers).values, classifier.shap(tested).values)
    with pytest.raises(ValueError, match="X has 8 features, but the model knows 9"):
        classifier.predict_proba(numbers[:, :8])


def test_a_feature_that_is_not_there_is_named(classifier, tested):
    with pytest.raises(Mistake, match="usual_cycle"):
        classifier.predict_proba(tested.drop(columns="usual_cycle"))


def test_it_is_not_fitted_again_and_cross_validation_cannot_pretend_to(classifier, tested):
    with pytest.raises(Mistake, match="has learned already"):
        classifier.fit(tested, tested["left"])
    with pytest.raises(ValueError, match="has learned already"):
        cross_val_score(classifier, tested[classifier.feature_names_in_], tested["left"])
    assert clone(classifier) is classifier


def test_in_a_notebook_it_shows_a_line(model):
    about = {**model.about, "first_as_of": "2023-01-01", "last_as_of": "2023-09-28"}
    classifier = ChurnClassifier(Churn(model.trees, model.features, model.profiles, model.involuntary, about))

    assert repr(classifier) == "<leaky model of 9 features, learned from 2023-01-01 to 2023-09-28>"
    assert "leaky model of 9 features" in classifier._repr_html_()


def test_shap_values_summed_by_reason_are_those_that_reasons_stand_by(classifier, rows):
    by_reason, every, told = classifier.shap_by_reason(rows), classifier.shap(rows), classifier.reasons(rows)

    np.testing.assert_allclose(np.sum(by_reason.values, axis=1), np.sum(every.values, axis=1), atol=1e-9)
    assert "silence" in by_reason.feature_names
    assert "orders" not in by_reason.feature_names, "the order book is a sign and no reason"
    for code in told["reason_1_code"].dropna().unique():
        summed = np.take(by_reason.values, by_reason.feature_names.index(code), axis=1)
        first = (told["reason_1_code"] == code).to_numpy()
        np.testing.assert_allclose(summed[first], told.loc[first, "reason_1_shap"], atol=1e-9)
    assert told["reason_1_code"].notna().any()
