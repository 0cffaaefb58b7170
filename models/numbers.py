"""Numbers: what a model learns from, a batch of rows or one column at a time: no copy of it all is ever held."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import cast

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq

from models.reach import Reach, Stretch

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

BATCH = 32_768  # rows of the table: 26 MB of a hundred features


class Numbers(ABC):
    """The features of those rows of a table that a model learns from, in the table's order; a missing one is NaN.

    mask: which rows of the table, [rows of the table]. stretch: of the table's rows, see `models.reach`.
    """

    def __init__(self, mask: Mask, stretch: Stretch) -> None:
        self.mask, self.stretch = mask, stretch

    def __len__(self) -> int:
        return int(self.mask.sum())

    @abstractmethod
    def column(self, name: str) -> Floats:
        """One feature of the rows."""

    @abstractmethod
    def tables(self, names: Sequence[str], mask: Mask) -> Iterator[Floats]:
        """Features of the rows in `mask`, [at most `BATCH` rows, features] after one another: for every batch of the
        table those of its rows that are in the mask.
        """

    def some(self, names: Sequence[str], most: int) -> Floats:
        """Features of at most so many of the rows, evenly spread over them: [rows, features]."""
        chosen = np.zeros(len(self.mask), dtype=bool)
        chosen[np.flatnonzero(self.mask)[:: max(1, -(-len(self) // most))]] = True
        return np.concatenate([np.empty((0, len(names))), *self.tables(names, chosen)])

    def batches(self, names: Sequence[str]) -> list["Batch"]:
        """The rows as LightGBM takes them. It walks through them twice: to find the bins, and to fill them."""
        walk = _Walk(lambda: self.tables(names, self.mask))
        return [Batch(walk, place, int(mask.sum())) for place, mask in enumerate(_in_batches(self.mask))]


class NumbersInFrame(Numbers):
    """Those of a table in memory."""

    def __init__(self, rows: pd.DataFrame, mask: Mask, reach: Reach | None = None) -> None:
        super().__init__(mask, (reach or Reach()).stretch_of(rows))
        self._rows = rows

    def column(self, name: str) -> Floats:
        return self.stretch(name, _floats(self._rows[name]))[self.mask].astype(np.float64, copy=False)

    def tables(self, names: Sequence[str], mask: Mask) -> Iterator[Floats]:
        columns = [_floats(self._rows[name]) for name in names]
        for place, own in enumerate(_in_batches(mask)):
            part = slice(place * BATCH, place * BATCH + len(own))
            seen = (self.stretch(name, column[part], part) for name, column in zip(names, columns, strict=True))
            yield _beside_one_another([*seen], own)


class NumbersInFile(Numbers):
    """Those of a Parquet file, of which no more than a batch or a column is read at a time."""

    def __init__(self, path: Path, mask: Mask, reach: Reach | None = None) -> None:
        stretch = Stretch()
        if reach and reach.windows:
            stretch = reach.stretch(pq.read_table(path, columns=["as_of"])["as_of"].to_numpy())
        super().__init__(mask, stretch)
        self._path = path

    def column(self, name: str) -> Floats:
        read = pq.read_table(self._path, columns=[name])[name]
        return np.asarray(self.stretch(name, read.to_numpy())[self.mask], dtype=np.float64)

    def tables(self, names: Sequence[str], mask: Mask) -> Iterator[Floats]:
        with pq.ParquetFile(self._path) as file:
            batches = file.iter_batches(BATCH, columns=list(names), use_threads=False)
            for place, (batch, own) in enumerate(zip(batches, _in_batches(mask), strict=True)):
                part = slice(place * BATCH, place * BATCH + len(own))
                seen = (self.stretch(name, batch[name].to_numpy(zero_copy_only=False), part) for name in names)
                yield _beside_one_another([*seen], own)


class Batch(lightgbm.Sequence):
    """A batch as LightGBM asks for it: first for some of its rows, one by one, and then for all."""

    batch_size = BATCH

    def __init__(self, walk: "_Walk", place: int, rows: int) -> None:
        self._walk, self._place, self._rows = walk, place, rows

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, index: int | slice | list[int]) -> Floats:
        return self._walk.to(self._place)[index]


class _Walk:
    """Walks forward through tables, of which it holds one, and begins anew where an earlier one is asked for."""

    def __init__(self, begin: Callable[[], Iterable[Floats]]) -> None:
        self._begin = begin
        self._ahead: Iterator[tuple[int, Floats]] = iter(())
        self._place, self._table = -1, np.empty((0, 0))

    def to(self, place: int) -> Floats:
        if place < self._place or self._place < 0:
            self._ahead = enumerate(self._begin())
            self._place = -1
        while self._place < place:
            self._place, self._table = next(self._ahead)
        return self._table


def _floats(values: pd.Series) -> npt.NDArray[np.floating]:
    """A column as it lies there; as 64 bits where it holds something else than floats."""
    if values.dtype in (np.float32, np.float64):
        return cast("npt.NDArray[np.floating]", values.to_numpy())
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))


def _in_batches(mask: Mask) -> list[Mask]:
    return [mask[start : start + BATCH] for start in range(0, len(mask), BATCH)]


def _beside_one_another(columns: Sequence[npt.NDArray[np.generic]], own: Mask) -> Floats:
    """[rows in `own`, columns]"""
    table = np.empty((int(own.sum()), len(columns)))
    for place, column in enumerate(columns if len(table) else ()):
        table[:, place] = column[own]
    return table
