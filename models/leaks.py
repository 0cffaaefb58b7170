"""Leaks: what a source says of an account before anybody can have known it, found and put in words."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

Code = Literal["a", "b", "c", "d"]


@dataclass(frozen=True)
class Finding:
    """One column, or one feature, that seems to know who left.

    code: a, values from before the loss that were written after it; b, times that were filled in from the loss or on
    one day; c, a feature that ranks the early accounts better than anything honest does; d, one whose skill is all of
    the last days before the last order. table: None where `column` is a feature. seen: what was seen, in words and
    numbers.
    """

    code: Code
    table: str | None
    column: str
    seen: str

    @property
    def stops(self) -> bool:
        """Whether nothing may be learned from it; else it is only suspected."""
        return self.code in ("a", "b")

    @property
    def name(self) -> str:
        """What `leak.accept` calls it."""
        return f"{self.table}.{self.column}" if self.table else self.column

    @property
    def line(self) -> str:
        """What it is and what to do, in one line."""
        cure = "Give recorded_at, or leave it out" if self.stops else "See where its values come from"
        return f"{self.name}: {self.seen}. {cure}; if it was known by then, set leak.accept: [{self.name}]."


@dataclass(frozen=True)
class Leaks:
    """All that was found, what stops first."""

    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> "Leaks":
        """In the order of their codes, then of their names."""
        return cls(tuple(sorted(findings, key=lambda finding: (finding.code, finding.name))))

    @property
    def stops(self) -> tuple[Finding, ...]:
        """Columns that nothing may be learned from."""
        return tuple(finding for finding in self.findings if finding.stops)

    @property
    def suspected(self) -> tuple[Finding, ...]:
        """Features that must be looked at before a model of them becomes champion."""
        return tuple(finding for finding in self.findings if not finding.stops)

    def as_json(self) -> str:
        """As text that `from_json` reads; the same for the same findings."""
        rows = [asdict(finding) | {"stops": finding.stops} for finding in self.findings]
        return json.dumps({"findings": rows}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Leaks":
        rows = json.loads(text)["findings"]
        return cls(tuple(Finding(row["code"], row["table"], row["column"], row["seen"]) for row in rows))
