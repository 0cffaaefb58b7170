"""Contracts that were cancelled before their first day: from the day after the notice on they count for nothing."""

from features.reasons.contract import Contract
from features.reasons.standing import Standing
from tests.features.worked import table, value, values

WITHDRAWN = table("""
    account    starts_on   ends_on     renews  cancelled_at  annual_value  recorded_at
    fixed      2023-04-01  2024-03-31  no      -             100           -
    fixed      2024-04-01  2025-03-31  no      2024-03-02    300           2024-02-01
    renewing   2023-04-01  2024-03-31  no      -             100           -
    renewing   2024-04-01  2025-03-31  yes     2024-03-02    300           2024-02-01
    day_before 2023-04-01  2024-03-31  no      -             100           -
    day_before 2024-04-01  2025-03-31  no      2024-03-31    300           2024-02-01
    that_day   2023-04-01  2024-03-31  no      -             100           -
    that_day   2024-04-01  2025-03-31  no      2024-04-01    300           2024-02-01
    first      2024-04-01  2025-03-31  no      2024-03-02    300           2024-02-01
""")


def test_the_end_is_that_of_the_present_one_from_the_day_after_the_notice() -> None:
    """Of 2024-03-01 to 2024-03-05, newest first: 2024-03-31 is 26 to 30 days away, 2025-03-31 391 to 395."""
    days = values(Contract.days_to_contract_end, WITHDRAWN, as_of="2024-03-05", snapshots=5, step_days=1)
    assert days["fixed"] == [26, 27, 28, 394, 395]
    assert days["renewing"] == [26, 27, 28, None, None]
    assert days["that_day"] == days["day_before"] == [391, 392, 393, 394, 395]
    assert days["first"] == [None] * 5


def test_one_withdrawn_on_the_day_before_counts_until_then_and_notice_of_the_first_day_is_to_its_end() -> None:
    days = values(Contract.days_to_contract_end, WITHDRAWN, as_of="2024-04-03", snapshots=3, step_days=1)
    assert days["day_before"] == [None, None, None]
    assert days["that_day"] == [362, 363, 364]
    worth = values(Standing.contract_value, WITHDRAWN, as_of="2024-04-03", snapshots=4, step_days=1)
    assert worth["day_before"] == [None, None, None, 100]
    assert worth["that_day"] == [300, 300, 300, 100]
    assert worth["fixed"] == [None, None, None, 100]


def test_it_renews_nothing_and_is_no_notice_of_what_goes_on() -> None:
    renewal = values(Contract.days_to_renewal, WITHDRAWN, as_of="2024-03-05", snapshots=5, step_days=1)
    assert renewal["renewing"] == [None, None, None, 394, 395]
    rows = table("""
        account  starts_on   ends_on     renews  cancelled_at  recorded_at
        A        2023-04-01  2024-03-31  yes     -             -
        A        2024-04-01  2025-03-31  no      2024-03-02    2024-02-01
    """)
    assert value(Contract.has_notice, rows, as_of="2024-03-05") == {"A": 0}


def test_it_is_no_first_contract_and_was_never_worth_anything() -> None:
    first = value(Standing.days_since_first_contract, WITHDRAWN, as_of="2024-05-01")
    assert first == {"fixed": 396, "renewing": 396, "day_before": 396, "that_day": 396, "first": None}
    trend = value(Contract.contract_value_trend, WITHDRAWN, as_of="2025-04-01")
    assert trend == dict.fromkeys(["fixed", "renewing", "day_before", "that_day", "first"])


def test_it_takes_the_place_of_another_until_it_is_withdrawn() -> None:
    rows = table("""
        account  starts_on   ends_on     renews  cancelled_at  recorded_at
        once     2023-04-01  2024-03-31  yes     2024-02-10    -
        once     2024-04-01  2025-03-31  no      2024-03-02    2024-02-20
        kept     2023-04-01  2024-03-31  yes     2024-02-10    -
        kept     2024-04-01  2025-03-31  no      -             2024-02-20
        twice    2023-04-01  2024-03-31  yes     2024-02-10    -
        twice    2024-04-01  2025-03-31  no      2024-03-02    2024-02-20
        twice    2024-04-02  2025-04-01  no      2024-03-08    2024-03-05
    """)
    found = values(Contract.cancellations[720], rows, as_of="2024-03-10", snapshots=30, step_days=1)
    by_day = {name: row[::-1] for name, row in found.items()}  # from 2024-02-10 on
    assert by_day["once"] == [0] + [1] * 10 + [0] * 11 + [2] * 8
    assert by_day["kept"] == [0] + [1] * 10 + [0] * 19
    assert by_day["twice"] == [0] + [1] * 10 + [0] * 11 + [2] * 3 + [0] * 3 + [3] * 2
