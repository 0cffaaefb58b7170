"""Notice: whether customers gave it in time, as far as the days tell on which it came."""

import pandas as pd

LEAST = 10  # accounts that gave notice, without whom nothing can be said
LAST_DAYS = 30
IN_TIME = 0.25  # of those who gave notice and left, whose notice must be older than the last days


def in_time(contracts: pd.DataFrame, last_day: pd.Series) -> bool:
    """Whether enough of those who left gave their latest notice more than `LAST_DAYS` before they did.

    What was filled in afterwards lies near the day that it was filled in from. contracts: account_id, cancelled_at (a
    time, or missing). last_day: by account_id, of those who left.
    """
    notice = contracts["cancelled_at"].dt.normalize().groupby(contracts["account_id"]).max()
    days = (last_day - notice.reindex(last_day.index)).dt.days.dropna()
    return len(days) >= LEAST and float((days > LAST_DAYS).mean()) >= IN_TIME
