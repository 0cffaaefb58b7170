"""Sentence: a feature's number in words."""

import math
from collections.abc import Mapping
from string import Formatter
from typing import Any

HOURS_AS_DAYS = 48


class _Words(Formatter):
    """str.format with two additions: `{value:# call}` gives 'no calls', '1 call', '3 calls'; `{value:# of hours}` a
    span as people say it, '5 hours' and, from two days on, '4 days'.
    """

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec.startswith("#"):
            return str(super().format_field(value, format_spec))
        if format_spec == "# of hours":
            days = value >= HOURS_AS_DAYS
            value, format_spec = (value / 24, "# day") if days else (max(value, 1), "# hour")
        singular, _, plural = format_spec[1:].strip().partition("/")
        count = round(value)
        noun = singular if count == 1 else plural or f"{singular}s"
        return f"{'no' if count == 0 else format(count, ',')} {noun}"


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
    text = _Words().vformat(template, (), named)
    return text[:1].upper() + text[1:]
