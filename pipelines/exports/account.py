"""Explain: one account in depth, for the terminal."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from features.mistake import Mistake, closest
from features.value import ValueBy
from models.definition import PaceBy
from pipelines.exports.figures import NO_REASON
from pipelines.exports.pace import pace_words, standing
from pipelines.exports.ranked import not_ranked, ranked, rep_names
from pipelines.exports.timeline import Timeline, timelines
from pipelines.exports.wording import day, is_missing, lead, money, percent, strength, watched_until
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.known import latest_rows
from pipelines.scored import HOLDS, PLACES, Scored

LATEST = 15  # events shown


def _days(number: float) -> str:
    return "1 day" if number == 1 else f"{number:,.0f} days"


def _after(days: float) -> str:
    return f"after {_days(days)}" if days else "the same day"


WORDS: dict[str, Callable[[Any, str], str]] = {
    "orders": lambda amount, currency: f"ordered for {money(amount, currency)}",
    "returns": lambda amount, currency: f"sent back goods for {money(amount, currency)}",
    "credits": lambda amount, currency: f"credited {money(-amount, currency)}",
    "contacts": lambda channel, _: f"spoken with: {channel}",
    "mailings": lambda channel, _: f"sent: {channel}",
    "calls": lambda days, _: "called; never rung back" if days is None else f"called; rung back {_after(days)}",
    "errors": lambda days, _: f"a wrong invoice found; {'still wrong' if days is None else f'right {_after(days)}'}",
    "tickets": lambda days, _: f"a ticket; {'still open' if days is None else f'solved {_after(days)}'}",
    "signals": lambda kind, _: str(kind).replace("_", " "),
    "reps": lambda rep, _: f"handed to rep {rep}",
}


@dataclass(frozen=True)
class Explained:
    """One account in depth: in lines, and what they are made of.

    score: its row of the scores; None where it has none. events: how many days before as_of, lane and words, newest
    first.
    """

    account_id: str
    score: pd.Series | None
    events: list[tuple[int, str, str]]
    lines: list[str]


def explain(home: Home, asked: str) -> Explained:
    """An account's risk, reasons and events. Raises Mistake where it is unknown or the day has no scores."""
    manifest = Manifest.read(home)
    as_of = manifest.as_of
    scored = Scored.read(home, as_of)
    accounts, reps = (latest_rows(home.tables, name, as_of) for name in ("accounts", "reps"))
    scores, others = ranked(scored.scores, accounts, reps), not_ranked(scored.not_scored, accounts)
    account_id = _found(pd.concat([scores[["account_id", "name"]], others[["account_id", "name"]]]), asked)
    score, other = (rows[rows["account_id"] == account_id] for rows in (scores, others))
    if len(score):
        lines = [*_score_lines(score.iloc[0], len(scores), scored, manifest)]
    else:
        lines = [*_not_scored_lines(other.iloc[0], scored, manifest)]
    lanes = timelines(home.tables, as_of, [account_id]).get(account_id, {})
    names = rep_names(reps)
    lanes["reps"] = [[days, names.get(rep_id, rep_id)] for days, rep_id in lanes.get("reps", [])]
    events = _events(lanes, manifest)
    lines += ["", f"Latest events before {day(as_of)}", *_latest(events, manifest)]
    return Explained(account_id, score.iloc[0] if len(score) else None, events, lines)


def _found(accounts: pd.DataFrame, asked: str) -> str:
    ids = accounts["account_id"].tolist()
    if asked in ids:
        return asked
    of_that_name = accounts.loc[accounts["name"].str.casefold() == asked.casefold(), "account_id"].tolist()
    if len(of_that_name) == 1:
        return str(of_that_name[0])
    if of_that_name:
        raise Mistake(
            f"'{asked}': {len(of_that_name)} accounts have this name; give one's id: {', '.join(of_that_name)}."
        )
    known = [*ids, *accounts["name"]]
    raise Mistake(f"'{asked}': no such account among {len(ids):,}.{closest(asked, known)}")


def _title(row: pd.Series) -> str:
    return row["account_id"] if row["name"] == row["account_id"] else f"{row['name']} ({row['account_id']})"


def _score_lines(score: pd.Series, count: int, scored: Scored, manifest: Manifest) -> Iterator[str]:
    left_by = day(watched_until(manifest.as_of, int(score["outlook_days"])))
    risk = f"risk {percent(score['risk'])} of having left by {left_by}"
    yield f"{_title(score)}: {risk}; rank {score['rank']:,} of {count:,}"
    pace = pace_words(scored.pace_by)
    worth = _worth(score, scored, manifest)
    at_risk = f"{worth}; at risk {money(score['value_at_risk'], manifest.currency)}" if worth else ""
    facts = [pace.names[score["pace"]] if pace else "", at_risk]
    if any(facts):
        yield f"{'. '.join(filter(None, facts))}."
    stands = standing(score.to_dict(), scored.pace_by)
    if scored.pace_by is PaceBy.contracts and stands:
        yield f"The contract: {stands}."
    if not is_missing(score["last_order_on"]):
        yield f"{_last_order(score)}."
    yield ""
    if not is_missing(score["sign"]):
        yield "How one sees it"
        yield f"  {score['sign']}"
        yield ""
    clear = lead(score["reason_1_lead"])
    yield f"What we did or left undone{f' (first: {clear})' if clear else ''}"
    places = [place for place in PLACES if not is_missing(score[f"reason_{place}"])]
    for place in places:
        yield f"  {strength(score[f'reason_{place}_shap']):<7} {score[f'reason_{place}']}"
        yield f"          → {score[f'action_{place}']}"
    if not places:
        yield f"  {NO_REASON}"
        yield f"          → {score['action_1']}"
    held = [score[f"holds_{place}"] for place in HOLDS if not is_missing(score[f"holds_{place}"])]
    if held:
        yield ""
        yield "What holds it"
        yield from (f"  {fact}" for fact in held)


def _not_scored_lines(other: pd.Series, scored: Scored, manifest: Manifest) -> Iterator[str]:
    yield f"{_title(other)}: not scored on {day(manifest.as_of)}. {other['cause']}."
    if not is_missing(other["last_order_on"]):
        yield f"{_worth(other, scored, manifest)}. {_last_order(other)}."


def _worth(row: pd.Series, scored: Scored, manifest: Manifest) -> str:
    """What an account is worth; '' where nobody knows."""
    if is_missing(row["value"]):
        return ""
    period = "a year" if scored.value_by is ValueBy.contracts else f"in {scored.value_days} days"
    return f"Worth {money(row['value'], manifest.currency)} {period}"


def _last_order(row: pd.Series) -> str:
    usual = row.get("usual_cycle")
    has_none = is_missing(usual) or row.get("pace") == "new"  # a new account's is that of others like it
    cycle = "" if has_none else f"; usually every {usual:.0f}"
    return f"Last order on {day(row['last_order_on'])}, {_days(row['days_since_order'])} ago{cycle}"


def _events(lanes: Timeline, manifest: Manifest) -> list[tuple[int, str, str]]:
    return sorted(
        (
            (event[0], lane, WORDS[lane](event[1], manifest.currency))
            for lane, events in lanes.items()
            for event in events
        ),
        key=lambda event: (event[0], event[2]),
    )


def _latest(events: list[tuple[int, str, str]], manifest: Manifest) -> Iterator[str]:
    for days, _, words in events[:LATEST]:
        yield f"  {(manifest.as_of - timedelta(days=days)).isoformat()}  {words}"
    if not events:
        yield "  none"
