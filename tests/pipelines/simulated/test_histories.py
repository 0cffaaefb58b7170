"""Histories: a row at the beginning and one a change, each as it was from then on."""

from datetime import date

import numpy as np

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.history import Changes, in_order, recorded


def test_an_attribute_is_what_it_was_before_the_next_change() -> None:
    changes = Changes(who=np.array([0, 0, 2]), at=np.array([-50.0, 30, 7]), before=np.array([10, 11, -1]))
    latest = np.array([12, 20, 30])
    asked = [
        (0, -900.0, 10),
        (0, -50, 11),  # the day of the change itself
        (0, 29, 11),
        (0, 30, 12),
        (1, 0, 20),  # never changed
        (2, 6, -1),  # was blank
        (2, 7, 30),
    ]
    who, at, expected = (np.array(column) for column in zip(*asked, strict=True))
    assert changes.as_it_was(who, at, latest).tolist() == expected.tolist()


def test_two_changes_of_a_day_are_one_row() -> None:
    who, at = in_order(
        (np.array([0, 1]), np.array([-9.0, 3])),
        (np.array([1, 0]), np.array([5.0, 4])),
        (np.array([1]), np.array([5.0])),
    )
    assert list(zip(who.tolist(), at.tolist(), strict=True)) == [(0, -9), (0, 4), (1, 3), (1, 5)]


def test_a_change_is_entered_on_its_day_or_later() -> None:
    at = np.arange(2000.0)
    entered = recorded(stream(1, "a"), Clock.of(date(2026, 7, 1), 12), at, 0.4)
    assert (np.floor(entered) >= at).all()
    assert 0.35 < (np.floor(entered) > at).mean() < 0.45
