"""Compiled functions run, and also where nothing can be kept."""

import numba
import pytest

from features.kernels import compiled


def total(numbers: tuple[int, ...]) -> int:
    found = 0
    for number in numbers:
        found += number
    return found


def test_a_compiled_function_gives_what_the_function_gives() -> None:
    assert compiled.compiled(total)((1, 2, 3)) == total((1, 2, 3))


def test_where_no_folder_can_be_written_every_process_compiles_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.core.caching.FunctionCache, "_impl_class", NowhereToKeep)
    function = compiled.compiled(total)
    assert function((1, 2, 3)) == 6
    assert not function.stats.cache_path


class NowhereToKeep:
    def __init__(self, function: object) -> None:
        raise RuntimeError("cannot cache function: no locator available")
