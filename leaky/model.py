"""Model: a trained model as scikit-learn and shap know models."""

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from features.catalogue import catalogue
from features.mistake import Mistake
from models import explain
from models.churn import Churn

with warnings.catch_warnings():
    # MLflow and shap draw progress bars with it; imported in a notebook that lacks ipywidgets, it complains.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import tqdm.auto  # noqa: F401

if TYPE_CHECKING:
    import shap


class Model(ClassifierMixin, BaseEstimator):  # type: ignore[misc, unused-ignore] # it has no types
    """A trained model, fitted for good: what scikit-learn's displays and shap's plots ask of one.

    churn: the model. X, everywhere: a row an account, with the features that it knows among the columns.
    """

    def __init__(self, churn: Churn) -> None:
        self.churn = churn

    @property
    def feature_names_in_(self) -> npt.NDArray[np.object_]:
        """The features that it knows, in its order."""
        return np.array(self.churn.features, dtype=object)

    @property
    def classes_(self) -> npt.NDArray[np.int_]:
        """0 stays, 1 leaves."""
        return np.array([0, 1])

    def fit(self, X: pd.DataFrame, y: object) -> "Model":  # noqa: ARG002, N803 - scikit-learn's signature
        """Raises Mistake: scikit-learn asks that there is a `fit`, but this model learned in `leaky train`."""
        raise Mistake("this model has learned already; to learn from other snapshots, run: leaky train.")

    def predict_proba(self, X: pd.DataFrame) -> npt.NDArray[np.float64]:  # noqa: N803 - scikit-learn's name
        """Calibrated probabilities of staying and of leaving, [rows, 2]."""
        risk = self.churn.risk(X)
        return np.column_stack([1 - risk, risk])

    def predict(self, X: pd.DataFrame) -> npt.NDArray[np.int_]:  # noqa: N803 - scikit-learn's name
        """1 where leaving is likelier than staying, which is rare: to choose whom to call, rank by the probability."""
        return (self.churn.risk(X) > 0.5).astype(int)

    def shap(self, X: pd.DataFrame) -> "shap.Explanation":  # noqa: N803 - scikit-learn's name
        """What each feature adds to the calibrated log-odds, as shap's plots take it."""
        import shap

        found = explain.shap_contributions(self.churn, X)
        return shap.Explanation(
            values=found.shap_values,
            base_values=np.full(len(X), found.base_value),
            data=self.churn.matrix(X),
            feature_names=list(found.features),
        )

    def reasons(self, X: pd.DataFrame) -> pd.DataFrame:  # noqa: N803 - scikit-learn's name
        """At most four reasons a row, strongest first, as the scores give them: sentence, code, shap and action."""
        return explain.reasons(explain.shap_contributions(self.churn, X), X, self.churn.profiles, catalogue())

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803 - scikit-learn's signature
        facts: dict[str, Any] = self.churn.about
        learned = f", learned from {facts['first_as_of']} to {facts['last_as_of']}" if "last_as_of" in facts else ""
        return f"<leaky model of {len(self.churn.features)} features{learned}>"
