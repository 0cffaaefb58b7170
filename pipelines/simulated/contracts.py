"""Contracts: from year to year, renewed early or in time, for one product line or two; projects; some without end."""

import numpy as np
import pandas as pd

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.leaving import Fates
from pipelines.simulated.names import numbered

_LAST_YEARS = 0.5  # a yearly contract's part of what an account buys
_SIGNED_AHEAD = 0.5  # renewals that are entered once they are signed; the others on the day on which they begin
_EARLY = 0.12  # renewals that begin before the old contract ends
_SECOND_LINE, _SECOND_PART = 0.10, 0.15  # accounts with a contract for another line of products; its part
_PROJECTS, _PROJECT_PART = 0.05, 0.08  # yearly contracts during which there is a project; its part
_OPEN_ENDED = 0.05  # accounts whose contract runs until somebody gives notice
_GIVE_NOTICE = 0.6  # of those, once they have left


def make_contracts(accounts: Accounts, fates: Fates, clock: Clock, names: np.ndarray, seed: int) -> pd.DataFrame:
    """The contracts in the columns of the contract and with `account`, a number; sorted by account and start, after all
    others those that were signed and have not begun by the end or by the leaving of their account.

    Who has left signs no more, and some give notice afterwards.
    """
    yearly = _yearly(accounts, fates, clock, accounts.renewal, _LAST_YEARS, stream(seed, "contracts"))
    chance = stream(seed, "second contracts")
    other_day = np.floor(chance.random(len(accounts)) * 365)
    second = (chance.random(len(accounts)) < _SECOND_LINE) & ~np.isnan(accounts.renewal)
    yearly_too = _yearly(accounts, fates, clock, np.where(second, other_day, np.nan), _SECOND_PART, chance)
    projects = _projects(yearly, accounts, fates, clock, stream(seed, "projects"))
    yearly = _early(yearly, stream(seed, "early renewals"))
    yearly = _open_ended(yearly, accounts, fates, clock, stream(seed, "open-ended contracts"))
    signs = stream(seed, "contracts signed ahead")
    yearly = _entered(yearly, signs)
    contracts = pd.concat([yearly, yearly_too, projects], ignore_index=True)
    to_begin = _to_begin(yearly, fates, clock, signs)
    ids = numbered("C", len(contracts) + len(to_begin))
    contracts = contracts.assign(contract_id=ids[: len(contracts)])
    contracts = contracts.sort_values(["account", "starts"], kind="stable")
    contracts = pd.concat([contracts, to_begin.assign(contract_id=ids[len(contracts) :])], ignore_index=True)
    return pd.DataFrame(
        {
            "account": contracts["account"],
            "account_id": names[contracts["account"]],
            "contract_id": contracts["contract_id"],
            "starts_on": clock.days(contracts["starts"].to_numpy()),
            "ends_on": clock.days(contracts["ends"].to_numpy()),
            "renews": "no",  # a year that follows is a contract of its own
            "cancelled_at": clock.times(contracts["notice"].to_numpy(), clock.end),
            "renewed_at": clock.times(contracts["renewed"].to_numpy(), clock.end),
            "annual_value": contracts["value"].round(-1),
            "product_line": pd.Series(pd.NA, index=contracts.index, dtype="str"),  # they are of all that is bought
            "recorded_at": clock.times(contracts["recorded"].to_numpy()),
        }
    )


def _yearly(
    accounts: Accounts, fates: Fates, clock: Clock, renewal: np.ndarray, part: float, chance: np.random.Generator
) -> pd.DataFrame:
    """account, starts, ends, renewed, notice, value of contracts that end on day `renewal` of every year."""
    years = int(np.ceil(clock.end / 365)) + 4
    first_day = (clock.month_starts[0] - clock.month_starts[0].astype("datetime64[Y]")).astype(int)
    ends = (renewal - first_day)[:, None] + 365.0 * np.arange(-3, years - 3)
    starts = ends - 365
    decided = ends - 5 - 40 * chance.random(ends.shape)  # when it was renewed
    account, lap = np.nonzero(
        (starts >= accounts.opened[:, None]) & (starts < clock.end) & (ends >= -30) & (starts < fates.left[:, None])
    )
    starts, ends, decided = starts[account, lap], ends[account, lap], decided[account, lap]
    left = fates.left[account]
    renewed = np.where(decided < left, clock.at_work(chance, decided), np.nan)
    gives_notice = (left < ends) & (chance.random(len(account)) < 0.35)
    notice = np.where(gives_notice, clock.at_work(chance, left + 5 + chance.gamma(2, 20, len(account))), np.nan)
    notice = np.where(notice < ends, notice, np.nan)
    value = accounts.worth * 365 / accounts.cycle * part
    value = value[account] * np.exp(chance.normal(0.02, 0.08, len(account)))
    return pd.DataFrame(
        {"account": account, "starts": starts, "ends": ends, "renewed": renewed, "notice": notice, "value": value}
    )


def _early(yearly: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """The yearly contracts, of which some begin between the day they were signed and the end of the one before."""
    signed = yearly["renewed"].shift().where(yearly["account"].shift() == yearly["account"])
    luck = chance.random((2, len(yearly)))
    first = np.floor(signed) + 1
    early = np.floor(first + luck[1] * (yearly["starts"] - first))
    return yearly.assign(starts=yearly["starts"].mask((luck[0] < _EARLY) & signed.notna(), early))


def _entered(yearly: pd.DataFrame, chance: np.random.Generator) -> pd.DataFrame:
    """The yearly contracts, with `recorded`: when they were signed, of those that were entered before they began."""
    signed = yearly["renewed"].shift().where(yearly["account"].shift() == yearly["account"])
    is_ahead = (np.floor(signed) < yearly["starts"]) & (chance.random(len(yearly)) < _SIGNED_AHEAD)
    return yearly.assign(recorded=signed.where(is_ahead))


def _to_begin(yearly: pd.DataFrame, fates: Fates, clock: Clock, chance: np.random.Generator) -> pd.DataFrame:
    """The years that follow the last ones of the accounts, of those that were signed and entered by the end."""
    last = yearly.drop_duplicates("account", keep="last")
    is_signed = last["renewed"] < np.minimum(fates.left[last["account"]], clock.end)
    is_ahead = is_signed & (chance.random(len(last)) < _SIGNED_AHEAD)
    value = last["value"] * np.exp(chance.normal(0.02, 0.08, len(last)))
    following = last.assign(
        starts=last["ends"],
        ends=last["ends"] + 365,
        value=value,
        recorded=last["renewed"],
        renewed=np.nan,
        notice=np.nan,
    )
    found: pd.DataFrame = following[is_ahead]
    return found


def _projects(
    yearly: pd.DataFrame, accounts: Accounts, fates: Fates, clock: Clock, chance: np.random.Generator
) -> pd.DataFrame:
    """Contracts for some weeks or months, begun after a yearly one and over before it."""
    during = yearly[chance.random(len(yearly)) < _PROJECTS].drop(columns=["renewed", "notice"])
    starts = during["starts"] + chance.integers(20, 200, len(during))
    ends = starts + chance.integers(30, 140, len(during))
    account = during["account"].to_numpy()
    value = (accounts.worth * 365 / accounts.cycle)[account] * _PROJECT_PART * chance.uniform(0.5, 2, len(during))
    projects = during.assign(starts=starts, ends=ends, renewed=np.nan, notice=np.nan, value=value)
    begun: pd.DataFrame = projects[(starts < clock.end) & (starts < fates.left[account])]
    return begun


def _open_ended(
    yearly: pd.DataFrame, accounts: Accounts, fates: Fates, clock: Clock, chance: np.random.Generator
) -> pd.DataFrame:
    """The yearly contracts, but for some accounts one without an end, since the first anniversary after they came."""
    open_ended = chance.random(len(accounts)) < _OPEN_ENDED
    left = fates.left[np.arange(len(accounts))]
    notice = clock.at_work(chance, left + 5 + chance.gamma(2, 20, len(accounts)))
    notice = np.where(chance.random(len(accounts)) < _GIVE_NOTICE, notice, np.nan)
    rows = open_ended[yearly["account"]]
    first = yearly[rows].drop_duplicates("account")
    account = first["account"].to_numpy()
    years = np.floor((first["starts"] - accounts.opened[account]) / 365)
    first = first.assign(starts=first["starts"] - 365 * years, ends=np.nan, renewed=np.nan, notice=notice[account])
    return pd.concat([yearly[~rows], first], ignore_index=True)
