"""Money parameters: what a call costs and brings, `money` in params.yaml; assumed until outcomes say better."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from features.language.tongue import tr


@dataclass(frozen=True)
class Assumed:
    """What nobody has measured, yet any figure in money rests on.

    cost_of_call: of any account that is called; cost_of_offer: of an account that stays and takes what is offered; both
    in the currency of the values. margin: profit from each unit of value. success: of those who would leave, the share
    that stays when called; strength: how sure that is, as alpha + beta of a Beta distribution; None where it is taken
    as certain.
    """

    cost_of_call: float
    cost_of_offer: float
    margin: float
    success: float
    strength: float | None

    def in_words(self, money: Callable[[float], str]) -> str:
        """money: how an amount is written.

        >>> Assumed(50.0, 0.0, 0.3, 0.2, None).in_words("€{:.0f}".format)
        'assumed: a call costs €50, 20% of would-be leavers stay when called, margin 30%'
        """
        values = {"call": money(self.cost_of_call), "stay": self.success, "margin": self.margin}
        if not self.cost_of_offer:
            return tr(
                "assumed: a call costs {call}, {stay:.0%} of would-be leavers stay when called, margin {margin:.0%}",
                **values,
            )
        return tr(
            "assumed: a call costs {call}, whoever stays is given {offer}, {stay:.0%} of would-be leavers stay when "
            "called, margin {margin:.0%}",
            offer=money(self.cost_of_offer),
            **values,
        )


class MoneyParams(BaseModel):
    """What a call costs and brings. Nothing here is measured: all figures that rest on it are marked as assumed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cost_of_call: float | None = Field(
        50.0,
        ge=0,
        description="Assumed: a call with all that it takes, in the source's currency; null: no money shown.",
    )
    cost_of_offer: float = Field(
        0.0, ge=0, description="Assumed: what is given to those who stay, in the source's currency; 0: nothing is."
    )
    margin: float | None = Field(
        0.3, gt=0, le=1, description="Assumed: profit as a share of an account's value; null: no money shown."
    )
    success: float | None = Field(
        0.2, gt=0, lt=1, description="Assumed: of those who would leave, so many stay if called; null: no money shown."
    )
    success_strength: float | None = Field(
        20.0, gt=0, description="Assumed: how sure success is, as after so many such calls; null: no EMPC."
    )

    @property
    def assumed(self) -> Assumed | None:
        """All of it, or None where something is not given."""
        if self.cost_of_call is None or self.margin is None or self.success is None:
            return None
        return Assumed(self.cost_of_call, self.cost_of_offer, self.margin, self.success, self.success_strength)
