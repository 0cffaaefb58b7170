"""Months: their names in the languages of Europe's firms, of which strptime knows the English ones alone."""

import re
import unicodedata
from functools import cache

import ibis
import ibis.expr.types as ir
from babel import Locale

_LANGUAGES = ("en", "de", "de_AT", "fr", "es", "it", "nl", "pl", "pt")
_OF_SPREADSHEETS = {"mrz": 3}  # by Excel, in German


def by_number(form: str) -> str | None:
    """A format with a number for the name of a month; None where it has no name, or other words beside it."""
    if not re.search("%[bB]", form) or re.search("%[aAp]", form):
        return None
    return re.sub(r"%[bB]\.?", "%m", form)


def with_number(text: ir.StringValue) -> ir.StringValue:
    """A text with a number in the place of a month's name."""
    name = text.re_extract(_pattern(), 1)
    number = ibis.literal(dict(_numbers()), type="map<string, string>").get(name.lower().re_replace(r"\.$", ""))
    return ibis.ifelse(name == "", text, text.replace(name, number))


def written_with_number(text: str) -> str:
    """The same of a single text."""
    found = re.search(_pattern(no_letter=r"[\W\d_]"), text)
    return text.replace(found[1], _numbers()[found[1].lower().rstrip(".")]) if found else text


@cache
def _numbers() -> dict[str, str]:
    found = dict(_OF_SPREADSHEETS)
    for language in _LANGUAGES:
        for forms in Locale.parse(language).months.values():
            for months in (forms["wide"], forms["abbreviated"]):
                found |= {name.lower().rstrip("."): month for month, name in months.items()}
    # As keyboards without accents, and old systems, write them.
    plain = {unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode(): found[name] for name in found}
    return {name: f"{month:02}" for name, month in (plain | found).items()}


@cache
def _pattern(no_letter: str = r"[^\pL]") -> str:
    names = "|".join(sorted(_numbers(), key=len, reverse=True))
    return rf"(?i)(?:^|{no_letter})((?:{names})\.?)(?:{no_letter}|$)"
