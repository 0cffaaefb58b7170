"""Doubt: features that may be as they are for want of rows, rather than as things went."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Doubt:
    """Names of the features that may look worse, and of those that may look better, than things are.

    A number of rows is at least what is on record: that many complaints came is so whatever is missing, and that none
    came is not.
    """

    worse: frozenset[str] = frozenset()
    better: frozenset[str] = frozenset()


NO_DOUBT = Doubt()
