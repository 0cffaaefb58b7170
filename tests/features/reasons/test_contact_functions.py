"""Contact: which of our functions spoke with a customer."""

from features.reasons.contact import Contact
from tests.features.worked import table, values


def test_functions_of_ours_count_as_they_are_on_the_day_and_a_manager_is_one_who_is() -> None:
    reps = table("""
        rep  valid_from  role
        R1   2020-01-01  sales
        R2   2020-01-01  service
        R3   2020-01-01  sales
        R3   2024-02-10  management
        R4   2020-01-01  management
        R4   2024-02-01  sales
        R5   2020-01-01  -
    """)
    contacts = table("""
        account  contacted_at  channel  rep
        B        2024-01-22    call     R4
        B        2024-01-20    call     R1
        A        2024-01-22    call     R3
        A        2023-09-03    call     R2
        A        2024-01-20    call     R1
        A        2023-06-01    visit    R3
        B        2024-01-22    call     R9
        C        2024-01-20    invoice  R1
    """)
    found = values(Contact.functions_in_touch, reps, contacts, as_of="2024-03-01", snapshots=2)
    assert found == {"A": [3, 2], "B": [1, 2], "C": [0, 0]}  # R2 spoke 180 days ago
    found = values(Contact.days_since_manager, reps, contacts, as_of="2024-03-01", snapshots=2)
    assert found == {"A": [39, None], "B": [None, 9], "C": [None, None]}
