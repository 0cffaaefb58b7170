"""Tables: the checked tables of a home by name, read when they are asked for."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from features.mistake import Mistake, closest


class NoSuchTable(Mistake, KeyError):  # noqa: N818 - named as the Mistake that it is
    """A table that the source does not give; a KeyError too, as of any mapping."""

    __str__ = Exception.__str__  # a KeyError would put the line in quotes


class Tables(Mapping[str, pd.DataFrame]):
    """The checked tables: `tables["orders"]` reads one, afresh each time, so that it may be written to."""

    def __init__(self, folder: Path, rows: Mapping[str, int]) -> None:
        self._folder = folder
        self._rows = dict(rows)

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._rows:
            raise NoSuchTable(f"no table '{name}'; there are {', '.join(self)}.{closest(str(name), list(self))}")
        return pd.read_parquet(self._folder / f"{name}.parquet")

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows  # a mapping would read the file to find out

    def __repr__(self) -> str:
        width = max(map(len, self._rows), default=0)
        return "\n".join(f"{name:<{width}}  {rows:>12,} rows" for name, rows in self._rows.items()) or "no tables"
