"""Past risk: one account on the latest as_ofs, by the facts of each day and the model of today."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from features.language.tongue import short_day, tr
from models.churn import Churn
from models.definition import PaceBy
from models.doubt import NO_DOUBT
from models.explain import Contributions
from models.rule import Rule
from pipelines.at_risk import features_at
from pipelines.doubt import Records
from pipelines.exports.pace import pace_words, standing
from pipelines.exports.wording import day, is_missing, percent
from pipelines.home import Home
from pipelines.settings import Settings
from pipelines.told import contributions_of, reasons_of

DATES = 12  # on which a risk is told
WIDTH = 20  # characters of the bar of a certain leaving
COLUMNS = [
    "as_of",
    "risk",
    "pace",
    "days_since_order",
    "usual_cycle",
    "sign",
    "reason_code",
    "reason",
    "cause",
    "days_to_contract_end",
    "days_to_renewal",
    "has_notice",
]


def known_lately(settings: Settings, home: Home, as_of: date, account_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was known of an account on the latest as_ofs, oldest first: see `features_at`."""
    step_days = settings.snapshots.step_days
    return features_at(settings, home, as_of, step_days=step_days, count=DATES, only=[account_id])


def past_risk(
    model: Churn | Rule,
    known: pd.DataFrame,
    others: pd.DataFrame,
    moved: Contributions | None = None,
    records: Records | None = None,
) -> pd.DataFrame:
    """COLUMNS of every as_of, oldest first; where it was not watched, no risk but the cause. Days on which nobody knew
    the account yet are absent.

    known, others: see `known_lately`. moved: of `known`, where it is at hand; see `contributions_of`. records: the
    tables, some of which may have ended, or thinned out, by one day or another.
    """
    moved = moved or contributions_of(model, known)  # of all days at once: the forest takes the time, and not the rows
    days = {day: (known["as_of"] == day).to_numpy() for day in known["as_of"].unique()}
    told = [
        _told(model, known[own], pd.Timestamp(str(as_of)).date(), moved.subset(own), records)
        for as_of, own in days.items()
    ]
    rows = pd.concat([frame.reindex(columns=COLUMNS).astype(object) for frame in (*told, others)])
    rows["as_of"] = pd.to_datetime(rows["as_of"])
    return rows.sort_values("as_of", ignore_index=True)


def _told(
    model: Churn | Rule, known: pd.DataFrame, as_of: date, moved: Contributions, records: Records | None
) -> pd.DataFrame:
    said = reasons_of(model, known, as_of, moved, records.doubt(as_of) if records else NO_DOUBT)
    named = {"reason": said["reason_1"], "reason_code": said["reason_1_code"]}
    return known.assign(risk=model.risk(known), sign=said["sign"], **named)


def past_risk_lines(history: pd.DataFrame, model: Churn | Rule, pace_by: PaceBy) -> Iterator[str]:
    """A table with bars, one line a date, under a line that says whose risks they are."""
    yield _whose(model)
    rows = _spans([{str(name): value for name, value in row.items()} for row in history.to_dict("records")])
    stands = [_stands(row, pace_by) for row in rows]
    width = max(map(len, stands), default=0)
    for row, text in zip(rows, stands, strict=True):
        risk = row["risk"]
        bar = "" if is_missing(risk) else "█" * round(WIDTH * risk)
        share = "–" if is_missing(risk) else percent(risk)
        reason = "" if is_missing(row["reason"]) else row["reason"]
        yield f"  {short_day(row['as_of'].date())}  {share:>5}  {bar:<{WIDTH}}  {text:<{width}}  {reason}".rstrip()


def _spans(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Days on end without a score for one cause as their first, with the last beside it (until)."""
    spans: list[Mapping[str, Any]] = []
    for row in rows:
        if spans and not is_missing(row["cause"]) and row["cause"] == spans[-1]["cause"]:
            spans[-1] = {**spans[-1], "until": row["as_of"]}
        else:
            spans.append(row)
    return spans


def _whose(model: Churn | Rule) -> str:
    if isinstance(model, Rule):
        return tr("Its risk on earlier dates, by the rule of today")
    learned_until = day(date.fromisoformat(model.about["last_as_of"]))
    return tr(
        "Its risk on earlier dates, by the model of today, which has learned what came of those up to {day}",
        day=learned_until,
    )


def _stands(row: Mapping[str, Any], pace_by: PaceBy) -> str:
    if not is_missing(row["cause"]):
        until = row.get("until")
        return (
            tr("{cause}; the same up to {day}", cause=row["cause"], day=short_day(until.date()))
            if until
            else str(row["cause"])
        )
    words = pace_words(pace_by)
    return ", ".join(filter(None, [words.names[row["pace"]] if words else "", standing(dict(row), pace_by)]))
