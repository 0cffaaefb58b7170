"""Listing: the catalogue of features for people to read."""

from features.catalogue import catalogue
from features.language.declare import Feature, Reason
from features.language.sentence import NONE_OR

HEADINGS = ("feature", "unit", "more of it", "in words", "tables")
DIRECTIONS = {"rises": "raises the risk", "falls": "lowers the risk", None: ""}


def _row(feature: Feature) -> tuple[str, ...]:
    tables = ", ".join(sorted(feature.tables)) or "none"
    words = (feature.says or "").replace(NONE_OR, " (where 0); ")
    return (feature.name, feature.unit, DIRECTIONS[feature.risk], words, tables)


def _sentence(words: str) -> str:
    """With a full stop, unless it ends as a sentence already."""
    return words if words.endswith(("?", "!", ".")) else f"{words}."


def as_markdown() -> str:
    """The catalogue as Markdown, a table a reason."""
    parts = ["# Features", "", "What `leaky features` lists: every reason, and the numbers that it is known by.", ""]
    for code, reason in catalogue().reasons.items():
        parts += [f"## {code}: {reason.title}", "", _sentence(reason.action or _no_reason(reason)), ""]
        parts += ["| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|"]
        parts += ["| " + " | ".join(_row(feature)) + " |" for feature in reason.features()]
        parts.append("")
    return "\n".join(parts).strip()


def as_text() -> str:
    """The catalogue for a terminal."""
    parts = []
    for code, reason in catalogue().reasons.items():
        parts.append(f"{code}: {reason.title}")
        rows = [_row(feature) for feature in reason.features()]
        width = max(len(row[0]) for row in rows)
        parts += [f"  {row[0]:<{width}}  {row[1]:<6}  {row[2]:<15}  {row[3]}  [{row[4]}]" for row in rows]
        parts.append("")
    return "\n".join(parts)


def _no_reason(reason: type[Reason]) -> str:
    """What stands in the place of what to do."""
    is_sign = all(feature.sign for feature in reason.features())
    return "Signs of leaving, not reasons for it" if is_sign else "Context, nothing to act on"
