"""Left: who is watched and for how long, who has gone, and what is not known yet, where orders tell."""

import numpy as np
import pandas as pd
import pytest

from models.definition import Left
from models.left import order_days, outcome, watch
from tests.features.worked import table
from tests.models.timelines import block_of, by_account, every, kinds_by_account, labels

SILENCE = Left(by="silence")


def test_an_account_is_watched_for_the_horizon_or_twice_its_cycle_if_that_is_longer() -> None:
    orders = pd.concat([every(10, "often", "2024-02-20"), every(60, "seldom", "2024-02-20")])
    watched = watch(block := block_of(Left(), orders, as_of="2024-03-01"), Left())
    outlook = by_account(block, watched.outlook)
    assert outlook["often"] == [90]
    assert outlook["seldom"] == [pytest.approx(120, abs=25)]  # drawn a little towards the other's cycle


def test_who_is_not_watched_has_a_cause() -> None:
    orders = pd.concat(
        [
            every(10, "regular", "2024-02-20"),
            every(10, "gone", "2023-10-01"),
            every(150, "rare", "2024-02-20"),
            every(10, "to come", "2024-08-20", times=3),
            every(10, "lost", "2024-02-20"),
        ]
    )
    losses = table("""
        account  lost_on     recorded_at
        lost     2024-02-21  2024-02-28
        regular  2024-02-21  2024-03-01
    """)
    block = block_of(Left(), orders, losses, as_of="2024-03-01")
    assert by_account(block, watch(block, Left()).cause) == {
        "gone": ["Already gone: silent for longer than its outlook"],
        "lost": ["Already gone: recorded as lost"],
        "rare": ["Orders too rarely to be judged within 180 days"],
        "regular": [""],
        "to come": ["Never ordered"],
    }


def test_by_silence_everybody_who_ordered_in_the_active_days_is_watched() -> None:
    orders = table("""
        account  ordered_at  amount
        A        2023-03-02  1
        B        2023-03-01  1
    """)
    block = block_of(SILENCE, orders, as_of="2024-03-01")
    watched = watch(block, SILENCE)
    assert by_account(block, watched.outlook) == {"A": [90], "B": [0]}
    assert watched.cause[1, 0] == "Already gone: no order in 365 days"


def test_an_account_that_ordered_after_it_was_recorded_as_lost_is_watched_again() -> None:
    orders = every(10, "back", "2024-02-20")
    losses = table("""
        account  lost_on
        back     2024-02-19
    """)
    block = block_of(Left(), orders, losses, as_of="2024-03-01")
    assert watch(block, Left()).at_risk[0, 0]


def test_early_is_silent_for_no_longer_than_one_usual_cycle() -> None:
    orders = pd.concat([every(20, "early", "2024-02-10"), every(20, "overdue", "2024-02-09")])
    block = block_of(Left(), orders, as_of="2024-03-01")
    assert by_account(block, watch(block, Left()).pace) == {"early": ["early"], "overdue": ["overdue"]}


@pytest.mark.parametrize("left", [Left(), SILENCE])
def test_new_has_fewer_than_two_gaps_of_its_own_however_long_it_is_silent(left: Left) -> None:
    orders = pd.concat(
        [every(10, "once", "2024-02-20", 1), every(10, "twice", "2024-01-20", 2), every(10, "thrice", "2024-02-25", 3)]
    )
    block = block_of(left, pd.concat([orders, every(10, "others", "2024-02-20")]), as_of="2024-03-01")
    paces = by_account(block, watch(block, left).pace)
    assert paces == {"once": ["new"], "others": ["early"], "thrice": ["early"], "twice": ["new"]}


@pytest.mark.parametrize(
    ("next_order", "left"), [("2024-03-01", 0.0), ("2024-05-29", 0.0), ("2024-05-30", 1.0), ("2024-06-20", 1.0)]
)
@pytest.mark.parametrize("by", [Left(), SILENCE])
def test_an_order_on_as_of_or_before_the_outlook_ends_is_a_stay(by: Left, next_order: str, left: float) -> None:
    orders = pd.concat([every(10, "A", "2024-02-20"), every(1, "A", next_order, times=1)])
    # as_of 2024-03-01 stands five steps before 2024-07-29; its outlook of 90 days ends before 2024-05-30.
    assert labels(by, orders, as_of="2024-07-29", snapshots=6)["A"][0] == left


def test_what_is_still_to_pass_has_no_outcome_whatever_was_ordered_meanwhile() -> None:
    orders = pd.concat([every(10, "stays", "2024-07-20", times=30), every(10, "silent", "2024-04-20", times=20)])
    # As_ofs 0, 30 and 60 days before the newest are open; that 90 days before it is the first with a whole outlook.
    found = labels(Left(), orders, as_of="2024-07-29", snapshots=5)
    assert found == {"stays": [0, 0, None, None, None], "silent": [0, 1, None, None, None]}


def test_an_order_recorded_after_the_newest_as_of_is_no_stay_yet() -> None:
    orders = pd.concat([every(10, "A", "2024-02-20"), every(1, "A", "2024-04-01", times=1)])
    orders["recorded_at"] = orders["ordered_at"].where(orders["ordered_at"] < "2024-04-01", "2024-08-01")
    assert labels(Left(), orders, as_of="2024-07-29", snapshots=6)["A"][0] == 1


def test_order_days_count_every_day_once_and_from_when_it_was_known() -> None:
    orders = pd.concat([every(30, "A", "2024-02-20", times=20), every(1, "A", "2024-02-20", times=1)])
    orders["recorded_at"] = orders["ordered_at"].where(orders["ordered_at"] < "2024-02-20", "2024-03-10")
    block = block_of(Left(), orders, as_of="2024-03-31", snapshots=4)
    assert by_account(block, order_days(block)) == {"A": [18, 19, 19, 20]}


def test_a_loss_recorded_months_later_explains_the_leaving_before_it() -> None:
    orders = pd.concat([every(10, account, "2024-02-20") for account in ("closed", "chose", "unknown", "no kind")])
    orders["account_id"] = orders["account_id"].str.replace(" ", "_")
    losses = table("""
        account  lost_on     kind         recorded_at
        closed   2024-03-10  involuntary  2024-07-01
        chose    2024-06-01  voluntary    -
        no_kind  2024-06-01  -            -
    """)
    found = kinds_by_account(Left(), orders, losses, as_of="2024-07-29", snapshots=6)
    assert {account: kinds[0] for account, kinds in found.items()} == {
        "chose": ("voluntary", "2024-06-01"),
        "closed": ("involuntary", "2024-07-01"),
        "no_kind": (None, "2024-06-01"),
        "unknown": (None, None),
    }


def test_a_loss_recorded_on_the_newest_as_of_explains_nothing_yet() -> None:
    losses = table("""
        account  lost_on     kind         recorded_at
        closed   2024-03-10  involuntary  2024-07-29
    """)
    found = kinds_by_account(Left(), every(10, "closed", "2024-02-20"), losses, as_of="2024-07-29", snapshots=6)
    assert found["closed"][0] == (None, None)


def test_losses_without_a_column_of_kinds_are_losses() -> None:
    orders = every(10, "gone", "2024-02-20")
    losses = table("""
        account  lost_on
        gone     2024-03-10
    """)
    found = kinds_by_account(Left(), orders, losses, as_of="2024-07-29", snapshots=6)
    assert found["gone"][0] == (None, "2024-03-10")


def test_a_loss_before_the_last_order_explains_nothing() -> None:
    losses = table("""
        account  lost_on     kind
        back     2024-02-19  voluntary
        same     2024-02-20  voluntary
    """)
    orders = pd.concat([every(10, "back", "2024-02-20"), every(10, "same", "2024-02-20")])
    losses["recorded_at"] = "2024-07-01"
    found = kinds_by_account(Left(), orders, losses, as_of="2024-07-29", snapshots=6)
    assert (found["back"][0], found["same"][0]) == ((None, None), ("voluntary", "2024-07-01"))


def test_each_loss_explains_the_silence_in_which_it_falls_and_no_other() -> None:
    """It paused in 2022, came back, and closed in 2024."""
    orders = pd.concat([every(10, "A", "2022-03-20", 20), every(10, "A", "2024-02-20", 20)])
    losses = table("""
        account  lost_on     kind         recorded_at
        A        2022-06-01  voluntary    2022-08-01
        A        2024-03-10  involuntary  2024-05-01
    """)
    for known, of_2022 in ((losses, "voluntary"), (losses.tail(1), None)):
        block = block_of(Left(), orders, known, as_of="2024-08-28", snapshots=31)
        left = labels(Left(), orders, known, as_of="2024-08-28", snapshots=31)["A"]
        kinds = kinds_by_account(Left(), orders, known, as_of="2024-08-28", snapshots=31)["A"]
        found = {
            year: {kind for as_of, kind, gone in zip(block.grid.as_ofs, kinds, left, strict=True)
                   if as_of.year == year and gone}
            for year in (2022, 2024)
        }  # fmt: skip
        assert {kind for kind, _ in found[2022]} == {of_2022}
        assert {kind for kind, _ in found[2024]} == {"involuntary"}


def test_no_outcome_decides_which_rows_count() -> None:
    """A label is there where the outlook has passed by the calendar, whatever came of it."""
    orders = pd.concat([every(10, "stays", "2024-07-20", 60), every(10, "leaves", "2024-02-20", 60)])
    block = block_of(Left(), orders, as_of="2024-07-29", snapshots=8)
    watched = watch(block, Left())
    found = outcome(block, watched.outlook, Left()).left
    np.testing.assert_array_equal(np.isnan(found), (watched.outlook == 0) | (watched.outlook > block.grid.ages))
