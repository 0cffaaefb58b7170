"""Sentence: a feature's number in words."""

import math
from collections.abc import Mapping
from string import Formatter

from features.language.tongue import filled


def names_in(template: str) -> set[str]:
    """The names that a sentence needs."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def said(says: str | None, name: str, unit: str, row: Mapping[str, float]) -> str | None:
    """A feature's value on one row in words; None where there is nothing to say or a number that it needs is missing.

    says: its sentence, if it has one. row: the values of all features of one account on one as_of.
    """
    if unit == "yes/no" and not row.get(name):
        return None  # the sentence says what is so where it is
    return rendered(says, {**row, "value": row.get(name, math.nan)}) if says else None


def rendered(template: str, values: Mapping[str, float]) -> str | None:
    """The sentence with its numbers, its first letter a capital; None where one of them is missing."""
    named = {name: values.get(name, math.nan) for name in names_in(template)}
    if any(value is None or math.isnan(value) for value in named.values()):
        return None
    text = filled(template, named)
    return text[:1].upper() + text[1:]
