"""Dataset: the snapshots read back as one table, what of it is a feature, and how time splits it."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import catalogue
from features.mistake import Mistake
from models.split import Split, split
from pipelines.home import Home
from pipelines.settings import Settings

_KEYS = ["account_id", "as_of"]


def read_rows(home: Home) -> pd.DataFrame:
    """features.parquet and left.parquet as one table, as_of as a time, left as 1, 0 or NA, kind where it is known.

    Raises Mistake where a file is not there.
    """
    for path in (home.features, home.left):
        if not path.exists():
            raise Mistake(f"{path}: no such file. Make the snapshots first: leaky snapshots.")
    known, happened = pd.read_parquet(home.features), pd.read_parquet(home.left)
    if not known[_KEYS].equals(happened[_KEYS]):
        raise RuntimeError(f"{home.features} and {home.left} do not hold the same rows in the same order")
    rows = pd.concat([known, happened.drop(columns=_KEYS)], axis=1)
    rows["as_of"] = pd.to_datetime(rows["as_of"])
    rows["left"] = rows["left"].astype("boolean").astype("Float64")
    return rows.sort_values(["as_of", "account_id"], ignore_index=True)


def split_of(rows: pd.DataFrame, settings: Settings) -> Split:
    """The time split of the rows, the same for training and for evaluation."""
    return split(
        rows,
        test_snapshots=settings.split.test_snapshots,
        validation_snapshots=settings.split.validation_snapshots,
    )


def check_both_kinds(rows: pd.DataFrame, parts: Split) -> None:
    """Raises Mistake where a part of the rows holds none that left, or none that stayed: nothing can be learned or
    measured on it. Involuntary leavers count as neither.
    """
    voluntary = ~is_involuntary(rows)
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    for name, mask in (("training", parts.train), ("validation", parts.validation), ("test", parts.test)):
        gone, count = int(left[mask & voluntary].sum()), int((mask & voluntary).sum())
        if not 0 < gone < count:
            raise Mistake(
                f"snapshots: of the {count:,} {name} rows {gone:,} left; a model needs some that left and some that "
                "stayed. Give a longer history (snapshots.count), or change what counts as left (left.horizon_days, "
                "left.k)."
            )


def features_of(rows: pd.DataFrame) -> list[str]:
    """The features among the columns, in the order of the catalogue."""
    return [feature.name for feature in catalogue().features if feature.name in rows.columns]


def is_involuntary(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows that left because they closed, moved or were bought, as far as losses are recorded."""
    if "kind" not in rows:
        return np.zeros(len(rows), dtype=bool)
    return (rows["kind"] == "involuntary").to_numpy(dtype=bool, na_value=False)
