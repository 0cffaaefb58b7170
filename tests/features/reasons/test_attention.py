"""Attention: how much of the rep there is for an account."""

from features.reasons.attention import Attention
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

ASSIGNMENTS = table("""
    account  rep  starts_at   ends_at
    A        R1   2022-01-01  -
    B        R1   2022-01-01  -
    gone     R1   2022-01-01  -
    alone    R2   2022-01-01  -
    idle     R3   2022-01-01  -
""")
ORDERS = table("""
    account  ordered_at  amount
    A        2024-02-01  200
    A        2023-03-07  100
    B        2023-12-01  100
    gone     2023-03-06  900
    alone    2024-02-01  50
    nobodys  2024-02-01  50
""")


def test_a_rep_looks_after_those_who_ordered_within_a_year() -> None:
    assert value(Attention.accounts_of_rep, ASSIGNMENTS, ORDERS, as_of="2024-03-01") == {
        "A": 2,
        "B": 2,
        "alone": 1,
        "gone": 2,
        "idle": 0,
        "nobodys": None,
    }


def test_an_account_handed_over_counts_with_its_new_rep_once_that_is_entered() -> None:
    assignments = table("""
        account  rep  starts_at   recorded_at  ends_at
        A        R1   2022-01-01  2022-01-01  -
        B        R1   2022-01-01  2022-01-01  -
        B        R2   2024-02-01  2024-03-10  -
    """)
    orders = table("""
        account  ordered_at  amount
        A        2024-01-15  100
        B        2024-01-15  100
    """)
    assert values(Attention.accounts_of_rep, assignments, orders, as_of="2024-03-31", snapshots=2) == {
        "A": [1, 2],
        "B": [1, 2],
    }


def test_a_reps_time_on_prospects_is_measured_by_contacts() -> None:
    prospecting = table("""
        rep  occurred_at
        R1   2024-02-29
        R1   2024-02-20
        R1   2023-12-02
        R1   2023-12-01
        R1   2024-03-01
        R4   2024-02-20
    """)
    contacts = table("""
        account  contacted_at  channel  rep
        alone    2024-02-10    call     R1
        A        2024-02-10    invoice  R1
        A        2024-02-10    call     -
        alone    2024-02-10    visit    R2
    """)
    assert value(Attention.rep_prospecting_share[90], ASSIGNMENTS, prospecting, contacts, as_of="2024-03-01") == {
        "A": 0.75,  # 3 prospects against one conversation, which was with somebody else's account
        "B": 0.75,
        "alone": 0,
        "gone": 0.75,
        "idle": None,
    }


def test_attention_is_measured_beside_the_mean_account_of_the_book() -> None:
    contacts = table("""
        account  contacted_at  channel
        A        2024-02-10    call
        A        2023-09-02    call
        B        2024-02-10    call
        B        2024-02-11    visit
        B        2023-09-03    email
        B        2024-02-11    invoice
        alone    2023-02-11    call
        gone     2024-02-11    call
    """)
    assert value(Attention.attention_in_book[180], ASSIGNMENTS, ORDERS, contacts, as_of="2024-03-01") == {
        "A": 0.5,  # 1, where the two active accounts of the book have 2 on average
        "B": 1.5,
        "alone": None,  # the rep spoke with nobody
        "gone": None,  # no active account
        "idle": None,
        "nobodys": None,
    }


def test_the_size_in_the_book_is_that_beside_its_mean_active_account() -> None:
    assert value(Attention.size_in_book, ASSIGNMENTS, ORDERS, as_of="2024-03-01") == {
        "A": 1.5,  # 300 of 400
        "B": 0.5,
        "alone": 1,
        "gone": None,
        "idle": None,
        "nobodys": None,
    }


def test_in_words() -> None:
    assert said("accounts_of_rep", 1) == "Their rep looks after 1 active account"
    assert said("accounts_of_rep", 84) == "Their rep looks after 84 active accounts"
    assert said("rep_prospecting_share_90d", 0.62) == "62% of their rep's contacts in 90 days were with prospects"
    assert said("attention_in_book_90d", 0.3) == (
        "In 90 days they got 30% of the conversations that their rep's accounts have on average"
    )
    assert said("attention_in_book_180d", 1) == (
        "In 180 days they got 100% of the conversations that their rep's accounts have on average"
    )
    assert said("size_in_book", 0.2) == "They buy 20% of what their rep's accounts buy on average"
    assert said("rep_prospecting_share_60d", 0.7) == "70% of their rep's contacts in 60 days were with prospects"
