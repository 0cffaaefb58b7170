"""Contradictions: leavings that contracts or later orders speak against."""

import pandas as pd

from models.contradictions import Contradictions, contradictions
from models.definition import Left
from models.left import outcome, watch
from tests.features.worked import table
from tests.models.timelines import block_of, every


def counted(left: Left, *frames: pd.DataFrame, as_of: str = "2024-07-29") -> Contradictions:
    block = block_of(left, *frames, as_of=as_of, snapshots=6)
    watched = watch(block, left)
    return contradictions(block, watched.outlook, outcome(block, watched.outlook, left))


# As_of 2024-03-01 is the first of six; its outlook of 90 days ends before 2024-05-30, and nobody else is at risk then.
SILENT = every(10, "A", "2024-02-20", 30)


def test_left_with_a_contract_in_force_when_the_outlook_has_passed_is_one() -> None:
    def contract(ends_on: str) -> pd.DataFrame:
        return table(f"""
            account  starts_on   ends_on
            A        2023-01-01  {ends_on}
        """)

    left = counted(Left(), SILENT).left
    assert left > 0
    assert counted(Left(), SILENT) == Contradictions(left, None, 0)
    assert counted(Left(), SILENT, contract("2024-02-28")) == Contradictions(left, 0, 0)
    assert counted(Left(), SILENT, contract("2024-05-29")) == Contradictions(left, 0, 0)
    assert counted(Left(), SILENT, contract("2024-05-30")) == Contradictions(left, 1, 0)
    assert counted(Left(), SILENT, contract("-")) == Contradictions(left, left, 0)


def test_left_and_ordering_again_within_a_cycle_after_the_outlook_is_one() -> None:
    found = {day: counted(Left(), pd.concat([SILENT, every(1, "A", day, 1)])) for day in ("2024-05-31", "2024-07-20")}
    assert found["2024-05-31"].ordering_again == 1
    assert found["2024-07-20"].ordering_again < found["2024-07-20"].left


def test_the_first_day_after_the_outlook_and_one_usual_cycle_later_are_within_it_and_the_next_day_is_not() -> None:
    def found(day: str) -> tuple[int, int | None]:
        seen = counted(Left(), pd.concat([SILENT, every(1, "A", day, 1)]))
        return seen.left, seen.ordering_again

    # A ordered every ten days. The later as_ofs see it order in time.
    assert found("2024-05-30") == (1, 1)
    assert found("2024-06-09") == (1, 1)
    assert found("2024-06-10") == (1, 0)


def test_blocks_add_up_and_a_table_that_is_not_there_stays_none() -> None:
    both = Contradictions(3, None, 1) + Contradictions(4, 2, None)
    assert both == Contradictions(7, 2, 1)
    assert (Contradictions() + Contradictions(1)).as_json() == {
        "left": 1,
        "contract_in_force": None,
        "ordering_again": None,
    }
    assert list(Contradictions(1_200, 30, 0).lines()) == [
        "of 1,200 rows that left 30 speak against it: a contract was in force when the outlook had passed"
    ]
