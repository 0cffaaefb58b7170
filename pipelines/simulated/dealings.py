"""Dealings: tickets, signs that something is afoot, and the losses that somebody wrote down, rightly or wrongly."""

import numpy as np
import pandas as pd

from pipelines.simulated.causes import Trouble
from pipelines.simulated.clock import Clock, happenings, stream
from pipelines.simulated.firm import Accounts
from pipelines.simulated.leaving import PARTS, Fates
from pipelines.simulated.pauses import Pauses
from pipelines.simulated.persons import Persons

_SEVERITIES = ("low", "normal", "high", "critical")
_CATEGORIES = ("Product quality", "Wrong item", "Documents", "Web shop", "Machine stopped", "Other")
# What is written down for each part of the truth, where anything true is.
_WORDS = {
    "contact": "Nobody looked after them",
    "calls": "We were hard to reach",
    "billing": "Trouble with invoices",
    "reps": "Too many changes of contact person",
    "attention": "Felt unimportant to us",
    "delivery": "Late deliveries",
    "service": "Unsolved problems",
    "rivals": "Went to a competitor",
    "base": "Unknown",
}
_ENDINGS = ("Closed", "Moved away", "Bought by another firm")
_RUMOURS = {"reorganised": 0.006, "acquired": 0.001, "moving": 0.0015, "closing": 0.0005}  # a month
_MISTAKEN = 0.35  # pauses during which the account is written off, if they last


def make_tickets(
    accounts: Accounts, trouble: Trouble, fates: Fates, pauses: Pauses, clock: Clock, seed: int
) -> pd.DataFrame:
    """Tickets: account, at, resolved, reopened (NaN where not), severity, category. A reopened one is resolved last."""
    chance = stream(seed, "tickets")
    bad = trouble.of("service")
    needs = np.exp(chance.normal(-2.5, 0.4, len(accounts)))
    rate = needs[:, None] * np.array([0.8, 1.1, 1.8])[accounts.segment][:, None] + 1.8 * bad
    account, at = happenings(chance, rate, clock)
    kept = (at < fates.left[account]) & (at < clock.end) & (at >= accounts.opened[account])
    account, at = account[kept], at[kept]
    bad = bad[account, clock.month_of(at)]
    resolved = at + 0.1 + np.exp(chance.normal(np.log(2.2), 0.9, len(at))) * (1 + 16 * bad)
    resolved = np.maximum(clock.at_work(chance, resolved), at + 0.05)
    again = chance.random(len(at)) < 0.05 + 0.30 * bad
    reopened = np.where(again, clock.at_work(chance, resolved + 1 + chance.gamma(1.5, 3, len(at))), np.nan)
    resolved = np.where(
        again, clock.at_work(chance, reopened + 2 + chance.gamma(1.5, 4, len(at)) * (1 + 3 * bad)), resolved
    )
    grave = np.clip(chance.normal(0.9, 0.75, len(at)) + 1.1 * bad, 0, 3.49).round().astype(int)
    tickets = pd.DataFrame(
        {
            "account": account,
            "at": at,
            "resolved": resolved,
            "reopened": reopened,
            "severity": np.array(_SEVERITIES, dtype=object)[grave],
            "category": np.array(_CATEGORIES, dtype=object)[chance.integers(0, len(_CATEGORIES), len(at))],
        }
    )
    tickets = tickets[~pauses.hold(account, at)]
    return tickets.sort_values(["account", "at"], kind="stable", ignore_index=True)


def make_signals(
    accounts: Accounts, trouble: Trouble, fates: Fates, pauses: Pauses, persons: Persons, clock: Clock, seed: int
) -> pd.DataFrame:
    """Other signs: account, at, kind, person (-1: about nobody), recorded."""
    chance = stream(seed, "signals")
    rival = trouble.of("rivals")
    worst = trouble.severity.max(axis=0)
    well = 1 - worst
    there = np.clip(clock.edges[1:] - accounts.opened[:, None], 0, 30) / 30
    rates = {
        "referral": 0.012 * well,
        "reference": 0.008 * well,
        "competitor_seen": 0.008 + 1.1 * rival,
        "complaint": 0.010 + 0.35 * worst,
        "review_meeting": np.array([0.02, 0.05, 0.12])[accounts.segment][:, None] * (1 - 0.7 * trouble.of("contact")),
        "upsell": 0.03 * well,
    }
    # Rumours, and what needs not end anything: no more than that is known before an account closes or moves away.
    rates |= {kind: np.full_like(well, often) for kind, often in _RUMOURS.items()}
    parts = []
    for kind, rate in rates.items():
        account, at = happenings(chance, rate * there, clock)
        parts.append(pd.DataFrame({"account": account, "at": at, "kind": kind}))
    parts.append(persons.departures(clock, stream(seed, "departures")))
    signals = pd.concat(parts, ignore_index=True).fillna({"person": -1})
    at = signals["at"].to_numpy()
    signals = signals[(at < fates.left[signals["account"]]) & (at < clock.end)]
    signals = signals.sort_values(["account", "at"], kind="stable", ignore_index=True)
    number = len(signals)
    at = signals["at"].to_numpy()
    late = clock.at_work(chance, at + 1 + chance.gamma(1.2, 6, number))
    signals = signals.assign(recorded=np.where(chance.random(number) < 0.25, late, at))
    return signals[~pauses.hold(signals["account"].to_numpy(), at)]


def make_losses(fates: Fates, pauses: Pauses, clock: Clock, names: np.ndarray, seed: int) -> pd.DataFrame:
    """The losses that somebody wrote down, weeks after, in the columns of the contract; causes are not always true.

    Nor are all losses: some accounts were taken for closed when they only paused.
    """
    chance = stream(seed, "losses")
    account = np.flatnonzero(np.isfinite(fates.left))
    why, left = fates.why[account], fates.left[account]
    forced = why == PARTS.index("involuntary")
    noticed = chance.random(len(account)) < np.where(forced, 0.6, 0.42)
    recorded = clock.at_work(chance, left + 15 + chance.gamma(2, 35, len(account)))
    luck = chance.random((2, len(account)))
    words = np.array([_WORDS.get(part, "") for part in PARTS], dtype=object)[why]
    words = np.where(luck[0] < 0.18, "Price", np.where(luck[0] < 0.30, "Unknown", words))
    words = np.where(forced, np.array(_ENDINGS, dtype=object)[(luck[1] * len(_ENDINGS)).astype(int)], words)
    losses = pd.DataFrame(
        {
            "account": account,
            "lost_on": clock.days(np.minimum(left + 10 * luck[1], clock.end - 1)),
            "cause": words,
            "kind": np.where(forced, "involuntary", "voluntary"),
            "recorded_at": clock.times(recorded, clock.end),
        }
    )
    losses = pd.concat([losses[noticed & (recorded < clock.end)], _mistaken(fates, pauses, clock, seed)])
    losses = losses.sort_values(["account", "lost_on"], kind="stable", ignore_index=True)
    return losses.assign(account_id=names[losses["account"]])


def _mistaken(fates: Fates, pauses: Pauses, clock: Clock, seed: int) -> pd.DataFrame:
    """Losses written down of accounts that paused, by somebody who found their doors shut."""
    chance = stream(seed, "losses in pauses")
    account, number = pauses.account, len(pauses)
    lost = pauses.starts + 3 + 10 * chance.random(number)
    recorded = clock.at_work(chance, lost + 25 + chance.gamma(2, 15, number))
    mistaken = (chance.random(number) < _MISTAKEN) & (recorded < pauses.ends) & (recorded < fates.left[account])
    forced = chance.random(number) < 0.5
    losses = pd.DataFrame(
        {
            "account": account,
            "lost_on": clock.days(lost),
            "cause": _ENDINGS[0],
            "kind": np.where(forced, "involuntary", "voluntary"),
            "recorded_at": clock.times(recorded),
        }
    )
    known: pd.DataFrame = losses[mistaken & (recorded < clock.end)]
    return known
