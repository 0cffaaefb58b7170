"""Notices: what must stand on top of a list, as its risks may not be what they seem."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from features.language.tongue import short_day, tr
from models.definition import Left
from models.left import orders_too_rarely
from models.rule import Rule
from pipelines.home import GATE, Home

WHOLE_YEAR = 330  # days from the first as_of that was learned from to the last: as_ofs are up to a month apart


def caution(about: Mapping[str, Any]) -> str:
    """What to know of a model that has not seen a whole year; '' of one that has. about: of its training.

    Its tested days tell nothing of that: on a shop's first year they foretold what left, and the winter after it twice
    as many left as were told (benchmarks/README.md).
    """
    first, last = about["first_as_of"], about["last_as_of"]
    if _is_whole_year(first, last):
        return ""
    return tr(
        "The model has learned from days from {first} to {last}, which are no whole year. How the rest of the year "
        "goes it cannot know: take its risks for an order in which to call, rather than for chances.",
        first=short_day(date.fromisoformat(first)),
        last=short_day(date.fromisoformat(last)),
    )


def caution_of_rule(rule: Rule) -> str:
    """The same of a rule, whose risks are shares that left; '' of one of an older version."""
    if not rule.first_as_of or _is_whole_year(rule.first_as_of, rule.last_as_of):
        return ""
    return tr(
        "Its risks are shares that left on days from {first} to {last}, which are no whole year. How the rest of the "
        "year goes they do not tell: take them for an order in which to call, rather than for chances.",
        first=short_day(date.fromisoformat(rule.first_as_of)),
        last=short_day(date.fromisoformat(rule.last_as_of)),
    )


def _is_whole_year(first: str, last: str) -> bool:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days >= WHOLE_YEAR


def missed_lately(home: Home) -> str:
    """What was foretold and what came on the newest day of which that is known, where the two differ; else ''."""
    path = home.model / GATE
    missed = json.loads(path.read_text(encoding="utf-8")).get("missed_lately") if path.exists() else None
    if not missed:
        return ""
    return tr(
        "Of {accounts:,} accounts seen on {day} {told:.1%} were foretold to leave and {left:.1%} left, which is beyond "
        "chance. Something may have changed: take the risks for an order in which to call, rather than for chances.",
        accounts=missed["accounts"],
        day=short_day(date.fromisoformat(missed["as_of"])),
        told=missed["told"],
        left=missed["left"],
    )


def mostly_rare(left: Left, not_scored: pd.DataFrame, scored: int) -> str:
    """What to set where more accounts order too rarely to be judged than are scored; else ''."""
    rare = int((not_scored["cause"] == orders_too_rarely(left)).sum())
    if rare <= scored:
        return ""
    return tr(
        "{rare:,} accounts order too rarely to be judged within {days} days and are not ranked; {scored:,} "
        "are. To judge them, allow a longer outlook (left.max_days), or go by left.by: silence with a longer "
        "left.horizon_days.",
        rare=rare,
        days=left.longest_outlook,
        scored=scored,
    )


def survivors(since: date | None) -> str:
    """What to know of risks that were learned from records in which hardly anybody has gone; '' of others."""
    if since is None:
        return ""
    return tr(
        "Hardly any account on record ordered for the last time before {day}, as if nobody had ever gone: those who "
        "had seem to be left out of the records. The risks are too low: take them for an order in which to call, and "
        "have the records given with the accounts that have gone.",
        day=short_day(since),
    )


def gap(table: str, last: date) -> str:
    """What to know of a table that ends long before the day to score."""
    return tr(
        "The records ({table}) end on {day}, and so long a pause has never been: if rows are missing, accounts seem "
        "more silent than they are.",
        table=table,
        day=short_day(last),
    )
