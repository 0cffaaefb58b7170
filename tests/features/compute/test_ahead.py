"""Work on two things at a time comes back in order, and no more is held than is worked on."""

from collections.abc import Iterator
from threading import Barrier, Event

import pytest

from features.compute.ahead import map_ahead


def test_what_comes_back_is_in_order_although_the_second_ends_first() -> None:
    second_has_ended = Event()

    def work(number: int) -> int:
        if number == 0:
            assert second_has_ended.wait(10)
        if number == 1:
            second_has_ended.set()
        return number * 10

    assert list(map_ahead(work, range(5))) == [0, 10, 20, 30, 40]


def test_two_are_worked_on_at_a_time() -> None:
    both = Barrier(2, timeout=10)
    assert list(map_ahead(lambda _: both.wait() >= 0, range(4))) == [True] * 4


def test_nothing_is_taken_long_before_it_is_needed() -> None:
    taken = []

    def things() -> Iterator[int]:
        for number in range(10):
            taken.append(number)
            yield number

    found = map_ahead(lambda number: number, things())
    next(found)
    assert len(taken) == 2


def test_a_failure_comes_out() -> None:
    with pytest.raises(ZeroDivisionError):
        list(map_ahead(lambda number: 1 // number, [1, 0, 1]))
