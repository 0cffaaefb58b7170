"""Notices: what must stand on top of a list, as its risks may not be what they seem."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from features.language.tongue import later, short_day, tr
from models.definition import Left, PaceBy
from models.left import orders_too_rarely
from models.rule import Rule
from pipelines.home import GATE, Home
from pipelines.intake.manifest import Found, Pause, Renamed, Thinned

# What to set where accounts order too rarely to be judged: for those who can.
LONGER = "Allow a longer outlook (left.max_days), or go by left.by: silence with a longer left.horizon_days."
TELLING = 2  # accounts of so many: fewer are rounded too far
AS_AN_ORDER = later("Take the risks for an order in which to call, rather than for chances.")
WHOLE_YEAR = 330  # days from the first as_of that was learned from to the last: as_ofs are up to a month apart


def on_top(notices: Iterable[str]) -> str:
    """All notices, one behind the other; what several of them ask for stands once, behind the last of these."""
    said, asked = " ".join(filter(None, notices)), tr(AS_AN_ORDER)
    before, ask, behind = said.rpartition(asked)
    return f"{before.replace(f'{asked} ', '')}{ask}{behind}"


def as_an_order(text: str) -> str:
    """A notice by which percentages are not to be trusted."""
    return f"{text} {tr(AS_AN_ORDER)}"


def caution(about: Mapping[str, Any]) -> str:
    """What to know of a model that has not seen a whole year; '' of one that has. about: of its training.

    Its tested days tell nothing of that: on a shop's first year they foretold what left, and the winter after it twice
    as many left as were told (benchmarks/README.md).
    """
    first, last = about["first_as_of"], about["last_as_of"]
    if _is_whole_year(first, last):
        return ""
    found = tr(
        "The model has learned from days from {first} to {last}, which are no whole year. How the rest of the year "
        "goes it cannot know.",
        first=short_day(date.fromisoformat(first)),
        last=short_day(date.fromisoformat(last)),
    )
    return as_an_order(found)


def rule_ranks(rule: Rule, by: PaceBy) -> str:
    """That a rule ranks, and for whom its risks are their own, in the words of the lists."""
    which = by if len(rule.by_pace) > 1 else PaceBy.nothing
    return tr(_BY_RULE[which], rule=rule.in_words)


_BY_RULE = {
    PaceBy.orders: later(
        "No model ranks these accounts; they stand by {rule}, with risks of their own for early, overdue and new ones."
    ),
    PaceBy.contracts: later(
        "No model ranks these accounts; they stand by {rule}, with risks of their own for those whose contract runs "
        "on, ends, or is in its first term."
    ),
    PaceBy.nothing: later("No model ranks these accounts; they stand by {rule}."),
}


def caution_of_rule(rule: Rule) -> str:
    """What to know of a rule that has not seen a whole year, whose risks are shares that left; '' of one that has."""
    if not rule.first_as_of or _is_whole_year(rule.first_as_of, rule.last_as_of):
        return ""
    found = tr(
        "Its risks are shares that left on days from {first} to {last}, which are no whole year. How the rest of the "
        "year goes they do not tell.",
        first=short_day(date.fromisoformat(rule.first_as_of)),
        last=short_day(date.fromisoformat(rule.last_as_of)),
    )
    return as_an_order(found)


def _is_whole_year(first: str, last: str) -> bool:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days >= WHOLE_YEAR


def missed(home: Home, *, by_rule: bool = False) -> str:
    """Where what was told on earlier days did not come, by the last model or by the rule; '' where it did."""
    path = home.model / GATE
    verdict = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    found = verdict.get("rule", {}) if by_rule else verdict
    return on_top([_missed_lately(found.get("missed_lately")), _missed_by_day(found.get("missed_by_day"))])


def _missed_lately(found: Mapping[str, Any] | None) -> str:
    """What was told and what came on the newest day of which that is known, where the two differ."""
    if not found:
        return ""
    seen = tr(
        "Of {accounts:,} accounts seen on {day} {told:.1%} were foretold to leave and {left:.1%} left, which is beyond "
        "chance. Something may have changed.",
        accounts=found["accounts"],
        day=short_day(date.fromisoformat(found["as_of"])),
        told=found["told"],
        left=found["left"],
    )
    return as_an_order(seen)


def _missed_by_day(found: Mapping[str, Any] | None) -> str:
    """How far off earlier days were, where some missed by far more than others."""
    if not found:
        return ""
    of = next((of for of in (100, 1_000) if round(found["off"] * of) >= TELLING), 10_000)
    seen = tr(
        "What was told on earlier days was off by about {off:,} in {of:,} accounts, where {left:,} left, {ways}.",
        off=round(found["off"] * of),
        of=of,
        left=round(found["left"] * of),
        ways=_ways(found["too_high"], found["too_low"]),
    )
    return as_an_order(seen)


def _ways(too_high: int, too_low: int) -> str:
    if too_high and too_low:
        return tr("now too high, now too low")
    return tr("at times too high") if too_high else tr("at times too low")


def mostly_rare(left: Left, not_scored: pd.DataFrame, scored: int) -> str:
    """Where more accounts order too rarely to be judged than are scored; else ''. What to set stands in the log
    (`LONGER`).
    """
    rare = int((not_scored["cause"] == orders_too_rarely(left)).sum())
    if rare <= scored:
        return ""
    return tr(
        "{rare:,} accounts order too rarely to be judged within {days} days and are not ranked; {scored:,} "
        "are. Whoever set this up can allow more days; the log says how.",
        rare=rare,
        days=left.longest_outlook,
        scored=scored,
    )


def nobody_at_risk(left: Left, not_scored: pd.DataFrame, as_of: date) -> str:
    """Why there is nobody to score on as_of, and what to do: another day helps those alone who are gone by then."""
    counts = not_scored["cause"].value_counts()
    causes = "; ".join(f"{cause} ({count:,} accounts)" for cause, count in counts.items())
    rare = int(counts.get(orders_too_rarely(left), 0))
    return f"no account is at risk on {as_of}. {causes or 'There is no account at all'}. " + (
        LONGER if rare > len(not_scored) - rare else "Choose another day with --as-of."
    )


def survivors(since: date | None) -> str:
    """What to know of risks that were learned from records in which hardly anybody has gone; '' of others."""
    if since is None:
        return ""
    seen = tr(
        "Hardly any account on record ordered for the last time before {day}, as if nobody had ever gone: those who "
        "had seem to be left out of the records. Until the records are given with them, the risks are too low.",
        day=short_day(since),
    )
    return as_an_order(seen)


def other_ids(renamed: Mapping[str, Renamed], as_of: date) -> str:
    """What to know of risks that were learned from accounts of which many seem to have got another id; '' of others."""
    change = next((change for change in renamed.values() if change.day <= as_of), None)
    if change is None:
        return ""
    seen = tr(
        "About {accounts:,} accounts more than usual were last seen just before {day}, and as many others first seen "
        "right after, as if ids of accounts had been changed or merged. Until the old ids are mapped to the new ones, "
        "whoever got another counts as gone, and as a new customer.",
        accounts=change.accounts,
        day=short_day(change.day),
    )
    return as_an_order(seen)


def of_records(found: Found, as_of: date) -> list[str]:
    """What to know of tables that end long before the day to score, or thin out before it, and of a firm's pause.

    found: by the rows that were known on that day, which need not be the newest one.
    """
    return [
        *([closed(found.pause, as_of)] if found.pause else []),
        *(gap(table, last) for table, last in found.ended.items()),
        *(thinned(table, short, as_of) for table, short in found.thinned.items()),
    ]


def gap(table: str, last: date) -> str:
    """What to know of a table that ends long before the day to score."""
    return tr(
        "The records ({table}) end on {day}, and so long a pause has never been: if rows are missing, accounts seem "
        "more silent than they are.",
        table=table,
        day=short_day(last),
    )


def thinned(table: str, short: Thinned, as_of: date) -> str:
    """What to know of a table of which the newest rows are too few."""
    return tr(
        "The records ({table}) hold {rows:# row} of the {days} days before {as_of}, where {usual:,} are usual: if "
        "rows are still to come, accounts seem more silent than they are.",
        table=table,
        rows=short.rows,
        days=short.days,
        as_of=short_day(as_of),
        usual=short.usual,
    )


def closed(pause: Pause, as_of: date) -> str:
    """What to know of risks of a day before which the firm has been closed."""
    days = pause.days_by(as_of)
    seen = (
        tr(
            "No order came in the {days} days before {until}. Whoever was due by then and has not ordered since seems "
            "more silent than they are: their risks are too high until some {days} days after.",
            until=short_day(pause.until),
            days=days,
        )
        if pause.until
        else tr(
            "No order has come since {day}, as in earlier pauses of the firm's. Whoever was due in these {days} days "
            "seems more silent than they are: the risks are too high.",
            day=short_day(pause.since),
            days=days,
        )
    )
    return as_an_order(seen)
