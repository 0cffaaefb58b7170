"""Gate parameters: what a model must show to become champion, `gate` in params.yaml."""

from pydantic import BaseModel, ConfigDict, Field


class GateParams(BaseModel):
    """What a challenger must show: `gate` in params.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    margin: float = Field(0.02, ge=0, description="ROC AUC by which a model may be below what it need not beat.")
    calibration: float = Field(
        0.25, ge=0, description="Share of those who left by which the number foretold may miss, beyond chance."
    )
    min_leavers: int = Field(50, ge=1, description="Accounts that left on the tested as_ofs; below, no promotion.")
    min_early_leavers: int = Field(20, ge=0, description="Those of them that were early.")
    accept_lost: list[str] = Field(
        [], description="Tables, columns (table.column) or features that may be gone although the champion has them."
    )
    accept_older: bool = Field(
        False, description="Whether a model may be promoted that knows less far than the champion."
    )
