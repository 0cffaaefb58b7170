"""Service: tickets opened, still open, opened again, and how long they took."""

from features.reasons.service import Service
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

ACCOUNTS = table("""
    account
    A
    B
    content
""")
TICKETS = table("""
    account  opened_at         resolved_at       reopened_at  severity
    A        2024-02-01T23:00  2024-02-03T01:00  2024-02-10   critical
    A        2024-02-10T09:00  2024-03-01T00:00  -            high
    A        2023-12-01T09:00  2023-12-05T09:00  2024-03-01   low
    A        2023-03-06T09:00  -                 -            high
    B        2023-03-07T00:00  -                 -            normal
""")


def test_tickets_are_counted_where_they_were_opened() -> None:
    assert value(Service.tickets_opened[90], ACCOUNTS, TICKETS, as_of="2024-03-01") == {"A": 2, "B": 0, "content": 0}
    assert value(Service.tickets_opened[360], ACCOUNTS, TICKETS, as_of="2024-03-01") == {"A": 3, "B": 1, "content": 0}


def test_a_ticket_solved_after_as_of_is_still_open() -> None:
    still = values(Service.open_tickets, ACCOUNTS, TICKETS, as_of="2024-03-02", snapshots=2, step_days=1)
    assert still == {"A": [0, 1], "B": [0, 1], "content": [0, 0]}  # B's is no longer of the last 360 days


def test_the_oldest_open_ticket_is_counted_in_days_and_none_is_zero() -> None:
    assert value(Service.oldest_open_ticket, ACCOUNTS, TICKETS, as_of="2024-03-01") == {"A": 20, "B": 360, "content": 0}


def test_severe_is_high_or_critical() -> None:
    assert value(Service.severe_tickets, ACCOUNTS, TICKETS, as_of="2024-03-01") == {"A": 2, "B": 0, "content": 0}


def test_a_ticket_reopened_later_changes_later_dates_only() -> None:
    again = values(Service.tickets_reopened, ACCOUNTS, TICKETS, as_of="2024-03-02", snapshots=2, step_days=1)
    assert again == {"A": [2, 1], "B": [0, 0], "content": [0, 0]}


def test_days_to_resolve_are_calendar_days_of_what_was_solved() -> None:
    assert value(Service.days_to_resolve[360], ACCOUNTS, TICKETS, as_of="2024-03-01") == {
        "A": 3,  # 2 days over two midnights, and 4
        "B": None,
        "content": None,
    }


def test_a_ticket_recorded_later_is_not_known_yet() -> None:
    tickets = table("""
        account  opened_at   resolved_at  recorded_at
        A        2024-02-01  2024-02-05   2024-03-01
        A        2024-02-20  -            2024-03-01
        A        2024-01-20  -            -
    """)
    assert values(Service.open_tickets, tickets, as_of="2024-03-02", snapshots=2, step_days=1) == {"A": [2, 1]}
    assert value(Service.days_to_resolve[360], tickets, as_of="2024-03-01") == {"A": None}


def test_a_ticket_is_unspoken_until_we_begin_a_word_or_it_is_solved() -> None:
    tickets = table("""
        account  opened_at   resolved_at
        A        2024-01-10  -
        A        2024-02-10  -
        B        2024-02-10  2024-02-29
        C        2024-02-10  2024-03-01
        D        2024-02-10  -
    """)
    contacts = table("""
        account  contacted_at  channel  direction
        A        2024-01-20    call     outbound
        A        2024-02-20    call     inbound
        D        2024-02-10    call     outbound
    """)
    # A's first ticket was spoken of; C's was still open; with D we spoke on the day.
    found = value(Service.days_ticket_unspoken, tickets, contacts, as_of="2024-03-01")
    assert found == {"A": 20, "B": 0, "C": 20, "D": 0}


def test_in_words() -> None:
    assert said("days_ticket_unspoken", 20) == "A ticket of theirs has been open for 20 days, without a word from us"
    assert said("tickets_opened_90d", 0) == "No tickets in 90 days"
    assert said("tickets_opened_360d", 14) == "14 tickets in 360 days"
    assert said("open_tickets_360d", 1) == "1 ticket open now"
    assert said("oldest_open_ticket", 0) == "They have waited for no days for an open ticket to be solved"
    assert said("oldest_open_ticket", 33) == "They have waited for 33 days for an open ticket to be solved"
    assert said("severe_tickets_360d", 2) == "2 severe tickets in 360 days"
    assert said("tickets_reopened_360d", 0) == "No tickets had to be reopened in 360 days"
    assert said("days_to_resolve_360d", 0.9) == "It took us 1 day on average to solve their tickets"
    assert said("days_to_resolve_180d", 4) == "It took us 4 days on average to solve their tickets"
