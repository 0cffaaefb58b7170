"""Contract: the contract in force, how long it still runs, and what became of others."""

from features.catalogue import catalogue
from features.reasons.contract import Contract
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

CONTRACTS = table("""
    account      starts_on   ends_on     cancelled_at  renewed_at  annual_value
    running      2023-06-01  2024-05-30  -             -           1200.50
    last_day     2023-03-01  2024-03-01  -             -           100
    run_out      2023-03-01  2024-02-29  -             -           100
    cancelled    2021-06-01  2024-05-30  2024-02-29    -           100
    to_come      2024-03-01  2025-02-28  -             -           100
    renewed      2022-03-16  2024-03-15  -             2024-02-01  100
    renewed      2024-02-01  2025-01-31  -             -           150
""")


def test_the_days_to_the_end_are_those_of_the_contract_in_force_that_began_last() -> None:
    assert value(Contract.days_to_contract_end, CONTRACTS, as_of="2024-03-01") == {
        "running": 90,
        "last_day": 0,
        "run_out": None,
        "cancelled": 90,  # notice ends no contract before its last day
        "to_come": None,
        "renewed": 336,
    }


def test_a_contract_that_has_run_out_is_worth_nothing_that_counts() -> None:
    assert value(Contract.contract_value, CONTRACTS, as_of="2024-03-01") == {
        "running": 1200.5,
        "last_day": 100,
        "run_out": None,
        "cancelled": 100,
        "to_come": None,
        "renewed": 150,
    }


def test_a_later_contract_that_has_run_out_hides_none_that_is_in_force() -> None:
    contracts = table("""
        account  starts_on   ends_on     annual_value
        A        2023-01-01  2024-12-31  500
        A        2023-11-01  2024-01-31  90
    """)
    assert value(Contract.days_to_contract_end, contracts, as_of="2024-03-01") == {"A": 305}
    assert value(Contract.contract_value, contracts, as_of="2024-03-01") == {"A": 500}
    assert value(Contract.contract_value, contracts, as_of="2024-01-31") == {"A": 90}


def test_a_contract_without_an_end_goes_on() -> None:
    contracts = table("""
        account  starts_on   ends_on  annual_value
        A        2019-01-01  -        500
    """)
    assert value(Contract.contract_value, contracts, as_of="2024-03-01") == {"A": 500}
    assert value(Contract.days_to_contract_end, contracts, as_of="2024-03-01") == {"A": None}


def test_a_contract_of_unknown_worth_shows_no_other_ones_and_counts_for_no_mean() -> None:
    contracts = table("""
        account  starts_on   ends_on     annual_value
        blank    2022-01-01  2022-12-31  100
        blank    2023-01-01  2024-12-31  -
        before   2022-01-01  2022-12-31  -
        before   2023-01-01  2024-12-31  100
    """)
    assert value(Contract.contract_value, contracts, as_of="2024-03-01") == {"blank": None, "before": 100}
    assert value(Contract.contract_value_trend, contracts, as_of="2024-03-01") == {"blank": None, "before": 1}


def test_a_firm_that_records_no_notices_lacks_only_what_counts_them() -> None:
    columns = {"contracts": {"account_id", "starts_on", "ends_on", "annual_value"}}
    given = {feature.name for feature in catalogue().given(columns)}
    assert {"days_to_contract_end", "contract_value", "contract_value_trend"} <= given
    assert "cancellations_720d" not in given


def test_a_notice_counts_when_it_is_given_however_old_the_contract() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at
        old      2015-01-01  2025-01-01  2024-02-29
        first    2015-01-01  2025-01-01  2022-03-12
        before   2015-01-01  2025-01-01  2022-03-11
        today    2015-01-01  2025-01-01  2024-03-01
        none     2015-01-01  2025-01-01  -
    """)
    assert value(Contract.cancellations, contracts, as_of="2024-03-01") == {
        "old": 1,
        "first": 1,
        "before": 0,
        "today": 0,
        "none": 0,
    }


def test_a_renewal_counts_when_it_is_agreed() -> None:
    counted = values(Contract.renewals, CONTRACTS, as_of="2024-02-02", snapshots=2, step_days=1)
    assert counted["renewed"] == [1, 0]
    assert value(Contract.renewals, CONTRACTS, as_of="2024-03-01")["running"] == 0


def test_a_contract_entered_afterwards_is_known_from_then_on() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at  annual_value  recorded_at
        A        2023-04-01  2024-03-31  -             100           2023-04-01
        A        2024-02-01  2025-01-31  -             200           2024-03-01
    """)
    worth = values(Contract.contract_value, contracts, as_of="2024-03-02", snapshots=2, step_days=1)
    assert worth == {"A": [200, 100]}
    days = values(Contract.days_to_contract_end, contracts, as_of="2024-03-02", snapshots=2, step_days=1)
    assert days == {"A": [335, 30]}


def test_a_contract_for_less_is_set_against_what_theirs_were_worth() -> None:
    contracts = table("""
        account  starts_on   ends_on     annual_value  cancelled_at
        A        2022-01-01  2022-12-31  300           -
        A        2023-01-01  2024-12-31  100           -
        B        2023-01-01  2024-12-31  100           -
        C        2022-01-01  2022-12-31  100           -
    """)
    found = value(Contract.contract_value_trend, contracts, as_of="2024-03-01")
    assert found == {"A": 0.5, "B": 1, "C": None}  # C's has run out


def test_in_words() -> None:
    assert said("days_to_contract_end", 0) == "No days until their contract ends"
    assert said("days_to_contract_end", 1) == "1 day until their contract ends"
    assert said("contract_value", 1200.5) == "Their contract is worth 1,200 a year"
    assert said("cancellations_720d", 1) == "1 contract cancelled in 720 days"
    assert said("renewals_720d", 0) == "No renewals in 720 days"
    assert said("contract_value_trend", 0.5) == "Their contract is worth 50% of what theirs were worth on average"
