"""Late: how long labels wait for losses, so that those still unwritten are not taken for accounts that stayed."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from models.definition import Left
from models.late import LATELY, LONGEST_WAIT, days_to_wait, wait_for
from models.left import outcome, watch
from tests.features.worked import engine_of, table
from tests.models.timelines import block_of, by_account

LOSSES = Left(by="losses")
AS_OF = date(2024, 6, 29)


def recorded(late: int, count: int = 40, *, newest: int = 30, every: int = 5) -> pd.DataFrame:
    """Losses written down so many days after they happened, the newest of them so many days before AS_OF."""
    written = pd.Timestamp(AS_OF) - pd.to_timedelta(newest + every * np.arange(count), unit="D")
    lost = written - pd.Timedelta(days=late)
    accounts = [f"{late}-{newest}-{number}" for number in range(count)]
    days = {"lost_on": lost.strftime("%Y-%m-%d"), "recorded_at": written.strftime("%Y-%m-%d")}
    return pd.DataFrame({"account_id": accounts} | days)


def wait(*losses: pd.DataFrame, left: Left = LOSSES) -> int:
    return days_to_wait(left, engine_of(pd.concat(losses)), AS_OF)


def test_with_one_lag_the_wait_is_the_lag_but_for_what_may_be_missing() -> None:
    """60 - 53 of 90 + 60 days' losses are 4.7 %; a day less, and they are 5.3 %."""
    assert wait_for(np.full(30, 60.0), 90) == 53
    assert wait(recorded(late=60)) == 53


def test_the_share_that_is_known_by_then_is_what_a_made_up_firm_shows() -> None:
    draw = np.random.default_rng(5)
    late = draw.gamma(2, 40, 4000)
    days = wait_for(late, 90)
    lost = draw.uniform(-2000, 90, 400_000)  # days from as_of; losses of before count where nobody knew of them
    known = lost + draw.choice(late, len(lost))
    of_outlook = (lost >= 0) | (known >= 0)
    assert (known[of_outlook] < 90 + days).mean() == pytest.approx(0.95, abs=0.005)


def test_what_is_recorded_at_once_or_nearly_so_waits_for_nothing() -> None:
    assert wait(recorded(late=0)) == wait(recorded(late=4)) == wait_for(np.zeros(0), 90) == 0
    assert wait(recorded(late=0).drop(columns="recorded_at")) == 0
    ahead = recorded(late=-20)
    assert wait(ahead) == 0


def test_what_was_recorded_lately_counts_where_that_is_enough() -> None:
    long_ago = recorded(late=150, newest=LATELY + 40)
    assert wait(recorded(late=60), long_ago) == 53
    assert wait(recorded(late=60, count=19), long_ago) > 100


def test_what_is_recorded_after_as_of_does_not_count() -> None:
    to_come = recorded(late=150, newest=0, every=0)  # on as_of itself, so not before it
    assert wait(recorded(late=60, count=20), to_come) == wait(recorded(late=60, count=10), to_come) == 53


def test_years_written_down_at_once_make_nobody_wait_for_years() -> None:
    assert wait(recorded(late=1500)) == LONGEST_WAIT


def test_where_other_records_tell_who_left_nothing_waits_for_losses() -> None:
    orders = pd.DataFrame({"account_id": ["A"], "ordered_at": ["2024-01-01"], "amount": ["1"]})
    engine = engine_of(orders, recorded(late=60))
    assert days_to_wait(Left(by="cycle"), engine, AS_OF) == 0
    assert days_to_wait(LOSSES, engine, AS_OF) == 53


def test_a_label_is_complete_only_when_the_wait_is_over() -> None:
    losses = table("""
        account  lost_on     recorded_at
        A        2024-02-10  2024-05-20
    """)
    block = block_of(LOSSES, losses, as_of="2024-06-28", snapshots=5)  # as_ofs from 2024-02-29 on, 30 days apart
    watched = watch(block, LOSSES)
    at_once, later = (by_account(block, outcome(block, watched.outlook, LOSSES, days).left)["A"] for days in (0, 31))
    assert at_once == [1, 1, None, None, None]
    assert later == [None, None, None, None, None]
    assert by_account(block, outcome(block, watched.outlook, LOSSES, 30).left)["A"][0] == 1
