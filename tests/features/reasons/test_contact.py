"""Contact: what counts as a word with a customer, and for how long there was none."""

import pytest

from features.reasons.contact import Contact
from tests.features.reasons.said import said
from tests.features.worked import table, value, values


def test_a_contact_on_as_of_itself_is_not_known_yet() -> None:
    contacts = table("""
        account  contacted_at         channel
        A        2024-03-01T00:00     call
        A        2024-01-01T16:00     call
        B        2024-02-29T23:59     call
        C        2024-03-01T00:00     call
    """)
    assert value(Contact.days_since_contact, contacts, as_of="2024-03-01") == {"A": 60, "B": 1, "C": None}


def test_letters_newsletters_and_invoices_are_no_conversations() -> None:
    contacts = table("""
        account  contacted_at  channel
        A        2024-02-20    invoice
        A        2024-02-20    newsletter
        A        2024-02-20    letter
        B        2024-02-20    visit
        B        2024-02-20    meeting
        B        2024-02-20    call
        B        2024-02-20    email
        B        2024-02-20    event
    """)
    assert value(Contact.conversations[30], contacts, as_of="2024-03-01") == {"A": 0, "B": 5}
    assert value(Contact.days_since_contact, contacts, as_of="2024-03-01") == {"A": None, "B": 10}


def test_a_contact_that_was_recorded_later_is_known_from_then_on() -> None:
    contacts = table("""
        account  contacted_at  channel  recorded_at
        A        2024-02-20    call     2024-03-01
        A        2024-01-01    call     2024-01-01
        B        2024-02-20    call     2024-02-29
        C        2024-02-20    call     -
    """)
    known = values(Contact.days_since_contact, contacts, as_of="2024-03-02", snapshots=2, step_days=1)
    assert known == {"A": [11, 60], "B": [11, 10], "C": [11, 10]}


def test_only_visits_and_meetings_are_meeting_them() -> None:
    contacts = table("""
        account  contacted_at  channel
        A        2024-02-20    call
        A        2024-02-01    meeting
        A        2024-01-02    visit
        B        2024-02-20    email
    """)
    assert value(Contact.days_since_visit, contacts, as_of="2024-03-01") == {"A": 29, "B": None}


@pytest.mark.parametrize(
    ("days", "first_day", "day_before"),
    [(30, "2024-01-31", "2024-01-30"), (90, "2023-12-02", "2023-12-01"), (360, "2023-03-07", "2023-03-06")],
)
def test_a_window_takes_in_its_first_day(days: int, first_day: str, day_before: str) -> None:
    contacts = table(f"""
        account  contacted_at         channel
        A        {first_day}T00:00    call
        B        {day_before}T23:59   call
    """)
    assert value(Contact.conversations[days], contacts, as_of="2024-03-01") == {"A": 1, "B": 0}


def test_two_conversations_in_one_moment_are_two() -> None:
    contacts = table("""
        account  contacted_at         channel
        A        2024-02-20T10:00     call
        A        2024-02-20T10:00     call
    """)
    assert value(Contact.conversations[30], contacts, as_of="2024-03-01") == {"A": 2}


def test_the_pace_is_that_of_90_days_against_the_year_or_the_time_since_the_first_word() -> None:
    contacts = table("""
        account         contacted_at  channel
        steady          2022-01-01    call
        steady          2023-04-01    call
        steady          2023-07-01    call
        steady          2023-10-01    call
        steady          2024-02-01    call
        silent_lately   2022-01-01    call
        silent_lately   2023-10-01    call
        half_a_year     2023-09-03    call
        half_a_year     2024-02-01    call
        new             2024-01-16    call
        new             2024-02-16    call
        long_forgotten  2022-01-01    call
    """)
    assert value(Contact.conversations_trend, contacts, as_of="2024-03-01") == {
        "steady": 1,  # 1 of 4
        "silent_lately": 0,
        "half_a_year": 1,  # 1 of 2, known for 180 days
        "new": 1,  # known for less than 90 days
        "long_forgotten": None,
    }


def test_the_share_of_invoices_and_newsletters_is_that_among_all_contacts() -> None:
    contacts = table("""
        account  contacted_at  channel
        A        2024-02-20    invoice
        A        2024-01-20    invoice
        A        2023-12-20    invoice
        A        2023-12-20    newsletter
        A        2023-03-07    letter
        A        2023-03-06    call
        B        2024-02-20    call
        C        2023-01-20    invoice
    """)
    assert value(Contact.share_of_touches_invoices, contacts, as_of="2024-03-01") == {"A": 0.8, "B": 0, "C": None}


def test_a_silence_breaks_the_rule_on_the_day_on_which_it_passes_sixty_days() -> None:
    contacts = table("""
        account     contacted_at  channel
        A           2023-06-01    call
        A           2023-08-01    call
        A           2023-09-30    call
        sixty       2024-01-01    call
        sixty_one   2023-12-31    call
        year_start  2023-01-06    call
        year_early  2023-01-05    call
        never       2024-01-01    invoice
    """)
    assert value(Contact.quiet_spells, contacts, as_of="2024-03-01") == {
        "A": 2,  # 61 days up to August, 60 up to the end of September, then nothing
        "sixty": 0,
        "sixty_one": 1,
        "year_start": 1,
        "year_early": 0,  # the rule was broken before the window began
        "never": 0,
    }


def test_a_conversation_recorded_later_mends_a_silence_from_then_on() -> None:
    contacts = table("""
        account  contacted_at  channel  recorded_at
        A        2023-10-01    call     2023-10-01
        A        2023-11-15    call     2024-03-05
        A        2023-12-30    call     2023-12-30
    """)
    assert values(Contact.quiet_spells, contacts, as_of="2024-03-31", snapshots=2) == {"A": [1, 2]}


def test_quiet_is_over_sixty_days() -> None:
    contacts = table("""
        account    contacted_at  channel
        sixty      2024-01-01    call
        sixty_one  2023-12-31    call
        never      2024-01-01    invoice
    """)
    assert value(Contact.is_quiet, contacts, as_of="2024-03-01") == {"sixty": 0, "sixty_one": 1, "never": None}


def test_a_person_in_touch_twice_is_one_person() -> None:
    contacts = table("""
        account  contacted_at  channel  rep
        A        2024-02-20    call     R1
        A        2024-02-10    visit    R1
        A        2023-09-03    email    R2
        A        2023-09-02    email    R3
        A        2024-02-10    invoice  R4
        A        2024-02-10    call     -
        B        2024-02-10    call     -
        C        2023-02-10    call     R1
    """)
    # With B somebody spoke, and nobody wrote down who; with C nobody did.
    assert value(Contact.people_in_touch, contacts, as_of="2024-03-01") == {"A": 2, "B": None, "C": 0}


def test_the_start_is_the_first_90_days_after_the_first_order() -> None:
    orders = table("""
        account  ordered_at  amount
        A        2024-01-10  5
        A        2024-05-10  5
        B        2024-03-01  5
    """)
    contacts = table("""
        account  contacted_at      channel  recorded_at
        A        2024-01-09        call     -
        A        2024-01-10        call     -
        A        2024-04-08T09:00  call     -
        A        2024-04-08T10:00  visit    -
        A        2024-04-09        call     -
        A        2024-02-01        invoice  -
        B        2024-03-05        call     2024-06-01
        C        2024-03-05        call     -
    """)
    found = values(Contact.days_in_touch_at_start, orders, contacts, as_of="2024-06-02", snapshots=2)
    # The day of the first order and the 89 days after it; two contacts on a day are one day; nobody knew of B's yet.
    assert found == {"A": [2, 2], "B": [1, 0], "C": [None, None]}


def test_the_pace_of_a_month_is_that_against_the_year_or_the_time_since_the_first_word() -> None:
    contacts = table("""
        account        contacted_at  channel
        steady         2022-01-01    call
        steady         2024-02-15    call
        steady         2024-01-15    call
        steady         2023-12-15    call
        steady         2023-11-15    call
        silent_lately  2022-01-01    call
        silent_lately  2024-01-30    call
        new            2024-02-01    call
        new            2024-02-20    call
        long_ago       2022-01-01    call
    """)
    assert value(Contact.conversations_pace[30], contacts, as_of="2024-03-01") == {
        "steady": 3,  # 1 of 4 in a twelfth of the year
        "silent_lately": 0,  # 31 days ago
        "new": 1,  # known for 30 days
        "long_ago": None,
    }
    assert value(Contact.conversations_pace[180], contacts, as_of="2024-03-01")["steady"] == 2


def test_only_what_we_began_keeps_the_rule_where_anybody_says_who_did() -> None:
    contacts = table("""
        account   contacted_at  channel  direction
        they      2023-06-01    call     outbound
        they      2023-08-01    call     inbound
        they      2024-02-20    call     inbound
        we        2024-01-20    call     outbound
        unwritten 2024-01-20    call     -
    """)
    assert value(Contact.quiet_spells, contacts, as_of="2024-03-01") == {"they": 1, "we": 0, "unwritten": 0}
    assert value(Contact.is_quiet, contacts, as_of="2024-03-01") == {"they": 1, "we": 0, "unwritten": 0}
    assert value(Contact.is_quiet, contacts.drop(columns="direction"), as_of="2024-03-01")["they"] == 0
    assert value(Contact.days_since_we_called, contacts, as_of="2024-03-01") == {"they": 274, "we": 41, "unwritten": 41}
    assert value(Contact.share_of_talk_we_began, contacts, as_of="2024-03-01") == {"they": 0, "we": 1, "unwritten": 1}


def test_they_fell_silent_who_began_three_words_in_the_year_and_none_in_its_last_quarter() -> None:
    contacts = table("""
        account  contacted_at  channel  direction
        silent   2023-03-07    call     inbound
        silent   2023-09-01    email    inbound
        silent   2023-12-01    email    inbound
        silent   2024-02-01    call     outbound
        spoke    2023-03-07    call     inbound
        spoke    2023-09-01    email    inbound
        spoke    2023-12-02    email    inbound
        never    2023-03-06    call     inbound
        never    2023-09-01    email    inbound
        never    2023-12-01    email    inbound
    """)
    assert value(Contact.they_fell_silent, contacts, as_of="2024-03-01") == {"silent": 1, "spoke": 0, "never": 0}


def test_invoices_and_newsletters_are_counted_from_the_day_after_the_last_word() -> None:
    contacts = table("""
        account    contacted_at  channel
        A          2023-10-01    call
        A          2023-10-01    invoice
        A          2023-10-02    invoice
        A          2024-01-05    newsletter
        A          2024-01-05    invoice
        yesterday  2024-02-29    call
        yesterday  2024-02-28    invoice
        never      2023-03-07    invoice
        never      2023-03-06    invoice
    """)
    assert value(Contact.only_invoices, contacts, as_of="2024-03-01") == {"A": 2, "yesterday": 0, "never": 1}


def test_before_the_sale_and_after_it_are_90_days_each_and_set_beside_each_other_once_they_have_passed() -> None:
    orders = table("""
        account    ordered_at  amount
        A          2024-04-01  5
        young      2024-05-15  5
        unwooed    2024-04-01  5
    """)
    contacts = table("""
        account    contacted_at  channel
        A          2024-01-01    visit
        A          2024-01-02    visit
        A          2024-02-02    visit
        A          2024-03-31    call
        A          2024-04-01    call
        young      2024-05-01    call
        unwooed    2024-05-01    call
    """)
    as_of = {"as_of": "2024-07-01"}
    assert value(Contact.days_in_touch_before, orders, contacts, **as_of) == {"A": 3, "young": 1, "unwooed": 0}
    found = value(Contact.after_to_before_sale, orders, contacts, **as_of)
    assert found == {"A": 0.333333, "young": None, "unwooed": None}


def test_people_of_theirs_are_told_apart_and_counted_when_they_leave() -> None:
    contacts = table("""
        account  contacted_at  channel  person
        A        2024-02-20    call     P1
        A        2024-02-21    call     P1
        A        2024-02-20    visit    P2
        A        2024-02-20    invoice  P3
        A        2023-09-02    call     P4
        B        2024-02-20    call     -
    """)
    assert value(Contact.people_of_theirs_in_touch, contacts, as_of="2024-03-01") == {"A": 2, "B": None}
    signals = table("""
        account  occurred_at  kind          recorded_at
        A        2024-01-20   contact_left  2024-03-01
        B        2024-01-20   contact_left  -
        B        2024-01-20   reorganised   -
    """)
    assert value(Contact.contacts_left, signals, as_of="2024-03-01") == {"A": 0, "B": 1}


def test_a_change_at_theirs_stays_unspoken_until_we_begin_a_word() -> None:
    signals = table("""
        account  occurred_at  kind
        A        2023-12-01   contact_left
        A        2024-01-20   reorganised
        A        2024-02-20   moving
        B        2024-01-20   acquired
        C        2024-01-20   closing
    """)
    contacts = table("""
        account  contacted_at  channel  direction
        A        2024-01-01    call     outbound
        A        2024-02-25    call     inbound
        B        2024-01-20    call     outbound
    """)
    # Of A's, that before our call is dealt with; a word on the very day was about it; who closes needs none.
    assert value(Contact.days_change_unspoken, signals, contacts, as_of="2024-03-01") == {"A": 41, "B": 0, "C": 0}


def test_in_words() -> None:
    assert said("days_since_we_called", 70) == "The last conversation that we began with them was 70 days ago"
    assert said("share_of_talk_we_began_180d", 0.5) == "We began 50% of the conversations with them in 180 days"
    assert said("they_fell_silent", 1) == "They used to get in touch by themselves, and have not for 90 days"
    assert said("only_invoices", 7) == (
        "Since anyone last spoke with them they heard of us 7 times, by invoice or newsletter only"
    )
    assert said("after_to_before_sale", 2 / 9, days_in_touch_before=9, days_in_touch_at_start=2) == (
        "In touch on 9 days of the 90 before they bought, on 2 days of as many after"
    )
    assert said("people_of_theirs_in_touch_180d", 2) == "We spoke with 2 people of theirs in 180 days"
    assert said("contacts_left_360d", 1) == "1 person whom we knew left them in 360 days"
    assert (
        said("days_change_unspoken", 41) == "Things changed at theirs 41 days ago, and we have not got in touch since"
    )
    assert said("functions_in_touch_180d", 1) == "1 function of ours spoke with them in 180 days"
    assert said("days_since_manager", 200) == "200 days since a manager of ours spoke with them"
    assert said("days_since_contact", 1) == "Nobody has spoken with them for 1 day"
    assert said("days_since_visit", 41) == "41 days since anyone met them"
    assert said("conversations_30d", 0) == "No conversations with them in 30 days"
    assert said("conversations_90d", 1) == "1 conversation with them in 90 days"
    assert said("conversations_360d", 12) == "12 conversations with them in 360 days"
    assert said("conversations_trend", 0.25) == "We speak with them at 25% of the year's usual pace"
    assert said("share_of_touches_invoices_360d", 1) == (
        "100% of all contacts with them in 360 days were invoices and newsletters"
    )
    assert said("quiet_spells_360d", 1) == (
        "1 time in 360 days we let more than 60 days pass without getting in touch with them"
    )
    assert said("quiet_spells_360d", 0) == (
        "In 360 days we never let more than 60 days pass without getting in touch with them"
    )
    assert said("is_quiet", 1) == "For more than 60 days we have not got in touch with them"
    assert said("is_quiet", 0) is said("after_to_before_sale", 0.2) is None  # not so, and with a number missing
    assert said("days_in_touch_at_start", 1) == (
        "We were in touch with them on 1 day in the first 90 after their first order"
    )
    assert said("conversations_pace_30d", 0) == "Nobody has spoken with them in 30 days"
    assert said("conversations_pace_60d", 0.5) == "In 60 days we spoke with them at 50% of the year's usual pace"
    assert said("conversations_trend", 0) == "Nobody has spoken with them in 90 days"
    assert said("conversations_pace_180d", 1) == "In 180 days we spoke with them at 100% of the year's usual pace"
