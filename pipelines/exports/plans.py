"""Plans: contracts that another one replaced, whose notice or end is no loss, and those that were withdrawn before they
began, for those who show rows.
"""

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from features.kernels.calendar import renewal_months
from features.kernels.grid import NEVER
from features.kernels.replaced import replaced_from
from features.kernels.terms import is_withdrawn, last_days


def for_good(contracts: ir.Table) -> ir.Table:
    """The contracts without those that another one of these replaced, unless that one was withdrawn.

    contracts: known ones, see `known_events`; account_id and starts_on, and as many others of the columns as there are.
    """
    rows = contracts.to_pandas()
    codes, _ = pd.factorize(rows["account_id"])
    first, last, notice = (_day_numbers(rows, name) for name in ("starts_on", "ends_on", "cancelled_at"))
    has_notice = ~np.isnan(notice)
    renews = rows["renews"].eq("yes").to_numpy() if "renews" in rows else np.zeros(len(rows), dtype=bool)
    ends = np.where(has_notice, last_days(first, last, renews & has_notice, notice, renewal_months(rows)), last)
    lines = pd.factorize(rows["product_line"])[0] if "product_line" in rows else np.full(len(rows), -1)
    known = np.where(is_withdrawn(first, notice), NEVER, 1).astype(np.int32)
    is_replaced = replaced_from(codes, -first, -notice, -ends, known, lines) > NEVER
    return ibis.memtable(rows[~is_replaced], schema=contracts.schema())


def begun(contracts: ir.Table) -> ir.Table:
    """The contracts, see `for_good`, without those that were withdrawn."""
    rows = contracts.to_pandas()
    return ibis.memtable(rows[~_are_withdrawn(rows)], schema=contracts.schema())


def withdrawn(contracts: ir.Table) -> ir.Table:
    """Those of the contracts, see `for_good`, that were withdrawn."""
    rows = contracts.to_pandas()
    return ibis.memtable(rows[_are_withdrawn(rows)], schema=contracts.schema())


def _are_withdrawn(rows: pd.DataFrame) -> np.ndarray:
    return np.asarray(is_withdrawn(*(_day_numbers(rows, name) for name in ("starts_on", "cancelled_at"))))


def _day_numbers(rows: pd.DataFrame, name: str) -> np.ndarray:
    """Days from 1970 on; NaN where there is none."""
    if name not in rows:
        return np.full(len(rows), np.nan)
    days = pd.to_datetime(rows[name])
    return ((days.dt.normalize() - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(np.float64)
