"""Leaks: what a source says of an account before anybody can have known it, found and put in words."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

Code = Literal["a", "b", "c", "d"]


@dataclass(frozen=True)
class Finding:
    """One column, or one feature, that seems to know who left.

    code: a, values or rows from before the loss that were written, or taken out, after it; b, times that were filled in
    from the loss or on one day; c, a feature that ranks the early accounts better than anything honest does; d, one
    whose skill is all of the last days before the last order. table: None where `column` is a feature. seen: what was
    seen, in words and numbers. cure: what to do, where that is not what helps in most cases.
    """

    code: Code
    table: str | None
    column: str
    seen: str
    cure: str = ""

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
        return f"{self.says}; if it was known by then, set {setting_for([self])}."

    @property
    def says(self) -> str:
        """What it is and what to look at, without its full stop."""
        usual = "Give recorded_at, or leave it out" if self.stops else "See where its values come from"
        return f"{self.name}: {self.seen}. {self.cure or usual}"


def setting_for(findings: Sequence[Finding], accepted: Sequence[str] = ()) -> str:
    """The line of settings that accepts all of them, with what it holds already."""
    return f"leak.accept: [{', '.join(dict.fromkeys([*accepted, *(finding.name for finding in findings)]))}]"


def lines(findings: Sequence[Finding], accepted: Sequence[str] = ()) -> list[str]:
    """A line each; the last says what to set if all of them were known in time, so that there is one to copy.

    accepted: what `leak.accept` holds already.
    """
    if not findings:
        return []
    known = "it was" if len(findings) == 1 else "all of them were"
    found = [finding.says for finding in findings]
    found[-1] += f"; if {known} known by then, set {setting_for(findings, accepted)}"
    return [f"{said}." for said in found]


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
        return cls(
            tuple(Finding(row["code"], row["table"], row["column"], row["seen"], row.get("cure", "")) for row in rows)
        )
