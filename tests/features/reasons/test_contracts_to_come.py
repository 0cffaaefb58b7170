"""Contracts that are signed and still to begin: they say how long somebody has one, and what nobody has yet they do not."""

from datetime import date

import pandas as pd
import pytest

from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.declare import Declared
from features.language.rows import contracts, orders
from features.reasons.contract import Contract
from features.reasons.standing import Standing
from tests.features.worked import engine_of, table, value, values

RENEWED = table("""
    account   starts_on   ends_on     annual_value  recorded_at
    before    2023-04-01  2024-03-20  100           -
    before    2024-03-21  2025-03-20  300           2024-02-29
    that_day  2023-04-01  2024-03-20  100           -
    that_day  2024-03-21  2025-03-20  300           2024-03-01
    unsaid    2023-04-01  2024-03-20  100           -
    unsaid    2024-03-21  2025-03-20  300           -
    late      2023-04-01  2024-03-20  100           -
    late      2024-02-20  2025-03-20  300           2024-03-01
    first     2024-03-21  2025-03-20  300           2024-01-01
""")


def test_a_renewal_counts_from_the_day_after_it_was_recorded_on_though_it_begins_later() -> None:
    """2025-03-20 is 384 days after 2024-03-01, 2024-03-20 is 19."""
    assert value(Contract.days_to_contract_end, RENEWED, as_of="2024-03-01") == {
        "before": 384,
        "that_day": 19,
        "unsaid": 19,
        "late": 19,
        "first": None,
    }


def test_each_as_of_sees_what_had_been_signed_by_then() -> None:
    days = values(Contract.days_to_contract_end, RENEWED, as_of="2024-03-22", snapshots=23, step_days=1)  # newest first
    assert days["before"] == [363 + ago for ago in range(22)] + [20]
    assert days["that_day"] == [363 + ago for ago in range(21)] + [19, 20]
    assert days["unsaid"] == [363, None, *range(20), 20]
    assert days["first"] == [363, 364, *[None] * 21]


def test_what_has_not_begun_is_neither_worth_anything_nor_a_contract_that_began() -> None:
    worth = values(Standing.contract_value, RENEWED, as_of="2024-03-22", snapshots=3, step_days=1)
    assert worth["before"] == [300, 300, 100]  # it is in force on the day on which it begins
    assert worth["first"] == [300, 300, None]
    assert worth["unsaid"] == [300, None, 100]
    assert value(Standing.contract_value, RENEWED, as_of="2024-03-01")["before"] == 100
    first = value(Standing.days_since_first_contract, RENEWED, as_of="2024-03-01")
    assert (first["before"], first["first"]) == (335, None)


def test_what_follows_after_more_than_the_grace_days_prolongs_nothing() -> None:
    """The first day without one is 2024-03-11; 30 days later is 2024-04-10."""
    rows = table("""
        account   starts_on   ends_on     recorded_at
        in_grace  2023-03-11  2024-03-10  -
        in_grace  2024-04-10  2025-04-09  2024-02-01
        too_late  2023-03-11  2024-03-10  -
        too_late  2024-04-11  2025-04-10  2024-02-01
        chain     2023-03-11  2024-03-10  -
        chain     2024-05-11  2024-06-10  2024-02-01
        chain     2024-04-01  2024-04-30  2024-02-01
        broken    2023-03-11  2024-03-10  -
        broken    2024-04-01  2024-04-30  2024-02-01
        broken    2024-06-01  2024-06-30  2024-02-01
        overlaps  2023-03-11  2024-03-10  -
        overlaps  2024-03-05  2024-06-30  2024-02-01
        inside    2023-03-11  2024-03-10  -
        inside    2024-03-05  2024-03-07  2024-02-01
        lapsed    2023-02-28  2024-02-28  -
        lapsed    2024-03-05  2025-03-04  2024-02-01
    """)
    assert value(Contract.days_to_contract_end, rows, as_of="2024-03-01") == {
        "in_grace": 404,
        "too_late": 9,
        "chain": 101,
        "broken": 60,
        "overlaps": 121,
        "inside": 9,
        "lapsed": None,
    }


@pytest.mark.parametrize(("grace_days", "expected"), [(0, 9), (20, 9), (21, 60), (30, 60), (31, 121), (90, 121)])
def test_the_grace_is_that_of_the_definition(grace_days: int, expected: int) -> None:
    rows = table("""
        account  starts_on   ends_on     recorded_at
        A        2023-03-11  2024-03-10  -
        A        2024-04-01  2024-04-30  2024-02-01
        A        2024-06-01  2024-06-30  2024-02-01
    """)
    measure = Contract.days_to_contract_end
    assert isinstance(measure, Declared)
    grid = Grid(date(2024, 3, 1), 30, 1)
    (block,) = blocks(engine_of(rows), [measure.measure], grid, grace_days=grace_days)
    assert block.dense(measure.measure).tolist() == [[expected]]


def test_notice_of_the_present_contract_is_none_where_the_next_one_is_signed() -> None:
    rows = table("""
        account   starts_on   ends_on     renews  cancelled_at  recorded_at
        signed    2023-04-01  2024-03-31  yes     2024-01-10    -
        signed    2024-04-01  2025-03-31  no      -             2024-02-10
        far_off   2023-04-01  2024-03-31  yes     2024-01-10    -
        far_off   2024-08-01  2025-07-31  no      -             2024-02-10
        both      2023-04-01  2024-03-31  yes     2024-01-10    -
        both      2024-04-01  2025-03-31  yes     2024-02-20    2024-02-10
        next_one  2023-04-01  2024-03-31  no      -             -
        next_one  2024-04-01  2025-03-31  yes     2024-02-20    2024-02-10
        endless   2023-04-01  2024-03-31  yes     2024-01-10    -
        endless   2024-04-01  -           no      -             2024-02-10
        renews    2023-04-01  2024-03-31  yes     2024-01-10    -
        renews    2024-04-01  2025-03-31  yes     -             2024-02-10
        far_too   2023-04-01  2024-03-31  yes     2024-01-10    -
        far_too   2024-08-01  2025-07-31  yes     -             2024-02-10
    """)
    assert value(Contract.has_notice, rows, as_of="2024-03-01") == {
        "signed": 0,
        "far_off": 1,
        "both": 1,
        "next_one": 0,
        "endless": 0,
        "renews": 0,
        "far_too": 1,
    }
    assert value(Contract.days_to_contract_end, rows, as_of="2024-03-01") == {
        "signed": 395,
        "far_off": 30,
        "both": 30,  # the next one was withdrawn before it began
        "next_one": 30,
        "endless": None,
        "renews": None,
        "far_too": 30,
    }
    renewal = value(Contract.days_to_renewal, rows, as_of="2024-03-01")
    assert {name: days for name, days in renewal.items() if days is not None} == {"renews": 395}


def test_one_snapshot_equals_many() -> None:
    """Whatever the newest as_of is, the age of a day that is still to come is told from that of one that has."""
    measure = Contract.days_to_contract_end
    many = values(measure, RENEWED, as_of="2024-04-20", snapshots=60, step_days=1)
    for back in range(60):
        as_of = (pd.Timestamp("2024-04-20") - pd.Timedelta(days=back)).date().isoformat()
        assert {name: [row[back]] for name, row in many.items()} == values(measure, RENEWED, as_of=as_of)


def test_only_what_is_planned_is_known_ahead() -> None:
    assert contracts.ahead().is_ahead
    with pytest.raises(ValueError, match=r"orders\.ordered_at is not planned"):
        orders.ahead()
    with pytest.raises(ValueError, match=r"contracts\.cancelled_at is not planned"):
        contracts.at("cancelled_at").ahead()
