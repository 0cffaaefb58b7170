"""History: attributes as they were - a row when something begins, and one at each change of it."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulated.clock import Clock
from pipelines.simulated.spans import sort_key


@dataclass(frozen=True)
class Changes:
    """The changes of one attribute: until day `at` it was `before`. Sorted by who and day, no two on one day."""

    who: np.ndarray
    at: np.ndarray
    before: np.ndarray

    @property
    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        return self.who, self.at

    def as_it_was(self, who: np.ndarray, at: np.ndarray, latest: np.ndarray) -> np.ndarray:
        """The attribute of each of `who` from each moment on; `latest[who]` after the last change."""
        following = np.searchsorted(sort_key(self.who, self.at), sort_key(who, at), side="right")
        changes = np.append(self.who, -1)[following] == who
        return np.where(changes, np.append(self.before, -1)[following], latest[who])


def in_order(*moments: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """(who, day) of all the moments, sorted, each once."""
    who, at = (np.concatenate(part) for part in zip(*moments, strict=True))
    _, first = np.unique(sort_key(who, at), return_index=True)
    return who[first], at[first]


def recorded(chance: np.random.Generator, clock: Clock, at: np.ndarray, share_late: float) -> np.ndarray:
    """When changes of the day `at` are entered: at some hour of that day, or days later."""
    late = chance.random(len(at)) < share_late
    entered = clock.at_work(chance, at + 1 + chance.gamma(1.5, 4, len(at)))
    return np.where(late, entered, at + 1 / 3 + chance.random(len(at)) / 3)
