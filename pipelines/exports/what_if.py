"""What if: the risk that the model would give, had one thing been done just before as_of, and nothing else.

Never a promise: the model has seen what goes along with leaving, and not what keeps an account.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from features.catalogue import catalogue
from features.compute.altered import Altered
from features.compute.duckdb import DuckDB
from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.declare import YEAR
from features.language.measure import leaves
from features.language.of_rows import OfRows
from features.language.tongue import later, tr
from features.tables import TABLES
from models.churn import Churn
from models.rule import Rule
from pipelines.exports.wording import percent
from pipelines.home import Home

NEW_REP = "a rep named today"  # of whom nothing is known, whoever it will be
JUST_BEFORE = timedelta(minutes=1)
COLUMNS = ["deed", "risk_now", "risk"]

Row = dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """What a firm can do, as rows of a table.

    needs: the columns without which nothing of it would be seen. done: the account's rows had it been done at a moment,
    by the rep if there is one; None where there is nothing to do.
    """

    words: str
    table: str
    needs: frozenset[str]
    done: Callable[[list[Row], datetime, str | None], list[Row] | None]


def _added(row: Mapping[str, Any], time_column: str) -> Callable[[list[Row], datetime, str | None], list[Row]]:
    """One more row, of that moment."""

    def done(rows: list[Row], moment: datetime, rep_id: str | None) -> list[Row]:
        return [*rows, {**row, time_column: moment, "rep_id": rep_id}]

    return done


def _closed(
    begins: str, ends: str, which: Callable[[Row], bool]
) -> Callable[[list[Row], datetime, str | None], list[Row] | None]:
    """What has begun within a year and not ended, ended at that moment. which: the rows that it is about."""

    def done(rows: list[Row], moment: datetime, _: str | None) -> list[Row] | None:
        def is_open(row: Row) -> bool:
            begun, ended = pd.Timestamp(row[begins]), pd.Timestamp(row[ends])
            is_of_late = moment - timedelta(days=YEAR) < begun < moment
            return which(row) and is_of_late and not ended <= moment  # no time is before none

        return [{**row, ends: moment} if is_open(row) else row for row in rows] if any(map(is_open, rows)) else None

    return done


def _event(words: str, table: str, **row: str) -> Deed:
    happened = TABLES[table].happened or ""
    return Deed(words, table, frozenset({happened, *row}), _added(row, happened))


def _end(words: str, table: str, begins: str, ends: str, which: Callable[[Row], bool] = lambda _: True) -> Deed:
    return Deed(words, table, frozenset({begins, ends}), _closed(begins, ends, which))


def _named(rows: list[Row], moment: datetime, rep_id: str | None) -> list[Row] | None:
    """A rep of its own from that moment on, one whom nobody knows yet; None where it has one."""
    return None if rep_id else [*rows, {"rep_id": NEW_REP, "starts_at": moment}]


def _is_call(row: Row) -> bool:
    """As `features.reasons.calls.rung` has it: where nobody wrote down what it was, it was a call."""
    return (row.get("channel") or "call") == "call"


DEEDS = (
    _event(later("one conversation today"), "contacts", channel="call"),
    _end(later("every open call returned today"), "calls", "called_at", "returned_at", _is_call),
    _end(
        later("every open request answered today"),
        "calls",
        "called_at",
        "returned_at",
        lambda row: not _is_call(row),
    ),
    _end(later("every wrong invoice put right today"), "invoices", "error_found_at", "corrected_at"),
    _end(later("every open ticket solved today"), "tickets", "opened_at", "resolved_at"),
    _event(later("a review meeting today"), "signals", kind="review_meeting"),
    Deed(later("a rep named today"), "rep_assignments", frozenset({"rep_id", "starts_at"}), _named),
)


def what_if(home: Home, as_of: date, now: pd.DataFrame, model: Churn | Rule) -> pd.DataFrame:
    """COLUMNS of every deed that there is something to do of, the greatest help first: the deed in words, risks as
    probabilities.

    now: what is known of the account on as_of, one row of `features_at`; without a row the answer is empty. Features
    that read the deed's table are computed anew from its rows, as every night, with those of its rep and its team; all
    others stay what they are.
    """
    found = []
    tables = DuckDB(home.tables)
    for account_id, rep_id in zip(now["account_id"], now["rep_id"], strict=True):
        for deed in DEEDS:
            rows = rows_after(tables, deed, account_id, as_of, rep_id)
            if rows is not None:
                done = Altered(home.tables, account_id, {deed.table: rows})
                after = now.assign(**_read_anew(done, deed.table, as_of, account_id))
                found.append((tr(deed.words), float(model.risk(now)[0]), float(model.risk(after)[0])))
    return pd.DataFrame(found, columns=COLUMNS).sort_values("risk", kind="stable", ignore_index=True)


def _read_anew(engine: Altered, table: str, as_of: date, account_id: str) -> dict[str, float]:
    """By feature that reads the table, its value for the account."""
    measures = {
        feature.name: feature.measure
        for feature in catalogue().given(engine.columns)
        if any(
            isinstance(leaf, OfRows) and leaf.rows.table.name == table
            for leaf in leaves(feature.measure, engine.columns)
        )
    }
    (block,) = blocks(engine, measures.values(), Grid(as_of, 1, 1), [account_id])
    return {name: float(block.dense(measure)[0, 0]) for name, measure in measures.items()}


def what_if_lines(found: pd.DataFrame, model: Churn | Rule) -> Iterator[str]:
    """A line a deed, under one that says whose view it is; none where there are no deeds."""
    if found.empty:
        return
    if isinstance(model, Rule):
        yield tr("What would change it, by the rule of today (no promise)")
    else:
        yield tr("What would change it, in the model's eyes (no promise)")
    width = max(len(words) for words in found["deed"])
    for deed in found.to_dict("records"):
        yield f"  {deed['deed']:<{width}}  {_change(deed['risk_now'], deed['risk'])}"


def _change(now: float, then: float) -> str:
    if then >= now:
        return tr("no less")
    return tr("hardly less") if percent(now) == percent(then) else f"{percent(now)} → {percent(then)}"


def rows_after(tables: DuckDB, deed: Deed, account_id: str, as_of: date, rep_id: Any) -> pa.Table | None:
    """The account's rows of the deed's table had it been done; None where there is nothing to do, or no such table or
    column.
    """
    if not deed.needs <= tables.columns.get(deed.table, set()):
        return None
    rows = tables.table(deed.table)
    own = tables.arrow(rows.filter(rows.account_id == account_id))
    moment = datetime.combine(as_of, time()) - JUST_BEFORE
    done = deed.done(own.to_pylist(), moment, rep_id if isinstance(rep_id, str) else None)
    if done is None:
        return None
    return pa.Table.from_pylist([{**row, "account_id": account_id} for row in done], schema=own.schema)
