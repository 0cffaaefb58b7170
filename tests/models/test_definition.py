"""Definition: a number that travels with everything that was made by it."""

import hashlib
import json
from datetime import date, timedelta

import pandas as pd
import pytest

from models import definition, left
from models.definition import DEFINITION_NUMBER, Left
from tests.models.timelines import block_of

# Hash of who was watched, who left, in which way and at which pace, in a small fixed firm. If a change of the code changes
# one of them, raise DEFINITION_NUMBER and store the new ones under it: models and scores made before are then known to
# be of another definition.
STORED: dict[int, dict[str, str]] = {
    4: {"cycle": "5afc04e0f8c6", "silence": "6ea090eb634b", "contract": "3d13e63eb798", "losses": "e689df49aeda"}
}

NEWEST = date(2025, 1, 1)
ACCOUNTS = [f"account {number:02d}" for number in range(40)]


def firm() -> list[pd.DataFrame]:
    """Forty accounts of every kind: often and seldom ordering, pausing, lapsing, renewing, coming back, closing; some
    sign once more and withdraw before the first day.
    """
    orders, contracts, losses = [], [], []
    for number, account in enumerate(ACCOUNTS):
        step, ended = 7 + 3 * number % 70, number * 37 % 600
        days = [day for day in range(ended, max(900 - 20 * number, ended + 20), step) if not 300 < day + number < 480]
        orders += [(account, ago(day), "10") for day in days]
        term = (30, 90, 365)[number % 3]
        for place, start in enumerate(range(880, ended, -(term + number % 5 * 12))):
            notice = ago(start - term // 2) if number % 7 == 0 and place == 1 else None
            ends_on = None if number % 11 == 0 else ago(start - term + 1)
            contracts.append((account, ago(start), ends_on, "yes" if number % 6 == 0 else "no", None, notice, None))
        if number % 10 == 1:
            contracts.append((account, ago(880), ago(840), "yes", 3, ago(ended - 10), None))
        if number % 3 == 0 and ended > 30:
            last = start - term
            contracts.append((account, ago(last), ago(last - 365), "no", None, ago(last + 5), ago(last + 20)))
        if number % 2:
            kind = (None, "voluntary", "involuntary")[number // 2 % 3]
            losses.append((account, ago(ended), kind, ago(max(ended - number, 0))))
    return [
        pd.DataFrame(orders, columns=["account_id", "ordered_at", "amount"]),
        pd.DataFrame(
            contracts,
            columns=["account_id", "starts_on", "ends_on", "renews", "renewal_months", "cancelled_at", "recorded_at"],
        ),
        pd.DataFrame(losses, columns=["account_id", "lost_on", "kind", "recorded_at"]),
    ]


def ago(days: int) -> str:
    return (NEWEST - timedelta(days=days)).isoformat()


def labels_hash(of: Left) -> str:
    block = block_of(of, *firm(), as_of=NEWEST.isoformat(), snapshots=24)
    watched = left.watch(block, of)
    found = left.outcome(block, watched.outlook, of)
    assert {0.0, 1.0} <= set(found.left.ravel().tolist())
    assert {-1, 0, 1} == set(found.kind.ravel().tolist())
    known = [found.known_age, found.told_age]
    shown = [watched.outlook, watched.cause, watched.pace, found.left, found.kind, *known]
    return hashlib.sha256(json.dumps([values.tolist() for values in shown]).encode()).hexdigest()[:12]


@pytest.mark.parametrize("by", ["cycle", "silence", "contract", "losses"])
def test_labels_are_the_stored_ones_or_the_definition_has_another_number(by: str) -> None:
    assert labels_hash(Left(by=by)) == STORED[DEFINITION_NUMBER][by]


def test_labels_that_change_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(left, "OWN_GAPS", 3)
    assert labels_hash(Left()) != STORED[DEFINITION_NUMBER]["cycle"]
    assert labels_hash(Left(by="contract", grace_days=29)) != STORED[DEFINITION_NUMBER]["contract"]


@pytest.mark.parametrize(
    ("by", "matter"),
    [
        ("cycle", {"horizon_days", "k", "max_days"}),
        ("silence", {"horizon_days", "active_days"}),
        ("contract", {"horizon_days", "grace_days"}),
        ("losses", {"horizon_days"}),
    ],
)
def test_the_digest_changes_with_the_settings_that_matter_and_with_no_other(by: str, matter: set[str]) -> None:
    settings = {"horizon_days": 60, "k": 3, "max_days": 200, "active_days": 200, "grace_days": 7}
    usual = Left(by=by).digest
    assert {name for name, value in settings.items() if Left(by=by, **{name: value}).digest != usual} == matter


def test_the_digest_changes_with_the_number_and_with_what_leaving_is_judged_by(monkeypatch: pytest.MonkeyPatch) -> None:
    digests = [Left(by=by).digest for by in ("cycle", "silence", "contract", "losses")]
    monkeypatch.setattr(definition, "DEFINITION_NUMBER", DEFINITION_NUMBER + 1)
    assert len({*digests, Left().digest}) == 5


def test_the_definition_in_words() -> None:
    assert Left().in_words() == "no order for 90 days, or for 2 of the account's usual cycles if that is longer"
    assert Left(by="silence", horizon_days=60).in_words() == "no order for 60 days"
    assert Left(by="contract").in_words() == (
        "no contract in force for more than 30 days, from a day within 90 days on"
    )
    assert Left(by="losses").in_words() == "a recorded loss within 90 days"


def test_a_label_is_complete_after_the_longest_outlook() -> None:
    assert [Left(by=by).longest_outlook for by in ("cycle", "silence", "contract", "losses")] == [180, 90, 120, 90]
