"""Left by contracts that were signed ahead and cancelled before their first day: they never come into force."""

import pytest

from models.definition import Left
from tests.features.worked import table
from tests.models.timelines import labels, left_on, paces

CONTRACT = Left(by="contract")  # a horizon of 90 days, a grace of 30


def test_a_renewal_that_was_cancelled_before_its_first_day_keeps_nobody() -> None:
    """All have one to 2024-03-31 and have signed the next one, to begin on 2024-04-01."""
    contracts = table("""
        account    starts_on   ends_on     renews  cancelled_at      recorded_at
        kept       2023-04-01  2024-03-31  no      -                 -
        kept       2024-04-01  2025-03-31  no      -                 2024-02-01
        fixed      2023-04-01  2024-03-31  no      -                 -
        fixed      2024-04-01  2025-03-31  no      2024-03-10        2024-02-01
        renewing   2023-04-01  2024-03-31  no      -                 -
        renewing   2024-04-01  2025-03-31  yes     2024-03-10        2024-02-01
        open       2023-04-01  2024-03-31  no      -                 -
        open       2024-04-01  -           no      2024-03-10        2024-02-01
        day_before 2023-04-01  2024-03-31  no      -                 -
        day_before 2024-04-01  2025-03-31  no      2024-03-31T09:30  2024-02-01
        that_day   2023-04-01  2024-03-31  no      -                 -
        that_day   2024-04-01  2025-03-31  no      2024-04-01T09:30  2024-02-01
        to_the_end 2023-04-01  2024-03-31  no      -                 -
        to_the_end 2024-04-01  2025-03-31  yes     2024-04-01        2024-02-01
        unsigned   2023-04-01  2024-03-31  no      -                 -
        unsigned   2024-04-01  2025-03-31  no      2024-03-10        -
    """)
    stayed = {"kept": 0, "that_day": 0, "to_the_end": 0}
    left = {"fixed": 1, "renewing": 1, "open": 1, "day_before": 1, "unsigned": 1}
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == stayed | left


def test_until_the_notice_is_known_the_contract_counts_as_signed() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at  recorded_at
        A        2022-04-01  2023-03-31  -             -
        A        2023-04-01  2024-03-31  -             -
        A        2024-04-01  2025-03-31  2024-03-10    2024-02-01
    """)
    days = ("2024-02-01", "2024-02-02", "2024-03-10", "2024-03-11", "2024-04-01", "2024-05-01", "2024-06-01")
    assert [paces(CONTRACT, contracts, as_of=day)["A"] for day in days] == [
        "overdue",
        "early",
        "early",
        "overdue",
        "Between contracts, for no longer than 30 days so far",
        "Already gone: no contract in force",
        "Already gone: no contract in force",
    ]


def test_the_days_without_one_count_from_the_last_that_was_in_force() -> None:
    """On 2024-05-01 nobody has had one for 31 days, though what was withdrawn was to begin on 2024-04-10."""
    contracts = table("""
        account    starts_on   ends_on     cancelled_at  recorded_at
        withdrawn  2023-04-01  2024-03-31  -             -
        withdrawn  2024-04-10  2025-04-09  2024-04-05    2024-03-01
        never      2024-04-10  2025-04-09  2024-04-05    2024-03-01
        open       2024-04-10  -           2024-04-09    2024-03-01
        again      2024-04-10  2025-04-09  2024-04-05    2024-03-01
        again      2024-04-20  2025-04-19  -             2024-04-06
    """)
    assert paces(CONTRACT, contracts, as_of="2024-05-01") == {
        "withdrawn": "Already gone: no contract in force",
        "never": "Never had a contract",
        "open": "Never had a contract",
        "again": "new",
    }
    assert paces(CONTRACT, contracts, as_of="2024-04-09")["open"] == "Its contract is signed and still to begin"
    assert left_on(CONTRACT, contracts, as_of="2024-04-09")["open"] is None
    assert left_on(CONTRACT, contracts, as_of="2024-05-01") == {
        "withdrawn": None,
        "never": None,
        "open": None,
        "again": 0,
    }


def test_what_was_withdrawn_is_no_first_term() -> None:
    contracts = table("""
        account    starts_on   ends_on     cancelled_at  recorded_at
        withdrawn  2021-01-01  2021-12-31  2020-12-20    2020-12-01
        withdrawn  2021-02-01  2025-01-31  -             -
        second     2021-01-01  2021-12-31  -             -
        second     2022-01-01  2025-01-31  -             -
        far_ahead  2020-04-01  2024-02-28  2020-03-31    2020-03-01
        far_ahead  2020-05-01  2021-12-31  -             -
        far_ahead  2022-01-01  2025-01-31  -             -
    """)
    found = paces(CONTRACT, contracts, as_of="2024-02-01")
    assert found == {"withdrawn": "new", "second": "early", "far_ahead": "early"}


@pytest.mark.parametrize(("cancelled_at", "expected"), [("2024-03-10", 1), ("2024-03-31", 1), ("2024-04-01", 0)])
def test_a_label_of_an_earlier_day_knows_that_it_was_withdrawn(cancelled_at: str, expected: int) -> None:
    contracts = table(f"""
        account  starts_on   ends_on     cancelled_at    recorded_at
        A        2023-04-01  2024-03-31  -               -
        A        2024-04-01  2025-03-31  {cancelled_at}  2024-02-01
    """)
    # As_ofs 2024-01-31, 2024-03-01 … 2024-07-29.
    assert labels(CONTRACT, contracts, as_of="2024-07-29", snapshots=7)["A"][:2] == [expected, expected]


def test_whoever_withdrew_after_a_loss_is_no_customer_again() -> None:
    losses = Left(by="losses")
    contracts = table("""
        account  starts_on   ends_on     cancelled_at  recorded_at
        signed   2022-01-01  2023-12-31  -             -
        signed   2024-04-01  2025-03-31  2024-03-20    2024-03-01
        late     2022-01-01  2023-12-31  -             -
        late     2024-04-01  2025-03-31  2024-03-20    -
        first    2024-04-01  2025-03-31  2024-03-20    2024-03-01
    """)
    lost = table("""
        account  lost_on
        signed   2024-01-10
        late     2024-01-10
    """)
    on = {day: paces(losses, contracts, lost, as_of=day) for day in ("2024-03-15", "2024-03-21", "2024-05-01")}
    gone = "Already gone: recorded as lost"
    assert on["2024-03-15"]["signed"] == "overdue"
    assert on["2024-03-21"]["signed"] == on["2024-05-01"]["signed"] == gone
    assert on["2024-05-01"]["late"] == gone
    assert {day: found["first"] for day, found in on.items()} == dict.fromkeys(on, "No customer yet")
