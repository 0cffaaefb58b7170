"""Left by contract: who has one in force, and from which day on none follows."""

import numpy as np
import pytest

from models.definition import Left
from models.left import watch
from tests.features.worked import table
from tests.models.timelines import block_of, by_account, kinds_by_account, labels, left_on, paces

CONTRACT = Left(by="contract")  # a horizon of 90 days, a grace of 30


def test_who_has_no_contract_in_force_is_not_watched_and_has_a_cause() -> None:
    contracts = table("""
        account   starts_on   ends_on
        in_force  2023-03-01  2024-03-01
        lapsed    2023-03-01  2024-02-29
        gone      2022-03-01  2024-01-30
        to_come   2024-03-01  2025-02-28
        endless   2023-03-01  -
    """)
    assert paces(CONTRACT, contracts, as_of="2024-03-01") == {
        "endless": "early",
        "gone": "Already gone: no contract in force",
        "in_force": "new",
        "lapsed": "Between contracts, for no longer than 30 days so far",
        "to_come": "Never had a contract",
    }


def test_a_contract_is_in_force_on_its_last_day_and_left_counts_from_the_day_after() -> None:
    """The horizon of 2024-03-01 holds the days to 2024-05-29; the first day without a contract must be one of them."""
    contracts = table("""
        account  starts_on   ends_on
        inside   2023-03-01  2024-05-28
        outside  2023-03-01  2024-05-29
        first    2023-03-01  2024-03-01
    """)
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == {"first": 1, "inside": 1, "outside": 0}


def test_gaps_of_up_to_the_grace_days_are_no_leaving() -> None:
    """None is in force from 2024-04-01 on; 30 days later is 2024-05-01."""
    contracts = table("""
        account    starts_on   ends_on
        at_once    2023-04-01  2024-03-31
        at_once    2024-04-01  2025-03-31
        in_grace   2023-04-01  2024-03-31
        in_grace   2024-05-01  2025-04-30
        too_late   2023-04-01  2024-03-31
        too_late   2024-05-02  2025-05-01
        never      2023-04-01  2024-03-31
    """)
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == {"at_once": 0, "in_grace": 0, "never": 1, "too_late": 1}
    without = Left(by="contract", grace_days=0)
    assert left_on(without, contracts, as_of="2024-03-01")["in_grace"] == 1


def test_a_label_waits_for_the_horizon_and_the_grace() -> None:
    contracts = table("""
        account  starts_on   ends_on
        A        2023-01-01  2024-03-10
    """)
    # As_ofs 2024-03-01, 2024-03-31 … 2024-07-29; that of 2024-03-31 has no contract in force.
    found = {day: labels(CONTRACT, contracts, as_of=day, snapshots=5)["A"][0] for day in ("2024-06-28", "2024-06-29")}
    assert found == {"2024-06-28": 1, "2024-06-29": 1}
    late = table("""
        account  starts_on   ends_on
        A        2023-01-01  -
    """)
    # 120 days before the newest is the first as_of whose horizon and grace have passed.
    assert labels(CONTRACT, late, as_of="2024-06-29", snapshots=6)["A"] == [0, 0, None, None, None, None]


def test_a_change_of_plan_is_no_leaving_while_any_contract_runs() -> None:
    """From a month to a year, from a year to a smaller one, and one for each of two product lines."""
    contracts = table("""
        account    starts_on   ends_on     product_line
        to_longer  2024-02-01  2024-02-29  basic
        to_longer  2024-03-01  2025-02-28  plus
        upgraded   2023-06-01  2024-05-31  basic
        upgraded   2024-03-15  2025-03-14  plus
        one_left   2023-06-01  2024-03-31  basic
        one_left   2023-06-01  2025-03-31  plus
        both_left  2023-06-01  2024-03-31  basic
        both_left  2023-06-01  2024-04-30  plus
    """)
    found = left_on(CONTRACT, contracts, as_of="2024-02-15")
    assert found == {"both_left": 1, "one_left": 0, "to_longer": 0, "upgraded": 0}


def test_monthly_contracts_that_became_a_yearly_one_stayed_on_every_day() -> None:
    contracts = table("""
        account  starts_on   ends_on
        A        2023-01-01  2023-01-31
        A        2023-02-01  2023-02-28
        A        2023-03-01  2024-02-29
        A        2024-03-05  2025-03-04
    """)
    found = labels(CONTRACT, contracts, as_of="2024-12-01", snapshots=24)["A"]
    assert found == [0] * 20 + [None] * 4


def test_several_rows_a_term_are_one_term() -> None:
    contracts = table("""
        account  starts_on   ends_on     annual_value
        A        2023-04-01  2024-03-31  100
        A        2023-04-01  2024-03-31  50
        B        2023-04-01  2024-03-31  100
        B        2023-04-01  2024-03-31  50
        B        2024-04-01  2025-03-31  100
        B        2024-04-01  2025-03-31  50
    """)
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == {"A": 1, "B": 0}
    assert paces(CONTRACT, contracts, as_of="2024-03-01") == {"A": "new", "B": "new"}
    assert paces(CONTRACT, contracts, as_of="2024-05-01")["B"] == "early"


def test_coming_back_after_the_grace_is_a_leaving_and_then_a_customer_again() -> None:
    contracts = table("""
        account  starts_on   ends_on
        A        2023-01-01  2023-06-30
        A        2023-10-01  2024-12-31
    """)
    assert left_on(CONTRACT, contracts, as_of="2023-06-01") == {"A": 1}
    assert left_on(CONTRACT, contracts, as_of="2023-09-01") == {"A": None}
    assert left_on(CONTRACT, contracts, as_of="2023-11-01") == {"A": 0}


def test_an_open_ended_contract_ends_with_the_notice() -> None:
    contracts = table("""
        account   starts_on   ends_on  cancelled_at
        goes_on   2023-01-01  -        -
        notice    2023-01-01  -        2024-04-10T09:30
        later     2023-01-01  -        2024-06-10
    """)
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == {"goes_on": 0, "later": 0, "notice": 1}
    assert paces(CONTRACT, contracts, as_of="2024-04-10") == {"goes_on": "early", "later": "early", "notice": "early"}
    assert paces(CONTRACT, contracts, as_of="2024-04-11")["notice"].startswith("Between contracts")


def test_a_renewing_contract_goes_on_until_the_end_of_the_term_in_which_notice_was_given() -> None:
    contracts = table("""
        account     starts_on   ends_on     renews  cancelled_at
        goes_on     2021-01-01  2021-12-31  yes     -
        this_term   2021-01-01  2021-12-31  yes     2024-02-10
        no_notice   2021-01-01  2021-12-31  no      -
        first_term  2023-12-16  2024-03-15  yes     2023-12-20
        month       2022-01-31  2022-02-27  yes     2024-04-05
    """)
    # Of four weeks each, `month` ends on 2024-04-21, in the term of which the notice lies.
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == {
        "first_term": 1,
        "goes_on": 0,
        "month": 1,
        "no_notice": None,
        "this_term": 0,
    }
    assert left_on(CONTRACT, contracts, as_of="2024-10-05")["this_term"] == 1  # to 2024-12-31, the 89th day
    assert left_on(CONTRACT, contracts, as_of="2024-10-03")["this_term"] == 0


@pytest.mark.parametrize(
    ("first", "last", "notice", "ends"),
    [
        ("2020-01-01", "2020-12-31", "2020-06-01", "2020-12-31"),  # in the first term, of a leap year
        ("2020-01-01", "2020-12-31", "2020-12-31", "2020-12-31"),  # on its last day
        ("2020-01-01", "2020-12-31", "2021-01-01", "2021-12-31"),  # and on the day after
        ("2020-01-01", "2020-12-31", "2024-12-31", "2024-12-31"),
        ("2024-01-15", "2024-02-14", "2024-03-14", "2024-03-14"),  # by the month
        ("2024-01-15", "2024-02-14", "2024-03-15", "2024-04-14"),
        ("2024-01-15", "2024-04-14", "2024-08-01", "2024-10-14"),  # by the quarter
        ("2024-01-01", "2024-01-28", "2024-02-10", "2024-02-25"),  # every four weeks
        ("2024-01-01", "2024-01-28", "2024-02-26", "2024-03-24"),
        ("2024-01-01", "2024-01-28", "2024-01-01", "2024-01-28"),  # on the day on which it began
        ("2024-01-01", "2024-01-28", "2023-12-31", "2023-12-31"),  # on the day before: it never came into force
        ("2024-01-01", "2024-01-28", "2023-12-01", "2023-12-31"),
    ],
)
def test_terms_follow_the_calendar_where_they_are_whole_months(first: str, last: str, notice: str, ends: str) -> None:
    from features.kernels.terms import last_days

    days = [np.array([day], dtype="datetime64[D]").astype(np.float64) for day in (first, last, notice)]
    found = last_days(days[0], days[1], np.array([True]), days[2], np.array([np.nan]))
    assert np.datetime64(int(found[0]), "D") == np.datetime64(ends)


@pytest.mark.parametrize(
    ("first", "last", "months", "notice", "ends"),
    [
        ("2025-05-12", "2025-12-31", 12, "2025-06-01", "2025-12-31"),
        ("2025-05-12", "2025-12-31", 12, "2025-12-31", "2025-12-31"),
        ("2025-05-12", "2025-12-31", 12, "2026-01-01", "2026-12-31"),
        ("2025-05-12", "2025-12-31", 12, "2028-02-29", "2028-12-31"),
        ("2025-05-12", "2025-08-11", 12, "2025-08-12", "2026-08-11"),  # a trial of three months
        ("2025-05-12", "2025-05-31", 1, "2025-06-30", "2025-06-30"),
        ("2025-05-12", "2025-05-31", 1, "2025-07-01", "2025-07-31"),
        ("2024-01-31", "2024-02-29", 1, "2024-04-01", "2024-04-30"),
        ("2024-01-01", "2024-12-31", 1, "2025-03-15", "2025-03-31"),  # a year, then by the month
        ("2025-05-12", "2025-12-31", 12, "2025-05-11", "2025-05-11"),  # it never came into force
    ],
)
def test_terms_go_on_by_so_many_months_where_that_is_known(
    first: str, last: str, months: int, notice: str, ends: str
) -> None:
    from features.kernels.terms import last_days

    days = [np.array([day], dtype="datetime64[D]").astype(np.float64) for day in (first, last, notice)]
    found = last_days(days[0], days[1], np.array([True]), days[2], np.array([float(months)]))
    assert np.datetime64(int(found[0]), "D") == np.datetime64(ends)


def test_who_leaves_goes_by_the_months_by_which_a_contract_goes_on() -> None:
    contracts = table("""
        account    starts_on   ends_on     renews  renewal_months  cancelled_at
        calendar   2022-05-12  2022-12-31  yes     12              2024-12-10
        by_length  2022-05-12  2022-12-31  yes     -               2024-12-10
    """)
    # By its own length of 234 days the second one would end on 2025-07-23.
    assert left_on(CONTRACT, contracts, as_of="2024-11-01") == {"by_length": 0, "calendar": 1}


def test_pace_is_early_with_more_than_a_horizon_to_the_end_of_one_of_which_nobody_gave_notice() -> None:
    contracts = table("""
        account    starts_on   ends_on     renews  cancelled_at  recorded_at
        far        2022-01-01  2022-12-31  no      -             -
        far        2023-01-01  2024-05-31  no      -             -
        near       2022-01-01  2022-12-31  no      -             -
        near       2023-01-01  2024-05-30  no      -             -
        renewing   2022-01-01  2022-12-31  yes     -             -
        notice     2022-01-01  2022-12-31  yes     2024-02-29    -
        unheard    2022-01-01  2022-12-31  yes     2024-03-01    -
        one_of     2022-01-01  2022-12-31  no      -             -
        one_of     2023-01-01  2024-12-31  no      2024-01-01    -
        one_of     2023-01-01  2024-12-31  no      -             -
        first      2023-12-01  2024-12-31  no      -             -
    """)
    found = paces(CONTRACT, contracts, as_of="2024-03-01")
    assert found == {
        "far": "early",
        "first": "new",
        "near": "overdue",
        "notice": "overdue",
        "one_of": "early",
        "renewing": "early",
        "unheard": "early",
    }


def test_a_renewal_after_notice_makes_it_early_again() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at  recorded_at
        A        2023-01-01  2023-06-30  -             -
        A        2023-07-01  2024-06-30  2024-01-15    -
        A        2024-02-10  2025-02-09  -             2024-02-20
    """)
    found = {day: paces(CONTRACT, contracts, as_of=day)["A"] for day in ("2024-01-15", "2024-01-16", "2024-02-21")}
    assert found == {"2024-01-15": "early", "2024-01-16": "overdue", "2024-02-21": "early"}
    assert left_on(CONTRACT, contracts, as_of="2024-05-01") == {"A": 0}


def test_a_contract_counts_from_the_day_after_it_was_recorded_and_for_the_label_whenever_that_was() -> None:
    contracts = table("""
        account  starts_on   ends_on     recorded_at
        A        2023-01-01  2024-03-31  2023-01-01
        A        2024-04-01  2025-03-31  2024-06-01
    """)
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == {"A": 0}
    assert paces(CONTRACT, contracts, as_of="2024-06-01")["A"] == "Already gone: no contract in force"
    assert paces(CONTRACT, contracts, as_of="2024-06-02")["A"] == "early"


def test_a_loss_explains_the_end_of_the_contract_by_which_it_falls_and_no_other() -> None:
    contracts = table("""
        account  starts_on   ends_on
        A        2022-01-01  2022-06-30
        A        2023-01-01  2024-03-31
        B        2023-01-01  2024-03-31
        C        2023-01-01  2024-03-31
    """)
    losses = table("""
        account  lost_on     kind         recorded_at
        A        2024-03-20  involuntary  2024-04-20
        B        2024-07-01  voluntary    -
    """)
    found = kinds_by_account(CONTRACT, contracts, losses, as_of="2024-08-28", snapshots=30)
    assert [kind for kind in found["A"] if kind != (None, None)] == [("involuntary", "2024-04-20")] * 3
    assert [kind for kind in found["B"] if kind != (None, None)] == [("voluntary", "2024-07-01")] * 3
    assert set(found["C"]) == {(None, None)}
    left = labels(CONTRACT, contracts, losses, as_of="2024-08-28", snapshots=30)
    assert left["A"].count(1) == 6


def test_contracts_alone_will_do() -> None:
    contracts = table("""
        account  starts_on
        A        2023-01-01
    """)
    block = block_of(CONTRACT, contracts, as_of="2024-03-01")
    assert by_account(block, watch(block, CONTRACT).outlook) == {"A": [90]}


def test_who_has_signed_the_next_term_is_early_and_who_is_at_risk_stays_the_same() -> None:
    """Of 2024-03-01: the first day without one would be 2024-03-21, within 30 days of which is 2024-04-20."""
    contracts = table("""
        account   starts_on   ends_on     renews  cancelled_at  recorded_at
        signed    2022-03-21  2023-03-20  no      -             -
        signed    2023-03-21  2024-03-20  no      -             -
        signed    2024-03-21  2025-03-20  no      -             2024-02-29
        too_late  2022-03-21  2023-03-20  no      -             -
        too_late  2023-03-21  2024-03-20  no      -             -
        too_late  2024-03-21  2025-03-20  no      -             2024-03-01
        far_off   2022-03-21  2023-03-20  no      -             -
        far_off   2023-03-21  2024-03-20  no      -             -
        far_off   2024-04-21  2025-04-20  no      -             2024-02-29
        short     2022-03-21  2023-03-20  no      -             -
        short     2023-03-21  2024-03-20  no      -             -
        short     2024-03-21  2024-05-20  no      -             2024-02-29
        noticed   2022-03-21  2023-03-20  yes     2024-01-10    -
        noticed   2024-03-21  2025-03-20  no      -             2024-02-29
        today     2022-03-01  2024-02-29  no      -             -
        today     2024-03-01  2025-02-28  no      -             2024-02-01
        between   2022-03-21  2024-02-20  no      -             -
        between   2024-03-10  2025-03-09  no      -             2024-02-01
        returns   2022-03-21  2023-02-20  no      -             -
        returns   2024-03-10  2025-03-09  no      -             2024-02-01
        to_come   2024-03-10  2025-03-09  no      -             2024-02-01
        first     2023-03-21  2024-03-20  no      -             -
        first     2024-03-21  2025-03-20  no      -             2024-02-29
    """)
    signed = "Its contract is signed and still to begin"
    assert paces(CONTRACT, contracts, as_of="2024-03-01") == {
        "signed": "early",
        "too_late": "overdue",
        "far_off": "overdue",
        "short": "overdue",
        "noticed": "early",
        "today": "early",
        "between": signed,
        "returns": signed,
        "to_come": signed,
        "first": "new",
    }
    assert paces(Left(by="contract", grace_days=31), contracts, as_of="2024-03-01")["far_off"] == "early"
    assert left_on(CONTRACT, contracts, as_of="2024-03-01") == {
        "signed": 0,
        "too_late": 0,
        "far_off": 1,
        "short": 1,
        "noticed": 0,
        "today": 0,
        "between": None,
        "returns": None,
        "to_come": None,
        "first": 0,
    }


def test_an_open_ended_contract_that_was_cancelled_before_its_first_day_is_not_to_begin() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at  recorded_at
        between  2023-03-01  2024-02-20  -             -
        between  2024-03-10  -           2024-02-29    2024-02-01
        never    2024-03-10  -           2024-02-29    2024-02-01
        later    2024-03-10  -           2024-03-01    2024-02-01
    """)
    assert paces(CONTRACT, contracts, as_of="2024-03-01") == {
        "between": "Between contracts, for no longer than 30 days so far",
        "never": "Never had a contract",
        "later": "Its contract is signed and still to begin",
    }


def test_what_is_still_to_begin_completes_no_label_and_changes_none() -> None:
    contracts = table("""
        account  starts_on   ends_on     recorded_at
        A        2023-01-01  2024-03-10  -
        A        2024-09-01  2025-08-31  2024-06-01
        B        2023-01-01  2024-06-10  -
        B        2024-07-01  2025-08-31  2024-06-01
    """)
    known = labels(CONTRACT, contracts, as_of="2024-06-29", snapshots=6)
    without = labels(CONTRACT, contracts[contracts["starts_on"] < "2024-06-29"], as_of="2024-06-29", snapshots=6)
    assert known == without
    assert known["A"] == [1, 1, None, None, None, None]
    assert known["B"] == [0, 0, None, None, None, None]
