"""Recipe: what makes a model of rows, so that the same can be made of other rows and another day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.churn import Churn, Direction, learn
from models.competing import Involuntary
from models.numbers import Numbers, NumbersInFrame
from models.reach import Reach
from models.target import targets
from models.tree_params import TreeParams

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Recipe:
    """The features, each with the direction in which it may move the risk, how trees are grown, and how far back the
    records go.
    """

    directions: Mapping[str, Direction]
    params: TreeParams
    reach: Reach = field(default_factory=Reach)

    def fit(
        self,
        rows: pd.DataFrame,
        train: Mask,
        known_before: pd.Timestamp | None,
        about: Mapping[str, Any] | None = None,
        numbers: Numbers | None = None,
        *,
        is_alone: bool = False,
    ) -> Churn:
        """A model of the rows in `train`, by what was known of them on a day (None: by all that is known).

        numbers: the features of the rows in `train`, where they are not among the columns of `rows`. is_alone: no other
        model grows meanwhile, see `models.churn.learn`.
        """
        voluntary, involuntary = targets(rows, known_before)
        return learn(
            numbers or NumbersInFrame(rows, train, self.reach),
            voluntary[train],
            directions=self.directions,
            params=self.params,
            involuntary=Involuntary.fit(rows.loc[train, "pace"], voluntary[train], involuntary[train]),
            about={**(about or {}), "recipe": self.as_json()},
            reach=self.reach,
            is_alone=is_alone,
        )

    def as_json(self) -> dict[str, Any]:
        return {"directions": dict(self.directions), "params": self.params.model_dump()}

    @classmethod
    def of(cls, model: Churn) -> "Recipe":
        """The one that a model was made by."""
        recipe = model.about["recipe"]
        return cls(recipe["directions"], TreeParams(**recipe["params"]), model.reach)
