"""Explain: one account in depth, for the terminal."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pandas as pd

from features.mistake import Mistake, closest
from pipelines.exports.timeline import Timeline, timelines
from pipelines.exports.wording import PACES, day, money, percent, strength
from pipelines.home import Home
from pipelines.intake.manifest import Manifest

LATEST = 15  # events shown
LANES: dict[str, Callable[[Any, str], str]] = {
    "orders": lambda amount, currency: f"ordered for {money(amount, currency)}",
    "contacts": lambda channel, _: "an invoice" if channel == "invoice" else f"in touch: {channel}",
    "calls": lambda days, _: "called; never rung back" if days is None else f"called; rung back after {days} days",
    "errors": lambda days, _: f"a wrong invoice found; {'still wrong' if days is None else f'right after {days} days'}",
    "tickets": lambda days, _: f"a ticket; {'still open' if days is None else f'solved after {days} days'}",
    "signals": lambda kind, _: str(kind).replace("_", " "),
    "reps": lambda rep_id, _: f"handed to rep {rep_id}",
}


def explain(home: Home, asked: str) -> Iterator[str]:
    """An account's risk, reasons and latest events, as lines. Raises Mistake where it is unknown or has no score."""
    manifest = Manifest.read(home)
    folder = home.scores(manifest.as_of)
    if not (folder / "scores.parquet").exists():
        raise Mistake(f"{folder}: no scores of {manifest.as_of}. Run: leaky score.")
    accounts = pd.read_parquet(home.tables / "accounts.parquet")
    account_id = _found(accounts, asked)
    name = _name(accounts, account_id)
    scores = pd.read_parquet(folder / "scores.parquet")
    score = scores[scores["account_id"] == account_id]
    if score.empty:
        others = pd.read_parquet(folder / "not_scored.parquet")
        (cause,) = others.loc[others["account_id"] == account_id, "cause"]
        yield f"{name}: not scored on {day(manifest.as_of)}. {cause}."
    else:
        yield from _told(name, score.iloc[0], len(scores), manifest)
    yield ""
    yield f"Latest events before {day(manifest.as_of)}"
    yield from _latest(timelines(home.tables, manifest.as_of, [account_id]).get(account_id, {}), manifest)


def _found(accounts: pd.DataFrame, asked: str) -> str:
    ids = accounts["account_id"].tolist()
    if asked in ids:
        return asked
    names = accounts["name"] if "name" in accounts else accounts["account_id"]
    of_that_name = accounts.loc[names.str.casefold() == asked.casefold(), "account_id"].tolist()
    if len(of_that_name) == 1:
        return str(of_that_name[0])
    if of_that_name:
        raise Mistake(
            f"'{asked}': {len(of_that_name)} accounts have this name; give one's id: {', '.join(of_that_name)}."
        )
    known = [*ids, *names.dropna().tolist()]
    raise Mistake(f"'{asked}': no such account among {len(ids):,}.{closest(asked, known)}")


def _name(accounts: pd.DataFrame, account_id: str) -> str:
    if "name" not in accounts:
        return account_id
    name = dict(zip(accounts["account_id"], accounts["name"], strict=True))[account_id]
    return account_id if pd.isna(name) else f"{name} ({account_id})"


def _told(name: str, score: pd.Series, count: int, manifest: Manifest) -> Iterator[str]:
    left_by = manifest.as_of + timedelta(days=int(score["outlook_days"]))
    yield f"{name}: risk {percent(score['risk'])} of having left by {day(left_by)}; rank {score['rank']:,} of {count:,}"
    value, at_risk = money(score["value"], manifest.currency), money(score["value_at_risk"], manifest.currency)
    yield f"{PACES[score['pace']]}. Worth {value} a year; at risk {at_risk}."
    yield ""
    yield "What raises the risk"
    places = [place for place in range(1, 5) if pd.notna(score[f"reason_{place}"])]
    for place in places:
        yield f"  {strength(score[f'reason_{place}_shap']):<7} {score[f'reason_{place}']}"
        yield f"          → {score[f'action_{place}']}"
    if not places:
        yield "  nothing that stands out"


def _latest(lanes: Timeline, manifest: Manifest) -> Iterator[str]:
    events = sorted(
        ((event[0], LANES[lane](event[1], manifest.currency)) for lane, events in lanes.items() for event in events),
    )
    for days, words in events[:LATEST]:
        yield f"  {(manifest.as_of - timedelta(days=days)).isoformat()}  {words}"
    if not events:
        yield "  none"
