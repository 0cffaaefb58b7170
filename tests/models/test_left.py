"""Left: who is watched and for how long, who has gone, and what is not known yet."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.compute.block import Block
from features.compute.run import blocks
from features.kernels.grid import Grid
from models.left import NEEDED, Left, kind_of_loss, outcome, watch
from tests.features.worked import engine_of, table


def block_of(*frames: pd.DataFrame, as_of: str, snapshots: int = 1) -> Block:
    (block,) = blocks(engine_of(*frames), list(NEEDED), Grid(date.fromisoformat(as_of), 30, snapshots))
    return block


def by_account(block: Block, values: np.ndarray) -> dict[str, list[object]]:
    rows = [[None if value != value else value for value in row] for row in values.tolist()]
    return dict(zip(block.account_ids, rows, strict=True))


def every(days: int, account: str, last: str, times: int = 8) -> pd.DataFrame:
    """Orders of an account, so many days apart, up to the last."""
    on = pd.date_range(end=last, periods=times, freq=f"{days}D").strftime("%Y-%m-%d")
    return pd.DataFrame({"account_id": account, "ordered_at": on, "amount": "10"})


def test_an_account_is_watched_for_the_horizon_or_twice_its_cycle_if_that_is_longer() -> None:
    orders = pd.concat([every(10, "often", "2024-02-20"), every(60, "seldom", "2024-02-20")])
    watched = watch(block := block_of(orders, as_of="2024-03-01"), Left())
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
        ]
    )
    block = block_of(orders, as_of="2024-03-01")
    assert by_account(block, watch(block, Left()).cause) == {
        "gone": ["Already gone: silent for longer than its outlook"],
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
    block = block_of(orders, as_of="2024-03-01")
    watched = watch(block, Left(by="silence", active_days=365))
    assert by_account(block, watched.outlook) == {"A": [90], "B": [0]}
    assert watched.cause[1, 0] == "Already gone: no order in 365 days"


def test_early_is_silent_for_no_longer_than_one_usual_cycle() -> None:
    orders = pd.concat([every(20, "early", "2024-02-10"), every(20, "overdue", "2024-02-09")])
    block = block_of(orders, as_of="2024-03-01")
    assert by_account(block, watch(block, Left()).is_early) == {"early": [True], "overdue": [False]}


@pytest.mark.parametrize(
    ("next_order", "left"), [("2024-03-01", 0.0), ("2024-05-29", 0.0), ("2024-05-30", 1.0), ("2024-06-20", 1.0)]
)
def test_an_order_on_as_of_or_before_the_outlook_ends_is_a_stay(next_order: str, left: float) -> None:
    orders = pd.concat([every(10, "A", "2024-02-20"), every(1, "A", next_order, times=1)])
    # as_of 2024-03-01 stands five steps before 2024-07-29; its outlook of 90 days ends before 2024-05-30.
    block = block_of(orders, as_of="2024-07-29", snapshots=6)
    watched = watch(block, Left())
    assert watched.outlook[0, 0] == 90
    assert outcome(block, watched.outlook)[0, 0] == left


def test_what_is_still_to_pass_has_no_outcome_whatever_was_ordered_meanwhile() -> None:
    orders = pd.concat([every(10, "stays", "2024-07-20", times=30), every(10, "silent", "2024-04-20", times=20)])
    block = block_of(orders, as_of="2024-07-29", snapshots=5)
    found = by_account(block, outcome(block, watch(block, Left()).outlook))
    # As_ofs 0, 30 and 60 days before the newest are open; that 90 days before it is the first with a whole outlook.
    assert found == {"stays": [0, 0, None, None, None], "silent": [0, 1, None, None, None]}


def test_an_order_recorded_after_the_newest_as_of_is_no_stay_yet() -> None:
    orders = pd.concat([every(10, "A", "2024-02-20"), every(1, "A", "2024-04-01", times=1)])
    orders["recorded_at"] = orders["ordered_at"].where(orders["ordered_at"] < "2024-04-01", "2024-08-01")
    block = block_of(orders, as_of="2024-07-29", snapshots=6)
    assert outcome(block, watch(block, Left()).outlook)[0, 0] == 1


def test_a_loss_recorded_months_later_explains_the_leaving_before_it() -> None:
    orders = pd.concat([every(10, account, "2024-02-20") for account in ("closed", "chose", "unknown")])
    block = block_of(orders, as_of="2024-07-29", snapshots=6)
    left = outcome(block, watch(block, Left()).outlook)
    losses = pd.DataFrame(
        {
            "account_id": ["closed", "chose"],
            "lost_on": [pd.Timestamp("2024-03-10"), pd.Timestamp("2024-06-01")],
            "kind": ["involuntary", "voluntary"],
        }
    )
    found = by_account(block, kind_of_loss(block, losses, left))
    assert {account: kinds[0] for account, kinds in found.items()} == {
        "chose": "voluntary",
        "closed": "involuntary",
        "unknown": None,
    }


def test_a_loss_before_the_last_order_explains_nothing() -> None:
    orders = every(10, "back", "2024-02-20")
    block = block_of(orders, as_of="2024-07-29", snapshots=6)
    left = outcome(block, watch(block, Left()).outlook)
    losses = pd.DataFrame({"account_id": ["back"], "lost_on": [pd.Timestamp("2024-01-05")], "kind": ["voluntary"]})
    assert kind_of_loss(block, losses, left)[0, 0] is None


def test_a_loss_explains_no_silence_that_ended_with_an_order_before_it() -> None:
    orders = pd.concat([every(10, "back", "2023-02-20"), every(10, "back", "2024-02-20", times=5)])
    block = block_of(orders, as_of="2024-08-28", snapshots=19)
    left = outcome(block, watch(block, Left()).outlook)
    losses = pd.DataFrame({"account_id": ["back"], "lost_on": [pd.Timestamp("2024-03-10")], "kind": ["involuntary"]})
    kinds = dict(zip(block.grid.as_ofs, kind_of_loss(block, losses, left)[0], strict=True))
    gone = [as_of for as_of, was_gone in zip(block.grid.as_ofs, left[0], strict=True) if was_gone == 1]
    assert {as_of.year for as_of in gone} == {2023, 2024}
    assert {kinds[as_of] for as_of in gone if as_of.year == 2023} == {None}
    assert "involuntary" in {kinds[as_of] for as_of in gone if as_of.year == 2024}


def test_the_definition_in_words() -> None:
    assert Left().in_words() == "no order for 90 days, or for 2 of the account's usual cycles if that is longer"
    assert Left(by="silence", horizon_days=60).in_words() == "no order for 60 days"
