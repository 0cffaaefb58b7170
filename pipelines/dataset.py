"""Dataset: the snapshots read back as one table, what of it is a feature, the days that test a model, and its files."""

import shutil
from collections.abc import Container
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from features.catalogue import catalogue
from features.mistake import Mistake
from models.churn import FACTS, TREES, Churn
from models.definition import Left
from models.origins import Origin, rolling_origins
from models.reach import Reach
from models.recipe import Recipe
from models.records_begin import before_leavers_are_on_record, in_words
from models.target import targets
from models.tree_params import TreeParams
from pipelines.home import Home, written_whole
from pipelines.intake.manifest import Manifest
from pipelines.reach import reach_of
from pipelines.settings import Settings

_KEYS = ["account_id", "as_of"]
_NEWEST_COLUMN = "value"  # of left.parquet, which older versions do not write


def read_outcomes(home: Home) -> pd.DataFrame:
    """left.parquet, in its order, which is that of features.parquet: as_of as a time, left as 1, 0 or NA, value, kind
    where it is known. left is NA as well on as_ofs from before leavers are on record. Raises Mistake where a file is
    not there, or an older version wrote it.
    """
    for path in (home.features, home.left):
        if not path.exists():
            raise Mistake(f"{path}: no such file. Make the snapshots first: leaky snapshots.")
    table = pq.read_table(home.left)
    if _NEWEST_COLUMN not in table.column_names:
        raise Mistake(f"{home.left}: of an older version. Make the snapshots again: leaky snapshots.")
    keys = pq.read_table(home.features, columns=_KEYS)
    if not table.select(_KEYS).cast(keys.schema).equals(keys):
        raise RuntimeError(f"{home.features} and {home.left} do not hold the same rows in the same order")
    if not _is_sorted(keys):  # the order in which trees read the rows; another one would give other trees
        raise RuntimeError(f"{home.features} and {home.left} are not sorted by {' and '.join(_KEYS)}")
    rows: pd.DataFrame = _dates_as_times(table).to_pandas()
    rows["left"] = rows["left"].astype("boolean").astype("Float64")
    rows["left"] = rows["left"].mask(before_leavers_are_on_record(rows))
    return rows


def left_out(home: Home) -> str:
    """Which rows `read_outcomes` takes for those from before leavers are on record, in words; '' where none."""
    rows = pq.read_table(home.left).to_pandas()
    rows = rows.assign(as_of=pd.to_datetime(rows["as_of"]), left=rows["left"].astype("boolean").astype("Float64"))
    return in_words(rows, before_leavers_are_on_record(rows))


def read_rows(home: Home, mask: npt.NDArray[np.bool_] | None = None) -> pd.DataFrame:
    """features.parquet and left.parquet as one table, see `read_outcomes`; of all rows, or of those in a mask.

    One feature is read after the other, and kept in 32 bits where they hold its numbers exactly (counts and days), so
    that hardly more memory is needed than the table takes.
    """
    rows = read_outcomes(home)
    everything = np.ones(len(rows), dtype=bool) if mask is None else mask
    known = {
        name: _exact(pq.read_table(home.features, columns=[name])[name].to_pandas()[everything])
        for name in columns_in(home)
        if name not in _KEYS
    }
    rows = rows[everything].reset_index(drop=True)
    columns = {name: rows[name] for name in _KEYS} | known | {name: rows[name] for name in rows.columns.drop(_KEYS)}
    return pd.DataFrame({name: column.array for name, column in columns.items()}, copy=False)


def columns_in(home: Home) -> list[str]:
    """The columns of features.parquet."""
    return list(pq.read_schema(home.features).names)


def _is_sorted(keys: pa.Table) -> bool:
    """Whether the rows ascend by account, and those of an account by as_of, none twice."""
    (account, as_of), (next_account, next_as_of) = keys[:-1].columns, keys[1:].columns
    later = pc.and_(pc.equal(account, next_account), pc.less(as_of, next_as_of))
    return pc.all(pc.or_(pc.less(account, next_account), later)).as_py() is not False  # null of less than two rows


def _dates_as_times(table: pa.Table) -> pa.Table:
    schema = [field.with_type(pa.timestamp("s")) if pa.types.is_date(field.type) else field for field in table.schema]
    return table.cast(pa.schema(schema))


def _exact(values: pd.Series) -> pd.Series:
    """The same numbers, in half the space where they fit."""
    if values.dtype != np.float64:
        return values
    narrow = values.astype(np.float32)
    return narrow if narrow.astype(np.float64).equals(values) else values


def origins_of(rows: pd.DataFrame, settings: Settings) -> tuple[Origin, ...]:
    """The days on which the model is tested, oldest first; none where the history is too short."""
    return rolling_origins(rows, count=settings.backtest.origins, horizon_days=settings.left.horizon_days)


def check_outcomes(rows: pd.DataFrame, left: Left) -> None:
    """Raises Mistake where no outcome is known, or all are the same: neither a model nor a rule says anything then."""
    voluntary, involuntary = targets(rows)
    gone, known = int(np.nansum(voluntary)), int((~np.isnan(voluntary)).sum())
    if 0 < gone < known:
        return
    if rows.empty:
        raise Mistake(
            "snapshots: on no as_of was anybody a customer, so there is nobody to rank. An order counts from its day "
            "on if its amount is above 0, a contract while it is in force: look at their amounts and days."
        )
    if not known:
        seen = f"of none of {len(rows):,} rows is it known yet who left, since the records end before their outlooks do"
    else:
        others = int(np.nansum(involuntary))
        otherwise = f" ({others:,} otherwise)" if others else ""
        who = "everybody" if gone else "nobody"
        seen = f"of {known:,} rows whose outcome is known {who} left by choice{otherwise}"
    raise Mistake(
        f"snapshots: {seen}. So nothing tells who leaves from who stays, and no list can be made. Left is: "
        f"{left.in_words()}. Give a longer history, or change what counts as left ({', '.join(left.settings)})."
    )


def recipe_of(columns: Container[str], params: TreeParams, home: Home | None = None) -> Recipe:
    """How a model is made of the features among the columns. home: of which the records are; None: they go back for
    ever.
    """
    features = [catalogue().by_name[name] for name in features_of(columns)]
    reach = reach_of(home, features) if home else Reach()
    return Recipe({feature.name: feature.risk for feature in features}, params, reach)


def facts_of(manifest: Manifest, settings: Settings) -> dict[str, Any]:
    """What a model of this firm's says about itself."""
    return {
        "source": manifest.source,
        "data_version": manifest.data_version,
        "left": settings.left.model_dump(),
        "definition": settings.left.digest,
    }


def forget(folder: Path) -> None:
    """Leaves an empty folder: what stood there was of other snapshots."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def save_whole(model: Churn, folder: Path) -> None:
    """The model's files, each written whole."""
    unfinished = folder / ".unfinished"
    model.save(unfinished)
    for name in (TREES, FACTS):
        with written_whole(folder / name) as path:
            (unfinished / name).replace(path)
    unfinished.rmdir()


def features_of(columns: Container[str]) -> list[str]:
    """The features among the columns (or those of a table), in the order of the catalogue."""
    return [feature.name for feature in catalogue().features if feature.name in columns]
