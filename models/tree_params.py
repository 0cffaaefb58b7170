"""Tree parameters: how the trees are grown, `train` in params.yaml; the words are LightGBM's and scikit-learn's."""

from pydantic import BaseModel, ConfigDict, Field


class TreeParams(BaseModel):
    """How trees are grown, one a round."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    learning_rate: float = Field(0.03, gt=0, description="How far each tree moves the prediction.")
    num_leaves: int = Field(15, ge=2, description="Leaves of a tree.")
    min_child_samples: int = Field(50, ge=1, description="Rows that a leaf must have.")
    subsample: float = Field(
        0.8, gt=0, le=1, description="Share of the rows that each tree sees; of a great many, fewer."
    )
    colsample_bytree: float = Field(0.5, gt=0, le=1, description="Share of the features that each tree sees.")
    reg_lambda: float = Field(10.0, ge=0, description="L2 penalty on the values of leaves.")
    rounds: int = Field(200, ge=1, description="Trees.")
    seed: int = Field(1, description="Of the choice of rows and features.")
