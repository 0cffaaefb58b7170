"""Told: sign, reasons, what holds and the context of accounts, of many a part at a time on all cores."""

from datetime import date

import numpy as np
import pandas as pd
from joblib import Parallel, cpu_count, delayed

from features.catalogue import catalogue
from features.language.tongue import speaking, spoken
from models.churn import Churn
from models.context import contexts
from models.doubt import NO_DOUBT, Doubt
from models.explain import Contributions, shap_contributions
from models.reasons import reasons
from models.rule import Rule
from pipelines.scored import PLACES

# A part takes some hundred megabytes; a tenth of its time goes into what is done once a part: the trees' patterns.
ROWS_AT_ONCE = 100_000
MOST = 4  # processes: each takes some 700 MB of a part, and all wait for the same memory (benchmarks/README.md)
_DIGITS = 6  # of a SHAP value: finer than anything that is drawn, coarser than the noise of adding floats up


def told(model: Churn | Rule, known: pd.DataFrame, as_of: date, doubt: Doubt = NO_DOUBT) -> pd.DataFrame:
    """`reasons_of` accounts however many: of more than `ROWS_AT_ONCE` by processes of their own, one a core and at
    most `MOST`, for neither trees' patterns nor sentences are made faster by threads. Each row is told by itself, so
    it reads the same alone as among others.
    """
    parts = [known.iloc[start : start + ROWS_AT_ONCE] for start in range(0, max(len(known), 1), ROWS_AT_ONCE)]
    if len(parts) == 1:
        return reasons_of(model, known, as_of, doubt=doubt)
    # Not by files in memory, which are what joblib makes of large arrays: a container may have 64 MB for them.
    spread = Parallel(n_jobs=min(cpu_count(), len(parts), MOST), max_nbytes=None)
    done: list[pd.DataFrame] = spread(delayed(_in)(spoken(), model, part, as_of, doubt) for part in parts)
    return pd.concat(done)


def _in(language: str, model: Churn | Rule, known: pd.DataFrame, as_of: date, doubt: Doubt) -> pd.DataFrame:
    with speaking(language):  # a process of its own speaks English
        return reasons_of(model, known, as_of, doubt=doubt)


def contributions_of(model: Churn | Rule, known: pd.DataFrame) -> Contributions:
    """What moved each score: SHAP values, or how far a rule's accounts are from what is normal."""
    return model.distances(known, catalogue()) if isinstance(model, Rule) else shap_contributions(model, known)


def reasons_of(
    model: Churn | Rule,
    known: pd.DataFrame,
    as_of: date,
    contributions: Contributions | None = None,
    doubt: Doubt = NO_DOUBT,
) -> pd.DataFrame:
    """Sign, reasons, what holds each account and its context on `as_of`: see `models.reasons` and `models.context`. A
    rule's have no SHAP values, and no context.

    contributions: of these rows, where they are at hand; see `contributions_of`. doubt: see `models.reasons`.
    """
    moved = contributions_of(model, known) if contributions is None else contributions
    said = reasons(moved, known, model.profiles, catalogue(), as_of, doubt)
    for place in PLACES:
        column = f"reason_{place}_shap"
        said[column] = np.nan if isinstance(model, Rule) else said[column].round(_DIGITS)
    said["context"] = pd.Series(None if isinstance(model, Rule) else contexts(moved), index=said.index, dtype=object)
    return said
