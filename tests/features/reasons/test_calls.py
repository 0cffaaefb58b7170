"""Calls: which calls wait for an answer, and for how long."""

from features.reasons.calls import Calls
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

ACCOUNTS = table("""
    account
    A
    B
    never_called
""")

CALLS = table("""
    account  called_at         returned_at
    A        2024-02-01T09:00  2024-02-01T15:00
    A        2024-02-10T09:00  -
    A        2024-02-28T09:00  2024-03-01T08:00
    B        2023-12-01T09:00  -
""")


def test_calls_are_counted_where_they_happened() -> None:
    assert value(Calls.calls_from_them[90], ACCOUNTS, CALLS, as_of="2024-03-01") == {"A": 3, "B": 0, "never_called": 0}
    assert value(Calls.calls_from_them[360], ACCOUNTS, CALLS, as_of="2024-03-01") == {"A": 3, "B": 1, "never_called": 0}


def test_a_call_returned_after_as_of_is_still_open() -> None:
    open_calls = values(Calls.unreturned_calls[90], ACCOUNTS, CALLS, as_of="2024-03-02", snapshots=2, step_days=1)
    assert open_calls == {"A": [1, 2], "B": [0, 0], "never_called": [0, 0]}


def test_an_account_that_never_called_has_no_share_of_unreturned_calls() -> None:
    assert value(Calls.share_of_calls_unreturned, ACCOUNTS, CALLS, as_of="2024-03-01") == {
        "A": 0.666667,
        "B": 1,
        "never_called": None,
    }


def test_the_oldest_open_call_is_counted_in_days_and_none_is_zero() -> None:
    assert value(Calls.oldest_open_call, ACCOUNTS, CALLS, as_of="2024-03-01") == {"A": 20, "B": 91, "never_called": 0}


def test_a_call_given_up_half_a_year_ago_no_longer_waits() -> None:
    calls = table("""
        account  called_at   returned_at
        A        2023-09-03  -
        B        2023-09-02  -
    """)
    assert value(Calls.oldest_open_call, calls, as_of="2024-03-01") == {"A": 180, "B": 0}


def test_the_oldest_open_call_changes_with_what_each_day_knew() -> None:
    calls = table("""
        account  called_at   returned_at  recorded_at
        A        2024-01-01  2024-02-20   2024-01-01
        A        2024-01-21  -            2024-01-21
        B        2024-01-11  -            2024-02-25
    """)
    waits = values(Calls.oldest_open_call, calls, as_of="2024-03-01", snapshots=3, step_days=15)
    assert waits == {"A": [40, 45, 30], "B": [50, 0, 0]}  # on 1 March, 15 February and 31 January


def test_only_returned_calls_tell_how_long_it_takes() -> None:
    calls = table("""
        account  called_at         returned_at
        A        2024-02-01T09:00  2024-02-01T09:30
        A        2024-02-02T09:00  2024-02-03T10:00
        A        2024-02-28T09:00  2024-03-01T00:00
        B        2024-02-28T09:00  -
    """)
    # Half an hour and 25 hours; what was rung back on as_of is not known yet.
    assert value(Calls.hours_until_returned[360], calls, as_of="2024-03-01") == {"A": 12.75, "B": None}


def test_a_call_that_was_recorded_later_has_not_been_made_yet() -> None:
    calls = table("""
        account  called_at   returned_at  recorded_at
        A        2024-02-20  -            2024-03-05
        A        2024-02-10  2024-02-11   2024-03-05
        A        2024-02-01  2024-02-02   2024-02-01
    """)
    assert value(Calls.unreturned_calls[90], calls, as_of="2024-03-01") == {"A": 0}
    assert value(Calls.share_of_calls_unreturned, calls, as_of="2024-03-01") == {"A": 0}
    assert value(Calls.share_of_calls_unreturned, calls, as_of="2024-03-06") == {"A": 0.333333}


def test_a_share_of_recent_calls_forgets_what_was_before() -> None:
    assert value(Calls.share_of_recent_calls_unreturned, ACCOUNTS, CALLS, as_of="2024-03-01") == {
        "A": 0.666667,
        "B": None,  # called 91 days ago
        "never_called": None,
    }


def test_requests_other_than_calls_are_counted_apart_where_the_source_tells_them_apart() -> None:
    calls = table("""
        account  called_at   returned_at  channel
        A        2024-02-01  -            call
        A        2024-02-02  -            -
        A        2024-02-03  -            quote
        A        2024-02-04  2024-02-05   document
        A        2024-02-04  2024-03-01   email
    """)
    assert value(Calls.unanswered_requests, calls, as_of="2024-03-01") == {"A": 2}
    assert value(Calls.unreturned_calls[90], calls, as_of="2024-03-01") == {"A": 2}
    assert value(Calls.unreturned_calls[90], calls.drop(columns="channel"), as_of="2024-03-01") == {"A": 4}


def test_in_words() -> None:
    assert said("unanswered_requests_90d", 1) == (
        "In 90 days 1 request of theirs (emails, quotes, documents) went unanswered"
    )
    assert said("unreturned_calls_90d", 0) == "In 90 days no calls of theirs went unreturned"
    assert said("unreturned_calls_90d", 0, calls_from_them_90d=2, oldest_open_call=100) == (
        "In 90 days no calls of theirs went unreturned, of 2 in all"  # the open one is older, and nothing to boast of
    )
    assert said("unreturned_calls_90d", 1) == "In 90 days 1 call of theirs went unreturned"
    assert said("share_of_calls_unreturned", 0.5, calls_from_them_360d=4) == (
        "50% of their calls in 360 days went unreturned, of 4 in all"
    )
    assert said("share_of_calls_unreturned", 0.5, calls_from_them_360d=4, oldest_open_call=179) == (
        "50% of their calls in 360 days went unreturned, of 4 in all"  # the other may be open for longer: of 360 days
    )
    assert said("unreturned_calls_90d", 2, calls_from_them_90d=5, oldest_open_call=0) == (
        "In 90 days 2 calls of theirs went unreturned, of 5 in all"
    )
    assert said("unreturned_calls_90d", 2, calls_from_them_90d=5, oldest_open_call=100) == (
        "In 90 days 2 calls of theirs went unreturned, of 5 in all; the oldest open one has waited for 100 days"
    )
    assert said("oldest_open_call", 0) == "They have waited for no days for us to ring back"
    assert said("oldest_open_call", 12) == "They have waited for 12 days for us to ring back"
    assert said("hours_until_returned_360d", 0.25) == "It took us 1 hour on average to ring them back"
    assert said("hours_until_returned_360d", 31) == "It took us 31 hours on average to ring them back"
    assert said("unreturned_calls_180d", 3) == "In 180 days 3 calls of theirs went unreturned"
    assert said("share_of_recent_calls_unreturned_60d", 1) == "100% of their calls in 60 days went unreturned"
    assert said("hours_until_returned_60d", 99.9) == "It took us 4 days on average to ring them back"
