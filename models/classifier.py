"""Classifier: a trained model as scikit-learn and shap know models, for their metrics, displays and plots."""

import warnings
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

from features.catalogue import catalogue
from features.language.tongue import ENGLISH, speaking
from features.mistake import Mistake
from models.churn import Churn, Floats
from models.explain import shap_contributions
from models.reasons import reasons

with warnings.catch_warnings():
    # MLflow and shap draw progress bars with it; imported in a notebook that lacks ipywidgets, it complains.
    warnings.filterwarnings("ignore", message="IProgress not found")
    import tqdm.auto  # noqa: F401

if TYPE_CHECKING:
    from shap import Explanation
    from sklearn.utils import Tags

Rows = pd.DataFrame | npt.ArrayLike


class ChurnClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc, unused-ignore] # scikit-learn has no types
    """A trained model, fitted for good. churn: the model. language: in which it tells reasons.

    X, everywhere: a row an account; a table with the features that it knows among its columns, or an array of just
    these, in its order. Missing numbers stay missing. Where records begin within the days that are counted
    (`models.reach`) the day must be told: a table by as_of, as `leaky.Firm.features` gives it; an array cannot.
    """

    def __init__(self, churn: Churn, language: str = ENGLISH) -> None:
        self.churn = churn
        self.language = language

    @property
    def feature_names_in_(self) -> npt.NDArray[np.object_]:
        """The features that it knows, in its order."""
        return np.array(self.churn.features, dtype=object)

    @property
    def n_features_in_(self) -> int:
        """How many features it knows."""
        return len(self.churn.features)

    @property
    def classes_(self) -> npt.NDArray[np.int_]:
        """0 stays or leaves involuntarily, 1 leaves by choice."""
        return np.array([0, 1])

    def fit(self, X: Rows, y: object) -> "ChurnClassifier":  # noqa: ARG002, N803 - scikit-learn's signature
        """Raises Mistake: scikit-learn asks that there is a `fit`, but this model learned in `leaky train`.

        Were it to do nothing instead, cross-validation would give figures of a model that has seen the answers.
        """
        raise Mistake("this model has learned already; to learn from other snapshots, run: leaky train.")

    def predict_proba(self, X: Rows) -> Floats:  # noqa: N803 - scikit-learn's name
        """Probabilities of not leaving by choice (they stay, or leave involuntarily) and of doing so, [rows, 2]."""
        risk = self.churn.risk(self._table(X))
        return np.column_stack([1 - risk, risk])

    def predict_risks(self, X: Rows) -> pd.DataFrame:  # noqa: N803 - scikit-learn's name
        """The probabilities of leaving by choice and involuntarily (voluntary, involuntary), under the index of X."""
        rows = self._table(X)
        found = {"voluntary": self.churn.risk(rows), "involuntary": self.churn.risk_involuntary(rows)}
        return pd.DataFrame(found, index=rows.index)

    def predict_risk(self, X: Rows) -> pd.Series:  # noqa: N803 - scikit-learn's name
        """The probability of leaving by choice, by row, under the index of X."""
        rows = self._table(X)
        return pd.Series(self.churn.risk(rows), index=rows.index, name="risk")

    def predict(self, X: Rows) -> npt.NDArray[np.int_]:  # noqa: N803 - scikit-learn's name
        """1 where leaving is likelier than staying, which is rare: to choose whom to call, rank by the probability."""
        return (self.churn.risk(self._table(X)) > 0.5).astype(int)

    def shap(self, X: Rows) -> "Explanation":  # noqa: N803 - scikit-learn's name
        """What each feature adds to the log-odds of leaving by choice, as shap's plots take it."""
        import shap

        rows = self._table(X)
        found = shap_contributions(self.churn, rows)
        return shap.Explanation(
            values=found.shap_values,
            base_values=np.full(len(rows), found.base_value),
            data=self.churn.matrix(rows),
            feature_names=list(found.features),
        )

    def shap_by_reason(self, X: Rows) -> "Explanation":  # noqa: N803 - scikit-learn's name
        """The same, summed as the scores do it: a column a reason and one a sign, by its code. Sums have no value of
        their own (data is None).
        """
        import shap

        rows = self._table(X)
        found = shap_contributions(self.churn, rows)
        known = catalogue().by_name
        told_by = {name: known[name].sign or known[name].reason if name in known else name for name in found.features}
        summed = found.by_reason(told_by)
        return shap.Explanation(
            values=summed.to_numpy(),
            base_values=np.full(len(rows), found.base_value),
            feature_names=summed.columns.tolist(),
        )

    def reasons(self, X: Rows, as_of: date | None = None) -> pd.DataFrame:  # noqa: N803 - scikit-learn's name
        """At most four reasons a row, clearest first, as the scores give them: sentence, code, shap and action.

        as_of: the day of the rows, where sentences may name days.
        """
        rows = self._table(X)
        with speaking(self.language):
            return reasons(shap_contributions(self.churn, rows), rows, self.churn.profiles, catalogue(), as_of)

    def _table(self, X: Rows) -> pd.DataFrame:  # noqa: N803 - scikit-learn's name
        """X as a table. Raises ValueError where it is an array of another width."""
        if isinstance(X, pd.DataFrame):
            return X
        numbers = np.atleast_2d(np.asarray(X, dtype=np.float64))
        if numbers.shape[1] != self.n_features_in_:
            raise ValueError(
                f"X has {numbers.shape[1]} features, but the model knows {self.n_features_in_}; give a table with the "
                "features by name, or an array of those in feature_names_in_, in that order."
            )
        return pd.DataFrame(numbers, columns=list(self.churn.features))

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_clone__(self) -> "ChurnClassifier":
        return self  # a copy that is not fitted would be no model at all

    def __sklearn_tags__(self) -> "Tags":
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:  # noqa: N803 - scikit-learn's signature
        facts: dict[str, Any] = self.churn.about
        learned = f", learned from {facts['first_as_of']} to {facts['last_as_of']}" if "last_as_of" in facts else ""
        return f"<leaky model of {len(self.churn.features)} features{learned}>"
