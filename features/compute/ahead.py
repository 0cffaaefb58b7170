"""Ahead: work on two things at a time, where the work is done outside Python: by NumPy, compiled loops, Arrow."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def map_ahead(work: Callable[[T], R], things: Iterable[T]) -> Iterator[R]:
    """What `work` makes of each thing, in their order. No more than two things or results are held at a time."""
    with ThreadPoolExecutor(max_workers=2) as threads:
        unfinished: deque[Future[R]] = deque()
        for thing in things:
            unfinished.append(threads.submit(work, thing))
            del thing
            if len(unfinished) == 2:
                yield unfinished.popleft().result()
        while unfinished:
            yield unfinished.popleft().result()
