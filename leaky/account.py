"""Account: one account in depth, to print or to look into."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from typing import Any

import pandas as pd

from pipelines.exports.account import LANES, explain, find_account
from pipelines.exports.timeline import timelines
from pipelines.home import Home
from pipelines.intake.manifest import Manifest


@dataclass(frozen=True)
class Account:
    """One account on the day that was scored; printed, it is what `leaky explain` says.

    risk: the probability that it leaves; None where it was not scored, and the printed lines say why.
    reasons: strongest first, with the columns code, reason (a sentence), action and shap (added log-odds).
    timeline: what happened, newest first: happened_on, lane (orders, contacts, calls, ...) and event (in words).
    """

    account_id: str
    risk: float | None
    reasons: pd.DataFrame = field(repr=False)
    timeline: pd.DataFrame = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def account_of(home: Home, asked: str) -> Account:
    """The account of that id or name. Raises Mistake where it is unknown or the day has no scores."""
    manifest = Manifest.read(home)
    lines = tuple(explain(home, asked))
    account_id = find_account(pd.read_parquet(home.tables / "accounts.parquet"), asked)
    scores = pd.read_parquet(home.scores(manifest.as_of) / "scores.parquet")
    scored = scores[scores["account_id"] == account_id]
    score = pd.Series(dtype=object) if scored.empty else scored.iloc[0]
    return Account(
        account_id=account_id,
        risk=float(score["risk"]) if "risk" in score else None,
        reasons=pd.DataFrame(_reasons(score), columns=["code", "reason", "action", "shap"]),
        timeline=_timeline(home, manifest, account_id),
        lines=lines,
    )


def _reasons(score: "pd.Series[Any]") -> Iterator[dict[str, Any]]:
    place = 1
    while pd.notna(score.get(f"reason_{place}")):
        yield {
            "code": score[f"reason_{place}_code"],
            "reason": score[f"reason_{place}"],
            "action": score[f"action_{place}"],
            "shap": score[f"reason_{place}_push"],
        }
        place += 1


def _timeline(home: Home, manifest: Manifest, account_id: str) -> pd.DataFrame:
    lanes = timelines(home.tables, manifest.as_of, [account_id]).get(account_id, {})
    events = [
        (days, lane, LANES[lane](what, manifest.currency)) for lane, found in lanes.items() for days, what in found
    ]
    happened_on = pd.to_datetime([manifest.as_of - timedelta(days=days) for days, _, _ in sorted(events)])
    return pd.DataFrame(
        {
            "happened_on": happened_on,
            "lane": [lane for _, lane, _ in sorted(events)],
            "event": [event for _, _, event in sorted(events)],
        }
    )
