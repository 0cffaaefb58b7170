"""Spans: a span holds its first moment and no longer its end."""

import numpy as np

from pipelines.simulated.spans import span_at


def test_a_moment_lies_in_the_span_of_its_own_account_only() -> None:
    account = np.array([1, 1, 3])
    starts = np.array([-20.0, 10, 0])
    ends = np.array([10.0, 15, np.inf])
    asked = [
        (1, -20.1, -1),  # before the first
        (1, -20, 0),  # its first moment
        (1, 9.9, 0),
        (1, 10, 1),  # where one ends, the next begins
        (1, 15, -1),  # the end is no longer in it
        (2, 5, -1),  # of other accounts
        (3, 9000, 2),  # without an end
        (0, 0, -1),
    ]
    who, at, expected = (np.array(column) for column in zip(*asked, strict=True))
    assert span_at(account, starts, ends, who, at).tolist() == expected.tolist()


def test_without_spans_nothing_lies_in_one() -> None:
    nothing = np.array([])
    assert span_at(nothing, nothing, nothing, np.array([0, 1]), np.array([0.0, 1])).tolist() == [-1, -1]
