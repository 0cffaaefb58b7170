"""Last days: until when an account was surely there, by its orders, its contracts or the losses on record."""

from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.kernels.calendar import renewal_months
from features.kernels.terms import is_withdrawn, last_days

LOOK_BACK = 90  # days; those who stayed are seen as they stood so long ago

DAY = pd.Timedelta(days=1)


class Leave(StrEnum):
    """What shows when an account left, in words."""

    order = "the last order"
    contract = "the end of the last contract"
    loss = "the loss"


def at_once(last_days: npt.NDArray[np.int64]) -> bool:
    """Whether over half of so many accounts left within `LOOK_BACK` days, as when their market was given up or their
    rep took them along: what they have in common was so before.

    last_days: of each, from 1970; one at least.
    """
    days, most = np.sort(last_days), len(last_days) // 2 + 1
    return bool((days[most - 1 :] - days[: len(days) - most + 1]).min() < LOOK_BACK)


def of_contracts(contracts: pd.DataFrame, newest: pd.Timestamp) -> pd.DataFrame:
    """account_id, last_day: the day before the last one in force, where nothing goes on; last_day_before: that of the
    latest contract that had ended `LOOK_BACK` days ago. Missing where there is none.
    """
    contracts = _begun(contracts)
    notice = _days(contracts, "cancelled_at")
    notice = notice.where(notice < newest)
    starts, last = _days(contracts, "starts_on"), _days(contracts, "ends_on")
    renews = contracts["renews"].eq("yes") if "renews" in contracts else pd.Series(False, contracts.index)
    goes_on = notice.isna() & (renews | last.isna())
    ends = last.where(~(notice.notna() & (renews | last.isna())))
    by_notice = (notice.notna() & (renews | last.isna())).to_numpy(bool)
    if by_notice.any():
        first, to, given = (_numbers(days[by_notice]) for days in (starts, last, notice))
        found = last_days(first, to, renews.to_numpy(bool)[by_notice], given, renewal_months(contracts)[by_notice])
        ends.loc[by_notice] = pd.to_datetime(found, unit="D")
    rows = pd.DataFrame(
        {"account_id": contracts["account_id"], "end": ends.where(~goes_on, pd.Timestamp.max.normalize())}
    )
    then = newest - LOOK_BACK * DAY
    by_account = rows.assign(before=rows["end"].where(rows["end"] < then)).groupby("account_id").max()
    return pd.DataFrame(
        {
            "account_id": by_account.index,
            "last_day": (by_account["end"].where(by_account["end"] < newest) - DAY).to_numpy(),
            "last_day_before": (by_account["before"] - DAY).to_numpy(),
        }
    )


def of_starts(contracts: pd.DataFrame | None) -> pd.DataFrame:
    """account_id, last_day: on which its latest contract began, or was signed before, since whoever takes one after a
    loss is back; and no day for those who stayed, as nothing tells one of theirs from another.
    """
    if contracts is None:
        return pd.DataFrame({"account_id": [], "last_day": pd.to_datetime([]), "last_day_before": pd.to_datetime([])})
    contracts = _begun(contracts)
    starts, recorded = _days(contracts, "starts_on"), _days(contracts, "recorded_at")
    last = starts.where(~(recorded < starts), recorded).groupby(contracts["account_id"]).max()
    return pd.DataFrame({"account_id": last.index, "last_day": last.to_numpy(), "last_day_before": pd.NaT})


def _begun(contracts: pd.DataFrame) -> pd.DataFrame:
    """Those that were not withdrawn."""
    return contracts[~is_withdrawn(*(_numbers(_days(contracts, name)) for name in ("starts_on", "cancelled_at")))]


def _days(rows: pd.DataFrame, column: str) -> pd.Series:
    """A column's days; missing where it is not there."""
    if column not in rows:
        return pd.Series(pd.NaT, rows.index, dtype="datetime64[ns]")
    return pd.to_datetime(rows[column]).dt.normalize().astype("datetime64[ns]")


def _numbers(days: pd.Series) -> np.ndarray:
    """Days from 1970; NaN where missing."""
    found = days.to_numpy("datetime64[D]")
    return np.where(np.isnat(found), np.nan, found.astype(np.int64).astype(np.float64))
