"""Reps: who looks after an account, since when, and for how long the rep has been with the firm."""

import pandas as pd

from features.reasons.reps import Reps
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

ASSIGNMENTS = table("""
    account    rep  starts_at   ends_at
    changed    R1   2023-01-01  2024-01-01
    changed    R2   2024-01-01  -
    one_rep    R1   2024-01-15  -
    abandoned  R1   2023-12-01  2024-02-29
    leaving    R1   2023-12-01  2024-03-01
""")
ACCOUNTS = table("""
    account    sold_by_rep_id  valid_from
    changed    R1              2023-01-01
    one_rep    R2              2023-01-01
    one_rep    R1              2024-02-29
    abandoned  R1              2023-01-01
    leaving    -               2023-01-01
    nobodys    R1              2023-01-01
""")


def test_the_first_rep_is_no_change() -> None:
    assert value(Reps.rep_changes[360], ACCOUNTS, ASSIGNMENTS, as_of="2024-03-01") == {
        "abandoned": 0,
        "changed": 1,
        "leaving": 0,
        "nobodys": 0,
        "one_rep": 0,
    }


def test_a_change_counts_in_the_window_in_which_it_happened() -> None:
    assignments = table("""
        account  rep  starts_at   ends_at
        A        R1   2020-01-01  -
        A        R2   2023-03-07  -
        B        R1   2020-01-01  -
        B        R2   2023-03-06  -
        C        R1   2023-03-07  -
        C        R2   2023-06-01  -
        C        R3   2023-09-01  -
    """)
    assert value(Reps.rep_changes[360], assignments, as_of="2024-03-01") == {"A": 1, "B": 0, "C": 2}
    assert value(Reps.rep_changes[720], assignments, as_of="2024-03-01") == {"A": 1, "B": 1, "C": 2}


def test_of_two_reps_who_begin_on_one_day_the_one_who_begins_later_in_it_is_in_charge() -> None:
    assignments = table("""
        account  rep  starts_at         ends_at
        A        R1   2020-01-01        2024-01-10
        A        R9   2024-01-10T08:00  -
        A        R2   2024-01-10T16:30  -
        B        R2   2024-01-10T08:00  -
        B        R9   2024-01-10T08:00  -
        C        R2   2024-01-10T08:00:00.000002  -
        C        R9   2024-01-10T08:00:00.000001  -
    """)
    accounts = table("""
        account  sold_by_rep_id  valid_from
        A        R2              2020-01-01
        B        R9              2020-01-01
        C        R2              2020-01-01
    """)
    for rows in (assignments, assignments.iloc[::-1]):
        in_charge = value(Reps.is_seller_in_charge, accounts, rows, as_of="2024-03-01")
        assert in_charge == {"A": 1, "B": 1, "C": 1}
    again = pd.concat([assignments, table("account rep starts_at ends_at\nA R2 2024-02-01 -")])
    assert value(Reps.days_with_rep, accounts, again, as_of="2024-03-01")["A"] == 51  # R2 was the last of the day


def test_of_two_rows_of_an_account_of_one_day_the_later_one_says_who_won_it() -> None:
    accounts = table("""
        account  sold_by_rep_id  valid_from
        A        R9              2024-01-10T08:00
        A        R2              2024-01-10T16:30
    """)
    assignments = table("account rep starts_at\nA R2 2024-01-01")
    for rows in (accounts, accounts.iloc[::-1]):
        assert value(Reps.is_seller_in_charge, rows, assignments, as_of="2024-03-01") == {"A": 1}


def test_a_rep_of_two_teams_in_one_day_is_in_the_later_one() -> None:
    reps = table("""
        rep  team   valid_from        left_on
        R1   South  2024-01-10T08:00  -
        R1   North  2024-01-10T16:30  -
        R2   North  2023-01-01        2024-02-01
    """)
    assignments = table("account rep starts_at\nA R1 2024-01-01")
    assert value(Reps.team_departures[360], reps, assignments, as_of="2024-03-01") == {"A": 1}


def test_without_the_days_on_which_assignments_end_each_lasts_until_the_next_begins() -> None:
    assignments = table("""
        account  rep  starts_at
        A        R1   2020-01-01
        A        R2   2024-01-10
        B        R1   2024-02-01
    """)
    reps = table("rep hired_on\nR1 2019-03-01\nR2 2023-03-02")
    accounts = table("account sold_by_rep_id valid_from\nA R1 2020-01-01\nB R1 2020-01-01\nC R1 2020-01-01")
    known = (accounts, assignments, reps)
    assert value(Reps.days_with_rep, *known, as_of="2024-03-01") == {"A": 51, "B": 29, "C": None}
    assert value(Reps.has_no_rep, *known, as_of="2024-03-01") == {"A": 0, "B": 0, "C": 1}
    assert value(Reps.rep_tenure_days, *known, as_of="2024-03-01") == {"A": 365, "B": 1827, "C": None}
    assert value(Reps.is_seller_in_charge, *known, as_of="2024-03-01") == {"A": 0, "B": 1, "C": None}


COVERED = table("""
    account    rep  starts_at   ends_at
    holiday    R1   2020-01-01  -
    holiday    R2   2024-01-02  2024-01-16
    reentered  R1   2020-01-01  2023-10-01
    reentered  R1   2023-10-03  -
    handed     R1   2020-01-01  2024-01-16
    handed     R2   2024-01-02  -
""")


def test_a_holiday_cover_is_no_change_of_rep_once_it_is_over() -> None:
    # 1 March: it is over; 11 January: nobody can tell yet that the other rep goes back
    changes = values(Reps.rep_changes[360], COVERED, as_of="2024-03-01", snapshots=2, step_days=50)
    assert changes == {"holiday": [0, 1], "reentered": [0, 0], "handed": [1, 1]}
    days = values(Reps.days_with_rep, COVERED, as_of="2024-03-01", snapshots=2, step_days=50)
    assert days == {"holiday": [1521, 9], "reentered": [1521, 1471], "handed": [59, 9]}


def test_without_ends_no_other_account_changes_who_came_last() -> None:
    assignments = table("""
        account  rep  starts_at
        J        B    2024-01-01
        K        A    2024-02-01
        K        A    2024-06-01
        K        B    2024-06-01
    """)
    changes = [
        value(Reps.rep_changes[360], assignments.iloc[rows], as_of="2024-07-01")["K"]
        for rows in (slice(0, None), slice(1, None))
    ]
    assert changes == [1, 1]


def test_the_tenure_at_takeover_is_not_that_after_a_cover() -> None:
    reps = table("""
        rep  hired_on
        R1   2019-12-22
        R2   2023-12-23
    """)
    found = value(Reps.rep_tenure_at_takeover, COVERED, reps, as_of="2024-03-01")
    assert found == {"holiday": 10, "reentered": 10, "handed": 10}


def test_a_rep_stays_in_charge_until_the_day_after_the_end() -> None:
    assert value(Reps.has_no_rep, ACCOUNTS, ASSIGNMENTS, as_of="2024-03-01") == {
        "abandoned": 1,
        "changed": 0,
        "leaving": 0,  # the end stands on as_of itself, which as_of does not know
        "nobodys": 1,
        "one_rep": 0,
    }


def test_without_a_rep_there_are_no_days_with_one() -> None:
    assert value(Reps.days_with_rep, ACCOUNTS, ASSIGNMENTS, as_of="2024-03-01") == {
        "abandoned": None,
        "changed": 60,
        "leaving": 91,
        "nobodys": None,
        "one_rep": 46,
    }


def test_an_assignment_entered_afterwards_counts_from_then_on() -> None:
    assignments = table("""
        account  rep  starts_at   ends_at     recorded_at
        A        R1   2023-06-01  2024-02-01  2023-06-01
        A        R2   2024-02-01  -           2024-03-10
    """)
    # 31 March, 1 March (the old rep has gone, the new one is not entered), 31 January
    assert values(Reps.has_no_rep, assignments, as_of="2024-03-31", snapshots=3) == {"A": [0, 1, 0]}
    assert values(Reps.days_with_rep, assignments, as_of="2024-03-31", snapshots=3) == {"A": [59, None, 244]}
    assert values(Reps.rep_changes[360], assignments, as_of="2024-03-31", snapshots=3) == {"A": [1, 0, 0]}


REPS = table("""
    rep  hired_on    left_on     team   valid_from
    R1   2020-03-01  -           south  2020-03-01
    R1   2020-03-01  -           north  2023-01-01
    R2   2023-12-22  -           north  2023-12-22
    R3   2019-01-01  -           south  2019-01-01
    R3   2019-01-01  2024-02-29  north  2022-01-01
    R4   2019-01-01  2024-03-01  north  2019-01-01
    R5   2019-01-01  2023-03-06  north  2019-01-01
    R6   2019-01-01  2024-01-01  south  2019-01-01
    R7   2024-02-01  -           south  2024-02-01
    R8   2019-01-01  -           -      2019-01-01
""")


def test_tenure_is_that_of_the_rep_in_charge() -> None:
    assert value(Reps.rep_tenure_days, ACCOUNTS, ASSIGNMENTS, REPS, as_of="2024-03-01") == {
        "abandoned": None,
        "changed": 70,
        "leaving": 1461,
        "nobodys": None,
        "one_rep": 1461,
    }


def test_a_successor_may_be_newly_hired() -> None:
    assignments = table("""
        account   rep  starts_at   ends_at
        newcomer  R2   2024-01-01  -
        old_hand  R1   2020-03-11  -
        too_soon  R7   2024-01-01  -
        unknown   R9   2024-01-01  -
    """)
    assert value(Reps.rep_tenure_at_takeover, assignments, REPS, as_of="2024-03-01") == {
        "newcomer": 10,
        "old_hand": 10,
        "too_soon": 0,  # entered as taking over before the first day in the firm
        "unknown": None,
    }


def test_of_two_reps_who_start_on_one_day_one_is_in_charge() -> None:
    assignments = table("""
        account  rep  starts_at   ends_at
        A        R1   2024-01-01  -
        A        R2   2024-01-01  -
    """)
    assert value(Reps.rep_tenure_days, assignments, REPS, as_of="2024-03-01") == {"A": 70}
    assert value(Reps.rep_tenure_days, assignments.iloc[::-1], REPS, as_of="2024-03-01") == {"A": 70}


def test_the_seller_may_have_handed_over() -> None:
    assert value(Reps.is_seller_in_charge, ACCOUNTS, ASSIGNMENTS, as_of="2024-03-01") == {
        "abandoned": None,
        "changed": 0,
        "leaving": None,
        "nobodys": None,
        "one_rep": 1,
    }


def test_departures_are_those_of_the_team_of_the_rep_in_charge() -> None:
    assignments = table("""
        account    rep  starts_at   ends_at
        north      R1   2024-01-01  -
        south      R7   2024-02-02  -
        teamless   R8   2024-01-01  -
    """)
    departures = values(Reps.team_departures, assignments, REPS, as_of="2024-03-02", snapshots=2, step_days=1)
    # R3 is known to have left on both days, R4 on the second only; R5 left before the window.
    assert departures == {"north": [2, 1], "south": [1, 1], "teamless": [None, None]}


def test_changes_of_one_and_a_half_years_count() -> None:
    assignments = table("""
        account  rep  starts_at   ends_at
        A        R1   2020-01-01  -
        A        R2   2022-09-08  -
        A        R3   2023-09-03  -
        B        R1   2020-01-01  -
        B        R2   2022-09-07  -
        B        R3   2023-09-02  -
    """)
    assert value(Reps.rep_changes[540], assignments, as_of="2024-03-01") == {"A": 2, "B": 1}


def test_the_rep_of_the_day_has_spoken_with_them_or_not_yet() -> None:
    assignments = table("""
        account  rep  starts_at   ends_at
        met      R1   2023-01-01  2024-01-15
        met      R2   2024-01-15  -
        unmet    R1   2023-01-01  2024-01-15
        unmet    R2   2024-01-15  -
        before   R2   2024-01-15  -
        nobodys  R1   2023-01-01  2024-01-15
    """)
    contacts = table("""
        account  contacted_at  channel  rep
        met      2024-01-20    visit    R2
        met      2024-02-20    call     R1
        unmet    2024-02-20    call     R1
        unmet    2024-02-20    invoice  R2
        before   2024-01-10    call     R2
        nobodys  2024-01-10    call     R1
    """)
    assert value(Reps.days_since_rep_spoke, assignments, contacts, as_of="2024-03-01") == {
        "met": 41,
        "unmet": None,
        "before": 51,
        "nobodys": None,
    }
    assert value(Reps.days_unmet_since_takeover, assignments, contacts, as_of="2024-03-01") == {
        "met": 0,
        "unmet": 46,
        "before": 46,
        "nobodys": None,
    }


def test_in_words() -> None:
    assert said("days_since_rep_spoke", 41) == "Their rep last spoke with them 41 days ago"
    assert said("days_unmet_since_takeover", 46) == "Their rep has had them for 46 days without a word with them"
    assert said("rep_changes_360d", 0) == "No changes of rep in 360 days"
    assert said("rep_changes_720d", 3) == "3 changes of rep in 720 days"
    assert said("days_with_rep", 1) == "They have had their rep for 1 day"
    assert said("days_with_rep", 2000) == "They have had their rep for 2,000 days"
    assert said("has_no_rep", 1) == "They have no rep at the moment"
    assert said("rep_tenure_days", 20) == "Their rep has been with us for 20 days"
    assert said("rep_tenure_at_takeover", 0) == "Their rep was new with us when taking them over"
    assert said("team_departures_360d", 1) == "1 person left their rep's team in 360 days"
    assert said("team_departures_360d", 2) == "2 people left their rep's team in 360 days"
    assert said("rep_changes_540d", 2) == "2 changes of rep in 540 days"
