"""Vocabulary: what reasons are told by, as data that goes with a model to where no feature is declared."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from features.language.sentence import said
from features.language.tongue import ENGLISH, said_in, spoken, tr

if TYPE_CHECKING:
    from features.catalogue import Catalogue

_WITH_IT = ("tongue.py", "sentence.py", "reasons.py")  # the files with texts of their own that go with a model


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
    side: Literal["low", "high"] | None
    suits: tuple[str, ...] = ()
    is_pressing: bool = False
    builds_up: int | None = None
    days: int | None = None
    says_of_days: str | None = None

    def sentence(
        self,
        row: Mapping[str, float],
        *,
        usual: float | None = None,
        as_of: date | None = None,
        says: str | None = None,
    ) -> str | None:
        """The value on one row in words; None where there is nothing to say or a number that it needs is missing."""
        return said(says or self.says, self.name, self.unit, row, usual=usual, as_of=as_of)


@dataclass(frozen=True)
class Cause:
    """A reason as far as it is told: what the customers would say, and what to do; None where nobody can."""

    title: str
    action: str | None


@dataclass(frozen=True)
class Vocabulary:
    """Features by name and reasons by code, as `models.reasons.reasons` asks a catalogue for them.

    language, texts: in which all that is told, and what it says for the English texts of the code that goes with it.
    """

    by_name: Mapping[str, Word]
    reasons: Mapping[str, Cause]
    language: str = ENGLISH
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, catalogue: "Catalogue", features: Iterable[str]) -> "Vocabulary":
        """What the catalogue says of these features, in the language that is spoken."""
        told = [catalogue.by_name[name] for name in features]
        names = [one.name for one in fields(Word)]
        words = {word.name: Word(**{name: getattr(word, name) for name in names}) for word in told}
        declared = {code: catalogue.reasons[code] for code in dict.fromkeys(word.reason for word in told)}
        causes = {
            code: Cause(tr(reason.title), tr(reason.action) if reason.action else None)
            for code, reason in declared.items()
        }
        return cls(words, causes, spoken(), said_in(*_WITH_IT))

    def as_json(self) -> dict[str, Any]:
        return {
            "features": [asdict(word) for word in self.by_name.values()],
            "reasons": {code: asdict(cause) for code, cause in self.reasons.items()},
            "language": self.language,
            "texts": dict(self.texts),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Vocabulary":
        """What `as_json` gave."""
        words = [Word(**(word | {"suits": tuple(word.get("suits", ()))})) for word in content["features"]]
        return cls(
            {word.name: word for word in words},
            {code: Cause(**cause) for code, cause in content["reasons"].items()},
            content["language"],
            content["texts"],
        )
