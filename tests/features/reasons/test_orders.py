"""Orders: an account's own rhythm, how much it orders, and how long it has been silent."""

from math import exp, log

import numpy as np
import pandas as pd
import pytest

from features.reasons.orders import Orders
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

# Every ten days; once with a long pause; two orders forty days apart; one order; none that is known.
ORDERS = table("""
    account    ordered_at  amount
    clockwork  2024-01-11  100
    clockwork  2024-01-21  100
    clockwork  2024-01-31  100
    clockwork  2024-02-10  100
    holiday    2023-11-28  100
    holiday    2023-12-08  100
    holiday    2023-12-18  100
    holiday    2024-02-16  100
    holiday    2024-02-26  100
    twice      2024-01-02  100
    twice      2024-02-11  100
    once       2024-02-20  100
    future     2024-03-01  100
""")


def ordered(account: str, gaps: list[int], last: str) -> pd.DataFrame:
    """Orders with these gaps in days between them, the last one on a day."""
    ages = np.cumsum([0, *reversed(gaps)])
    days = [(pd.Timestamp(last) - pd.Timedelta(days=int(age))).date().isoformat() for age in ages]
    return pd.DataFrame({"account_id": account, "ordered_at": days, "amount": "100"})


def test_the_usual_cycle_is_the_median_gap_drawn_towards_others_where_gaps_are_few() -> None:
    assert value(Orders.usual_cycle, ORDERS, as_of="2024-03-01") == pytest.approx(
        {
            "clockwork": 10,
            "holiday": 10,  # 10, 10, 60, 10: one long pause changes nothing
            "twice": 40 ** (1 / 3) * 10 ** (2 / 3),  # one gap of 40 beside the typical 10, which weighs as two
            "once": 10,
            "future": None,
        }
    )


def test_what_is_typical_is_typical_of_a_segment() -> None:
    accounts = table("""
        account  segment  valid_from
        fast     small    2020-01-01
        novice   large    2020-01-01
        novice   small    2024-02-29
        slow     large    2020-01-01
        giant    large    2020-01-01
        giant    small    2024-03-01
        odd      other    2020-01-01
        lonely   other    2020-01-01
        nameless -        2020-01-01
    """)
    orders = pd.concat(
        [
            ordered("fast", [10, 10, 10], last="2024-02-20"),
            ordered("novice", [], last="2024-02-20"),
            ordered("slow", [40, 40, 40], last="2024-02-20"),
            ordered("giant", [10], last="2024-02-20"),
            ordered("odd", [20, 20], last="2024-02-20"),  # too few gaps to be typical of others
            ordered("lonely", [], last="2024-02-20"),
            ordered("nameless", [7, 7, 7], last="2024-02-20"),
        ]
    )
    assert value(Orders.usual_cycle, accounts, orders, as_of="2024-03-01") == {
        "fast": 10,
        "novice": 10,
        "slow": 40,
        "giant": round(exp((log(10) + 2 * log(40)) / 3), 4),
        "odd": 20,
        "lonely": None,
        "nameless": 7,
    }


def test_without_a_history_of_segments_all_accounts_are_alike() -> None:
    accounts = table("""
        account  segment
        fast     small
        novice   large
    """)
    orders = pd.concat([ordered("fast", [10, 10, 10], last="2024-02-20"), ordered("novice", [], last="2024-02-20")])
    assert value(Orders.usual_cycle, accounts, orders, as_of="2024-03-01") == {"fast": 10, "novice": 10}


def test_the_more_gaps_the_more_an_account_speaks_for_itself() -> None:
    orders = pd.concat([ordered("monthly", [30] * 6, last="2024-02-20"), ordered("weekly", [7] * 6, last="2024-02-20")])
    typical = (log(30) + log(7)) / 2
    assert value(Orders.usual_cycle, orders, as_of="2024-03-01") == {
        "monthly": round(exp((6 * log(30) + 2 * typical) / 8), 4),
        "weekly": round(exp((6 * log(7) + 2 * typical) / 8), 4),
    }


def test_the_median_of_an_even_number_of_gaps_lies_between_the_middle_two() -> None:
    orders = ordered("A", [10, 20, 20, 10], last="2024-02-20")
    assert value(Orders.usual_cycle, orders, as_of="2024-03-01") == {"A": 15}


def test_two_orders_in_a_day_are_one_day_of_the_rhythm() -> None:
    orders = table("""
        account  ordered_at         amount
        A        2024-01-11T09:00   100
        A        2024-01-11T17:00   100
        A        2024-01-21T09:00   100
        A        2024-01-21T09:00   100
        A        2024-01-31T09:00   100
        A        2024-02-10T00:00   100
    """)
    assert value(Orders.usual_cycle, orders, as_of="2024-03-01") == {"A": 10}
    assert value(Orders.orders[90], orders, as_of="2024-03-01") == {"A": 6}


def test_the_latest_sixteen_gaps_follow_an_account_that_has_changed() -> None:
    orders = ordered("A", [40] * 20 + [5] * 9, last="2024-02-28")
    assert value(Orders.usual_cycle, orders, as_of="2024-03-01") == {"A": 5}
    assert value(Orders.largest_gap, orders, as_of="2024-03-01") == {"A": 40}
    assert value(Orders.largest_gap, ordered("A", [40] + [5] * 16, last="2024-02-28"), as_of="2024-03-01") == {"A": 5}


def test_orders_recorded_late_change_the_rhythm_of_later_dates_only() -> None:
    orders = table("""
        account  ordered_at  amount  recorded_at
        A        2023-12-12  100     2023-12-12
        A        2023-12-22  100     2024-03-05
        A        2024-01-01  100     2024-01-01
        A        2024-01-11  100     2024-03-05
        A        2024-01-21  100     2024-01-21
        A        2024-01-31  100     2024-03-05
        A        2024-02-10  100     2024-02-10
        A        2024-02-20  100     2024-03-05
    """)
    newest_first = {"as_of": "2024-03-31", "snapshots": 2}
    assert values(Orders.usual_cycle, orders, **newest_first)["A"] == pytest.approx([10, 20])
    assert values(Orders.largest_gap, orders, **newest_first) == {"A": [10, 20]}
    assert values(Orders.days_since_order, orders, **newest_first) == {"A": [40, 20]}
    assert values(Orders.cycles_since_order, orders, **newest_first)["A"] == pytest.approx([4, 1])
    assert values(Orders.orders[90], orders, **newest_first) == {"A": [6, 4]}


def test_silence_is_counted_in_days_and_in_cycles() -> None:
    assert value(Orders.days_since_order, ORDERS, as_of="2024-03-01") == {
        "clockwork": 20,
        "holiday": 4,
        "twice": 19,
        "once": 10,
        "future": None,
    }
    assert value(Orders.cycles_since_order, ORDERS, as_of="2024-03-01") == {
        "clockwork": 2,
        "holiday": 0.4,
        "twice": 1.196926,
        "once": 1,
        "future": None,
    }


def test_an_order_on_as_of_itself_ends_no_silence_yet() -> None:
    orders = table("""
        account  ordered_at         amount
        A        2024-03-01T00:00   100
        A        2024-02-01T00:00   100
        B        2024-02-29T23:59   100
    """)
    assert value(Orders.days_since_order, orders, as_of="2024-03-01") == {"A": 29, "B": 1}


def test_the_longest_pause_does_not_take_in_the_present_silence() -> None:
    assert value(Orders.largest_gap, ORDERS, as_of="2024-03-01") == {
        "clockwork": 10,
        "holiday": 60,
        "twice": 40,
        "once": None,
        "future": None,
    }


def test_regularity_rises_with_every_equal_gap_and_is_missing_below_two() -> None:
    orders = pd.concat(
        [
            ordered("for_years", [10] * 20, last="2024-02-20"),
            ordered("three", [10] * 3, last="2024-02-20"),
            ordered("to_and_fro", [5, 15] * 8, last="2024-02-20"),
            ordered("one", [10], last="2024-02-20"),
        ]
    )
    # Fifteen, two and fifteen pairs of gaps beside the four that count as typical (variance 1/20).
    assert value(Orders.order_regularity, orders, as_of="2024-03-01") == {
        "for_years": 11.375,  # variance 4/20 / 19
        "three": 3.25,  # variance 4/20 / 6
        "to_and_fro": round((1 - 4 * (v := (15 / 16 + 0.2) / 19)) / (8 * v), 6),  # every pair 1/16
        "one": None,
    }


@pytest.mark.parametrize(("shape", "low", "high"), [(1, 0.9, 1.4), (4, 2.6, 4.2)])
def test_regularity_finds_the_shape_of_random_gaps(shape: int, low: float, high: float) -> None:
    chance = np.random.default_rng(1)
    gaps = chance.gamma(shape, 50 / shape, size=(200, 20)).round().astype(int).clip(1)
    orders = pd.concat([ordered(f"A{number}", list(own), last="2024-02-20") for number, own in enumerate(gaps)])
    found = value(Orders.order_regularity, orders, as_of="2024-03-01").values()
    assert low < float(np.median([number for number in found if number is not None])) < high


def test_the_chance_of_a_silence_is_that_of_the_accounts_own_gaps() -> None:
    orders = pd.concat(
        [
            ordered("typical", [10, 10, 10], last="2024-02-29"),
            ordered("one_cycle", [], last="2024-02-20"),
            ordered("three_cycles", [], last="2024-01-31"),
        ]
    )
    chances = value(Orders.chance_of_silence, orders, as_of="2024-03-01")
    # With too few gaps to tell, the regularity is 2: the chance of x cycles is (1 + 2x) / e^2x.
    assert chances["one_cycle"] == round(3 * exp(-2), 6)
    assert chances["three_cycles"] == round(7 * exp(-6), 6)
    assert chances["typical"] == pytest.approx(0.996, abs=0.004)


def test_the_same_silence_is_less_likely_for_the_regular() -> None:
    orders = pd.concat(
        [
            ordered("regular", [20] * 10, last="2024-01-21"),
            ordered("irregular", [5, 20, 60, 3, 20, 50, 20, 4, 20, 70], last="2024-01-21"),
        ]
    )
    assert value(Orders.cycles_since_order, orders, as_of="2024-03-01") == {"regular": 2, "irregular": 2}
    chances = value(Orders.chance_of_silence, orders, as_of="2024-03-01")
    assert chances["regular"] < 0.03
    assert 0.1 < chances["irregular"] < 0.2


def test_whoever_has_been_silent_for_long_more_likely_orders_nothing() -> None:
    chances = value(Orders.chance_of_no_order, ORDERS, as_of="2024-03-01")
    odds = 4 * 60 / 70  # of being active after one order, 10 days ago; then 70 of 160 cases see none in 90 days
    assert chances["once"] == pytest.approx(1 - odds / (1 + odds) * (1 - 70 / 160), abs=1e-6)
    assert chances["clockwork"] < chances["twice"] < chances["once"]
    assert chances["future"] is None


def test_orders_and_amounts_of_a_window_take_in_its_first_day() -> None:
    orders = table("""
        account  ordered_at         amount
        A        2024-03-01T00:00   5000
        A        2024-02-20T10:00   0.10
        A        2024-02-20T10:00   0.20
        A        2024-01-31T00:00   1
        A        2024-01-30T23:59   10
        A        2023-12-02T00:00   100
        A        2023-12-01T23:59   1000
    """)
    assert value(Orders.orders[30], orders, as_of="2024-03-01") == {"A": 3}
    assert values(Orders.amount[30], orders, as_of="2024-03-01") == {"A": [1.3]}
    assert value(Orders.orders[90], orders, as_of="2024-03-01") == {"A": 5}
    assert values(Orders.amount[90], orders, as_of="2024-03-01") == {"A": [111.3]}
    assert value(Orders.orders[180], orders, as_of="2024-03-01") == {"A": 6}
    assert values(Orders.amount[360], orders, as_of="2024-03-01") == {"A": [1111.3]}


def test_who_never_ordered_has_no_orders_and_no_silence() -> None:
    accounts = table("""
        account
        never
        once
    """)
    assert value(Orders.orders[360], accounts, ORDERS, as_of="2024-03-01")["never"] == 0
    assert value(Orders.amount[360], accounts, ORDERS, as_of="2024-03-01")["never"] == 0
    for feature in (Orders.days_since_order, Orders.usual_cycle, Orders.cycles_since_order, Orders.chance_of_silence):
        assert value(feature, accounts, ORDERS, as_of="2024-03-01")["never"] is None


def test_a_row_without_an_amount_tells_of_something_sent_back_and_is_no_order() -> None:
    orders = table("""
        account  ordered_at  amount  returned_amount
        A        2024-01-10  100     -
        A        2024-02-20  0       100
    """)
    assert value(Orders.days_since_order, orders, as_of="2024-03-01") == {"A": 51}
    assert value(Orders.orders[90], orders, as_of="2024-03-01") == {"A": 1}
    assert value(Orders.largest_gap, orders, as_of="2024-03-01") == {"A": None}


TRENDS = table("""
    account      ordered_at  amount
    steady       2022-01-01  100
    steady       2023-04-01  100
    steady       2023-07-01  100
    steady       2023-10-01  100
    steady       2024-01-01  100
    falling      2022-01-01  100
    falling      2023-10-01  100
    half_a_year  2023-09-03  100
    half_a_year  2024-02-01  300
    new          2024-01-16  100
    new          2024-02-16  100
    gone         2022-01-01  100
""")


def test_the_trend_is_the_pace_of_90_days_against_the_year_or_the_time_since_the_first_order() -> None:
    assert value(Orders.orders_trend, TRENDS, as_of="2024-03-01") == {
        "steady": 1,  # 1 of 4 orders in a quarter of the year
        "falling": 0,
        "half_a_year": 1,  # 1 of 2 in half of the time
        "new": 1,
        "gone": None,
    }
    assert value(Orders.amount_trend, TRENDS, as_of="2024-03-01") == {
        "steady": 1,
        "falling": 0,
        "half_a_year": 1.5,  # 300 of 400 in half of the time
        "new": 1,
        "gone": None,
    }


def test_the_same_season_is_what_lies_ahead_a_year_ago() -> None:
    orders = table("""
        account  ordered_at         amount
        A        2023-03-06T23:59   100
        A        2023-03-07T00:00   100
        A        2023-06-04T23:59   100
        A        2023-06-05T00:00   100
        B        2024-02-01T00:00   100
    """)
    assert value(Orders.orders_same_season, orders, as_of="2024-03-01") == {"A": 2, "B": 0}


def test_the_pace_of_a_month_is_that_against_the_year_or_the_time_since_the_first_order() -> None:
    assert value(Orders.orders_pace[30], TRENDS, as_of="2024-03-01") == {
        "steady": 0,
        "falling": 0,
        "half_a_year": 3,  # 1 of 2 in a sixth of the time
        "new": 0.75,  # 1 of 2 in 30 of 45 days
        "gone": None,
    }
    assert value(Orders.orders_pace[60], TRENDS, as_of="2024-03-01")["steady"] == 1.5  # 1 of 4 in a sixth of the year


def test_whoever_rings_or_writes_has_been_heard_of_and_whom_we_ring_has_not() -> None:
    accounts = table("account\nA\nB\nC\nnever")
    contacts = table("""
        account  contacted_at  channel  direction
        A        2024-01-31    email    inbound
        A        2024-02-20    call     outbound
        B        2024-02-10    email    inbound
        never    2024-02-20    visit    -
    """)
    calls = table("""
        account  called_at
        A        2024-02-10
        C        2024-02-29
        C        2024-03-01
    """)
    heard = value(Orders.days_since_heard, accounts, contacts, calls, as_of="2024-03-01")
    assert heard == {"A": 20, "B": 20, "C": 1, "never": None}
    without_calls = value(Orders.days_since_heard, accounts, contacts, as_of="2024-03-01")
    assert without_calls == {"A": 30, "B": 20, "C": None, "never": None}


def test_in_words() -> None:
    assert said("days_since_order", 41, usual_cycle=12) == (
        "41 days since their last order; one is expected every 12 days"
    )
    assert said("days_since_order", 41) == "41 days since their last order"  # no cycle is known to compare with
    assert said("amount_90d", 198, amount_360d=1141) == "They ordered for 198 in 90 days, and for 1,141 in a year"
    assert said("amount_360d", 1141, amount_360d=1141) == "They ordered for 1,141 in 360 days"
    silence = {"days_since_order": 41, "usual_cycle": 12}
    assert said("cycles_since_order", 3.4, **silence) == said("days_since_order", 41, usual_cycle=12)
    assert said("chance_of_silence", 0.02, **silence) == said("days_since_order", 41, usual_cycle=12)
    assert said("chance_of_no_order_90d", 0.8, **silence) == said("days_since_order", 41, usual_cycle=12)
    assert said("orders_30d", 0) == "No orders in 30 days"
    assert said("orders_90d", 1) == "1 order in 90 days"
    assert said("orders_180d", 2) == "2 orders in 180 days"
    assert said("orders_360d", 12) == "12 orders in 360 days"
    assert said("orders_trend", 0) == "No order in 90 days"
    assert said("orders_trend", 0.4) == "They order at 40% of the year's usual pace"
    assert said("amount_30d", 0) == "They ordered nothing in 30 days"
    assert said("amount_90d", 12345.6) == "They ordered for 12,346 in 90 days"
    assert said("amount_180d", 999.4) == "They ordered for 999 in 180 days"
    assert said("amount_360d", 1e6) == "They ordered for 1,000,000 in 360 days"
    assert said("amount_trend", 1.34) == "They order for 134% of the year's usual amount"
    assert said("orders_same_season_90d", 3) == "3 orders a year ago in the 90 days that now lie ahead"
    assert said("orders_pace_30d", 0) == "No order in 30 days"
    assert said("orders_pace_60d", 1.5) == "In 60 days they ordered at 150% of the year's usual pace"
    assert said("days_since_heard", 45) == "They have not rung or written to us for 45 days"
