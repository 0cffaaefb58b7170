"""Served: the model as MLflow calls it, on whatever machine. What this module imports goes with the model."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.language.tongue import speaking
from models.churn import Churn
from models.explain import lightgbm_contributions
from models.layout import SCORING, VOCABULARY
from models.reasons import columns_of_reasons, reasons
from models.vocabulary import Vocabulary

RISKS = ("risk", "risk_involuntary")
TEXTS = columns_of_reasons()


class Served:
    """What MLflow calls. Nothing but rows of features is asked for, so it needs no tables and no catalogue."""

    def __init__(self, model: Churn, vocabulary: Vocabulary) -> None:
        self._model, self._vocabulary = model, vocabulary

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:  # noqa: ARG002 - MLflow's signature
        """`RISKS` and `TEXTS` of every row, as the scores have them; a text that there is none of is None.

        model_input: the features, missing numbers as they are; pace, where the rate of leaving involuntarily is to go
        by it; as_of, where records may reach back less far than a window (`models.reach`). SHAP values are LightGBM's
        own, so that a request for one row is answered at once.
        """
        found = pd.DataFrame(
            {"risk": self._model.risk(model_input), "risk_involuntary": self._model.risk_involuntary(model_input)},
            index=model_input.index,
        )
        contributions = lightgbm_contributions(self._model, model_input)
        with speaking(self._vocabulary.language, self._vocabulary.texts):
            told = reasons(contributions, model_input, self._model.profiles, self._vocabulary)[list(TEXTS)]
        return found.join(told.astype(object).replace({np.nan: None}))


def _load_pyfunc(path: str) -> Served:
    """MLflow's hook: the name is theirs."""
    folder = Path(path)
    vocabulary = Vocabulary.from_json(json.loads((folder / VOCABULARY).read_text(encoding="utf-8")))
    return Served(Churn.load(folder / SCORING), vocabulary)
