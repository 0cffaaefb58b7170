"""Compiled: loops over rows as machine code, where NumPy would walk the same arrays many times."""

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, compiled by Numba when it is first called with arguments of given types; it runs beside others.

    What was compiled is kept beside the module, or in the user's cache folder; where neither can be written (a
    read-only container), every process compiles anew, which takes some seconds.
    """
    try:
        return njit(function, nogil=True, cache=True)
    except RuntimeError:  # what Numba raises where it finds no folder to write to
        return njit(function, nogil=True)
