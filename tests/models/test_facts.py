"""Facts: what is said of accounts that have not been there for long, and acts that speak of the fact shown."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from models.churn import FeatureProfile
from models.explain import Contributions
from models.reasons import reasons
from models.vocabulary import Vocabulary
from tests.models.test_reasons import MISSING, reasons_of

TODAY = date(2026, 7, 1)
YEARLY = FeatureProfile(0.0, low=0, lower_quartile=20, median=26, upper_quartile=33, high=60)  # 26 in 360 days
OFTEN = FeatureProfile(0.0, low=2, lower_quartile=4, median=6, upper_quartile=8, high=12)


@pytest.mark.parametrize(
    ("age", "says"),
    [
        (1.0, None),  # of one day nobody can tell
        (29.0, None),
        (30.0, "No conversations with them in 30 days"),  # of 26 a year two fall on these
        (200.0, "No conversations with them in 200 days"),
        (359.0, "No conversations with them in 359 days"),
        (360.0, "No conversations with them in 360 days (usual: 26)"),
        (MISSING, "No conversations with them in 360 days (usual: 26)"),
    ],
)
def test_nobody_is_held_against_what_is_usual_in_a_window_that_began_before_they_came(age, says):
    account = reasons_of({"conversations_360d": 0.0, "days_as_customer": age}, {"conversations_360d": 0.5}, YEARLY)

    assert (account["reason_1"] or None) == says


def test_of_an_account_with_contracts_alone_the_first_contract_tells_how_long_it_has_been_there():
    values = {"conversations_360d": 0.0, "days_since_first_contract": 100.0}

    assert (
        reasons_of(values, {"conversations_360d": 0.5}, YEARLY)["reason_1"] == "No conversations with them in 100 days"
    )
    older = {**values, "days_as_customer": 400.0}
    assert reasons_of(older, {"conversations_360d": 0.5}, YEARLY)["reason_1"].endswith("in 360 days (usual: 26)")


def test_what_is_not_unusual_for_the_days_that_they_have_been_there_is_no_fact():
    rarely = FeatureProfile(0.0, low=0, lower_quartile=1, median=2, upper_quartile=3, high=9)  # one in half a year

    of_170_days = reasons_of(
        {"review_meetings_360d": 0.0, "days_as_customer": 170.0}, {"review_meetings_360d": 0.5}, rarely
    )
    of_180_days = reasons_of(
        {"review_meetings_360d": 0.0, "days_as_customer": 180.0}, {"review_meetings_360d": 0.5}, rarely
    )

    assert of_170_days["reason_1"] is None
    assert of_180_days["reason_1"] == "No review meetings in 180 days"


def test_words_before_they_were_customers_are_told_of_no_shorter_window():
    """Two conversations in 360 days, one of them perhaps before the first order."""
    account = reasons_of({"conversations_360d": 2.0, "days_as_customer": 300.0}, {"conversations_360d": 0.5}, YEARLY)

    assert account["reason_1"] is None


@pytest.mark.parametrize(
    ("age", "says"),
    [
        (45.0, "They ordered for 3 in 45 days"),
        (359.0, "They ordered for 3 in 90 days"),
        (360.0, "They ordered for 3 in 90 days, and for 40 in a year"),
        (MISSING, "They ordered for 3 in 90 days, and for 40 in a year"),
    ],
)
def test_no_aside_speaks_of_a_window_that_began_before_they_came(age, says):
    values = {"amount_90d": 3.0, "amount_360d": 40.0, "days_as_customer": age}
    account = reasons_of(values, {"amount_90d": 0.5}, YEARLY)

    assert account["sign"] == says


def test_an_aside_still_says_of_a_new_account_what_is_to_be_put_right():
    wrong = {"share_of_invoices_wrong_90d": 0.5, "open_billing_errors_360d": 2.0, "days_as_customer": 45.0}
    none = FeatureProfile(0.0, low=0, lower_quartile=0, median=0, upper_quartile=0.1, high=1)
    account = reasons_of(wrong, {"share_of_invoices_wrong_90d": 0.5}, none)

    assert "; 2 are still to be put right" in account["reason_1"]


@pytest.mark.parametrize(
    ("age", "orders", "says"),
    [
        (1.0, 1.0, None),
        (80.0, 1.0, None),  # of six in 360 days one falls on these
        (180.0, 1.0, "1 order in 180 days; the first on record on 2 January"),
        (180.0, 2.0, None),  # one fewer than usual, but more than the lower quartile's part
        (359.0, 1.0, "1 order in 359 days; the first on record on 7 July 2025"),
        (360.0, 1.0, "1 order in 360 days"),
    ],
)
def test_few_orders_of_a_new_account_are_a_sign_where_they_are_few_for_its_days(age, orders, says):
    account = reasons_of({"orders_360d": orders, "days_as_customer": age}, {"orders_360d": 0.5}, OFTEN, as_of=TODAY)

    assert (account["sign"] or None) == says


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("attention_in_book_180d", 0.1),
        ("size_in_book", 0.1),
        ("days_in_touch_at_start", 1.0),
        ("orders_same_season_90d", 0.0),
    ],
)
def test_what_cannot_be_told_of_fewer_days_is_no_fact_before_its_own_have_passed(name, value):
    profile = FeatureProfile(0.0, low=0, lower_quartile=2, median=9, upper_quartile=12, high=20)
    window = catalogue().by_name[name].builds_up

    young = reasons_of({name: value, "days_as_customer": window - 1.0}, {name: 0.5}, profile)
    old = reasons_of({name: value, "days_as_customer": float(window)}, {name: 0.5}, profile)

    assert young["sign"] is None
    assert young["reason_1"] is None
    assert old["sign"] or old["reason_1"]


def test_a_rep_that_they_have_had_from_the_first_day_is_no_reproach():
    profile = FeatureProfile(0.0, low=5, lower_quartile=90, median=299, upper_quartile=400, high=900)

    since_they_came = reasons_of({"days_with_rep": 20.0, "days_as_customer": 20.0}, {"days_with_rep": 0.5}, profile)
    handed_over = reasons_of({"days_with_rep": 20.0, "days_as_customer": 21.0}, {"days_with_rep": 0.5}, profile)

    assert since_they_came["reason_1"] is None
    assert handed_over["reason_1"] == "They have had their rep for 20 days (usual: 299 days)"


@pytest.mark.parametrize(("age", "holds"), [(179.0, None), (180.0, "No complaints in 180 days (usual: 10)")])
def test_that_nothing_went_wrong_in_a_window_holds_nobody_who_came_within_it(age, holds):
    account = reasons_of({"complaints_180d": 0.0, "days_as_customer": age}, {"complaints_180d": -0.5})

    assert (account["holds_1"] or None) == holds


def test_what_went_wrong_in_a_window_is_told_of_a_new_account_as_of_any():
    account = reasons_of({"complaints_180d": 40.0, "days_as_customer": 60.0}, {"complaints_180d": 0.5})

    assert account["reason_1"] == "40 complaints in 180 days (usual: 10)"


RING = "Ring them with no invoice and no offer in hand: ask how they get on with what they bought"
LEFT_THEM = "Somebody whom we knew has left them: find out who follows, and go and meet them"


@pytest.mark.parametrize(
    ("values", "fact", "says", "do"),
    [
        (
            {"conversations_30d": 0.0, "contacts_left_360d": 35.0, "they_fell_silent": 1.0},
            "conversations_30d",
            "No conversations with them in 30 days (usual: 10)",
            RING,
        ),
        (
            {"conversations_30d": 0.0, "contacts_left_360d": 35.0},
            "contacts_left_360d",
            "35 people whom we knew left them in 360 days (usual: 10)",
            LEFT_THEM,
        ),
        (
            {"days_since_manager": 70.0, "contacts_left_360d": 35.0},
            "days_since_manager",
            "70 days since a manager of ours spoke with them (usual: 10 days)",
            "Have a manager ring them, with no offer in hand: ask how things work out for them",
        ),
        (
            {"days_to_resolve_360d": 45.0, "open_tickets_360d": 2.0},
            "days_to_resolve_360d",
            "It took us 45 days on average to solve their tickets (usual: 10 days). 2 tickets open now",
            "Ring and say who works on what is open, and by when it will be solved",
        ),
        (
            {"days_to_resolve_360d": 45.0, "open_tickets_360d": 0.0},
            "days_to_resolve_360d",
            "It took us 45 days on average to solve their tickets (usual: 10 days)",
            "Ask whether it works now, and stand by them until it does",
        ),
        (
            {"oldest_open_ticket": 45.0, "open_tickets_360d": 2.0},
            "oldest_open_ticket",
            "They have waited since 17 May for an open ticket to be solved",
            "Ring and say who works on what is open, and by when it will be solved",
        ),
        (
            {"unreturned_calls_180d": 40.0, "oldest_open_call": 3.0, "unanswered_requests_90d": 1.0},
            "unreturned_calls_180d",
            "In 180 days 40 calls of theirs went unreturned (usual: 10); the oldest open one has waited since Sunday",
            "Ring them back today: they called on Sunday",
        ),
        (
            {"hours_until_returned_360d": 47.0, "oldest_open_call": 3.0},
            "hours_until_returned_360d",
            (
                "It took us 47 hours on average to ring them back (usual: 10 hours). "
                "They have waited since Sunday for us to ring back"
            ),
            "Ring them back today: they called on Sunday",
        ),
        (
            {"oldest_open_call": 3.0, "unanswered_requests_90d": 31.0},
            "unanswered_requests_90d",
            "In 90 days 31 requests of theirs (emails, quotes, documents) went unanswered (usual: 10)",
            "Answer 31 open requests of theirs today, by a call",
        ),
        (
            {"rep_changes_540d": 31.0, "days_with_rep": 16.0, "days_unmet_since_takeover": 16.0},
            "rep_changes_540d",
            "31 changes of rep in 540 days (usual: 10); the present one has had them for 16 days",
            "Whoever sold to them brings the new rep along",
        ),
        (
            {"days_since_rep_spoke": 49.0, "days_unmet_since_takeover": 16.0},
            "days_since_rep_spoke",
            "Their rep last spoke with them 49 days ago (usual: 10 days)",
            "Have their rep ring this week, with a question and no offer",
        ),
        (
            {"rep_changes_540d": 31.0, "has_no_rep": 1.0},
            "rep_changes_540d",
            "31 changes of rep in 540 days (usual: 10). They have no rep at the moment",
            "Name a rep today; until then the manager rings",
        ),
    ],
)
def test_what_to_do_speaks_of_the_fact_shown(values, fact, says, do):
    account = reasons_of(values, {fact: 0.5}, as_of=TODAY)

    assert (account["reason_1"], account["action_1"]) == (says, do)


def test_of_whom_no_reason_is_shown_what_is_pressing_is_to_be_done():
    account = reasons_of({"open_tickets_360d": 2.0}, {"open_tickets_360d": 0.01})

    assert account["reason_1"] is None
    assert account["action_1"] == (
        "2 tickets open now. Ring and say who works on what is open, and by when it will be solved"
    )


def test_a_served_model_tells_the_same():
    names = ("conversations_360d", "open_tickets_360d", "days_to_resolve_360d")
    carried = Vocabulary.from_json(Vocabulary.of(catalogue(), names).as_json())

    for name in names:
        own, there = catalogue().by_name[name], carried.by_name[name]
        assert (there.suits, there.is_pressing, there.builds_up) == (own.suits, own.is_pressing, own.builds_up)
        assert there.says_of_days == own.says_of_days


def test_every_account_of_many_gets_its_own_days():
    rows = pd.DataFrame({"conversations_360d": [0.0, 0.0, 0.0], "days_as_customer": [90.0, 400.0, 120.0]})
    moved = Contributions(np.array([[0.5, 0.0]] * 3), -2.0, tuple(rows), {})

    said = reasons(moved, rows, dict.fromkeys(rows, YEARLY), catalogue())["reason_1"].tolist()

    assert said == [
        "No conversations with them in 90 days",
        "No conversations with them in 360 days (usual: 26)",
        "No conversations with them in 120 days",
    ]


def test_a_small_account_does_not_order_for_less_than_before():
    """Beside a year's amount stands no other of the account's own."""
    assert reasons_of({"amount_360d": 0.5}, {"amount_360d": 0.5})["sign"] is None
    assert reasons_of({"amount_90d": 0.5}, {"amount_90d": 0.5})["sign"] == "They ordered for 0 in 90 days"


@pytest.mark.parametrize(
    ("told", "sign"),
    [
        ({}, "They have not rung or written to us for 97 days"),
        ({"days_since_complaint": 97.0}, "They have not rung or written to us for 97 days"),
        ({"days_since_complaint": 36.0}, None),
        ({"tickets_opened_90d": 0.0}, "They have not rung or written to us for 97 days"),
        ({"tickets_opened_90d": 1.0}, None),
    ],
)
def test_nobody_is_called_silent_who_has_told_of_trouble(told, sign):
    account = reasons_of({"days_since_heard": 97.0, **told}, {"days_since_heard": 0.5})

    assert (account["sign"] or None) == sign
