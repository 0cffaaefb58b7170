"""Notice in time is told from notice that lies in the last days alone."""

import pandas as pd

from models.notice import in_time

DAY = pd.Timedelta(days=1)
ACCOUNTS = [f"A{number:02d}" for number in range(20)]
LAST = pd.Series([pd.Timestamp("2024-06-01") + 9 * n * DAY for n in range(20)], index=ACCOUNTS)


def notice(*days_before: int) -> pd.DataFrame:
    """The notice of the first accounts, so many days before each left."""
    given = [LAST.iloc[number] - days * DAY for number, days in enumerate(days_before)]
    return pd.DataFrame({"account_id": ACCOUNTS[: len(given)], "cancelled_at": pd.to_datetime(given)})


def test_a_quarter_of_it_more_than_thirty_days_before_is_in_time() -> None:
    assert in_time(notice(*[31] * 5, *[10] * 15), LAST)
    assert not in_time(notice(*[31] * 4, *[10] * 16), LAST)
    assert not in_time(notice(*[30] * 20), LAST)


def test_the_latest_notice_of_each_account_counts() -> None:
    before = notice(*[300] * 20)
    assert in_time(before, LAST)
    assert not in_time(pd.concat([before, notice(*[10] * 20)]), LAST)


def test_a_few_who_gave_notice_prove_nothing_and_nobody_neither() -> None:
    assert in_time(notice(*[60] * 10), LAST)
    assert not in_time(notice(*[60] * 9), LAST)
    assert not in_time(notice().assign(cancelled_at=pd.Series(dtype="datetime64[ns]")), LAST)
