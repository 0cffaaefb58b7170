"""Ends filled in: contracts whose end was written down when it had come, where the table says that it was planned.

`ends_on` counts as known with its row, as that of a contract for a year is. Many systems keep contracts without an end,
or with one far ahead, and write the day over it once notice is given. Then every leaver of the past seems to have had
an end in sight, and nobody of today has: trees and rules rank the past without a fault, and tell of today that hardly
anybody leaves. So the ends of today's contracts that lie ahead are held against those that, by the same records, lay
ahead on earlier days. The same is seen of `renews` where it is set to 'no' with the notice.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import binom

from models.last_days import DAY, LOOK_BACK
from models.leaks import Finding

QUARTERS = 4  # earlier days, each so long before the next that no end counts on two of them
LEADS = (0, 15, 30, 45, 60)  # days of notice, of which nothing says how many there are: within them ends are known
MOST_TODAY = 0.5  # of what earlier days let expect, though what is planned reaches beyond the look-back as well
CHANCE = 0.001  # that so few are seen today, if as many as on earlier days have an end ahead
USUAL = 0.05  # of the accounts have a contract that runs for so many days: it is a term of the firm's
TENURE = 360  # days for which accounts have been there that are held against each other: a growing firm's last have not
CURE = (
    "Leave such ends out, and give the day as cancelled_at: it counts once it has come. Of a term that was ended early "
    "give the end that was planned"
)
CURE_OF_RENEWS = "Give renews as it was agreed, and the day of notice as cancelled_at"


def ends_filled_in(contracts: pd.DataFrame, newest: pd.Timestamp) -> Iterator[Finding]:
    """That ends_on was filled in, or renews set to 'no', code b; nothing where planned, or where too few ended to tell.

    contracts: account_id, starts_on, ends_on, and renews, cancelled_at and recorded_at where the source has them.
    newest: the day to score.

    Today's ends count however far ahead they lie, those of earlier days within the look-back alone: where ends are
    planned, more are to be seen today than were then, whatever the season. All ends are looked at, and those of
    contracts that run for a length of their own, as an early end does beside terms of a year.
    """
    if "ends_on" not in contracts:
        return
    rows = _with_an_end_of_its_own(contracts)
    length = (rows["ends_on"] - rows["starts_on"]).dt.days
    accounts = rows["account_id"].groupby(length).transform("nunique")
    of_no_term = rows["ends_on"].where(accounts < USUAL * rows["account_id"].nunique())
    for which, ends in (("", rows["ends_on"]), (" of no usual term", of_no_term)):
        for lead in LEADS:
            seen = _seen(rows, ends, newest, lead)
            if seen:
                yield Finding("b", "contracts", "ends_on", seen.format(which=which), CURE)
                return
    if "renews" in contracts and contracts["renews"].eq("yes").any():
        of_all = _in_days(contracts.assign(ends_on=contracts["ends_on"].mask(contracts["renews"].eq("yes"))))
        called_off = next(filter(None, (_called_off(of_all, newest, lead) for lead in LEADS)), "")
        if called_off:
            yield Finding("b", "contracts", "renews", called_off, CURE_OF_RENEWS)


def _with_an_end_of_its_own(contracts: pd.DataFrame) -> pd.DataFrame:
    """Those that do not renew themselves."""
    renews = contracts["renews"].eq("yes") if "renews" in contracts else pd.Series(False, contracts.index)
    return _in_days(contracts[~renews])


def _in_days(contracts: pd.DataFrame) -> pd.DataFrame:
    """Those that came into force: from when on known, until when in force."""
    days = {name: contracts[name].dt.normalize() for name in ("starts_on", "ends_on")}
    known, until = days["starts_on"], days["ends_on"]
    if "recorded_at" in contracts:
        known = np.maximum(known, contracts["recorded_at"].dt.normalize().fillna(known))
    if "cancelled_at" in contracts:
        until = until.fillna(contracts["cancelled_at"].dt.normalize())
    rows = pd.DataFrame({"account_id": contracts["account_id"], **days, "known": known, "until": until})
    return rows[~(rows["until"] < rows["starts_on"])]


def _seen(rows: pd.DataFrame, ends: pd.Series, newest: pd.Timestamp, lead: int) -> str:
    """What speaks for ends that were known no more than `lead` days before; '' where nothing does."""
    there = _in_force(rows, newest)
    today = rows.loc[there, "account_id"].nunique()
    ahead = rows.loc[there & (ends > newest + lead * DAY), "account_id"].nunique()
    came = accounts = 0
    for quarter in range(1, QUARTERS + 1):
        day = newest - quarter * LOOK_BACK * DAY
        there = _in_force(rows, day)
        is_near = (ends > day + lead * DAY) & (ends <= day + LOOK_BACK * DAY)
        then, of = rows.loc[there & is_near, "account_id"].nunique(), rows.loc[there, "account_id"].nunique()
        if ahead * of >= MOST_TODAY * then * today:  # as it is now it was before, at another time of the year
            return ""
        came, accounts = came + then, accounts + of
    if binom.cdf(ahead, came + ahead, today / (accounts + today)) >= CHANCE:
        return ""
    further = f"more than {lead} days ahead" if lead else "ahead"
    return (
        f"of {accounts:,} accounts with a contract on earlier days {came:,} had an end{{which}} {further} that came "
        f"within {LOOK_BACK} days; of today's {today:,} no more than {ahead:,} have one {further}, however far: filled "
        "in afterwards"
    )


def _called_off(rows: pd.DataFrame, newest: pd.Timestamp, lead: int) -> str:
    """What speaks for renewals that were called off no more than `lead` days before the end; '' where nothing does.

    An end counts within the look-back alone, today as on earlier days: where notice is given months ahead many are to
    be seen today, and yet too few of those that come next. rows: of all contracts; those that renew themselves have no
    end.
    """
    since = rows.groupby("account_id")["known"].transform("min")

    def near(day: pd.Timestamp) -> tuple[int, int]:
        there = _in_force(rows, day) & (since <= day - TENURE * DAY)
        is_near = (rows["ends_on"] > day + lead * DAY) & (rows["ends_on"] <= day + LOOK_BACK * DAY)
        return rows.loc[there & is_near, "account_id"].nunique(), rows.loc[there, "account_id"].nunique()

    now, today = near(newest)
    before = [near(newest - quarter * LOOK_BACK * DAY) for quarter in range(1, QUARTERS + 1)]
    if any(now * of >= MOST_TODAY * then * today for then, of in before):
        return ""
    came, accounts = (sum(numbers) for numbers in zip(*before, strict=True))
    if binom.cdf(now, came + now, today / (accounts + today)) >= CHANCE:
        return ""
    between = f"within {LOOK_BACK} days" if not lead else f"in {lead} to {LOOK_BACK} days"
    return (
        f"of {accounts:,} accounts with a contract on earlier days {came:,} had one that was not to renew itself and "
        f"ended {between}; of today's {today:,} no more than {now:,} have: set to 'no' afterwards"
    )


def _in_force(rows: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    return (rows["known"] <= day) & ~(rows["until"] < day)
