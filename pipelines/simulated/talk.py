"""Talk: who was in touch with whom, the calls that nobody took, and the hours that went to prospects instead."""

import numpy as np
import pandas as pd

from pipelines.simulated.causes import Trouble
from pipelines.simulated.clock import Clock, happenings, stream
from pipelines.simulated.covers import Covers
from pipelines.simulated.firm import Accounts
from pipelines.simulated.leaving import Fates
from pipelines.simulated.pauses import Pauses
from pipelines.simulated.persons import Persons
from pipelines.simulated.reps import Reps
from pipelines.simulated.spans import span_at
from pipelines.simulated.staff import Staff

_OUTBOUND = ("call", "email", "visit", "meeting", "event", "letter")
_OUTBOUND_SHARE = (0.42, 0.27, 0.15, 0.10, 0.04, 0.02)
_INBOUND_SHARE = (0.45, 0.55)
_WOOED, _WOOED_DAYS = 2.2, 90.0  # before the first sale: so many times the usual number of conversations
_STAYS_AWAY, _NEW = 0.8, 150.0  # of an unsettling new rep's conversations, and for how many days
_SHY = 0.35  # of the conversations that a rep leaves out when much goes wrong, for fear of it
_NEAR = 60  # days before a renewal, when even those are called whom nobody calls
_ASKED = 0.3  # requests of other kinds for each call
_FADES = 40.0  # days over which a rep stops calling an account that has gone without a word
_PROSPECTS = 9.0  # hours or visits a month that a rep spends on prospects when nobody presses


def make_contacts(
    accounts: Accounts,
    reps: Reps,
    covers: Covers,
    trouble: Trouble,
    fates: Fates,
    pauses: Pauses,
    persons: Persons,
    staff: Staff,
    invoices: pd.DataFrame,
    clock: Clock,
    seed: int,
) -> pd.DataFrame:
    """Conversations, invoices and newsletters: account, at, channel, direction, rep and person (-1 for none), recorded.

    Who pauses does not get in touch; the rep goes on, and while the rep is away, the one who covers does. Reps are
    numbered first, then the staff.
    """
    parts = (
        _outbound(accounts, reps, trouble, fates, clock, stream(seed, "outbound")),
        _wooing(accounts, stream(seed, "wooing")),
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
    helped = staff.instead(account, at, accounts, trouble, clock, stream(seed, "staff in touch"))
    # Where a new rep has not shown up, nobody speaks with them, or somebody in service does.
    chance = stream(seed, "new reps")
    is_ours = spoken & (contacts["direction"] == "outbound").to_numpy()
    away = is_ours & (chance.random(len(at)) < _STAYS_AWAY * _unmet(reps, trouble, clock, account, at))
    helped = np.where(away, staff.somebody(account, accounts), helped)
    missed = away & (chance.random(len(at)) < 0.5)
    rep = np.where(spoken & (rep >= 0) & (helped >= 0), len(reps) + helped, rep)
    person = np.where(spoken, persons.of(account, at, stream(seed, "persons in touch")), -1)
    chance = stream(seed, "contacts recorded")
    # Reps write up their visits when they find the time, often on Friday, now and then weeks later.
    late = spoken & (chance.random(len(at)) < 0.15)
    recorded = np.where(late, clock.at_work(chance, at + 1 + chance.gamma(1.2, 5, len(at))), at)
    paused = contacts.pop("paused")
    return contacts.assign(rep=rep, person=person, recorded=recorded)[~paused & ~missed]


def _outbound(
    accounts: Accounts, reps: Reps, trouble: Trouble, fates: Fates, clock: Clock, chance: np.random.Generator
) -> pd.DataFrame:
    rate = accounts.touch[:, None] * _there(accounts, clock)
    rate = rate * np.maximum(1 - 1.3 * trouble.of("contact"), 0.03) * (1 - 0.7 * trouble.of("attention"))
    rate *= 1 - _SHY * np.maximum.reduce([trouble.of(cause) for cause in ("service", "billing", "delivery")])
    seat = np.where(trouble.rep >= 0, reps.seat[np.maximum(trouble.rep, 0)], 0)
    pressed = trouble.pressure[seat, np.arange(clock.months)] * (accounts.segment == 2)[:, None]
    rate *= 1 + 0.25 * pressed  # what the small ones miss, the large ones get
    rate += (
        0.5 * accounts.touch[:, None] * trouble.of("contact") * _renews_soon(accounts, clock) * _there(accounts, clock)
    )
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


def _wooing(accounts: Accounts, chance: np.random.Generator) -> pd.DataFrame:
    """Before they buy for the first time, they are visited and called as they will never be again."""
    mean = np.where(accounts.opened > _WOOED_DAYS, _WOOED * accounts.touch * _WOOED_DAYS / 30, 0)
    account = np.repeat(np.arange(len(accounts)), chance.poisson(mean))
    at = np.floor(accounts.opened[account] - _WOOED_DAYS * chance.random(len(account))) + 1 / 3
    at += chance.random(len(account)) / 3
    channel = np.array(["visit", "meeting", "call", "email"], dtype=object)[chance.integers(0, 4, len(at))]
    return pd.DataFrame({"account": account, "at": at, "channel": channel, "direction": "outbound", "paused": False})


def _unmet(reps: Reps, trouble: Trouble, clock: Clock, account: np.ndarray, at: np.ndarray) -> np.ndarray:
    """0 to 1 for each conversation: how unsettling the rep's coming was, for some months after it."""
    held = span_at(reps.account, reps.starts, reps.ends, account, at)
    is_new = (held >= 0) & (at - reps.starts[np.maximum(held, 0)] < _NEW)
    return np.where(is_new, np.minimum(2 * trouble.of("reps")[account, clock.month_of(at)], 1), 0)


def _renews_soon(accounts: Accounts, clock: Clock) -> np.ndarray:
    """[accounts, months] 1 where a yearly contract ends within days of the month's beginning, else 0."""
    day = np.array([(start - start.astype("datetime64[Y]")).astype(int) for start in clock.month_starts])
    soon: np.ndarray = ((accounts.renewal[:, None] - day) % 365 < _NEAR).astype(float)
    return soon


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
    """Calls from accounts that reached nobody, and other requests: account, at, returned (NaN: never), channel, rep."""
    how = (accounts, reps, covers, trouble, fates, pauses, clock)
    rung = _requests(*how, 1.0, stream(seed, "calls")).assign(channel="call")
    chance = stream(seed, "requests")
    asked = _requests(*how, _ASKED, chance)
    channel = np.array(["email", "quote", "document"], dtype=object)[chance.choice(3, len(asked), p=(0.5, 0.3, 0.2))]
    calls = pd.concat([rung, asked.assign(channel=channel)], ignore_index=True)
    return calls.sort_values(["account", "at"], kind="stable", ignore_index=True)


def _requests(
    accounts: Accounts,
    reps: Reps,
    covers: Covers,
    trouble: Trouble,
    fates: Fates,
    pauses: Pauses,
    clock: Clock,
    part: float,
    chance: np.random.Generator,
) -> pd.DataFrame:
    bad = trouble.of("calls")
    often = np.exp(chance.normal(-0.35, 0.4, len(accounts)))
    rate = often[:, None] * _there(accounts, clock)
    # Who is not rung back rings again.
    rate = (rate + 2.2 * bad) * (1 + 0.8 * trouble.of("service") + 0.5 * trouble.of("billing"))
    account, at = happenings(chance, part * rate, clock)
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
    answered: pd.DataFrame = calls[~pauses.hold(account, at)]
    return answered


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
