"""Recipe: what makes a model of rows, so that the same can be made of other rows and another day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn import Churn, Direction, learn
from models.competing import Involuntary
from models.numbers import Numbers, NumbersInFrame
from models.running import with_running
from models.target import targets
from models.tree_params import TreeParams

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Recipe:
    """The features, each with the direction in which it may move the risk, and how trees are grown."""

    directions: Mapping[str, Direction]
    params: TreeParams

    def fit(
        self,
        rows: pd.DataFrame,
        train: Mask,
        known_before: pd.Timestamp,
        about: Mapping[str, Any] | None = None,
        numbers_of: Callable[[Mask], Numbers] | None = None,
    ) -> Churn:
        """A model of the rows in `train`, and of those whose outlook was running, by what was known on a day.

        numbers_of: gives the features of the rows in a mask, where they are not among the columns of `rows`.
        """
        voluntary, involuntary = targets(rows, known_before)
        target = with_running(rows, np.where(train, voluntary, np.nan), known_before)
        learned = ~np.isnan(target)
        return learn(
            numbers_of(learned) if numbers_of else NumbersInFrame(rows, learned),
            target[learned],
            directions=self.directions,
            params=self.params,
            involuntary=Involuntary.fit(rows.loc[train, "pace"], voluntary[train], involuntary[train]),
            about={"leavers": int(voluntary[train].sum()), **(about or {}), "recipe": self.as_json()},
        )

    def as_json(self) -> dict[str, Any]:
        return {"directions": dict(self.directions), "params": self.params.model_dump()}

    @classmethod
    def of(cls, model: Churn) -> "Recipe":
        """The one that a model was made by."""
        recipe = model.about["recipe"]
        return cls(recipe["directions"], TreeParams(**recipe["params"]))
