"""Definition: what counts as having left, as it can be set."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Left(BaseModel):
    """The definition of leaving: `left` in params.yaml, which a source may override.

    cycle: no order within the outlook, which is the horizon or k usual cycles if that is longer; accounts whose outlook
    exceeds max_days order too rarely to be judged. silence: no order within the horizon; at risk are accounts that
    ordered in the active days before as_of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Literal["cycle", "silence"] = Field("cycle", description="What leaving is judged by: cycle or silence.")
    horizon_days: int = Field(90, ge=1, description="How far ahead we look.")
    k: float = Field(
        2, gt=0, description="cycle: watched for so many usual cycles, where that is longer than the horizon."
    )
    max_days: int = Field(180, ge=1, description="cycle: accounts with a longer outlook order too rarely to be judged.")
    active_days: int = Field(365, ge=1, description="silence: at risk are accounts that ordered in so many days.")

    @property
    def longest_outlook(self) -> int:
        """How long any account may have to be watched before its label is complete, in days."""
        return max(self.max_days, self.horizon_days) if self.by == "cycle" else self.horizon_days

    def in_words(self) -> str:
        """The definition as a sentence for people."""
        words = f"no order for {self.horizon_days} days"
        if self.by == "cycle":
            words += f", or for {self.k:g} of the account's usual cycles if that is longer"
        return words
