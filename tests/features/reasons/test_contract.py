"""Contract: the contract in force, how long it still runs, and what became of others."""

from features.catalogue import catalogue
from features.reasons.contract import Contract
from features.reasons.standing import Standing
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


def test_the_days_to_the_end_are_those_until_no_contract_is_in_force() -> None:
    assert value(Contract.days_to_contract_end, CONTRACTS, as_of="2024-03-01") == {
        "running": 90,
        "last_day": 0,
        "run_out": None,
        "cancelled": 90,  # notice ends no contract before its last day
        "to_come": None,
        "renewed": 336,
    }
    several = table("""
        account  starts_on   ends_on     product_line
        A        2023-06-01  2024-05-30  desk
        A        2023-12-01  2024-03-31  phone
    """)
    assert value(Contract.days_to_contract_end, several, as_of="2024-03-01") == {"A": 90}


RENEWING = table("""
    account    starts_on   ends_on     renews  cancelled_at  recorded_at
    first      2023-06-01  2024-05-31  yes     -             -
    third      2021-06-01  2022-05-31  yes     -             -
    monthly    2023-11-01  2023-11-30  yes     -             -
    four_weeks 2024-01-01  2024-01-28  yes     -             -
    noticed    2021-06-01  2022-05-31  yes     2024-02-10    -
    unheard    2021-06-01  2022-05-31  yes     2024-03-01    -
    fixed      2023-06-01  2024-05-31  no      -             -
    unsaid     2023-06-01  2024-05-31  -       -             -
    endless    2021-06-01  -           yes     -             -
    both       2021-06-01  2022-05-31  yes     -             -
    both       2023-04-01  2024-03-31  no      -             -
""")


def test_a_contract_that_renews_itself_has_no_end_until_notice_is_given() -> None:
    """Then it ends with the term in which notice was given: on 2024-05-31, in 91 days."""
    assert value(Contract.days_to_contract_end, RENEWING, as_of="2024-03-01") == {
        "first": None,
        "third": None,
        "monthly": None,
        "four_weeks": None,
        "noticed": 91,
        "unheard": None,
        "fixed": 91,
        "unsaid": 91,
        "endless": None,
        "both": None,
    }
    days = values(Contract.days_to_contract_end, RENEWING, as_of="2024-03-02", snapshots=2, step_days=1)  # newest first
    assert days["unheard"] == [90, None]


def test_the_days_to_the_renewal_are_those_of_the_present_term() -> None:
    assert value(Contract.days_to_renewal, RENEWING, as_of="2024-03-01") == {
        "first": 91,
        "third": 91,
        "monthly": 30,
        "four_weeks": 23,  # the third term of four weeks ends on 2024-03-24
        "noticed": None,
        "unheard": 91,
        "fixed": None,
        "unsaid": None,
        "endless": None,
        "both": 91,
    }
    on_days = values(Contract.days_to_renewal, RENEWING, as_of="2024-06-01", snapshots=3, step_days=1)
    assert on_days["third"] == [364, 0, 1]
    assert on_days["unheard"] == [None, None, None]


def test_terms_after_the_first_are_of_the_months_by_which_it_goes_on() -> None:
    contracts = table("""
        account   starts_on   ends_on     renews  renewal_months  cancelled_at
        calendar  2023-05-12  2023-12-31  yes     12              -
        length    2023-05-12  2023-12-31  yes     -               -
        trial     2023-12-20  2024-02-19  yes     12              -
        noticed   2022-05-12  2022-12-31  yes     12              2024-02-01
    """)
    assert value(Contract.days_to_renewal, contracts, as_of="2024-03-01") == {
        "calendar": 305,
        "length": 173,
        "noticed": None,
        "trial": 355,
    }
    assert value(Contract.days_to_contract_end, contracts, as_of="2024-03-01")["noticed"] == 305


def test_notice_counts_where_no_other_contract_goes_on() -> None:
    contracts = table("""
        account  starts_on   ends_on     renews  cancelled_at
        all      2023-06-01  2024-05-31  yes     2024-02-29
        today    2023-06-01  2024-05-31  yes     2024-03-01
        one_of   2023-06-01  2024-05-31  yes     2024-02-01
        one_of   2023-06-01  2024-05-31  yes     -
        over     2023-01-01  2023-12-31  yes     2023-10-01
    """)
    found = value(Contract.has_notice, contracts, as_of="2024-03-01")
    assert found == {"all": 1, "today": 0, "one_of": 0, "over": None}


def test_a_contract_that_has_run_out_is_worth_nothing_that_counts() -> None:
    assert value(Standing.contract_value, CONTRACTS, as_of="2024-03-01") == {
        "running": 1200.5,
        "last_day": 100,
        "run_out": None,
        "cancelled": 100,
        "to_come": None,
        "renewed": 150,
    }


def test_contracts_for_several_product_lines_add_up() -> None:
    contracts = table("""
        account  starts_on   ends_on     annual_value  product_line
        two      2023-01-01  2024-12-31  500           desk
        two      2023-11-01  2024-10-31  90            phone
        seats    2023-01-01  2024-12-31  500           desk
        seats    2023-01-01  2024-12-31  40            desk
        unsaid   2023-01-01  2024-12-31  500           -
        unsaid   2023-11-01  2024-10-31  90            -
    """)
    assert value(Standing.contract_value, contracts, as_of="2024-03-01") == {"two": 590, "seats": 540, "unsaid": 90}


def test_a_plan_that_is_replaced_counts_no_more_once_the_new_one_is_known() -> None:
    """Upgraded on 2024-02-01: of a product line only what began last counts, while it is in force."""
    contracts = table("""
        account   starts_on   ends_on     renews  cancelled_at  annual_value  product_line  recorded_at
        upgraded  2023-06-01  2024-05-31  yes     2024-02-01    100           desk          -
        upgraded  2024-02-01  2025-01-31  yes     -             300           desk          -
        late      2023-06-01  2024-05-31  no      -             100           desk          2023-06-01
        late      2024-02-01  2025-01-31  no      -             300           desk          2024-03-01
        trial     2023-01-01  2024-12-31  no      -             500           desk          -
        trial     2023-11-01  2024-01-31  no      -             90            desk          -
    """)
    worth = values(Standing.contract_value, contracts, as_of="2024-03-02", snapshots=31, step_days=1)  # newest first
    assert worth["upgraded"] == [300] * 30 + [100]  # from 2024-02-02 on
    assert worth["late"] == [300] + [100] * 30
    assert worth["trial"] == [500] * 31  # the shorter one ended on 2024-01-31
    assert value(Standing.contract_value, contracts, as_of="2024-01-31")["trial"] == 90


def test_contracts_that_overlap_by_no_more_than_thirty_days_follow_one_another() -> None:
    """The new one begins on 2024-02-10; 30 days of overlap end on 2024-03-10."""
    contracts = table("""
        account   starts_on   ends_on     annual_value  product_line
        followed  2023-03-11  2024-03-10  100           basic
        followed  2024-02-10  2025-02-09  300           plus
        beside    2023-03-11  2024-03-11  100           basic
        beside    2024-02-10  2025-02-09  300           plus
    """)
    assert value(Standing.contract_value, contracts, as_of="2024-03-01") == {"followed": 300, "beside": 400}
    assert value(Standing.contract_value, contracts, as_of="2024-02-10") == {"followed": 100, "beside": 100}


def test_a_contract_without_an_end_goes_on() -> None:
    contracts = table("""
        account  starts_on   ends_on  annual_value
        A        2019-01-01  -        500
    """)
    assert value(Standing.contract_value, contracts, as_of="2024-03-01") == {"A": 500}
    assert value(Contract.days_to_contract_end, contracts, as_of="2024-03-01") == {"A": None}


def test_a_contract_of_unknown_worth_is_not_worth_nothing() -> None:
    contracts = table("""
        account  starts_on   ends_on     annual_value
        blank    2022-01-01  2022-12-31  100
        blank    2023-01-01  2024-12-31  -
        before   2022-01-01  2022-12-31  -
        before   2023-01-01  2024-12-31  100
        one_of   2023-01-01  2024-12-31  100
        one_of   2023-01-01  2024-12-31  -
    """)
    assert value(Standing.contract_value, contracts, as_of="2024-03-01") == {
        "blank": None,
        "before": 100,
        "one_of": 100,
    }
    assert value(Contract.contract_value_trend, contracts, as_of="2024-03-01") == {
        "blank": None,
        "before": 1,
        "one_of": 1,
    }


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


def test_a_plan_that_another_one_replaces_is_no_contract_that_they_cancelled() -> None:
    """Notice of 2024-01-15. Upgraded plans begin about then, or about the last day; one that ran beside it before does
    not, nor one for something else that begins between the two.
    """
    contracts = table("""
        account   starts_on   ends_on     cancelled_at  product_line
        gone      2023-03-01  2024-02-28  2024-01-15    basic
        at_once   2023-06-01  2024-05-31  2024-01-15    basic
        at_once   2024-01-15  2025-01-14  -             plus
        month     2023-06-01  2024-12-31  2024-01-15    basic
        month     2023-12-16  2025-01-14  -             plus
        sooner    2023-06-01  2024-12-31  2024-01-15    basic
        sooner    2023-12-15  2025-01-14  -             plus
        at_end    2022-03-01  2024-02-20  2023-06-15    basic
        at_end    2024-02-21  2025-02-20  -             plus
        between   2022-03-01  2024-12-31  2023-06-15    basic
        between   2023-11-01  2025-10-31  -             basic
        other     2022-03-01  2024-12-31  2023-06-15    basic
        other     2023-11-01  2025-10-31  -             phone
        unsaid    2022-03-01  2024-12-31  2023-06-15    -
        unsaid    2023-11-01  2025-10-31  -             -
        seats     2023-06-01  2024-05-31  2023-06-15    basic
        seats     2023-06-01  2024-05-31  -             basic
        endless   2022-03-01  -           2024-01-15    -
        endless   2024-02-01  -           -             -
        both      2022-03-01  -           2024-01-15    -
        both      2024-02-01  -           2024-02-28    -
    """)
    assert value(Contract.cancellations, contracts, as_of="2024-03-01") == {
        "gone": 1,
        "at_once": 0,
        "month": 0,  # 30 days before
        "sooner": 1,  # 31 days
        "at_end": 0,
        "between": 0,
        "other": 1,
        "unsaid": 0,
        "seats": 1,
        "endless": 0,
        "both": 1,
    }


def test_notice_counts_until_the_plan_that_takes_its_place_is_known() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at  recorded_at
        A        2023-06-01  2024-05-31  2024-02-01    -
        A        2024-02-10  2025-02-09  -             2024-02-20
    """)
    days = values(Contract.cancellations, contracts, as_of="2024-02-22", snapshots=22, step_days=1)  # newest first
    assert days["A"] == [0, 0] + [1] * 19 + [0]  # known from the day after on: 2024-02-02, 2024-02-21


def test_notice_that_comes_once_the_new_plan_runs_never_counts() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at
        A        2023-06-01  2024-05-31  2024-02-10
        A        2024-02-01  2025-01-31  -
    """)
    days = values(Contract.cancellations, contracts, as_of="2024-02-20", snapshots=20, step_days=1)
    assert days["A"] == [0] * 20


def test_a_renewal_counts_when_it_is_agreed() -> None:
    counted = values(Contract.renewals, CONTRACTS, as_of="2024-02-02", snapshots=2, step_days=1)
    assert counted["renewed"] == [1, None]


def test_no_renewal_counts_where_a_term_has_ended_that_could_have_been_renewed() -> None:
    found = value(Contract.renewals, CONTRACTS, as_of="2024-03-01")
    assert found == {"running": None, "last_day": None, "run_out": 0, "cancelled": None, "to_come": None, "renewed": 1}
    long_ago = table("""
        account    starts_on   ends_on     renewed_at
        two_years  2022-08-31  2024-08-30  -
        in_time    2021-03-01  2022-03-12  -
        before     2021-03-01  2022-03-11  -
    """)
    assert value(Contract.renewals, long_ago, as_of="2024-03-01") == {"two_years": None, "in_time": 0, "before": None}


def test_nor_could_one_have_been_renewed_that_renews_itself() -> None:
    contracts = table("""
        account    starts_on   ends_on     renews  renewed_at
        by_itself  2022-03-01  2023-02-28  yes     -
        also       2022-03-01  2023-02-28  yes     2023-02-01
        run_out    2022-03-01  2023-02-28  -       -
    """)
    assert value(Contract.renewals, contracts, as_of="2024-03-01") == {"by_itself": None, "also": 1, "run_out": 0}


def test_a_contract_entered_afterwards_is_known_from_then_on() -> None:
    contracts = table("""
        account  starts_on   ends_on     cancelled_at  annual_value  recorded_at
        A        2023-04-01  2024-03-31  -             100           2023-04-01
        A        2024-02-01  2025-01-31  -             200           2024-03-01
    """)
    worth = values(Standing.contract_value, contracts, as_of="2024-03-02", snapshots=2, step_days=1)
    assert worth == {"A": [200, 100]}
    days = values(Contract.days_to_contract_end, contracts, as_of="2024-03-02", snapshots=2, step_days=1)
    assert days == {"A": [335, 30]}


def test_a_contract_for_less_is_set_against_those_of_a_year_ago() -> None:
    """360 days before 2024-03-01 was 2023-03-07."""
    contracts = table("""
        account  starts_on   ends_on     annual_value  product_line  recorded_at
        less     2022-04-01  2023-03-31  200           -             -
        less     2023-04-01  2024-12-31  100           -             -
        same     2023-03-06  2024-12-31  100           -             -
        newer    2023-03-07  2024-12-31  100           -             -
        over     2022-01-01  2023-12-31  100           -             -
        fewer    2022-01-01  2023-06-30  100           desk          -
        fewer    2023-01-01  2024-12-31  300           phone         -
        entered  2022-01-01  2024-12-31  100           desk          -
        entered  2022-01-01  2023-12-31  100           phone         2024-03-01
    """)
    found = value(Contract.contract_value_trend, contracts, as_of="2024-03-01")
    assert found == {"less": 0.5, "same": 1, "newer": None, "over": None, "fewer": 0.75, "entered": 1}


def test_talk_near_renewal_is_that_of_the_last_60_days_of_the_year_before_it() -> None:
    contracts = table("""
        account  starts_on   ends_on     renewed_at
        only     2023-03-01  2024-02-28  2024-02-01
        steady   2023-03-01  2024-02-28  2024-02-01
        none     2023-03-01  2024-02-28  2024-02-01
        unripe   2023-03-01  2024-02-28  2024-03-01
    """)
    contacts = table("""
        account  contacted_at  channel
        only     2023-12-03    call
        only     2024-01-31    call
        only     2024-02-01    call
        steady   2023-12-02    call
        steady   2023-06-02    call
        steady   2023-02-07    call
        steady   2023-02-05    call
        steady   2024-01-31    call
        unripe   2024-01-31    call
    """)
    found = value(Contract.share_of_talk_near_renewal, contracts, contacts, as_of="2024-03-01")
    assert found == {"only": 1, "steady": 0.25, "none": None, "unripe": None}


def test_in_words() -> None:
    assert said("share_of_talk_near_renewal", 1) == (
        "100% of the year's talk with them fell in the last 60 days before they renewed"
    )
    assert said("days_to_contract_end", 0) == "Their contract ends today"
    assert said("days_to_contract_end", 1) == "1 day until their contract ends"
    assert said("days_to_renewal", 30) == "30 days until their contract renews itself"
    assert said("has_notice", 1) == "Notice was given, and no other contract goes on"
    assert said("has_notice", 0) is None
    assert said("cancellations_720d", 1) == "1 contract cancelled in 720 days"
    assert said("renewals_720d", 0) == "No renewals in 720 days"
    assert said("contract_value_trend", 0.5) == "Their contracts are worth 50% of what they were a year ago"
