"""Definition: what counts as having left, as it can be set."""

import hashlib
import json
from collections.abc import Container
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from features.language.tongue import tr
from features.tables import GRACE_DAYS

# Raised by hand whenever the same settings give other labels; a test with stored labels says when.
DEFINITION_NUMBER = 4

By = Literal["cycle", "silence", "contract", "losses"]

_TABLE: dict[By, str] = {"cycle": "orders", "silence": "orders", "contract": "contracts", "losses": "losses"}
_SETTINGS: dict[By, tuple[str, ...]] = {
    "cycle": ("by", "horizon_days", "k", "max_days"),
    "silence": ("by", "horizon_days", "active_days"),
    "contract": ("by", "horizon_days", "grace_days"),
    "losses": ("by", "horizon_days"),
}


PACES = ("early", "overdue", "new")


class PaceBy(StrEnum):
    """What shows that an account is on its way out."""

    orders = "orders"
    contracts = "contracts"
    nothing = "nothing"


class Left(BaseModel):
    """The definition of leaving: `left` in params.yaml, which a source may override.

    cycle: no order within the outlook, which is the horizon or k usual cycles if that is longer; accounts whose outlook
    exceeds max_days order too rarely to be judged. silence: no order within the horizon; at risk are accounts that
    ordered in the active days before as_of. contract: from a day within the horizon on no contract in force for longer
    than the grace days. losses: a loss dated before the end of the horizon that was not on record on as_of.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: By = Field("cycle", description="What leaving is judged by: cycle, silence, contract or losses.")
    horizon_days: int = Field(90, ge=1, description="How far ahead we look.")
    k: float = Field(
        2, gt=0, description="cycle: watched for so many usual cycles, where that is longer than the horizon."
    )
    max_days: int = Field(180, ge=1, description="cycle: accounts with a longer outlook order too rarely to be judged.")
    active_days: int = Field(365, ge=1, description="silence: at risk are accounts that ordered in so many days.")
    grace_days: int = Field(
        GRACE_DAYS, ge=0, description="contract: so many days without a contract are no leaving yet."
    )

    @property
    def table(self) -> str:
        """The table without which nobody can say who left."""
        return _TABLE[self.by]

    @property
    def settings(self) -> tuple[str, ...]:
        """The names of the settings that matter for `by`, that first."""
        return tuple(f"left.{name}" for name in _SETTINGS[self.by])

    @property
    def longest_outlook(self) -> int:
        """How long any account may have to be watched before its label is complete, in days."""
        if self.by == "cycle":
            return max(self.max_days, self.horizon_days)
        return self.horizon_days + self.days_of_grace

    @property
    def days_of_grace(self) -> int:
        """Days after its outlook for which a label has to wait."""
        return self.grace_days if self.by == "contract" else 0

    @property
    def digest(self) -> str:
        """12 hexadecimal digits, equal where labels are made alike: of the settings that matter for `by`, and of
        DEFINITION_NUMBER.

        >>> Left().digest == Left(grace_days=7).digest, Left().digest == Left(k=3).digest
        (True, False)
        >>> Left(k=2).digest == Left(k=2.0).digest
        True
        """
        settings = {name: _number(getattr(self, name)) for name in _SETTINGS[self.by]} | {"number": DEFINITION_NUMBER}
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]

    def pace_by(self, tables: Container[str]) -> PaceBy:
        """What the pace goes by, where there are these tables."""
        if "orders" in tables and self.by != "contract":
            return PaceBy.orders
        return PaceBy.contracts if "contracts" in tables else PaceBy.nothing

    def early_in_words(self, tables: Container[str]) -> str:
        """Which accounts are early, as a sentence; where there are these tables."""
        match self.pace_by(tables):
            case PaceBy.orders:
                return (
                    "*Early* accounts are silent for no longer than one of their usual cycles: hard to call, and still "
                    "in time."
                )
            case PaceBy.contracts:
                return (
                    f"*Early* accounts have a contract that runs for more than another {self.horizon_days} days, of "
                    "which nobody gave notice: hard to call, and still in time."
                )
            case PaceBy.nothing:
                return "Nothing on record shows who is on the way out, so all accounts count as *early*."

    def in_words(self) -> str:
        """The definition as a sentence for people."""
        match self.by:
            case "cycle":
                return tr(
                    "no order for {days} days, or for {k:g} of the account's usual cycles if that is longer",
                    days=self.horizon_days,
                    k=self.k,
                )
            case "silence":
                return tr("no order for {days} days", days=self.horizon_days)
            case "contract":
                return tr(
                    "no contract in force for more than {grace} days, from a day within {days} days on",
                    grace=self.grace_days,
                    days=self.horizon_days,
                )
            case "losses":
                return tr("a recorded loss within {days} days", days=self.horizon_days)


def _number(value: str | float) -> str | float:
    """A number as a float, as a k of 2 and one of 2.0, which YAML may give, are the same."""
    return value if isinstance(value, str) else float(value)
