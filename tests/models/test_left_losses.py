"""Left by losses: nothing but a record of it tells of a leaving."""

from models.definition import Left
from tests.features.worked import table
from tests.models.timelines import kinds_by_account, labels, left_known_on, left_on, paces

LOSSES = Left(by="losses")


def test_a_loss_in_the_horizon_is_a_leaving() -> None:
    """The horizon of 2024-03-01 holds the days to 2024-05-29."""
    accounts = table("""
        account  opened_on
        before   2023-01-01
        first    2023-01-01
        last     2023-01-01
        after    2023-01-01
        never    2023-01-01
    """)
    losses = table("""
        account  lost_on     recorded_at
        before   2024-02-29  2024-02-29
        first    2024-03-01  2024-04-01
        last     2024-05-29  -
        after    2024-05-30  -
    """)
    found = left_on(LOSSES, accounts, losses, as_of="2024-03-01")
    assert found == {"after": 0, "before": None, "first": 1, "last": 1, "never": 0}


def test_who_is_at_risk_goes_by_the_losses_recorded_before_the_day() -> None:
    accounts = table("""
        account   opened_on
        recorded  2023-01-01
        unheard   2023-01-01
        to_open   2024-03-01
        unknown   -
    """)
    losses = table("""
        account   lost_on     recorded_at
        recorded  2024-02-10  2024-02-29
        unheard   2024-02-10  2024-03-01
    """)
    assert paces(LOSSES, accounts, losses, as_of="2024-03-01") == {
        "recorded": "Already gone: recorded as lost",
        "to_open": "No customer yet",
        "unheard": "early",
        "unknown": "No customer yet",
    }


def test_whoever_orders_or_takes_a_contract_after_a_loss_is_back() -> None:
    losses = table("""
        account  lost_on
        order    2024-01-10
        same     2024-01-10
        contract 2024-01-10
        gone     2024-01-10
    """)
    orders = table("""
        account  ordered_at  amount
        order    2023-12-01  1
        order    2024-01-11  1
        same     2024-01-10  1
        gone     2023-12-01  1
    """)
    contracts = table("""
        account   starts_on   ends_on
        contract  2024-02-01  2025-01-31
    """)
    gone = "Already gone: recorded as lost"
    found = paces(LOSSES, losses, orders, contracts, as_of="2024-03-01")
    assert found == {"contract": "new", "gone": gone, "order": "new", "same": gone}


def test_without_a_day_of_opening_the_first_thing_on_record_makes_a_customer() -> None:
    accounts = table("""
        account
        spoken
        unheard
        later
    """)
    contacts = table("""
        account  contacted_at  channel
        spoken   2024-02-01    call
        later    2024-03-01    call
    """)
    losses = table("""
        account  lost_on
        spoken   2024-04-01
    """)
    found = paces(LOSSES, accounts, contacts, losses, as_of="2024-03-01")
    assert found == {"later": "No customer yet", "spoken": "early", "unheard": "No customer yet"}
    assert set(paces(LOSSES, accounts, losses, as_of="2024-03-01").values()) == {"early"}  # nothing tells


def test_by_orders_pace_goes_where_there_are_orders_and_else_by_contracts() -> None:
    losses = table("""
        account  lost_on
        A        2024-06-01
    """)
    orders = table("""
        account  ordered_at  amount
        A        2024-01-01  1
        A        2024-01-10  1
        A        2024-01-20  1
    """)
    contracts = table("""
        account  starts_on   ends_on
        A        2022-01-01  2022-12-31
        A        2023-01-01  2024-12-31
    """)
    assert paces(LOSSES, losses, orders, contracts, as_of="2024-03-01") == {"A": "overdue"}
    assert paces(LOSSES, losses, contracts, as_of="2024-03-01") == {"A": "early"}


def test_the_first_loss_of_the_horizon_is_the_one_that_counts() -> None:
    losses = table("""
        account  lost_on     kind         recorded_at
        A        2024-05-01  voluntary    2024-05-02
        A        2024-04-01  involuntary  2024-06-15
        B        2024-04-01  -            2024-04-02
    """)
    found = kinds_by_account(LOSSES, losses, as_of="2024-06-29", snapshots=5)
    assert found["A"][0] == ("involuntary", "2024-06-15")
    assert found["B"][0] == (None, "2024-04-02")


def test_a_loss_of_before_that_came_to_light_later_is_the_outcome_of_whoever_counted_as_a_customer() -> None:
    """On 2024-03-01 nothing was known of any of these, so all were at risk; whoever was then gone did not stay."""
    accounts = table("""
        account  opened_on
        weeks    2022-01-01
        long_ago 2022-01-01
        years    2022-01-01
        never    2022-01-01
    """)
    losses = table("""
        account  lost_on     recorded_at
        weeks    2024-02-10  2024-03-01
        long_ago 2023-05-06  2024-03-11
        years    2024-02-10  2025-06-01
    """)
    found = left_on(LOSSES, accounts, losses, as_of="2024-03-01")
    assert found == {"long_ago": 1, "never": 0, "weeks": 1, "years": 1}


def test_a_loss_of_before_a_sign_of_life_belongs_to_a_leaving_that_is_over() -> None:
    losses = table("""
        account   lost_on     recorded_at
        back      2023-05-06  2024-03-11
        again     2023-05-06  2023-06-01
        again     2024-02-20  2024-03-11
        recorded  2023-05-06  2023-06-01
        renewed   2023-05-06  2024-03-11
        same_day  2024-01-10  2024-03-11
    """)
    orders = table("""
        account   ordered_at  amount
        back      2024-01-10  1
        again     2024-01-10  1
        recorded  2024-01-10  1
        same_day  2024-01-10  1
    """)
    contracts = table("""
        account   starts_on   ends_on
        renewed   2024-02-01  2025-01-31
    """)
    found = left_on(LOSSES, losses, orders, contracts, as_of="2024-03-01")
    assert found == {"again": 1, "back": 0, "recorded": 0, "renewed": 0, "same_day": 1}


def test_whoever_has_gone_unnoticed_has_left_on_every_as_of_until_it_is_on_record() -> None:
    """As_ofs: 2024-01-01, 01-31, 03-01, 03-31, 04-30, …; of the newest ones the horizon has not passed."""
    losses = table("""
        account  lost_on     recorded_at
        A        2024-01-15  2024-04-10
        B        2024-05-20  2024-05-20
    """)
    opened = table("""
        account  opened_on
        A        2023-01-01
        B        2023-01-01
    """)
    found = labels(LOSSES, opened, losses, as_of="2024-06-29", snapshots=7)
    assert found["A"] == [1, 1, 1, 1, None, None, None]
    assert found["B"] == [0, 0, 1, 1, None, None, None]


def test_a_row_whose_horizon_has_not_passed_has_no_label_though_its_loss_is_known() -> None:
    """The horizon of 2024-02-29 has passed on 2024-05-29, that of 2024-03-30 has not."""
    losses = table("""
        account  lost_on     recorded_at
        A        2024-02-10  2024-05-10
    """)
    assert labels(LOSSES, losses, as_of="2024-05-29", snapshots=3)["A"] == [None, None, None]
    assert labels(LOSSES, losses, as_of="2024-05-29", snapshots=4)["A"] == [1, None, None, None]


def test_the_kind_of_a_loss_that_came_to_light_later_is_the_one_that_counts() -> None:
    losses = table("""
        account  lost_on     kind         recorded_at
        A        2024-02-10  involuntary  2024-03-11
        B        2024-02-10  -            2024-03-11
    """)
    found = kinds_by_account(LOSSES, losses, as_of="2024-06-29", snapshots=5)
    assert (found["A"][0], found["B"][0]) == (("involuntary", "2024-03-11"), (None, "2024-03-11"))


def test_a_leaving_is_known_from_the_first_of_its_losses_that_is_recorded() -> None:
    """A loss of before, and one in the horizon of 2024-03-01 that is on record sooner, tell of the same leaving."""
    losses = table("""
        account  lost_on     kind         recorded_at
        A        2024-02-10  involuntary  2024-06-15
        A        2024-05-01  voluntary    2024-05-02
        B        2024-05-01  voluntary    2024-05-02
        B        2024-05-30  voluntary    2024-05-30
    """)
    asked = {"as_of": "2024-06-29", "snapshots": 5}
    assert kinds_by_account(LOSSES, losses, **asked)["A"][0] == ("involuntary", "2024-06-15")
    found = left_known_on(LOSSES, losses, **asked)
    assert (found["A"][0], found["B"][0]) == ("2024-05-02", "2024-05-02")


def test_a_contract_that_was_signed_before_the_loss_and_begins_after_it_is_no_sign_of_life() -> None:
    contracts = table("""
        account  starts_on   ends_on     recorded_at
        before   2023-03-01  2024-02-29  -
        before   2024-03-01  2025-02-28  2024-01-10
        after    2023-03-01  2024-02-29  -
        after    2024-05-01  2025-02-28  2024-02-20
        unsaid   2023-03-01  2024-02-29  -
        unsaid   2024-03-01  2025-02-28  -
        late     2023-03-01  2024-02-29  -
        late     2024-02-01  2025-02-28  2024-03-01
    """)
    losses = table("""
        account  lost_on     kind
        before   2024-02-10  voluntary
        after    2024-02-10  voluntary
        unsaid   2024-02-10  voluntary
        late     2024-02-10  voluntary
    """)
    gone = "Already gone: recorded as lost"
    found = paces(Left(by="losses"), contracts, losses, as_of="2024-03-02")
    assert {name: pace == gone for name, pace in found.items()} == {
        "after": False,
        "before": True,
        "late": True,
        "unsaid": False,
    }
