"""Past risk: one account on the latest as_ofs, by the facts of each day and the model of today."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from models.churn import Churn
from models.definition import PaceBy
from models.rule import Rule
from pipelines.at_risk import features_at
from pipelines.exports.pace import pace_words, standing
from pipelines.exports.wording import day, is_missing, percent
from pipelines.home import Home
from pipelines.score import reasons_of
from pipelines.settings import Settings

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
]


def known_lately(settings: Settings, home: Home, as_of: date, account_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What was known of an account on the latest as_ofs, oldest first: see `features_at`."""
    step_days = settings.snapshots.step_days
    return features_at(settings, home, as_of, step_days=step_days, count=DATES, only=[account_id])


def past_risk(model: Churn | Rule, known: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS of every as_of, oldest first; where it was not watched, no risk but the cause. Days on which nobody knew
    the account yet are absent.

    known, others: see `known_lately`.
    """
    said = reasons_of(model, known)
    found = known.assign(
        risk=model.risk(known),
        sign=said["sign"],
        reason_code=said["reason_1_code"],
        reason=said["reason_1"],
    )
    rows = pd.concat([found.reindex(columns=[*COLUMNS, *_ENDS]), others.reindex(columns=[*COLUMNS, *_ENDS])])
    rows["as_of"] = pd.to_datetime(rows["as_of"])
    return rows.sort_values("as_of", ignore_index=True)


_ENDS = ["days_to_contract_end", "days_to_renewal", "has_notice"]


def past_risk_lines(history: pd.DataFrame, model: Churn | Rule, pace_by: PaceBy) -> Iterator[str]:
    """A table with bars, one line a date, under a line that says whose risks they are."""
    yield f"Its risk on earlier dates, by {_whose(model)}"
    rows = history.to_dict("records")
    stands = [_stands(row, pace_by) for row in rows]
    width = max(map(len, stands), default=0)
    for row, text in zip(rows, stands, strict=True):
        risk = row["risk"]
        bar = "" if is_missing(risk) else "█" * round(WIDTH * risk)
        share = "–" if is_missing(risk) else percent(risk)
        reason = "" if is_missing(row["reason"]) else row["reason"]
        yield f"  {row['as_of'].date()}  {share:>4}  {bar:<{WIDTH}}  {text:<{width}}  {reason}".rstrip()


def _whose(model: Churn | Rule) -> str:
    if isinstance(model, Rule):
        return "the rule of today"
    learned_until = date.fromisoformat(model.about["last_as_of"])
    return f"the model of today: hindsight up to {day(learned_until)}, of which it learned what came"


def _stands(row: dict, pace_by: PaceBy) -> str:
    if not is_missing(row["cause"]):
        return str(row["cause"])
    words = pace_words(pace_by)
    return ", ".join(filter(None, [words.names[row["pace"]] if words else "", standing(row, pace_by)]))
