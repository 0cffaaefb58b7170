"""Breadth: what an account buys of what we do, sends back, and is asked about."""

from features.reasons.breadth import Breadth
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

ORDERS = table("""
    account  ordered_at  amount  returned_at  returned_amount  product_line
    A        2024-02-01  100     2024-02-20   10               paint
    A        2024-02-01  100     -            -                paint
    A        2023-09-03  100     -            -                tools
    A        2023-09-02  100     -            -                glue
    A        2023-03-07  100     2023-04-01   50               wood
    A        2023-03-06  100     2023-04-01   100              glass
    B        2023-05-01  100     2024-03-01   100              glue
    C        2024-02-01  100     -            -                -
    gone     2023-03-06  100     -            -                glue
    refund   2024-02-01  0       2024-02-02   20               glue
""")


def test_a_product_line_bought_twice_is_one() -> None:
    assert value(Breadth.product_lines, ORDERS, as_of="2024-03-01") == {
        "A": 4,
        "B": 1,
        "C": None,  # it bought, but nobody wrote down what
        "gone": 0,
        "refund": 0,
    }


def test_a_line_is_dropped_when_the_year_knows_it_and_the_last_half_year_does_not() -> None:
    assert value(Breadth.lines_dropped, ORDERS, as_of="2024-03-01") == {
        "A": 2,
        "B": 1,
        "C": None,
        "gone": 0,
        "refund": 0,
    }


def test_an_order_recorded_later_shows_that_a_line_was_not_dropped() -> None:
    orders = table("""
        account  ordered_at  amount  product_line  recorded_at
        A        2023-06-01  100     glue          2023-06-01
        A        2024-02-01  100     glue          2024-03-10
        A        2024-02-01  100     paint         2024-03-10
    """)
    assert values(Breadth.lines_dropped, orders, as_of="2024-03-31", snapshots=2) == {"A": [0, 1]}
    assert values(Breadth.product_lines, orders, as_of="2024-03-31", snapshots=2) == {"A": [2, 1]}


def test_what_was_sent_back_is_a_share_of_what_was_ordered() -> None:
    assert value(Breadth.share_returned, ORDERS, as_of="2024-03-01") == {
        "A": 0.12,
        "B": 0,
        "C": 0,
        "gone": None,
        "refund": None,
    }


def test_a_credit_is_no_order_of_less_than_nothing() -> None:
    orders = table("""
        account  ordered_at  amount  returned_at  returned_amount
        A        2024-01-01  100     2024-01-20   20
        A        2024-01-10  -150    -            -
    """)
    assert value(Breadth.share_returned, orders, as_of="2024-03-01") == {"A": 0.2}


def test_what_comes_back_is_known_when_it_comes_back() -> None:
    orders = table("""
        account  ordered_at  amount  returned_at  returned_amount
        A        2024-01-01  100     2024-03-01   30
        B        2024-01-01  100     -            30
    """)
    found = values(Breadth.share_returned, orders, as_of="2024-03-02", snapshots=2, step_days=1)
    assert found == {"A": [0.3, 0], "B": [0, 0]}


SIGNALS = table("""
    account  occurred_at  kind
    A        2024-02-10   review_meeting
    A        2024-02-10   upsell
    A        2023-03-07   review_meeting
    A        2023-03-07   upsell
    B        2023-03-06   review_meeting
    B        2023-03-06   upsell
    C        2024-03-01   review_meeting
    C        2024-02-10   complaint
""")


def test_reviews_and_upsells_are_counted_over_a_year() -> None:
    assert value(Breadth.review_meetings, SIGNALS, as_of="2024-03-01") == {"A": 2, "B": 0, "C": 0}
    assert value(Breadth.upsells, SIGNALS, as_of="2024-03-01") == {"A": 2, "B": 0, "C": 0}


def test_a_review_counts_however_long_ago_but_not_on_as_of() -> None:
    assert value(Breadth.days_since_review, SIGNALS, as_of="2024-03-01") == {"A": 20, "B": 361, "C": None}


def test_in_words() -> None:
    assert said("product_lines_360d", 0) == "They bought no product lines in 360 days"
    assert said("product_lines_360d", 1) == "They bought 1 product line in 360 days"
    assert said("lines_dropped", 0) == "They dropped no product lines that they bought half a year to a year ago"
    assert said("lines_dropped", 2) == "They dropped 2 product lines that they bought half a year to a year ago"
    assert said("share_returned_360d", 0.034) == "They sent back 3% of what they ordered in 360 days"
    assert said("review_meetings_360d", 0) == "No review meetings in 360 days"
    assert said("days_since_review", 400) == "400 days since the last review meeting"
    assert said("upsells_360d", 0) == "No upsells in 360 days"
    assert said("upsells_360d", 1) == "1 upsell in 360 days"
