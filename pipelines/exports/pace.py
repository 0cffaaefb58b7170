"""Pace: whether an account is on its way out already, in the words of what the firm sells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.language.tongue import tr
from models.definition import PaceBy
from pipelines.exports.wording import is_missing


@dataclass(frozen=True)
class PaceWords:
    """How the paces are called where they go by orders, or by contracts.

    heading: of a column. names, meanings: by pace. question: over a breakdown by pace. early: of early accounts, in
    such a breakdown. still: the same as a title, and what it means for their value. among: what early accounts are, as
    the end of "Of the accounts …".
    """

    heading: str
    names: Mapping[str, str]
    meanings: Mapping[str, str]
    question: str
    early: str
    still: tuple[str, str]
    among: str


def _of_orders() -> PaceWords:
    return PaceWords(
        heading=tr("Pace"),
        names={"early": tr("On schedule"), "overdue": tr("Overdue"), "new": tr("New")},
        meanings={
            "early": tr(
                "The account has been silent for no longer than expected. The order book shows nothing yet, so "
                "there is still time."
            ),
            "overdue": tr("The account has been silent for longer than expected. Likelier to be gone, harder to save."),
            "new": tr("The account has fewer than two gaps between orders so far, so no usual cycle of its own yet."),
        },
        question=tr("Is it visible in the order book yet?"),
        early=tr("At risk though on schedule"),
        still=(tr("Still on schedule"), tr("no order is overdue yet")),
        among=tr("still on schedule"),
    )


def _of_contract() -> PaceWords:
    return PaceWords(
        heading=tr("Contract"),
        names={"early": tr("Running"), "overdue": tr("Ending"), "new": tr("First term")},
        meanings={
            "early": tr(
                "A contract goes on for longer than we look ahead, and nobody has given notice of it. Nothing shows "
                "yet, so there is still time."
            ),
            "overdue": tr("Every contract ends soon, or notice was given of it. Likelier to be gone, harder to save."),
            "new": tr("The account is in the first term of its first contract."),
        },
        question=tr("Is an end in sight yet?"),
        early=tr("At risk though no end is in sight"),
        still=(tr("No end in sight"), tr("a contract runs on, and no notice was given")),
        among=tr("whose contract runs on without notice"),
    )


def pace_words(by: PaceBy) -> PaceWords | None:
    """How the paces are called; None where nothing shows who is on the way out, so that all are alike."""
    match by:
        case PaceBy.orders:
            return _of_orders()
        case PaceBy.contracts:
            return _of_contract()
        case PaceBy.nothing:
            return None


def standing(row: Mapping[Any, Any], by: PaceBy) -> str:
    """Where an account stands: '12 days silent, an order expected every 30 days'; 'ends in 20 days'; '' where nothing
    is known.

    row: of the ranked list.
    """
    if by is PaceBy.contracts:
        return _of_contracts(row)
    if is_missing(row["days_since_order"]):
        return ""
    has_cycle = row["pace"] != "new" and not is_missing(row["usual_cycle"])  # a new account's is that of others like it
    days = row["days_since_order"]
    if has_cycle:
        return tr("{days:0# day} silent, an order expected {usual:# every}", days=days, usual=row["usual_cycle"])
    return tr("{days:0# day} silent", days=days)


def _of_contracts(row: Mapping[Any, Any]) -> str:
    end, renewal, notice = (row[name] for name in ("days_to_contract_end", "days_to_renewal", "has_notice"))
    given = tr("notice given") if not is_missing(notice) and notice else ""
    if not is_missing(end):
        ends = tr("ends today") if end == 0 else tr("ends in {days:0# day}", days=end)
        return f"{given}, {ends}" if given else ends
    if given:
        return given
    return "" if is_missing(renewal) else tr("renews itself in {days:0# day}", days=renewal)
