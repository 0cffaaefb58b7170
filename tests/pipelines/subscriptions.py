"""Subscriptions: a made-up firm that sells contracts and takes no orders, whose truth can be read off a calendar."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

AS_OF = date(2026, 1, 1)
BEGAN = date(2022, 6, 1)


@dataclass
class Subscriptions:
    """The firm's tables as CSV lines, and the days on which each account truly had a contract in force."""

    contracts: list[str] = field(
        default_factory=lambda: ["account_id,starts_on,ends_on,renews,cancelled_at,annual_value"]
    )
    contacts: list[str] = field(default_factory=lambda: ["account_id,contacted_at,channel"])
    tickets: list[str] = field(default_factory=lambda: ["account_id,opened_at,resolved_at"])
    days: dict[str, set[date]] = field(default_factory=dict)

    def contract(
        self, account: str, first: date, last: date | None, until: date, renews: str = "no", notice: date | None = None
    ) -> None:
        """A contract that truly runs until `until`."""
        self.contracts.append(f"{account},{first},{last or ''},{renews},{notice or ''},1200")
        running = self.days.setdefault(account, set())
        running |= {first + timedelta(days=day) for day in range((min(until, AS_OF) - first).days + 1)}


def subscriptions(accounts: int = 240, seed: int = 3) -> Subscriptions:
    """Accounts with yearly terms, with monthly ones that turn into yearly ones, with open-ended ones, with gaps and
    overlaps; unhappy ones open tickets and leave at the end of their term.
    """
    chance, made = np.random.default_rng(seed), Subscriptions()
    for number in range(accounts):
        account = f"S{number:03d}"
        start = BEGAN + timedelta(days=int(chance.integers(0, 700 if number % 8 else 1290)))
        leaves = start + timedelta(days=int(chance.integers(200, 2000)))
        kind = number % 4
        if kind == 0:  # a row a term, sometimes late by days, sometimes early
            first = start
            while first < min(leaves, AS_OF):
                last = first + timedelta(days=364)
                made.contract(account, first, last, last)
                first = last + timedelta(days=int(chance.choice([1, 1, -9, 14])))
        elif kind == 1:  # month by month, then by the year
            first, months = start, int(chance.integers(2, 8))
            while first < min(leaves, AS_OF):
                last = first + timedelta(days=29 if months > 0 else 364)
                made.contract(account, first, last, last)
                first, months = last + timedelta(days=1), months - 1
        elif kind == 2:  # open-ended, until notice is given
            gone = leaves if leaves < AS_OF else None
            made.contract(account, start, None, gone or AS_OF, notice=gone)
        else:  # renewing every three weeks, to the end of the term in which notice is given
            first_end, gone = start + timedelta(days=20), leaves if leaves < AS_OF else None
            until = first_end
            while until < (gone or AS_OF):
                until += timedelta(days=21)
            made.contract(account, start, first_end, until, renews="yes", notice=gone)
        for _ in range(30):
            day = start + timedelta(days=int(chance.integers(0, 1300)))
            if day < min(leaves, AS_OF):
                made.contacts.append(f"{account},{day} 10:00:00,call")
                if (leaves - day).days < 150:
                    made.tickets.append(f"{account},{day} 12:00:00,")
    return made


def has_left(days: set[date], as_of: date, horizon: int = 90, grace: int = 30) -> bool:
    """Whether none is in force for more than the grace days from a day in the horizon on, counted day by day."""
    return any(
        all(as_of + timedelta(days=first + more) not in days for more in range(grace + 1)) for first in range(horizon)
    )
