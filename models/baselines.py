"""Baselines: what people do without a model, and what a model must beat."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.reasons.contact import QUIET_DAYS

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Baseline:
    """A score of the test rows, in their order.

    label: a few words, for a legend. is_risk: whether it is a probability, and not only a ranking.
    """

    name: str
    label: str
    description: str
    score: Floats
    is_risk: bool = False


def baselines(rows: pd.DataFrame, left: Floats, *, train: Mask, test: Mask) -> list[Baseline]:
    """Every baseline that the features allow, on the test rows; those that are fitted are so on the `train` rows."""
    tested = rows[test]
    found = []
    if "cycles_since_order" in rows:
        score = _present(tested["cycles_since_order"], rows["cycles_since_order"][train])
        found.append(
            Baseline("own_cycle", "silence in own cycles", "silence, in the account's own usual cycles", score)
        )
    if "days_since_order" in rows:
        score = _present(tested["days_since_order"], rows["days_since_order"][train])
        found.append(Baseline("days_since_order", "days since order", "days since the last order", score))
    quiet = _sixty_days(tested)
    if quiet:
        found.append(quiet)
    inputs = [name for name in ("days_since_order", "orders_360d", "amount_360d") if name in rows]
    if "days_since_order" in inputs and 0 < left[train].sum() < train.sum():
        score = _logistic(rows.loc[train, inputs], left[train], tested[inputs])
        description = "logistic regression on recency, frequency and amount"
        found.append(Baseline("logistic_rfm", "logistic regression", description, score, is_risk=True))
    return found


def _present(values: pd.Series, known: pd.Series) -> Floats:
    """The values, with the median of the rows learned from where one is missing: a rule must rank every account."""
    typical = known.median()
    return values.fillna(0.0 if pd.isna(typical) else typical).to_numpy(np.float64)


def _sixty_days(tested: pd.DataFrame) -> Baseline | None:
    if "days_since_contact" in tested:
        # An account that nobody ever spoke with breaks the rule as much as one can.
        score = np.where(tested["days_since_contact"] <= QUIET_DAYS, 0.0, 1.0)
        description = f"nobody has spoken with them for {QUIET_DAYS} days: yes or no"
    elif "days_since_order" in tested:
        score = np.where(tested["days_since_order"] > QUIET_DAYS, 1.0, 0.0)
        description = f"no order for {QUIET_DAYS} days, for want of contacts: yes or no"
    else:
        return None
    return Baseline("sixty_days", f"{QUIET_DAYS}-day rule", description, score)


def _logistic(known: pd.DataFrame, left: Floats, unseen: pd.DataFrame) -> Floats:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(_logarithms(known), left)
    return np.asarray(model.predict_proba(_logarithms(unseen))[:, 1], dtype=np.float64)


def _logarithms(inputs: pd.DataFrame) -> Floats:
    """log(1 + x). What is missing did not happen, so it is 0; an amount below zero (more sent back than bought) too."""
    return np.asarray(np.log1p(inputs.fillna(0.0).clip(lower=0.0).to_numpy(np.float64)), dtype=np.float64)
