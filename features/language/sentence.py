"""Sentence: a feature's number in words."""

import math
import re
from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from features.language.tongue import NEARLY_NONE, filled, later, parts, tr

Floats = npt.NDArray[np.float64]

NONE_OR = " // "  # parts what is said of 0 from what is said of any other number
_WITHOUT_BRACKETS = str.maketrans("", "", "[]")
_BETWEEN = 1e-6  # of a unit of the last digit: so near to the middle between two, either may be told
_ASIDE = re.compile(r"\[([^\[\]]*)\]")
# What is normal, behind a number that means little without it; by the unit. A ratio has it within.
_USUAL = {
    "count": "{usual:#}",
    "days": later("{usual:# day}"),
    "hours": "{usual:# of hours}",
    "share": "{usual:.0%}",
}
_OF_MEANS = "{usual:# in days}"


def names_in(template: str) -> frozenset[str]:
    """The names that a sentence needs."""
    return _names(_ASIDE.sub("", template))


def asides_in(template: str) -> frozenset[str]:
    """The names that a sentence takes where it has them."""
    return frozenset().union(*(_names(aside) for aside in _ASIDE.findall(template))) - names_in(template)


@lru_cache(maxsize=4096)
def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in parts(text) if name)


def as_told(template: str, names: Collection[str], numbers: Floats) -> Floats:
    """The numbers that a template tells under one of these names, those that read alike made the same: 12.1% and 12.3%
    are both told as 12%, so one sentence does for both. What lies between two readings stays as it is, and so does what
    is nearly 0.
    """
    forms = {form or "" for _, field, form, _ in parts(template.translate(_WITHOUT_BRACKETS)) if field in names}
    if not forms:
        return np.where(np.isnan(numbers) | (numbers == 0), numbers, 1.0)  # it is not told how many
    digits, *others = {_digits(form) for form in forms}
    if others or digits is None:
        return numbers
    scale = 10.0**digits
    scaled = numbers * scale
    rounded = np.rint(scaled)
    is_between = np.abs(np.abs(scaled - rounded) - 0.5) < _BETWEEN
    return np.where(np.isnan(scaled) | is_between | (rounded == 0), numbers, rounded / scale)


def _digits(form: str) -> int | None:
    """Behind the point, of the number that is told; None where that is not so simple."""
    if form == ".0%":
        return 2
    return 0 if form == ".0f" or (form.removeprefix("0").startswith("#") and form != "# of hours") else None


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

    says: its sentence, if it has one, behind `NONE_OR` where 0 has one of its own. row: the values of all features of
    one account on one as_of. usual: the value that is normal, said behind it where there is one, it has a unit of its
    own and is another number. as_of: the day of the row, where sentences may name days.
    """
    value = row.get(name, math.nan)
    if not says or (unit == "yes/no" and not value):
        return None  # the sentence says what is so where it is
    usual = usual if "{value" in says else None  # beside a number that is not told it means nothing
    of_none, _, of_others = says.rpartition(NONE_OR)
    says = of_none if of_none and value == 0 else of_others
    fact, aside, rest = says.partition("[")
    sentence = rendered(fact, {**row, "value": value}, as_of)
    if sentence is None:
        return None
    others = {other: number for other, number in row.items() if other != name}  # what is told is not told again
    return f"{sentence}{_of_the_usual(says, value, usual, unit)}{_rendered(aside + rest, others, as_of) or ''}"


def is_dated(says: str) -> bool:
    """Whether a sentence names the day on which something was: of that no number of days is usual, or good."""
    return "{value:# on}" in says or "{value:# since}" in says


def _of_the_usual(says: str, value: float, usual: float | None, unit: str) -> str:
    template = _OF_MEANS if "{value:# in days}" in says else _USUAL.get(unit)
    if template is None or usual is None or math.isnan(usual) or math.isnan(value) or is_dated(says):
        return ""
    if unit in ("days", "hours") and usual == 0:
        return ""  # usually there is nothing that could have lasted
    normal, actual = (tr(template, usual=amount) for amount in (usual, value))
    if normal == actual:
        return ""
    is_none = unit == "share" and usual < NEARLY_NONE
    return f" {tr('(usual: {usual})', usual=tr('none') if is_none else normal)}"


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
    return filled(template, named, as_of)
