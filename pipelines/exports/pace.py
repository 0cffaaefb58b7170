"""Pace: whether an account is on its way out already, in the words of what the firm sells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.definition import PaceBy
from pipelines.exports.wording import is_missing, number_of


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


_ORDERS = PaceWords(
    heading="Pace",
    names={"early": "On schedule", "overdue": "Overdue", "new": "New"},
    meanings={
        "early": (
            "The account has been silent for no longer than it usually is. The order book shows nothing yet, so there "
            "is still time."
        ),
        "overdue": "The account has been silent for longer than it usually is. Likelier to be gone, harder to save.",
        "new": "The account has fewer than two gaps between orders so far, so no usual cycle of its own yet.",
    },
    question="Is it visible in the order book yet?",
    early="At risk though on schedule",
    still=("Still on schedule", "no order is overdue yet"),
    among="still on schedule",
)
_CONTRACTS = PaceWords(
    heading="Contract",
    names={"early": "Running", "overdue": "Ending", "new": "First term"},
    meanings={
        "early": (
            "A contract goes on for longer than we look ahead, and nobody has given notice of it. Nothing shows yet, "
            "so there is still time."
        ),
        "overdue": "Every contract ends soon, or notice was given of it. Likelier to be gone, harder to save.",
        "new": "The account is in the first term of its first contract.",
    },
    question="Is an end in sight yet?",
    early="At risk though no end is in sight",
    still=("No end in sight", "a contract runs on, and no notice was given"),
    among="whose contract runs on without notice",
)


def pace_words(by: PaceBy) -> PaceWords | None:
    """How the paces are called; None where nothing shows who is on the way out, so that all are alike."""
    return {PaceBy.orders: _ORDERS, PaceBy.contracts: _CONTRACTS, PaceBy.nothing: None}[by]


def standing(row: Mapping[Any, Any], by: PaceBy) -> str:
    """Where an account stands: '12 days silent, usually 30'; 'ends in 20 days'; '' where nothing is known.

    row: of the ranked list.
    """
    if by is PaceBy.contracts:
        return _of_contracts(row)
    if is_missing(row["days_since_order"]):
        return ""
    has_cycle = row["pace"] != "new" and not is_missing(row["usual_cycle"])  # a new account's is that of others like it
    usually = f", usually {round(row['usual_cycle'])}" if has_cycle else ""
    return f"{number_of(row['days_since_order'], 'day')} silent{usually}"


def _of_contracts(row: Mapping[Any, Any]) -> str:
    end, renewal, notice = (row[name] for name in ("days_to_contract_end", "days_to_renewal", "has_notice"))
    given = "notice given" if not is_missing(notice) and notice else ""
    if not is_missing(end):
        ends = "ends today" if end == 0 else f"ends in {number_of(end, 'day')}"
        return f"{given}, {ends}" if given else ends
    if given:
        return given
    return "" if is_missing(renewal) else f"renews itself in {number_of(renewal, 'day')}"
