"""Talk: who was in touch with whom, the calls that nobody took, and the hours that went to prospects instead."""

import numpy as np
import pandas as pd

from pipelines.simulated.causes import Trouble
from pipelines.simulated.clock import Clock, happenings, stream
from pipelines.simulated.covers import Covers
from pipelines.simulated.firm import Accounts
from pipelines.simulated.leaving import Fates
from pipelines.simulated.pauses import Pauses
from pipelines.simulated.reps import Reps

_OUTBOUND = ("call", "email", "visit", "meeting", "event", "letter")
_OUTBOUND_SHARE = (0.42, 0.27, 0.15, 0.10, 0.04, 0.02)
_INBOUND_SHARE = (0.45, 0.55)
_FADES = 40.0  # days over which a rep stops calling an account that has gone without a word
_PROSPECTS = 9.0  # hours or visits a month that a rep spends on prospects when nobody presses


def make_contacts(
    accounts: Accounts,
    reps: Reps,
    covers: Covers,
    trouble: Trouble,
    fates: Fates,
    pauses: Pauses,
    invoices: pd.DataFrame,
    clock: Clock,
    seed: int,
) -> pd.DataFrame:
    """Conversations, invoices and newsletters: account, at, channel, direction, rep (-1 for none), recorded.

    Who pauses does not get in touch; the rep goes on, and while the rep is away, the one who covers does.
    """
    parts = (
        _outbound(accounts, trouble, fates, clock, stream(seed, "outbound")),
        _inbound(accounts, trouble, fates, pauses, clock, stream(seed, "inbound")),
        invoices[["account", "at", "paused"]].assign(channel="invoice", direction="outbound"),
        _newsletters(accounts, fates, clock, stream(seed, "newsletters")),
    )
    contacts = pd.concat(parts, ignore_index=True)
    at = contacts["at"].to_numpy()
    contacts = contacts[(at >= 0) & (at < clock.end)]
    contacts = contacts.sort_values(["account", "at"], kind="stable", ignore_index=True)
    at = contacts["at"].to_numpy()
    spoken = ~contacts["channel"].isin(["invoice", "newsletter"]).to_numpy()
    account = contacts["account"].to_numpy()
    rep = np.where(spoken, covers.of(account, at, reps.of(account, at)), -1)
    chance = stream(seed, "contacts recorded")
    # Reps write up their visits when they find the time, often on Friday, now and then weeks later.
    late = spoken & (chance.random(len(at)) < 0.15)
    recorded = np.where(late, clock.at_work(chance, at + 1 + chance.gamma(1.2, 5, len(at))), at)
    paused = contacts.pop("paused")
    return contacts.assign(rep=rep, recorded=recorded)[~paused]


def _outbound(
    accounts: Accounts, trouble: Trouble, fates: Fates, clock: Clock, chance: np.random.Generator
) -> pd.DataFrame:
    rate = accounts.touch[:, None] * _there(accounts, clock)
    rate = rate * np.maximum(1 - 1.3 * trouble.of("contact"), 0.03) * (1 - 0.7 * trouble.of("attention"))
    rate *= np.where(trouble.rep >= 0, 1, 0.25)
    account, at = happenings(chance, rate, clock)
    # After an account has left, its rep goes on for a while, then lets it rest.
    silent = np.maximum(at - fates.left[account], 0)
    kept = chance.random(len(at)) < np.exp(-silent / _FADES)
    account, at = account[kept], at[kept]
    channel = np.array(_OUTBOUND, dtype=object)[chance.choice(len(_OUTBOUND), len(at), p=_OUTBOUND_SHARE)]
    return pd.DataFrame({"account": account, "at": at, "channel": channel, "direction": "outbound", "paused": False})


def _inbound(
    accounts: Accounts, trouble: Trouble, fates: Fates, pauses: Pauses, clock: Clock, chance: np.random.Generator
) -> pd.DataFrame:
    # Whom nobody calls has little to answer to.
    rate = 0.35 * accounts.touch[:, None] * _there(accounts, clock) * np.maximum(1 - 1.2 * trouble.of("contact"), 0.05)
    account, at = happenings(chance, rate, clock)
    kept = at < fates.left[account] + 10
    account, at = account[kept], at[kept]
    channel = np.array(["call", "email"], dtype=object)[chance.choice(2, len(at), p=_INBOUND_SHARE)]
    paused = pauses.hold(account, at)
    return pd.DataFrame({"account": account, "at": at, "channel": channel, "direction": "inbound", "paused": paused})


def _newsletters(accounts: Accounts, fates: Fates, clock: Clock, chance: np.random.Generator) -> pd.DataFrame:
    reads = np.flatnonzero(chance.random(len(accounts)) < 0.5)
    sent = clock.edges[:-1] + 5 + chance.random(clock.months) / 2 + 8 / 24
    account, month = np.repeat(reads, clock.months), np.tile(np.arange(clock.months), len(reads))
    kept = (sent[month] > accounts.opened[account] + 30) & (sent[month] < fates.left[account] + 120)
    sent = sent[month[kept]]
    return pd.DataFrame(
        {"account": account[kept], "at": sent, "channel": "newsletter", "direction": "outbound", "paused": False}
    )


def make_calls(
    accounts: Accounts,
    reps: Reps,
    covers: Covers,
    trouble: Trouble,
    fates: Fates,
    pauses: Pauses,
    clock: Clock,
    seed: int,
) -> pd.DataFrame:
    """Calls from accounts that reached nobody: account, at, returned (NaN for never), rep."""
    chance = stream(seed, "calls")
    bad = trouble.of("calls")
    often = np.exp(chance.normal(-0.35, 0.4, len(accounts)))
    rate = often[:, None] * _there(accounts, clock)
    # Who is not rung back rings again.
    rate = (rate + 2.2 * bad) * (1 + 0.8 * trouble.of("service") + 0.5 * trouble.of("billing"))
    account, at = happenings(chance, rate, clock)
    kept = (at < fates.left[account]) & (at < clock.end)
    account, at = account[kept], at[kept]
    bad = bad[account, clock.month_of(at)]
    ignored = chance.random(len(at)) < 0.05 + 0.90 * bad
    soon = np.exp(chance.normal(np.log(0.12), 1.2, len(at))) * (1 + 4 * bad)
    forgotten = chance.random(len(at)) < 0.75
    returned = clock.at_work(chance, at + np.where(ignored, 5 + chance.gamma(1.5, 10, len(at)), soon))
    same_day = ~ignored & (soon < 0.3)
    returned = np.where(same_day, np.minimum(at + soon, np.floor(at) + 18.5 / 24), np.maximum(returned, at + 0.1))
    returned = np.where(ignored & forgotten, np.nan, np.maximum(returned, at + 0.002))
    rep = covers.of(account, at, reps.of(account, at))
    calls = pd.DataFrame({"account": account, "at": at, "returned": returned, "rep": rep})
    calls = calls[~pauses.hold(account, at)]
    return calls.sort_values(["account", "at"], kind="stable", ignore_index=True)


def make_prospecting(reps: Reps, trouble: Trouble, clock: Clock, seed: int) -> pd.DataFrame:
    """What reps did to win new customers: rep, at."""
    chance = stream(seed, "prospecting")
    hunts = np.exp(chance.normal(0, 0.25, len(reps)))
    rate = _PROSPECTS * hunts[:, None] * (1 + 3.5 * trouble.pressure[reps.seat])
    here = np.clip(
        (np.minimum(reps.left[:, None], clock.edges[1:]) - np.maximum(reps.hired[:, None], clock.edges[:-1]))
        / np.diff(clock.edges),
        0,
        1,
    )
    rep, at = happenings(chance, rate * here, clock)
    kept = (at >= reps.hired[rep]) & (at < reps.left[rep]) & (at < clock.end)
    hours = pd.DataFrame({"rep": rep[kept], "at": at[kept]})
    return hours.sort_values(["rep", "at"], kind="stable", ignore_index=True)


def _there(accounts: Accounts, clock: Clock) -> np.ndarray:
    """[accounts, months] the share of each month since the account was opened; 0 before."""
    share: np.ndarray = np.clip((clock.edges[1:] - accounts.opened[:, None]) / np.diff(clock.edges), 0, 1)
    return share
