"""Account: one account in depth, to print or to look into."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from pipelines.exports.account import explain
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.scored import HOLDS, PLACES
from pipelines.settings import Settings


@dataclass(frozen=True)
class Account:
    """One account on the day that was scored; printed, it is what `leaky explain` says.

    risk: the probability that it leaves; None where it was not scored, and the printed lines say why.
    sign: what the order book shows of its leaving (a sentence), or None. reasons: strongest first, with the columns
    code, reason (a sentence), action and shap (added log-odds). behind: the events that the features of each reason
    read within their windows, newest first: code, happened_on, lane and event (in words). holds: the facts that lower
    its risk most.
    history: by as_of, oldest first, its risk and standing on earlier dates by the model of today, which has learned
    what came of most of them; cause where it was not watched. what_if: by deed, what the risk would be in the model's
    eyes had it been done today (risk), beside what it is (risk_now); the greatest help first, and no promise.
    timeline: what happened, newest first: happened_on, lane (orders, contacts, calls, ...) and event (in words).
    """

    account_id: str
    risk: float | None
    sign: str | None
    reasons: pd.DataFrame = field(repr=False)
    behind: pd.DataFrame = field(repr=False)
    holds: tuple[str, ...] = field(repr=False)
    history: pd.DataFrame = field(repr=False)
    what_if: pd.DataFrame = field(repr=False)
    timeline: pd.DataFrame = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def account_of(settings: Settings, home: Home, asked: str) -> Account:
    """The account of that id or name. Raises Mistake where it is unknown or the day has no scores."""
    found = explain(settings, home, asked)
    as_of = pd.Timestamp(Manifest.read(home).as_of)
    read = [(code, *event) for code, events in found.behind.items() for event in events]
    return Account(
        account_id=found.account_id,
        risk=None if found.score is None else float(found.score["risk"]),
        sign=None if found.score is None or pd.isna(found.score["sign"]) else str(found.score["sign"]),
        holds=tuple(_holds(found.score)),
        reasons=pd.DataFrame(_reasons(found.score), columns=["code", "reason", "action", "shap"]),
        history=found.history.set_index("as_of"),
        what_if=found.what_if.set_index("deed"),
        behind=_dated(pd.DataFrame(read, columns=["code", "days", "lane", "event"]), as_of),
        timeline=_dated(pd.DataFrame(found.events, columns=["days", "lane", "event"]), as_of),
        lines=tuple(found.lines),
    )


def _dated(events: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """With the day on which each happened in the place of how long ago that is."""
    happened = as_of - pd.to_timedelta(events["days"].astype("int64"), unit="D")
    return events.assign(days=happened).rename(columns={"days": "happened_on"})


def _holds(score: "pd.Series[Any] | None") -> Iterator[str]:
    for place in HOLDS:
        if score is not None and pd.notna(score[f"holds_{place}"]):
            yield str(score[f"holds_{place}"])


def _reasons(score: "pd.Series[Any] | None") -> Iterator[dict[str, Any]]:
    for place in PLACES:
        if score is not None and pd.notna(score[f"reason_{place}"]):
            yield {
                "code": score[f"reason_{place}_code"],
                "reason": score[f"reason_{place}"],
                "action": score[f"action_{place}"],
                "shap": score[f"reason_{place}_shap"],
            }
