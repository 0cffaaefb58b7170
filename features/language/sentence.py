"""Sentence: a feature's number in words."""

import math
import re
from collections.abc import Mapping
from datetime import date, timedelta
from string import Formatter
from typing import Any

HOURS_AS_DAYS = 48
DAYS_BY_NAME = 7  # "on Thursday" can be no other Thursday
_ASIDE = re.compile(r"\[([^\[\]]*)\]")
# What is normal, behind a number that means little without it; by the unit. A ratio has it within.
_USUAL = {"count": "#", "days": "# day", "hours": "# of hours", "share": ".0%"}


class _Words(Formatter):
    """str.format with additions: `{value:# call}` gives 'no calls', '1 call', '3 calls', and `{value:#}` 'none', '1';
    `{value:# of hours}` a span as people say it, '5 hours' and, from two days on, '4 days'; `{value:# since}` and
    `{value:# on}` the day so many days before as_of: 'since Thursday', 'on 14 May', or 'for 4 days', '4 days ago'
    where as_of is not known.
    """

    def __init__(self, as_of: date | None) -> None:
        self.as_of = as_of

    def format_field(self, value: Any, format_spec: str) -> str:
        if not format_spec.startswith("#"):
            return str(super().format_field(value, format_spec))
        match format_spec.removeprefix("#").strip():
            case "":
                return "none" if round(value) == 0 else format(round(value), ",")
            case "of hours" if value >= HOURS_AS_DAYS:
                return _number_of(value / 24, "day")
            case "of hours":
                return _number_of(max(value, 1), "hour")
            case "since":
                return f"since {_day(self.as_of, value)}" if self.as_of else f"for {_number_of(value, 'day')}"
            case "on":
                return f"on {_day(self.as_of, value)}" if self.as_of else f"{_number_of(value, 'day')} ago"
            case nouns:
                return _number_of(value, nouns)


def _number_of(value: float, nouns: str) -> str:
    singular, _, plural = nouns.partition("/")
    count = round(value)
    noun = singular if count == 1 else plural or f"{singular}s"
    return f"{'no' if count == 0 else format(count, ',')} {noun}"


def _day(as_of: date, days: float) -> str:
    """The day so many days before as_of, as people name it in a list of that day."""
    day = as_of - timedelta(days=round(days))
    if round(days) < DAYS_BY_NAME:
        return f"{day:%A}"
    return f"{day.day} {day:%B}" if day.year == as_of.year else f"{day.day} {day:%B %Y}"


def names_in(template: str) -> set[str]:
    """The names that a sentence needs."""
    return _names(_ASIDE.sub("", template))


def asides_in(template: str) -> set[str]:
    """The names that a sentence takes where it has them."""
    return set().union(*(_names(aside) for aside in _ASIDE.findall(template))) - names_in(template)


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def said(
    says: str | None,
    name: str,
    unit: str,
    row: Mapping[str, float],
    *,
    usual: float | None = None,
    as_of: date | None = None,
) -> str | None:
    """A feature's value on one row in words; None where there is nothing to say or a number that it needs is missing.

    says: its sentence, if it has one. row: the values of all features of one account on one as_of. usual: the value
    that is normal, said behind it where there is one, it has a unit of its own and is another number. as_of: the day of
    the row, where sentences may name days.
    """
    value = row.get(name, math.nan)
    if not says or (unit == "yes/no" and not value):
        return None  # the sentence says what is so where it is
    fact, aside, rest = says.partition("[")
    sentence = rendered(fact, {**row, "value": value}, as_of)
    if sentence is None:
        return None
    return f"{sentence}{_of_the_usual(says, value, usual, unit)}{_rendered(aside + rest, row, as_of) or ''}"


def is_dated(says: str) -> bool:
    """Whether a sentence names the day on which something was: of that no number of days is usual, or good."""
    return "{value:# on}" in says or "{value:# since}" in says


def _of_the_usual(says: str, value: float, usual: float | None, unit: str) -> str:
    spec = _USUAL.get(unit)
    if spec is None or usual is None or math.isnan(usual) or math.isnan(value) or is_dated(says):
        return ""
    if unit in ("days", "hours") and usual == 0:
        return ""  # usually there is nothing that could have lasted
    normal, actual = (_Words(None).format_field(number, spec) for number in (usual, value))
    normal = "none" if normal == "0%" else normal
    return "" if normal == actual else f" (usual: {normal})"


def rendered(template: str, values: Mapping[str, float], as_of: date | None = None) -> str | None:
    """The sentence with its numbers, its first letter a capital; None where one of them is missing.

    What stands in [square brackets] is said where all its numbers are known and none of them is 0.
    """
    text = _rendered(template, values, as_of)
    return text and text[:1].upper() + text[1:]


def _rendered(template: str, values: Mapping[str, float], as_of: date | None) -> str | None:
    def aside(found: re.Match[str]) -> str:
        numbers = [values.get(name, math.nan) for name in _names(found[1])]
        return found[1] if all(number and not math.isnan(number) for number in numbers) else ""

    template = _ASIDE.sub(aside, template)
    named = {name: values.get(name, math.nan) for name in _names(template)}
    if any(value is None or math.isnan(value) for value in named.values()):
        return None
    return _Words(as_of).vformat(template, (), named)
