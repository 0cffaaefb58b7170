"""States: columns that say which rows of a firm's files are no orders, or take some back, of which a SELECT takes no
notice.
"""

import re
from collections.abc import Collection, Iterator, Mapping

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from pipelines.intake.unread import names

_STATE = re.compile(r"status|state|stage|zustand|estado|statut|[eé]tat|stato", re.IGNORECASE)
_KIND = re.compile(r"type|kind|doc|beleg|vorgang|tipo|(^|_)art$", re.IGNORECASE)
# In English, German, French, Spanish, Italian and Dutch.
_OFFERS = (
    *("quote", "quotation", "sales quote", "sales quotation", "estimate", "proforma", "pro-forma", "pro forma"),
    *("angebot", "devis", "presupuesto", "preventivo", "offerte"),
)
_VOID = (
    *("cancel", "cancelled", "canceled", "void", "voided", "deleted", "rejected", "draft"),
    *("storno", "storniert", "gelöscht", "abgelehnt", "entwurf", "annulé", "annulée", "brouillon"),
    *("anulado", "anulada", "cancelado", "cancelada", "borrador", "annullato", "bozza", "geannuleerd"),
)
# Neither a credit, which may be a card's, nor a return, which may be a journey's.
_CREDITS = (
    *("credit memo", "credit note", "creditmemo", "creditnote", "credit_memo", "credit_note", "refund"),
    *("gutschrift", "avoir", "nota de crédito", "nota di credito", "creditnota"),
)
# A column that says it of each row by itself, as yes or no, or as the day on which it was.
_FLAG = re.compile(
    r"(is_?)?(cancel|cancell?ed|void|voided|deleted|draft|storno|storniert|gel(ö|oe)scht|test)(_?(at|on|date|time|flag))?",
    re.IGNORECASE,
)
_YES, _NO = {"true", "t", "1", "y", "yes", "x", "j", "ja"}, {"false", "f", "0", "n", "no", "nein", ""}
_MOST = 50  # different values; a column of more is no list of states
_SHOWN = 3


def no_orders(con: Backend, rows: ir.Table, table: str, select: str) -> Iterator[str]:
    """In words, the columns that say of some rows that they never came about, or are credits, where the SELECT names
    none that does. Only of a table of which it takes the days: of another one they speak of something else, as of
    products that are no longer sold.
    """
    schema = rows.schema()
    if not any((kind.is_timestamp() or kind.is_date()) and names(select, column) for column, kind in schema.items()):
        return
    found = {column: words for column in schema if (words := _no_order(con, rows, column))}
    if any(names(select, column) for column in found):
        return
    for column, words in found.items():
        yield f"{column} of {table} {words} of {_count(rows)} rows; leave out those that are no orders (WHERE …)"
    for column in schema:
        credits_ = _counts(con, rows, column, _CREDITS) if _KIND.search(column) and not names(select, column) else {}
        if credits_ and _have_no_minus(con, rows, column, select):
            words = f"says {_shown(credits_)} of {_count(rows)} rows, and no number of theirs that is read has a minus"
            yield f"{column} of {table} {words}; give amounts that are taken back one"


def _no_order(con: Backend, rows: ir.Table, column: str) -> str:
    """What a column says of rows that never came about; '' where it says nothing of the kind."""
    kind = rows[column].type()
    counts: dict[str, int] = {}
    if _STATE.search(column):
        counts = _counts(con, rows, column, (*_VOID, *_OFFERS))
    elif _KIND.search(column):
        counts = _counts(con, rows, column, _OFFERS)
    elif _FLAG.fullmatch(column) and (kind.is_timestamp() or kind.is_date()):
        days = int(rows[column].count().execute())
        return f"has a day in {days:,}" if days else ""
    elif _FLAG.fullmatch(column):
        every = _counts(con, rows, column)
        counts = {said: every[said] for said in every if said in _YES} if every.keys() <= _YES | _NO else {}
    return f"says {_shown(counts)}" if counts else ""


def _counts(con: Backend, rows: ir.Table, column: str, words: Collection[str] | None = None) -> dict[str, int]:
    """How many rows say which of the words, or what they say; nothing where they say too much to be states."""
    kind = rows[column].type()
    if not (kind.is_string() or kind.is_boolean() or kind.is_integer()):
        return {}
    said = rows.select(said=rows[column].cast("string").strip().lower()).drop_null()
    counted = said.group_by("said").agg(rows=said.count()).limit(_MOST + 1)
    counts = {row["said"]: row["rows"] for row in con.to_pyarrow(counted).to_pylist()}
    return {} if len(counts) > _MOST else {word: counts[word] for word in counts if words is None or word in words}


def _have_no_minus(con: Backend, rows: ir.Table, column: str, select: str) -> bool:
    """Whether a SELECT reads numbers of the credits among the rows, and none of them is negative."""
    numbers = [name for name, kind in rows.schema().items() if kind.is_numeric() and names(select, name)]
    credits_ = rows.filter(rows[column].strip().lower().isin(_CREDITS))
    if not numbers:
        return False
    least = con.to_pyarrow(credits_.agg(**{name: credits_[name].min() for name in numbers})).to_pylist()[0]
    return all(value is None or value >= 0 for value in least.values())


def _count(rows: ir.Table) -> str:
    return f"{int(rows.count().execute()):,}"


def _shown(counts: Mapping[str, int]) -> str:
    most = sorted(counts, key=lambda word: (-counts[word], word))
    said = ", ".join(f"{word!r} of {counts[word]:,}" for word in most[:_SHOWN])
    return said + (" and more" if len(most) > _SHOWN else "")
