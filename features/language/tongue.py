"""Tongue: the language in which people are told; English stands in the code, every other in a catalogue beside it.

What people read is a template: `tr("{count:# order} in {days} days", count=2, days=90)`. A catalogue (gettext's .po,
one a language) gives the template in its own words, and the numbers are written as its readers write them.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from babel import Locale
    from babel.messages.catalog import Catalog

ENGLISH = "en"
CATALOGUES = Path(__file__).parent / "locale"
ALIKE = (
    "#",
    "# of hours",
    "# in days",
    "# every",
    "# since",
    "# on",
)  # forms that hold no noun, so they are the same in every language
HOURS_AS_DAYS = 48
NEARLY_NONE = 0.005  # a share below is no 0%
DAYS_BY_NAME = 7  # "on Thursday" can be no other Thursday
_DIGITS = 6
_CATEGORIES = ("zero", "one", "two", "few", "many", "other")  # of CLDR's plurals, in its order
_NUMBER = re.compile(r"\+?(,?)(\.\d+)?([f%g]?)")
Parts = tuple[tuple[str, str | None, str | None, str | None], ...]  # of a template: text, name, form, conversion
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)
_given: ContextVar[Mapping[str, str] | None] = ContextVar("given", default=None)


def languages() -> list[str]:
    """The codes of the languages that are shipped, English first."""
    return [ENGLISH, *sorted(path.stem for path in CATALOGUES.glob("*.po"))]


@contextmanager
def speaking(language: str, given: Mapping[str, str] | None = None) -> Iterator[None]:
    """Within it, people are told in this language. Not to be used around a `yield` of one's own.

    given: what it says for every English text, where there is no catalogue.
    """
    before, before_given = _spoken.set(language), _given.set(given)
    try:
        yield
    finally:
        _spoken.reset(before)
        _given.reset(before_given)


def spoken() -> str:
    """The code of the language in which people are told."""
    return _spoken.get()


def later(text: str) -> str:
    """A text that is told in some language when it is used: marks it for the catalogues, and returns it as it is."""
    return text


def translated(text: str) -> str:
    """A template in the language that is spoken; in English where its catalogue has nothing for it."""
    if _spoken.get() == ENGLISH:
        return text
    given = _given.get()
    return (texts(CATALOGUES / f"{_spoken.get()}.po") if given is None else given).get(text, text)


def tr(text: str, /, **values: Any) -> str:
    """A text in the language that is spoken, with its values in the place of their names."""
    return filled(translated(text), values) if values else translated(text)


@dataclass(frozen=True)
class Told:
    """Texts with their values, one behind the other, that are put into a language only when they are shown: `str` gives
    them in the one that is spoken then.
    """

    parts: tuple[tuple[str, Mapping[str, Any]], ...]

    def __str__(self) -> str:
        return "".join(tr(text, **values) for text, values in self.parts)

    def __add__(self, more: "Told") -> "Told":
        return Told(self.parts + more.parts)

    def as_json(self) -> list[dict[str, Any]]:
        return [{"text": text, "values": dict(values)} for text, values in self.parts]

    @classmethod
    def from_json(cls, parts: Sequence[Mapping[str, Any]]) -> "Told":
        """What `as_json` gave."""
        return cls(tuple((part["text"], part["values"]) for part in parts))


def told(text: str, /, **values: Any) -> Told:
    """A text that is told in some language later, with its values, floats to the digits that anybody may be shown."""
    return Told(((text, {name: _rounded(value) for name, value in values.items()}),))


def _rounded(value: Any) -> Any:
    return round(float(value), _DIGITS) if isinstance(value, float) else value


def filled(template: str, values: Mapping[str, Any], as_of: date | None = None) -> str:
    """A template with its values, as those write who speak the language. Raises KeyError where one is missing.

    Beside what str.format can do: `{value:# call}` gives 'no calls', '1 call', '3 calls', and `{value:0# call}` gives
    '0 calls'; a noun with another plural stands as `# breach/breaches`. In a catalogue there is a form for none (of `#`
    alone) and one for each plural of the language: `{value:# kein Anruf/Anruf/Anrufe}`. `{value:# of hours}` is a span
    as people say it: '5 hours' and, from two days on, '4 days'; `{value:# in days}` is one of days: '4 days', or 'less
    than a day'; `{value:# every}` is how often: 'every day', 'every 4 days'; `{value:#}` is a number alone, 'none' or
    '3';
    `{value:# since}` and `{value:# on}` are the day so many days before as_of: 'since Thursday', 'on 14 May', or
    'for 4 days', '4 days ago' where as_of is not known. Of whole percents what is nearly none is '<1%'.
    """
    return _Words(as_of).vformat(template, (), values)


class _Words(Formatter):
    def __init__(self, as_of: date | None) -> None:
        self.as_of = as_of

    def parse(self, format_string: str) -> Parts:
        return parts(format_string)

    def format_field(self, value: Any, format_spec: str) -> str:
        is_zero_written, spec = format_spec.startswith("0#"), format_spec.removeprefix("0")
        if not spec.startswith("#"):
            is_nearly_none = format_spec == ".0%" and 0 < value < NEARLY_NONE
            return f"<{number(0.01, format_spec)}" if is_nearly_none else number(value, format_spec)
        match spec:
            case "#":
                return tr("none") if round(value) == 0 else number(round(value), ",")
            case "# of hours":
                return _span(value)
            case "# in days":
                return tr("less than a day") if round(value) < 1 else _span(24 * value, in_days=True)
            case "# every":
                return tr("every day") if round(value) <= 1 else tr("every {count:0# day}", count=round(value))
            case "# since":
                return _since(self.as_of, round(value))
            case "# on":
                return _on(self.as_of, round(value))
        return counted(round(value), spec[1:].strip(), is_zero_written=is_zero_written)


@lru_cache(maxsize=4096)
def parts(template: str) -> Parts:
    """What a template consists of: taken apart once, as many sentences are made of it."""
    return tuple(Formatter().parse(template))


def counted(count: int, noun: str, *, is_zero_written: bool = False) -> str:
    """'no calls', '1 call', '3 calls'; '0 calls' where zero is written.

    noun: its forms, as in `filled`.
    """
    forms, categories = noun.split("/"), plurals()
    if len(forms) < len(categories):
        forms.append(f"{forms[0]}s")
    for_none = forms.pop(0) if len(forms) > len(categories) else f"no {forms[-1]}"
    if count == 0 and not is_zero_written:
        return for_none
    return f"{number(count, ',')} {forms[categories.index(_category(count))]}"


def number(value: Any, spec: str) -> str:
    r"""A number as `format` writes it, with the signs of the language; never another number than in English.

    >>> with speaking("de"):
    ...     number(1234.5, ",.1f"), number(0.5, ".0%")
    ('1.234,5', '50\xa0%')
    """
    text = str(format(value, spec))
    kind = _NUMBER.fullmatch(spec) if spec and _spoken.get() != ENGLISH else None
    if kind is None or not math.isfinite(value):
        return text
    plain = format(value, spec.replace(",", ""))
    digits, places = Decimal(plain.rstrip("%")), len(plain.rstrip("%").partition(".")[2])
    is_share = plain.endswith("%")
    pattern = copy((locale().percent_formats if is_share else locale().decimal_formats)[None])
    pattern.frac_prec = (places, places)
    exact = digits.scaleb(-2) if is_share else digits
    sign = "+" if plain.startswith("+") else ""
    return f"{sign}{pattern.apply(exact, locale(), group_separator=bool(kind[1]))}"


def day(value: date) -> str:
    """'1 July 2026', '1. Juli 2026'."""
    if _spoken.get() == ENGLISH:
        return f"{value.day} {value:%B %Y}"
    from babel.dates import format_date

    return format_date(value, "long", locale=locale())


def short_day(value: date) -> str:
    """'2026-07-01', '01.07.2026'."""
    if _spoken.get() == ENGLISH:
        return value.isoformat()
    from babel.dates import format_date

    return format_date(value, "medium", locale=locale())


def day_and_month(value: date) -> str:
    """'1 July', '1. Juli'."""
    if _spoken.get() == ENGLISH:
        return f"{value.day} {value:%B}"
    from babel.dates import format_skeleton

    return format_skeleton("MMMMd", value, locale=locale())


def weekday(value: date) -> str:
    """'Thursday', 'Donnerstag'."""
    if _spoken.get() == ENGLISH:
        return f"{value:%A}"
    from babel.dates import format_date

    return format_date(value, "EEEE", locale=locale())


def locale() -> "Locale":
    """What Babel knows of the language that is spoken."""
    return _locale(_spoken.get())


def plurals() -> list[str]:
    """The plural categories that the language tells apart, in CLDR's order: one, other."""
    return ["one", "other"] if _spoken.get() == ENGLISH else _plurals(_spoken.get())


def texts(path: Path) -> dict[str, str]:
    """What a catalogue says for every English text; nothing where there is no such file."""
    return _texts(path, path.stat().st_mtime_ns) if path.exists() else {}


def said_in(*files: str) -> dict[str, str]:
    """What the catalogue of the language that is spoken says for the texts that stand in files of these names; nothing
    for English.
    """
    if spoken() == ENGLISH:
        return {}
    path = CATALOGUES / f"{spoken()}.po"
    there = {str(text.id) for text in catalogue_of(path) for file, _ in text.locations if Path(file).name in files}
    return {text: said for text, said in texts(path).items() if text in there}


def catalogue_of(path: Path) -> "Catalog":
    """A catalogue as Babel reads it."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


@cache
def _texts(path: Path, _changed: int) -> dict[str, str]:
    return {str(text.id): str(text.string) for text in catalogue_of(path) if text.id and text.string}


@cache
def _locale(language: str) -> "Locale":
    from babel import Locale

    return Locale.parse(language)


@cache
def _plurals(language: str) -> list[str]:
    found = {*_locale(language).plural_form.tags, "other"}
    return [category for category in _CATEGORIES if category in found]


def _category(count: int) -> str:
    if _spoken.get() == ENGLISH:
        return "one" if count == 1 else "other"
    return str(locale().plural_form(count))


def _since(as_of: date | None, days: int) -> str:
    if as_of is None:
        return tr("for {count:# day}", count=days)
    then = as_of - timedelta(days=days)
    if days < DAYS_BY_NAME:
        return tr("since {weekday}", weekday=weekday(then))
    return tr("since {day}", day=_day_near(as_of, then))


def _on(as_of: date | None, days: int) -> str:
    if as_of is None:
        return tr("{count:# day} ago", count=days)
    then = as_of - timedelta(days=days)
    if days < DAYS_BY_NAME:
        return tr("on {weekday}", weekday=weekday(then))
    return tr("on {day}", day=_day_near(as_of, then))


def _day_near(as_of: date, then: date) -> str:
    """A day as people name it in a list of as_of: the year only where it is another."""
    return day_and_month(then) if then.year == as_of.year else day(then)


def _span(hours: float, *, in_days: bool = False) -> str:
    in_days = in_days or hours >= HOURS_AS_DAYS
    count = round(hours / 24 if in_days else max(hours, 1))
    if _spoken.get() == ENGLISH:
        return counted(count, "day" if in_days else "hour")
    from babel.units import format_unit

    return format_unit(count, "duration-day" if in_days else "duration-hour", locale=locale())
