"""Standing: how long an account has been a customer, how much it buys, and how others like it are doing."""

from features.reasons.standing import Standing
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

ACCOUNTS = table("""
    account     segment  region  valid_from
    A           small    north   2020-01-01
    B           large    north   2020-01-01
    B           small    north   2024-02-29
    C           small    south   2020-01-01
    D           large    south   2020-01-01
    D           small    north   2024-03-01
    gone        large    west    2020-01-01
    unsorted    small    west    2020-01-01
    unsorted    -        -       2024-01-01
    never       small    north   2020-01-01
""")
ORDERS = table("""
    account   ordered_at        amount
    A         2023-12-02T00:00  100.10
    A         2024-02-01T10:00  200.20
    A         2024-02-01T10:00  0.03
    B         2023-12-01T23:00  100
    C         2023-03-07T00:00  100
    D         2024-02-29T10:00  100
    gone      2023-03-06T23:00  100
    unsorted  2024-02-01T10:00  100
""")


def test_an_account_is_a_customer_from_its_first_order_on() -> None:
    assert value(Standing.days_as_customer, ACCOUNTS, ORDERS, as_of="2024-03-01") == {
        "A": 90,
        "B": 91,
        "C": 360,
        "D": 1,
        "gone": 361,
        "never": None,
        "unsorted": 29,
    }


def test_new_is_up_to_ninety_days() -> None:
    assert value(Standing.is_new, ACCOUNTS, ORDERS, as_of="2024-03-01") == {
        "A": 1,
        "B": 0,
        "C": 0,
        "D": 1,
        "gone": 0,
        "never": None,
        "unsorted": 1,
    }


def test_an_older_order_recorded_later_moves_the_first_one_back() -> None:
    orders = table("""
        account  ordered_at  amount  recorded_at
        A        2024-01-01  100     2024-01-01
        A        2023-10-01  100     2024-03-01
    """)
    assert values(Standing.days_as_customer, orders, as_of="2024-03-02", snapshots=2, step_days=1) == {"A": [153, 60]}
    assert values(Standing.revenue, orders, as_of="2024-03-02", snapshots=2, step_days=1) == {"A": [200, 100]}


def test_revenue_is_that_of_a_year_to_the_cent() -> None:
    assert values(Standing.revenue, ACCOUNTS, ORDERS, as_of="2024-03-01") == {
        "A": [300.33],
        "B": [100],
        "C": [100],
        "D": [100],
        "gone": [0],
        "never": [0],
        "unsorted": [100],
    }


def test_activity_is_the_share_of_the_years_customers_that_ordered_lately() -> None:
    assert value(Standing.segment_activity, ACCOUNTS, ORDERS, as_of="2024-03-01") == {
        "A": 0.333333,  # of A, B and C only A ordered within 90 days
        "B": 0.333333,
        "C": 0.333333,
        "D": 1,  # the other large one has not ordered for over a year
        "gone": 1,
        "never": 0.333333,
        "unsorted": None,
    }
    assert value(Standing.region_activity, ACCOUNTS, ORDERS, as_of="2024-03-01") == {
        "A": 0.5,
        "B": 0.5,
        "C": 0.5,
        "D": 0.5,
        "gone": None,
        "never": 0.5,
        "unsorted": None,
    }


def test_the_season_goes_round_with_the_year() -> None:
    assert value(Standing.season_sine, ORDERS, as_of="2024-04-01")["A"] == 0.99993  # a quarter of a year: day 92
    assert value(Standing.season_cosine, ORDERS, as_of="2024-04-01")["A"] == -0.011826
    assert value(Standing.season_cosine, ORDERS, as_of="2024-01-01")["A"] == 0.999852  # day 1
    assert value(Standing.season_cosine, ORDERS, as_of="2024-12-31")["A"] == 0.999917  # day 366


def test_referrals_and_references_both_recommend_us() -> None:
    signals = table("""
        account  occurred_at  kind
        B        2024-02-10   complaint
        C        2022-03-12   referral
        C        2023-03-12   reference
        C        2022-03-11   reference
        D        2024-03-01   referral
    """)
    assert value(Standing.recommendations, signals, as_of="2024-03-01") == {"B": 0, "C": 2, "D": 0}


def test_signs_of_an_end_are_that_they_close_move_or_were_bought() -> None:
    signals = table("""
        account  occurred_at  kind
        A        2024-02-10   closing
        A        2024-02-10   moving
        A        2023-09-03   acquired
        A        2023-09-02   acquired
        B        2024-02-10   reorganised
    """)
    assert value(Standing.signs_of_an_end, signals, as_of="2024-03-01") == {"A": 3, "B": 0}


def test_in_words() -> None:
    assert said("recommendations_720d", 0) == "No recommendations from them in 720 days"
    assert said("signs_of_an_end_180d", 1) == "1 sign in 180 days that they close, move or were bought"
    assert said("days_as_customer", 1) == "A customer for 1 day"
    assert said("days_as_customer", 3650) == "A customer for 3,650 days"


def test_the_first_contract_counts_from_its_first_day_whatever_became_of_it() -> None:
    contracts = table("""
        account  starts_on   ends_on
        renewed  2022-03-16  2024-03-15
        renewed  2024-02-01  2025-01-31
        run_out  2023-03-01  2024-02-29
        to_come  2024-03-01  2025-02-28
    """)
    found = value(Standing.days_since_first_contract, contracts, as_of="2024-03-01")
    assert found == {"renewed": 716, "run_out": 366, "to_come": None}
    assert said("days_since_first_contract", 90) == "Their first contract began 90 days ago"


def test_contracts_are_worth_what_those_in_force_are_a_year() -> None:
    contracts = table("""
        account  starts_on   ends_on     annual_value
        one      2023-06-01  2024-05-31  1200.5
        over     2022-06-01  2023-05-31  1000
    """)
    assert value(Standing.contract_value, contracts, as_of="2024-03-01") == {"one": 1200.5, "over": None}
    assert said("contract_value", 1200.5) == "Their contracts are worth 1,200 a year"
