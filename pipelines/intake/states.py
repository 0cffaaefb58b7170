"""States: columns that say which rows of a firm's files are no orders, or take some back, of which a SELECT takes no
notice.
"""

import re
from collections.abc import Collection, Iterator, Mapping

import ibis.expr.types as ir
from ibis.backends.duckdb import Backend

from pipelines.intake.unread import gives_any, names

# Of the order itself: the status of its customer, its payment or its return is another, and whoever leaves out orders
# of customers that are gone learns nothing of leaving.
_OF_ORDER = (
    r"((sales?_?)?order|sales?|invoice|doc(ument)?|dokument|line|record|entry|voucher|tran|trans(action)?|trx|txn|auftrag"
    r"|bestell(ung)?|beleg|rechnung|vorgang|pedido|factura|fattura|ordine|commande|facture)s?_?"
)
_STATE = re.compile(
    rf"({_OF_ORDER})?(status|state|stage|zustand|estado|statut|[eé]tat|stato)(_?(code|name|text))?", re.IGNORECASE
)
_KIND = re.compile(
    rf"({_OF_ORDER})?(type|kind|art|typ)(_?(code|name|text))?|tipo(_?(de_?|di_?)?doc\w*)?|doc(ument)?|beleg|vorgang",
    re.IGNORECASE,
)
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
# A column that says it of each row by itself, as yes or no, or as the day on which it was. Not one by which an order is
# cancelled unless it is delivered before, nor of a test that was sold, nor of beer.
_FLAG = re.compile(
    r"(is_?)?(cancell?ed|void|voided|deleted|storno|storniert|gel(ö|oe)scht)(_?(at|on|date|time|flag))?"
    r"|is_?(cancel|draft|test)(_?flag)?",
    re.IGNORECASE,
)
_YES, _NO = {"true", "t", "1", "y", "yes", "x", "j", "ja"}, {"false", "f", "0", "n", "no", "nein", ""}
_MOST = 50  # different values; a column of more is no list of states
_SHOWN = 3


def no_orders(con: Backend, rows: ir.Table, table: str, select: str) -> Iterator[str]:
    """In words, the columns that say of some rows that they never came about, or are credits, where the SELECT names
    none that does, and gives such rows.
    """
    never = {column: says for column in rows.columns if (says := _says_never(rows[column])) is not None}
    credits_ = {column: _word(rows[column]).isin(_CREDITS) for column in rows.columns if _is_kind(rows[column])}
    if not never:
        return
    all_rows, *hits = _count(con, rows, [*never.values(), *credits_.values()])
    of_never, of_credits = hits[: len(never)], hits[len(never) :]
    found = {
        column: _said(con, rows, column, hit, all_rows) for column, hit in zip(never, of_never, strict=True) if hit
    }
    found = {column: said for column, said in found.items() if said}
    if any(names(select, column) for column in found):
        return
    for column, said in found.items():
        if gives_any(con, select, table, rows.filter(never[column])):
            yield f"{column} of {table} {said} of {all_rows:,} rows; leave out those that are no orders (WHERE …)"
    for (column, says), hit in zip(credits_.items(), of_credits, strict=True):
        if not hit or names(select, column) or not _have_no_minus(con, rows.filter(says), select):
            continue
        counts = _counts(con, rows, column, _CREDITS)
        if counts and gives_any(con, select, table, rows.filter(says)):
            words = f"says {_shown(counts)} of {all_rows:,} rows, and no number of theirs that is read has a minus"
            yield f"{column} of {table} {words}; give amounts that are taken back one"


def _says_never(column: ir.Column) -> ir.BooleanColumn | None:
    """Where a column says that a row never came about; None where it is none that could."""
    words = _words(column)
    if words:
        return _word(column).isin(words)
    return column.notnull() if _is_day(column) and _FLAG.fullmatch(column.get_name()) else None


def _words(column: ir.Column) -> Collection[str]:
    """What a column would say of rows that never came about; nothing where it is of none of these."""
    name, kind = column.get_name(), column.type()
    if not (kind.is_string() or kind.is_boolean() or kind.is_integer()):
        return ()
    if _STATE.fullmatch(name):
        return (*_VOID, *_OFFERS)
    if _KIND.fullmatch(name):
        return _OFFERS
    return _YES if _FLAG.fullmatch(name) else ()


def _is_kind(column: ir.Column) -> bool:
    return bool(column.type().is_string() and _KIND.fullmatch(column.get_name()))


def _is_day(column: ir.Column) -> bool:
    return bool(column.type().is_timestamp() or column.type().is_date())


def _word(column: ir.Column) -> ir.StringColumn:
    return column.cast("string").strip().lower()


def _count(con: Backend, rows: ir.Table, says: list[ir.BooleanColumn]) -> list[int]:
    """How many rows there are, and how many say so, in one pass."""
    sums = [said.cast("int64").sum().name(f"{place}") for place, said in enumerate(says)]
    (counts,) = con.to_pyarrow(rows.agg([rows.count().name("all"), *sums])).to_pylist()
    return [count or 0 for count in counts.values()]


def _said(con: Backend, rows: ir.Table, column: str, hits: int, all_rows: int) -> str:
    """What a column says of rows that never came about; '' where it says nothing of the kind."""
    if _is_day(rows[column]):
        # A day in most rows is one that stands for none, or that is planned.
        return f"has a day in {hits:,}" if 2 * hits < all_rows else ""
    counts = _counts(con, rows, column, _words(rows[column]))
    return f"says {_shown(counts)}" if counts else ""


def _counts(con: Backend, rows: ir.Table, column: str, words: Collection[str]) -> dict[str, int]:
    """How many rows say which of the words; nothing where they are no states, or not yes and no alone."""
    said = rows.select(said=_word(rows[column])).drop_null()
    counted = said.group_by("said").agg(rows=said.count()).limit(_MOST + 1)
    counts = {row["said"]: row["rows"] for row in con.to_pyarrow(counted).to_pylist()}
    if len(counts) > _MOST or (words is _YES and not counts.keys() <= _YES | _NO):
        return {}
    return {word: counts[word] for word in counts if word in words}


def _have_no_minus(con: Backend, credits_: ir.Table, select: str) -> bool:
    """Whether a SELECT reads numbers of these rows, and none of them is negative."""
    numbers = [name for name, kind in credits_.schema().items() if kind.is_numeric() and names(select, name)]
    if not numbers:
        return False
    least = con.to_pyarrow(credits_.agg(**{name: credits_[name].min() for name in numbers})).to_pylist()[0]
    return all(value is None or value >= 0 for value in least.values())


def _shown(counts: Mapping[str, int]) -> str:
    most = sorted(counts, key=lambda word: (-counts[word], word))
    said = ", ".join(f"{word!r} of {counts[word]:,}" for word in most[:_SHOWN])
    return said + (" and more" if len(most) > _SHOWN else "")
