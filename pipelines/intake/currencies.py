"""Currencies: columns of a firm's files that say in what amounts are, of which a SELECT takes no notice."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import ibis.expr.types as ir
from babel.numbers import get_currency_name, get_currency_symbol, list_currencies
from ibis.backends.duckdb import Backend

from pipelines.intake.unread import names

# What such a column is called in most languages of Europe, and by SAP (WAERS). Others that fit, as is_current, hold no
# codes of ISO 4217, but for levels of silver and gold.
_NAME = re.compile(r"curr(?!ent)|w(ä|ae|a)h?rung|waers|devise|valuta|moneda|divisa|moeda|waluta", re.IGNORECASE)
_NONE = {"XXX", "XTS"}  # codes of ISO 4217 for none, and for tests
_BASE = r"base|home|local|functional|reporting|converted|hauswaehrung|hauswährung|dmbtr|hwbtr"
_SHOWN = 5
_MOST = 200  # more than there are currencies in use
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "pt")
_OF_MANY = ("$", "£", "¥", "KR", "DOLLAR", "DOLLARS")  # several countries have them


def other_currencies(con: Backend, rows: ir.Table, table: str, ours: str) -> Iterator[tuple[str, str]]:
    """The columns of a table that say another currency than `ours`, for some of its rows or all, and in words which."""
    for column, kind in rows.schema().items():
        if not kind.is_string() or not _NAME.search(column):
            continue
        said = rows[column].strip().upper().nullif("")
        every = rows.select(said=said).drop_null().distinct().limit(_MOST + 1)
        found = sorted(set(con.to_pyarrow(every)["said"].to_pylist()) - _NONE)
        if len(found) <= _MOST and _are_others(found, ours):
            shown = ", ".join(found[:_SHOWN]) + (" and others" if len(found) > _SHOWN else "")
            yield column, f"{column} of {table} says {shown}, and amounts are taken for {ours}"


def is_converted(rows: ir.Table, select: str, ours: str) -> bool:
    """Whether a SELECT reads a number that is in our currency, as its name says, whatever another of the row is in."""
    in_ours = re.compile(rf"(^|_|(?-i:(?<=[a-z])(?=[A-Z])))({ours}|{_BASE})(_|$|(?-i:(?=[A-Z])))", re.IGNORECASE)
    numbers = (name for name, kind in rows.schema().items() if kind.is_numeric() and in_ours.search(name))
    return any(names(select, name) for name in numbers)


def _are_others(found: list[str], ours: str) -> bool:
    """Whether all are currencies, in capitals, and one is not ours; nor is a sign of many where ours has another."""
    if list_currencies().issuperset(found):
        return bool(found) and found != [ours]
    means = {one: _spellings().get(one) for one in found}
    if not all(codes or one in _OF_MANY for one, codes in means.items()):
        return False
    is_ours = [ours in codes for one, codes in means.items() if codes and one not in _OF_MANY]
    return not all(is_ours) or (any(is_ours) and any(one in _OF_MANY for one in found))


@cache
def _spellings() -> Mapping[str, set[str]]:
    """Codes, names and signs of currencies, in capitals, with the codes that each may mean."""
    found: dict[str, set[str]] = {}
    for code in list_currencies():
        for language in _LANGUAGES:
            told = [get_currency_name(code, count, language) for count in (None, 1, 2, 5)]
            for word in (code, get_currency_symbol(code, language), *told):
                found.setdefault(word.upper(), set()).add(code)
    return found
