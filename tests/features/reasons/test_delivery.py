"""Delivery: what was promised and has come, has come late, or has not come."""

from features.reasons.delivery import Delivery
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

ORDERS = table("""
    account     ordered_at  amount  promised_at       delivered_at
    A           2024-02-01  100     2024-02-10T08:00  2024-02-10T18:00
    A           2024-02-01  100     2024-02-20T08:00  2024-02-23T08:00
    A           2024-02-01  100     2024-02-25T08:00  2024-03-01T00:00
    A           2024-02-01  100     2024-03-10T08:00  -
    early       2024-02-01  100     2024-02-20T08:00  2024-02-10T08:00
    early       2024-02-01  100     2024-03-10T08:00  2024-02-10T08:00
    no_promise  2024-02-01  100     -                 2024-02-10T08:00
""")


def test_a_delivery_on_the_promised_day_is_on_time() -> None:
    assert value(Delivery.late_deliveries[90], ORDERS, as_of="2024-03-01") == {"A": 2, "early": 0, "no_promise": 0}


def test_what_is_not_yet_due_is_not_late() -> None:
    late = values(Delivery.late_deliveries[90], ORDERS, as_of="2024-03-11", snapshots=2, step_days=1)
    assert late == {"A": [3, 2], "early": [0, 0], "no_promise": [0, 0]}


def test_deliveries_count_in_the_window_in_which_they_were_promised() -> None:
    orders = table("""
        account  ordered_at  amount  promised_at  delivered_at
        A        2023-01-01  100     2023-12-02   2024-01-01
        A        2023-01-01  100     2023-12-01   2024-01-01
        A        2023-01-01  100     2023-03-07   2024-01-01
        A        2023-01-01  100     2023-03-06   2024-01-01
    """)
    assert value(Delivery.late_deliveries[90], orders, as_of="2024-03-01") == {"A": 1}
    assert value(Delivery.late_deliveries[360], orders, as_of="2024-03-01") == {"A": 3}


def test_without_a_promise_there_is_no_share_kept() -> None:
    assert value(Delivery.share_delivered_late[360], ORDERS, as_of="2024-03-01") == {
        "A": 0.666667,
        "early": 0,
        "no_promise": None,
    }


def test_days_late_are_those_of_what_has_come_and_early_is_not_late() -> None:
    days = values(Delivery.days_late, ORDERS, as_of="2024-03-02", snapshots=2, step_days=1)
    assert days == {"A": [(0 + 3 + 5) / 3, 1.5], "early": [0, 0], "no_promise": [None, None]}


def test_a_delivery_is_overdue_until_it_is_known_to_have_come() -> None:
    overdue = values(Delivery.overdue_deliveries, ORDERS, as_of="2024-03-02", snapshots=2, step_days=1)
    assert overdue == {"A": [0, 1], "early": [0, 0], "no_promise": [0, 0]}


def test_an_order_recorded_later_was_not_promised_yet() -> None:
    orders = table("""
        account  ordered_at  amount  promised_at  delivered_at  recorded_at
        A        2024-02-01  100     2024-02-10   -             2024-03-01
    """)
    assert values(Delivery.overdue_deliveries, orders, as_of="2024-03-02", snapshots=2, step_days=1) == {"A": [1, 0]}


def test_a_share_of_two_months_forgets_what_was_before() -> None:
    orders = table("""
        account  ordered_at  amount  promised_at  delivered_at
        A        2023-12-01  100     2024-01-01   2024-01-01
        A        2023-12-01  100     2023-12-31   2024-01-20
    """)
    assert value(Delivery.share_delivered_late[60], orders, as_of="2024-03-01") == {"A": 0}
    assert value(Delivery.share_delivered_late[90], orders, as_of="2024-03-01") == {"A": 0.5}


def test_an_overdue_delivery_is_unspoken_from_the_day_it_was_promised_for() -> None:
    orders = table("""
        account  ordered_at  amount  promised_at  delivered_at
        A        2024-01-01  10      2024-02-10   -
        B        2024-01-01  10      2024-02-10   -
        C        2024-01-01  10      2024-02-10   2024-02-20
    """)
    contacts = table("""
        account  contacted_at  channel
        A        2024-02-09    call
        B        2024-02-11    call
    """)
    assert value(Delivery.days_overdue_unspoken, orders, contacts, as_of="2024-03-01") == {"A": 20, "B": 0, "C": 0}


def test_whether_we_asked_is_known_once_we_have_or_thirty_days_have_passed() -> None:
    orders = table("""
        account    ordered_at  amount  delivered_at
        asked      2024-01-01  10      2024-02-20
        waiting    2024-01-01  10      2024-02-01
        forgotten  2024-01-01  10      2024-01-31
        last_day   2024-01-01  10      2024-01-10
        day_after  2024-01-01  10      2024-01-10
        earlier    2024-01-01  10      2024-01-10
        late       2024-01-01  10      2024-01-10
        late       2024-01-02  10      2024-01-20
    """)
    contacts = table("""
        account    contacted_at  channel  direction  recorded_at
        asked      2024-02-20    call     outbound   -
        forgotten  2024-02-10    call     inbound    -
        last_day   2024-02-08    call     outbound   -
        day_after  2024-02-09    call     outbound   -
        earlier    2024-01-09    call     outbound   -
        late       2024-01-15    call     outbound   2024-02-25
    """)
    found = values(Delivery.share_asked_after, orders, contacts, as_of="2024-03-01", snapshots=2, step_days=10)
    assert found == {
        "asked": [1, None],  # delivered only on the tenth day before
        "waiting": [None, None],  # 29 days
        "forgotten": [0, None],  # their own word is no question of ours
        "last_day": [1, 1],
        "day_after": [0, 0],
        "earlier": [0, 0],
        "late": [0.5, 0],  # written down on the 25th, when it was already taken for not asked
    }


def test_in_words() -> None:
    assert said("days_overdue_unspoken", 20) == "A delivery has been overdue for 20 days, without a word from us"
    assert said("share_asked_after_180d", 0) == (
        "After none of their orders in 180 days did we get in touch within 30 days of delivery"
    )
    assert said("share_asked_after_180d", 0.25) == (
        "We got in touch within 30 days of delivery after 25% of their orders in 180 days"
    )
    assert said("late_deliveries_90d", 0) == "No late deliveries in 90 days"
    assert said("late_deliveries_360d", 1) == "1 late delivery in 360 days"
    assert said("share_delivered_late_360d", 0.4) == "40% of their deliveries in 360 days were late"
    assert said("days_late_360d", 0) == "Their deliveries came less than a day late on average"
    assert said("days_late_360d", 6.25) == "Their deliveries came 6 days late on average"
    assert said("overdue_deliveries", 1) == "1 delivery overdue now"
    assert said("overdue_deliveries", 0) == "No deliveries overdue now"
    assert said("share_delivered_late_60d", 1) == "100% of their deliveries in 60 days were late"
    assert said("share_delivered_late_90d", 0.5) == "50% of their deliveries in 90 days were late"
    assert said("share_delivered_late_180d", 0) == "0% of their deliveries in 180 days were late"
