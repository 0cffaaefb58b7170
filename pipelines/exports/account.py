"""Explain: one account in depth, for the terminal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from features.language.tongue import later, short_day, speaking, tr
from features.mistake import Mistake, closest
from features.value import ValueBy
from models.definition import PaceBy
from pipelines.doubt import Records
from pipelines.exports import past_risk, what_if
from pipelines.exports.behind import behind
from pipelines.exports.figures import NO_REASON
from pipelines.exports.pace import pace_words, standing
from pipelines.exports.ranked import not_ranked, ranked, rep_names
from pipelines.exports.scorer import scorer_of
from pipelines.exports.timeline import DAYS, EVER, LANES, Timeline, kind_in_words, timelines
from pipelines.exports.wording import STRENGTHS, day, is_missing, lead, money, percent, strength, watched_until
from pipelines.home import Home
from pipelines.intake.manifest import Found, Manifest
from pipelines.known import latest_rows
from pipelines.scored import HOLDS, PLACES, Scored, scored_for
from pipelines.settings import Settings
from pipelines.told import contributions_of

LATEST = 15  # events shown
BEHIND = 4  # events shown behind a reason


def _span(still_open: str, after: str, at_once: str) -> Callable[[float | None, str], str]:
    """What is said of something by how many days it lasted; None where it has not ended."""

    def said(days: float | None, _: str) -> str:
        if days is None:
            return tr(still_open)
        return tr(after, days=days) if days > 0 else tr(at_once)

    return said


WORDS: dict[str, Callable[[Any, str], str]] = {
    "orders": lambda amount, currency: tr("ordered for {amount}", amount=money(amount, currency)),
    "returns": lambda amount, currency: tr("sent back goods for {amount}", amount=money(amount, currency)),
    "credits": lambda amount, currency: tr("credited {amount}", amount=money(-amount, currency)),
    "contacts": lambda channel, _: tr("spoken with: {channel}", channel=tr(channel)),
    "mailings": lambda channel, _: tr("sent: {channel}", channel=tr(channel)),
    "calls": _span(
        later("called; never rung back"),
        later("called; rung back after {days:0# day}"),
        later("called; rung back the same day"),
    ),
    "requests": _span(
        later("asked in writing; never answered"),
        later("asked in writing; answered after {days:0# day}"),
        later("asked in writing; answered the same day"),
    ),
    "errors": _span(
        later("a wrong invoice found; still wrong"),
        later("a wrong invoice found; right after {days:0# day}"),
        later("a wrong invoice found; right the same day"),
    ),
    "tickets": _span(
        later("a ticket; still open"),
        later("a ticket; solved after {days:0# day}"),
        later("a ticket; solved the same day"),
    ),
    "deliveries": _span(
        later("delivery was promised; it has not come"),
        later("delivered {days:0# day} late"),
        later("delivered in time"),
    ),
    "signals": lambda kind, _: kind_in_words(str(kind)),
    "reps": lambda rep, _: tr("handed to rep {rep}", rep=rep),
    "contracts": _span(
        later("a contract began, with no end"),
        later("a contract began, for {days:0# day}"),
        later("a contract began, for a day"),
    ),
    "renewals": _span(
        later("a contract renewed, with no end"),
        later("a contract renewed, {days:0# day} before its end"),
        later("a contract renewed"),
    ),
    "notices": _span(
        later("notice given"),
        later("notice given, {days:0# day} before the contract's end"),
        later("notice given"),
    ),
    "withdrawals": lambda days, _: tr(
        "a contract withdrawn {days:0# day} before its first day; it never began", days=days
    ),
    "ends": lambda _days, _: tr("a contract's last day"),
    "losses": lambda kind, _: (
        tr("recorded as lost: {kind}", kind=kind_in_words(kind)) if kind else tr("recorded as lost")
    ),
}


Event = tuple[int, str, str]


@dataclass(frozen=True)
class Explained:
    """One account in depth: in lines, and what they are made of.

    score: its row of the scores; None where it has none. history: its risk on earlier dates (`past_risk`). what_if:
    what deeds would change (`what_if`); both empty where what made the scores is gone. events: how many days before
    as_of, lane and words, newest first. behind: by a reason's code, those that its features read.
    """

    account_id: str
    score: pd.Series | None
    behind: dict[str, list[Event]]
    history: pd.DataFrame
    what_if: pd.DataFrame
    events: list[tuple[int, str, str]]
    lines: list[str]


def explain(settings: Settings, home: Home, asked: str) -> Explained:
    """An account's risk now and on earlier dates, its reasons, what would change it, and events. Raises Mistake where
    it is unknown or the day has no scores.
    """
    manifest = Manifest.read(home)
    with speaking(manifest.language):
        return _explained(manifest.settings(settings), home, asked, manifest)


def _explained(settings: Settings, home: Home, asked: str, manifest: Manifest) -> Explained:
    as_of = manifest.as_of
    scored = scored_for(settings.left, home, manifest, as_of)
    accounts, reps = (latest_rows(home.tables, name, as_of) for name in ("accounts", "reps"))
    scores, others = ranked(scored.scores, accounts, reps), not_ranked(scored.not_scored, accounts)
    account_id = _found(pd.concat([scores[["account_id", "name"]], others[["account_id", "name"]]]), asked)
    score, other = (rows[rows["account_id"] == account_id] for rows in (scores, others))
    names = rep_names(reps)
    codes = [score.iloc[0][f"reason_{place}_code"] for place in PLACES] if len(score) else []
    read = {
        code: _worded(behind(home.tables, manifest.columns, as_of, account_id, code), names, manifest)
        for code in codes
        if not is_missing(code)
    }
    if len(score):
        lines = [*_score_lines(score.iloc[0], len(scores), scored, manifest, read)]
    else:
        lines = [*_not_scored_lines(other.iloc[0], scored, manifest)]
    history, deeds, more = _by_its_scorer(settings, home, account_id, scored, manifest)
    back = DAYS if len(score) else EVER  # of who is gone, what came last
    lanes = timelines(home.tables, as_of, [account_id], back).get(account_id, {})
    events = _events(lanes, names, manifest)
    latest = [*_latest(events, manifest, LATEST)] or [tr("none")]
    lines += [*more, "", tr("Latest events before {day}", day=day(as_of)), *(f"  {line}" for line in latest)]
    lines += _as_far(Records(home, manifest).found(as_of))
    return Explained(account_id, score.iloc[0] if len(score) else None, read, history, deeds, events, lines)


def _by_its_scorer(
    settings: Settings, home: Home, account_id: str, scored: Scored, manifest: Manifest
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    """What can be said only by what made the scores: the past risk, what would change it, and both in lines."""
    scorer = scorer_of(home, manifest, scored)
    if scorer is None:
        gone = tr(
            "Tables or model are not those of these scores: nothing is said of earlier dates, or of what would help."
        )
        return pd.DataFrame(columns=past_risk.COLUMNS), pd.DataFrame(columns=what_if.COLUMNS), ["", gone]
    known, others = past_risk.known_lately(settings, home, manifest.as_of, account_id)
    moved = contributions_of(scorer, known)
    history = past_risk.past_risk(scorer, known, others, moved, Records(home, manifest))
    is_now = (pd.to_datetime(known["as_of"]) == pd.Timestamp(manifest.as_of)).to_numpy()
    now = known[is_now]
    deeds = what_if.what_if(home, manifest.as_of, now, scorer)
    helps = [*what_if.what_if_lines(deeds, scorer)]
    past = past_risk.past_risk_lines(history, scorer, scored.pace_by)
    about = [part for lines in (helps, past) if lines for part in ("", *lines)]
    return history, deeds, about


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


def _score_lines(
    score: pd.Series, count: int, scored: Scored, manifest: Manifest, read: Mapping[str, list[Event]]
) -> Iterator[str]:
    left_by = day(watched_until(manifest.as_of, int(score["outlook_days"])))
    yield tr(
        "{account}: risk {risk} of having left by {day}; rank {rank:,} of {count:,}",
        account=_title(score),
        risk=percent(score["risk"]),
        day=left_by,
        rank=score["rank"],
        count=count,
    )
    if scored.notice:
        yield scored.notice
    pace = pace_words(scored.pace_by)
    worth = _worth(score, scored, manifest)
    lost = money(score["value_at_risk"], manifest.currency)
    at_risk = tr("{worth}; at risk {amount}", worth=worth, amount=lost) if worth else ""
    facts = [pace.names[score["pace"]] if pace else "", at_risk]
    if any(facts):
        yield f"{'. '.join(filter(None, facts))}."
    stands = standing(score.to_dict(), scored.pace_by)
    if scored.pace_by is PaceBy.contracts and stands:
        yield tr("The contract: {stands}.", stands=stands)
    if not is_missing(score["last_order_on"]):
        yield f"{_last_order(score)}."
    yield ""
    if not is_missing(score["sign"]):
        yield tr("How one sees it")
        yield f"  {score['sign']}"
        yield ""
    clear = lead(score["reason_1_lead"])
    yield tr("Reasons") + (tr(" (first: {lead})", lead=clear) if clear else "")
    places = [place for place in PLACES if not is_missing(score[f"reason_{place}"])]
    wide = max(len(tr(word)) for word in STRENGTHS) + 1
    for place in places:
        yield f"  {tr(strength(score[f'reason_{place}_shap'])):<{wide}} {score[f'reason_{place}']}"
        yield f"  {'':<{wide}} → {score[f'action_{place}']}"
        yield from (
            f"  {'':<{wide}}   {line}" for line in _latest(read[score[f"reason_{place}_code"]], manifest, BEHIND)
        )
    if not places:
        yield f"  {tr(NO_REASON)}"
        yield f"  {'':<{wide}} → {score['action_1']}"
    held = [score[f"holds_{place}"] for place in HOLDS if not is_missing(score[f"holds_{place}"])]
    if held:
        yield ""
        yield tr("What holds it")
        yield from (f"  {fact}" for fact in held)
    if not is_missing(score["context"]):
        yield ""
        yield score["context"]


def _not_scored_lines(other: pd.Series, scored: Scored, manifest: Manifest) -> Iterator[str]:
    yield tr(
        "{account}: not scored on {day}. {cause}.",
        account=_title(other),
        day=day(manifest.as_of),
        cause=other["cause"],
    )
    if not is_missing(other["last_order_on"]):
        yield f"{_worth(other, scored, manifest)}. {_last_order(other)}."


def _worth(row: pd.Series, scored: Scored, manifest: Manifest) -> str:
    """What an account is worth; '' where nobody knows."""
    if is_missing(row["value"]):
        return ""
    amount = money(row["value"], manifest.currency)
    if scored.value_by is ValueBy.contracts:
        return tr("Worth {amount} a year", amount=amount)
    return tr("Worth {amount} in {days} days", amount=amount, days=scored.value_days)


def _last_order(row: pd.Series) -> str:
    usual = row.get("usual_cycle")
    last, days = day(row["last_order_on"]), row["days_since_order"]
    if is_missing(usual) or row.get("pace") == "new":  # a new account's is that of others like it
        return tr("Last order on {day}, {days:0# day} ago", day=last, days=days)
    return tr("Last order on {day}, {days:0# day} ago; one expected {usual:# every}", day=last, days=days, usual=usual)


def _as_far(found: Found) -> list[str]:
    """Of which events rows may be missing, in a line; none where nothing is known to be."""
    shown = dict.fromkeys(lane.rows.table.name for lane in LANES.values())
    lacking = [name for name in shown if name in found.ended or name in found.thinned]
    return [f"  {tr('({tables}: as far as the records go)', tables=', '.join(lacking))}"] if lacking else []


def _events(lanes: Timeline, names: Mapping[str, str], manifest: Manifest) -> list[Event]:
    return _worded([(event[0], lane, event[1]) for lane, events in lanes.items() for event in events], names, manifest)


def _worded(events: list[tuple[int, str, Any]], names: Mapping[str, str], manifest: Manifest) -> list[Event]:
    """The same in words, newest first. names: of reps, by id."""
    said = (
        (days, lane, WORDS[lane](names.get(shown, shown) if lane == "reps" else shown, manifest.currency))
        for days, lane, shown in events
    )
    return sorted(said, key=lambda event: (event[0], event[2]))


def _latest(events: list[Event], manifest: Manifest, most: int) -> Iterator[str]:
    """The newest of them, a line each."""
    for days, _, words in events[:most]:
        yield f"{short_day(manifest.as_of - timedelta(days=days))}  {words}"
