"""Tree parameters: how the trees are grown, `train` in params.yaml; the words are LightGBM's and scikit-learn's."""

from pydantic import BaseModel, ConfigDict, Field


class TreeParams(BaseModel):
    """How trees are grown. patience: rounds without a better validation score before growing stops."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    learning_rate: float = Field(0.03, gt=0)
    num_leaves: int = Field(15, ge=2)
    min_child_samples: int = Field(50, ge=1)
    subsample: float = Field(0.8, gt=0, le=1)
    colsample_bytree: float = Field(0.5, gt=0, le=1)
    reg_lambda: float = Field(10.0, ge=0)
    max_rounds: int = Field(1500, ge=1)
    patience: int = Field(75, ge=1)
    seed: int = 1
