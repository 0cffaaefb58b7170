"""Past: all rows of a home, as a form of the model may look at them from an earlier day."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import catalogue
from models.origins import LEAST_LEAVERS
from models.target import targets
from pipelines.dataset import features_of, read_rows
from pipelines.home import Home
from pipelines.reach import reach_of

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Past:
    """All rows of a home, sorted by as_of and account; a form may look no further than `origin`.

    rows: with the features as the model sees them; counted: as they were counted. days_to_next: from as_of to the next
    order, inf where none has come. ends: the day on which the outlook ends.
    """

    rows: pd.DataFrame
    counted: pd.DataFrame
    names: list[str]
    left: Floats
    as_of: npt.NDArray[np.datetime64]
    ends: npt.NDArray[np.datetime64]
    days_to_next: Floats
    lost_on: npt.NDArray[np.datetime64]  # involuntarily; NaT where not
    voluntary: Mask
    origin: np.datetime64
    seed: int = 1

    @property
    def known(self) -> Mask:
        """Rows whose outlook has ended by the origin."""
        return np.asarray((self.ends <= self.origin) & self.voluntary)

    @property
    def asked(self) -> Mask:
        return np.asarray((self.as_of == self.origin) & self.voluntary)


def read(home: Home) -> Past:
    """The rows of a home, and when each account ordered next."""
    rows = read_rows(home).sort_values(["as_of", "account_id"], ignore_index=True)
    as_of = rows["as_of"].to_numpy("datetime64[D]")
    orders = pd.read_parquet(home.tables / "orders.parquet", columns=["account_id", "ordered_at", "amount"])
    orders = orders[orders["amount"] > 0]
    days = pd.DataFrame(
        {"account_id": orders["account_id"], "next": orders["ordered_at"].dt.normalize().astype("datetime64[s]")}
    ).drop_duplicates()
    joined = pd.merge_asof(
        rows[["account_id", "as_of"]].astype({"as_of": "datetime64[s]"}),
        days.sort_values("next"),
        left_on="as_of",
        right_on="next",
        by="account_id",
        direction="forward",
    )
    to_next = (joined["next"] - joined["as_of"]).dt.days.fillna(np.inf)
    lost_on = np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[D]")
    if (home.tables / "losses.parquet").exists():
        losses = pd.read_parquet(home.tables / "losses.parquet")
        losses = losses[losses["kind"] == "involuntary"].drop_duplicates("account_id", keep="last")
        lost = pd.to_datetime(losses.set_index("account_id")["lost_on"])
        lost_on = rows["account_id"].map(lost).to_numpy("datetime64[D]")
    names = features_of(rows)
    stretch = reach_of(home, [catalogue().by_name[name] for name in names]).stretch_of(rows)
    seen = {name: stretch(name, rows[name].to_numpy(np.float64, na_value=np.nan)) for name in names}
    return Past(
        rows=rows.assign(**seen),
        counted=rows,
        names=names,
        left=rows["left"].to_numpy(np.float64, na_value=np.nan),
        as_of=as_of,
        ends=as_of + rows["outlook_days"].to_numpy("timedelta64[D]"),
        days_to_next=np.asarray(to_next, dtype=np.float64),
        lost_on=lost_on,
        voluntary=targets(rows)[1] != 1,
        origin=as_of.max(),
    )


def origins_of(past: Past, count: int, every: int) -> list[np.datetime64]:
    """The newest as_ofs of which every row is labelled, `every` apart, and before which some had left and some had not.

    Of a short history they lie closer together, so that there are `count` of them if it allows that at all.
    """
    found = [
        origin
        for origin in np.setdiff1d(past.as_of, past.as_of[np.isnan(past.left)])
        if LEAST_LEAVERS <= (left := past.left[past.ends <= origin]).sum() <= len(left) - LEAST_LEAVERS
    ]
    apart = max(1, min(every, len(found) // count))
    return found[::-apart][:count][::-1]
