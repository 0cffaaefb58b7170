"""Baselines: what people do without a model, and what a model must beat."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.reasons.contact import QUIET_DAYS
from models.check_names import NOISE
from models.churn import fit
from models.mbg_nbd import Histories, MbgNbd
from models.metrics import roc_auc
from models.recipe import Recipe
from models.rule import goes_by

TENURE = "days_since_first_contract"
TENURE_BINS = 10
FAR_DAYS = 100_000.0  # to the end of a contract that has none

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# What it is beside a model: a rule of thumb, something else that learns, the best single feature, the same risk for
# everybody, or a model of noise.
Role = Literal["rule", "learner", "feature", "constant", "noise"]

# Of many rows a sample: it tells two features apart whose ROC AUC differs by 0.01, and noise has no more to teach.
ROWS_LOOKED_AT = 100_000


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
    role: Role = "rule"


def baselines(
    rows: pd.DataFrame, left: Floats, recipe: Recipe, *, train: Mask, test: Mask, seed: int = 0
) -> list[Baseline]:
    """Every baseline that the features allow, on the test rows; those that are fitted are so on the `train` rows.

    left: who left by choice, as it was known when they were fitted. recipe: of the model that is held against them. Of
    shuffled outcomes it ranks above chance all the same, where trees are held to directions: whatever splits they make
    by chance, none may rank a feature against common sense.
    """
    found = [*rules(rows, train=train, test=test)]
    known, tested = left[train], rows[test]
    inputs = [name for name in ("days_since_order", "orders_360d", "amount_360d") if name in rows]
    if "days_since_order" in inputs:
        score = _logistic(_seen(rows[train], inputs, recipe), known, _seen(tested, inputs, recipe))
        description = "logistic regression on recency, frequency and amount"
        found.append(Baseline("logistic_rfm", "logistic regression", description, score, is_risk=True, role="learner"))
    active = _mbg_nbd(rows, test)
    found += [active] if active else []
    if "days_since_order" not in rows and TENURE in rows:
        found.append(_tenure(known, rows.loc[train, TENURE], tested[TENURE]))
    found.append(_best_feature(rows, left, recipe, train, test))
    same = np.full(int(test.sum()), float(known.mean()))
    description = "the share that had left until then, for everybody"
    found.append(Baseline("base_rate", "base rate", description, same, is_risk=True, role="constant"))
    some = _some(train)
    shuffled = left.copy()
    shuffled[some] = np.random.default_rng(seed).permutation(left[some])
    model = fit(
        rows, shuffled, train=some, directions=recipe.directions, params=recipe.params, about={}, reach=recipe.reach
    )
    description = "this model, had it learned from outcomes dealt out at random: what directions alone are worth"
    risk = model.risk(tested)
    found.append(Baseline(NOISE, "shuffled outcomes", description, risk, is_risk=True, role="noise"))
    return found


def _seen(rows: pd.DataFrame, inputs: list[str], recipe: Recipe) -> pd.DataFrame:
    """Features as the model would see them, so that it is not held against one that knows less."""
    stretch = recipe.reach.stretch_of(rows)
    return pd.DataFrame({name: stretch(name, rows[name].to_numpy(np.float64, na_value=np.nan)) for name in inputs})


def rules(rows: pd.DataFrame, *, train: Mask, test: Mask) -> list[Baseline]:
    """Rules of thumb, which nobody has to fit: of `train` only the median is used, where a value is missing."""
    tested = rows[test]
    found = []
    for name, feature, label, description in (
        ("own_cycle", "cycles_since_order", "silence in own cycles", "silence, in the account's own usual cycles"),
        ("days_since_order", "days_since_order", "days since order", "days since the last order"),
    ):
        if feature in rows:
            found.append(Baseline(name, label, description, _present(tested[feature], rows.loc[train, feature])))
    quiet = _sixty_days(tested)
    found += [quiet] if quiet else []
    if "days_since_order" not in rows:  # where there are no orders, contracts are what people look at
        feature = "days_to_contract_end"
        if feature in rows:
            # Without an end in sight there is none to go by: they come last.
            score = -tested[feature].fillna(np.inf).to_numpy(np.float64)
            score = np.maximum(score, -FAR_DAYS)
            description = "the sooner the contract ends"
            found.append(Baseline("contract_end", "days to the contract's end", description, score))
        if TENURE in rows:
            description = "the shorter they have been customers"
            score = -_present(tested[TENURE], rows.loc[train, TENURE])
            found.append(Baseline("newest_first", "newest customers first", description, score))
    return found


def _mbg_nbd(rows: pd.DataFrame, test: Mask) -> Baseline | None:
    """From the orders alone, up to the tested day; None where leaving is not judged by orders, or nothing fits.

    It tells of any silence, and so of a little more than of leaving by choice.
    """
    if "order_days" not in rows:
        return None
    tested = rows[test]
    model = MbgNbd.fit(Histories.known_on(rows, tested["as_of"].max()))
    if model is None:
        return None
    risk = model.silence(Histories.of(tested), tested["outlook_days"].to_numpy(np.float64))
    description = (
        "MBG/NBD: orders at random until a customer drops out, fitted to how often and how lately they ordered"
    )
    return Baseline("mbg_nbd", "MBG/NBD", description, risk, is_risk=True, role="learner")


def _tenure(left: Floats, known: pd.Series, unseen: pd.Series) -> Baseline:
    """The share that had left among the rows learned from of about the same tenure: in bins of equal count."""
    values = known.to_numpy(np.float64, na_value=np.nan)
    edges = np.unique(np.nanquantile(values, np.linspace(0, 1, TENURE_BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, values, side="right")
    gone, rows = (np.bincount(bins, weights, len(edges) + 1) for weights in (left, np.ones(len(left))))
    share = (gone + left.mean()) / (rows + 1)  # a row's worth of the overall share, for a bin that has no rows
    found = share[np.searchsorted(edges, unseen.to_numpy(np.float64, na_value=np.nan), side="right")]
    description = "the share that had left until then, of accounts that had been customers for as long"
    return Baseline("tenure", "base rate by tenure", description, found, is_risk=True)


def _best_feature(rows: pd.DataFrame, left: Floats, recipe: Recipe, train: Mask, test: Mask) -> Baseline:
    """The one feature that ranks the rows learned from best, the way round that ranks them best."""
    learned = _some(train)
    ranked = {}
    for name in recipe.directions:
        values = rows.loc[learned, name]
        ranked[name] = roc_auc(_present(values, values), left[learned]) - 0.5
    best = max(ranked, key=lambda name: abs(ranked[name]))
    score = np.sign(ranked[best]) * _present(rows.loc[test, best], rows.loc[train, best])
    description = "the one feature that ranked best until then"
    return Baseline("best_feature", "best single feature", description, score, role="feature")


def _some(train: Mask) -> Mask:
    """All rows of the mask, or a sample of `ROWS_LOOKED_AT`."""
    places = np.flatnonzero(train)
    if len(places) <= ROWS_LOOKED_AT:
        return train
    found = np.zeros(len(train), dtype=bool)
    found[np.random.default_rng(0).choice(places, ROWS_LOOKED_AT, replace=False)] = True
    return found


def _present(values: pd.Series, known: pd.Series) -> Floats:
    """The values, with the median of the rows learned from where one is missing: a rule must rank every account."""
    typical = known.median()
    return values.fillna(0.0 if pd.isna(typical) else typical).to_numpy(np.float64)


def _sixty_days(tested: pd.DataFrame) -> Baseline | None:
    if "days_since_contact" in tested:
        # An account that nobody ever spoke with breaks the rule as much as one can, once it has been there for so long.
        score = np.where(goes_by("sixty_days", tested) <= QUIET_DAYS, 0.0, 1.0)
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
