"""Staff: people of ours who have no book of accounts and speak with them all the same: service, and managers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.simulated.causes import Trouble
from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.names import REGIONS, people
from pipelines.simulated.reps import BEFORE

_ROLES = ("service", "service", "management")  # of every region
_SERVICE, _SERVICE_IN_TROUBLE = 0.10, 0.35  # of the conversations, and how many more when much does not work
_MANAGER = (0.02, 0.04, 0.10)  # of the conversations, by segment
_PROMOTED = 0.3  # of those who are managers: they came from service


@dataclass(frozen=True)
class Staff:
    """One entry a person: the region and what it does today; since when, if it did something else before."""

    region: np.ndarray
    role: np.ndarray
    hired: np.ndarray
    promoted: np.ndarray  # inf: never

    def __len__(self) -> int:
        return len(self.region)

    def instead(
        self,
        account: np.ndarray,
        at: np.ndarray,
        accounts: Accounts,
        trouble: Trouble,
        clock: Clock,
        chance: np.random.Generator,
    ) -> np.ndarray:
        """Who of the staff had each conversation instead of the rep; -1: nobody did."""
        month, segment = clock.month_of(at), accounts.segment[account]
        service = _SERVICE + _SERVICE_IN_TROUBLE * trouble.of("service")[account, month]
        manager = np.array(_MANAGER)[segment] * (1 - trouble.of("attention")[account, month])
        luck = chance.random(len(at))
        first = len(_ROLES) * accounts.region[account]
        who = np.where(luck < manager, first + 2, first + (chance.random(len(at)) < 0.5))
        return np.where(luck < manager + service, who, -1)

    def somebody(self, account: np.ndarray, accounts: Accounts) -> np.ndarray:
        """The one in service who helps out with each account."""
        helper: np.ndarray = len(_ROLES) * accounts.region[account] + account % 2
        return helper


def make_staff(clock: Clock, seed: int) -> Staff:
    chance = stream(seed, "staff")
    number = len(REGIONS) * len(_ROLES)
    role = np.tile(np.array(_ROLES, dtype=object), len(REGIONS))
    promoted = (role == "management") & (chance.random(number) < _PROMOTED)
    return Staff(
        region=np.repeat(np.arange(len(REGIONS)), len(_ROLES)),
        role=role,
        hired=-BEFORE - np.floor(2000 * chance.random(number)),
        promoted=np.where(promoted, np.floor(clock.end * chance.random(number)), np.inf),
    )


def staff_table(staff: Staff, ids: np.ndarray, clock: Clock, seed: int) -> pd.DataFrame:
    """The staff and its history in the columns of the contract, as those of reps."""
    gone_on = np.flatnonzero(staff.promoted < clock.end)
    who = np.sort(np.concatenate([np.arange(len(staff)), gone_on]), kind="stable")
    is_later = np.r_[False, who[1:] == who[:-1]]
    was_other = np.isfinite(staff.promoted[who]) & ~is_later
    at = np.where(is_later, staff.promoted[who], staff.hired[who])
    return pd.DataFrame(
        {
            "rep_id": ids[who],
            "name": people(stream(seed, "staff names"), len(staff))[who],
            "hired_on": clock.days(staff.hired)[who],
            "left_on": np.datetime64("NaT"),
            "manager": None,
            "team": np.array(REGIONS, dtype=object)[staff.region[who]] + " office",
            "role": np.where(was_other, "service", staff.role[who]),
            "valid_from": clock.times(at),
            "recorded_at": clock.times(at),
        }
    )
