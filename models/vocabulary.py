"""Vocabulary: what reasons are told by, as data that goes with a model to where no feature is declared."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from features.language.sentence import said

if TYPE_CHECKING:
    from features.catalogue import Catalogue


@dataclass(frozen=True)
class Word:
    """A feature as far as it is told: see `features.language.declare.Feature`."""

    name: str
    reason: str
    unit: str
    risk: Literal["rises", "falls"] | None
    says: str | None
    sign: str | None
    then: str | None

    def sentence(
        self, row: Mapping[str, float], *, usual: float | None = None, as_of: date | None = None
    ) -> str | None:
        """The value on one row in words; None where there is nothing to say or a number that it needs is missing."""
        return said(self.says, self.name, self.unit, row, usual=usual, as_of=as_of)


@dataclass(frozen=True)
class Cause:
    """A reason as far as it is told: what the customers would say, and what to do; None where nobody can."""

    title: str
    action: str | None


@dataclass(frozen=True)
class Vocabulary:
    """Features by name and reasons by code, as `models.reasons.reasons` asks a catalogue for them."""

    by_name: Mapping[str, Word]
    reasons: Mapping[str, Cause]

    @classmethod
    def of(cls, catalogue: "Catalogue", features: Iterable[str]) -> "Vocabulary":
        """What the catalogue says of these features."""
        told = [catalogue.by_name[name] for name in features]
        words = {
            word.name: Word(word.name, word.reason, word.unit, word.risk, word.says, word.sign, word.then)
            for word in told
        }
        codes = dict.fromkeys(word.reason for word in told)
        return cls(
            words, {code: Cause(catalogue.reasons[code].title, catalogue.reasons[code].action) for code in codes}
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "features": [asdict(word) for word in self.by_name.values()],
            "reasons": {code: asdict(cause) for code, cause in self.reasons.items()},
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Vocabulary":
        """What `as_json` gave."""
        words = [Word(**word) for word in content["features"]]
        return cls(
            {word.name: word for word in words}, {code: Cause(**cause) for code, cause in content["reasons"].items()}
        )
