"""Compiled: loops over rows as machine code, where NumPy would walk the same arrays many times."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """The function, compiled by Numba when it is first called with arguments of given types; it needs no lock.

    What was compiled is kept beside the module, or in the user's cache folder; where neither can be written (a
    read-only container), every process compiles anew, which takes some seconds.
    """
    try:
        return cast("Callable[P, R]", njit(function, nogil=True, cache=True))
    except RuntimeError:  # what Numba raises where it finds no folder to write to
        return cast("Callable[P, R]", njit(function, nogil=True))
