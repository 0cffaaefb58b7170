"""Records: the simulated firm's tables as they come out of its systems, a few of their rows spoilt, and the truth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from features.tables import TABLES
from pipelines.simulated import dealings, talk, trade
from pipelines.simulated.account_history import accounts_table
from pipelines.simulated.assignments import assignments_table
from pipelines.simulated.blanks import leave_blank
from pipelines.simulated.causes import Trouble, make_trouble
from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.contracts import make_contracts
from pipelines.simulated.covers import Covers, make_covers
from pipelines.simulated.firm import Accounts, make_accounts
from pipelines.simulated.leaving import PARTS, Fates, make_fates
from pipelines.simulated.names import numbered
from pipelines.simulated.pauses import Pauses, make_pauses
from pipelines.simulated.persons import make_persons
from pipelines.simulated.rep_history import reps_table
from pipelines.simulated.reps import Reps, make_reps
from pipelines.simulated.samples import make_samples
from pipelines.simulated.staff import make_staff, staff_table

_SPOILT = 4000  # one row in so many of each kind of fault


@dataclass(frozen=True)
class Firm:
    """A simulated firm: what its accounts and reps are like, what went wrong, who left, and who was only away."""

    accounts: Accounts
    reps: Reps
    trouble: Trouble
    fates: Fates
    pauses: Pauses
    covers: Covers
    clock: Clock
    seed: int


def make_firm(number: int, clock: Clock, seed: int) -> Firm:
    """A firm of `number` accounts; the same seed makes the same firm."""
    accounts = make_accounts(number, clock, seed)
    reps = make_reps(accounts, clock, seed)
    trouble = make_trouble(accounts, reps, clock, seed)
    return Firm(
        accounts=accounts,
        reps=reps,
        trouble=trouble,
        fates=make_fates(accounts, trouble, clock, seed),
        pauses=make_pauses(accounts, clock, seed),
        covers=make_covers(reps, clock, seed),
        clock=clock,
        seed=seed,
    )


def records(firm: Firm) -> Iterator[tuple[str, pa.Table]]:
    """(name, table) of every table of the contract that the firm keeps, one at a time, as its systems give them out."""
    accounts, reps, trouble, fates, pauses, covers, clock, seed = (
        firm.accounts,
        firm.reps,
        firm.trouble,
        firm.fates,
        firm.pauses,
        firm.covers,
        firm.clock,
        firm.seed,
    )
    names = numbered("A", len(accounts))
    staff, persons = make_staff(clock, seed), make_persons(accounts, clock, seed)
    office_ids = numbered("S", len(staff))
    # The reps, then the staff; -1, nobody, takes the last.
    rep_ids = np.concatenate([numbered("R", len(reps)), office_ids, np.array([None])])
    person_ids = np.append(numbered("P", len(persons)), np.array([None]))

    master = accounts_table(accounts, reps, fates, names, rep_ids, clock, seed)
    yield "accounts", _table("accounts", leave_blank("accounts", master, master["account"].to_numpy(), seed))
    ours = [reps_table(reps, rep_ids, clock, seed), staff_table(staff, office_ids, clock, seed)]
    yield "reps", pa.concat_tables([_table("reps", rows) for rows in ours])

    orders = trade.make_orders(accounts, trouble, fates, pauses, clock, seed)
    ordered = trade.orders_table(orders, make_samples(accounts, fates, clock, seed), names, clock)
    ordered = leave_blank("orders", ordered, ordered["account"].to_numpy(), seed)
    yield "orders", _table("orders", _spoil(ordered, "ordered_at", "delivered_at", seed))
    del ordered
    invoices = trade.make_invoices(orders, accounts, trouble, fates, clock, seed)
    del orders
    contacts = talk.make_contacts(
        accounts,
        reps,
        covers,
        trouble,
        fates,
        pauses,
        persons,
        staff,
        invoices[["account", "at", "paused"]],
        clock,
        seed,
    )
    invoices = invoices[(invoices["recorded_at"] < pd.Timestamp(clock.ends_on)) & ~invoices["paused"]]
    invoices = invoices.assign(account_id=names[invoices["account"]])
    yield "invoices", _table("invoices", _spoil(invoices, "issued_at", "paid_at", seed))
    del invoices

    contacts = contacts[contacts["recorded"] < clock.end]
    talked = pd.DataFrame(
        {
            "account_id": names[contacts["account"]],
            "contacted_at": clock.times(contacts["at"].to_numpy()),
            "channel": contacts["channel"],
            "direction": contacts["direction"],
            "rep_id": rep_ids[contacts["rep"]],
            "person": person_ids[contacts["person"]],
            "recorded_at": clock.times(contacts["recorded"].to_numpy()),
        }
    )
    talked = leave_blank("contacts", talked, contacts["account"].to_numpy(), seed)
    del contacts
    yield "contacts", _table("contacts", _spoil(talked, "contacted_at", None, seed))
    del talked

    calls = talk.make_calls(accounts, reps, covers, trouble, fates, pauses, clock, seed)
    called = pd.DataFrame(
        {
            "account_id": names[calls["account"]],
            "called_at": clock.times(calls["at"].to_numpy()),
            "returned_at": clock.times(calls["returned"].to_numpy(), clock.end),
            "channel": calls["channel"],
            "rep_id": rep_ids[calls["rep"]],
        }
    )
    called = leave_blank("calls", called, calls["account"].to_numpy(), seed)
    yield "calls", _table("calls", _spoil(called, "called_at", "returned_at", seed))

    tickets = dealings.make_tickets(accounts, trouble, fates, pauses, clock, seed)
    reported = pd.DataFrame(
        {
            "account_id": names[tickets["account"]],
            "opened_at": clock.times(tickets["at"].to_numpy()),
            "resolved_at": clock.times(tickets["resolved"].to_numpy(), clock.end),
            "reopened_at": clock.times(tickets["reopened"].to_numpy(), clock.end),
            "severity": tickets["severity"],
            "category": tickets["category"],
        }
    )
    yield "tickets", _table("tickets", leave_blank("tickets", reported, tickets["account"].to_numpy(), seed))
    contracts = make_contracts(accounts, fates, clock, names, seed)
    contracts = leave_blank("contracts", contracts, contracts["account"].to_numpy(), seed)
    yield "contracts", _table("contracts", contracts)

    assignments = assignments_table(reps, covers, fates, names, rep_ids, clock, seed)
    yield "rep_assignments", _table("rep_assignments", assignments)
    prospecting = talk.make_prospecting(reps, trouble, clock, seed)
    hours = {
        "rep_id": rep_ids[prospecting["rep"]],
        "occurred_at": clock.times(prospecting["at"].to_numpy()),
    }
    yield "prospecting", _table("prospecting", pd.DataFrame(hours))
    signals = dealings.make_signals(accounts, trouble, fates, pauses, persons, clock, seed)
    signals = signals[signals["recorded"] < clock.end]
    signs = {
        "account_id": names[signals["account"]],
        "occurred_at": clock.times(signals["at"].to_numpy()),
        "kind": signals["kind"],
        "about": person_ids[signals["person"].astype(int)],
        "recorded_at": clock.times(signals["recorded"].to_numpy()),
    }
    yield "signals", _table("signals", pd.DataFrame(signs))
    yield "losses", _table("losses", dealings.make_losses(fates, pauses, clock, names, seed))


def truth(firm: Firm) -> pa.Table:
    """One row an account and month since it was opened: is it still there, and its true probability of leaving.

    The probabilities of an account that has gone are those it would have had: whether it is gone is not theirs to tell.
    An account that pauses has not left: it is there all the while, whatever anybody wrote down, unless it leaves then.
    """
    clock, accounts = firm.clock, firm.accounts
    row, month = np.nonzero(clock.edges[1:] > accounts.opened[:, None])
    left = firm.fates.left[row]
    why = np.append(np.array(PARTS, dtype=object), np.array([None]))[firm.fates.why]
    columns = {
        "account_id": numbered("A", len(accounts))[row],
        "month": month.astype(np.int32),
        "month_start": clock.month_starts[month],
        "is_there": left > clock.edges[month],
        **{f"p_{part}": firm.fates.adds[at][row, month] for at, part in enumerate(PARTS)},
        "p_total": firm.fates.total[row, month],
        "true_cycle": accounts.cycle[row],
        "left_at": clock.times(left, clock.end),
        "left_because": why[row],
    }
    return pa.table(columns)


def _spoil(table: pd.DataFrame, first: str, second: str | None, seed: int) -> pd.DataFrame:
    """The table with a few rows as real systems hold them: unknown account, no time, a second time before the first."""
    chance = stream(seed, f"spoilt {first}")
    table = table.reset_index(drop=True)
    few = max(1, len(table) // _SPOILT)
    row = chance.choice(len(table), min(3 * few, len(table)), replace=False)
    unknown, timeless, reversed_ = row[:few], row[few : 2 * few], row[2 * few :]
    table.loc[unknown, "account_id"] = [f"TEST-{number}" for number in range(len(unknown))]
    table.loc[timeless, first] = pd.NaT
    if second is not None:
        table.loc[reversed_, second] = table.loc[reversed_, first] - pd.Timedelta(days=2)
    return table


def _table(name: str, frame: pd.DataFrame) -> pa.Table:
    """The columns in the order of the contract, ids and texts as strings, times to the microsecond."""
    kinds = {"date": pa.date32(), "time": pa.timestamp("us"), "money": pa.float64(), "number": pa.float64()}
    columns = [column for column in TABLES[name].columns if column.name in frame]
    return pa.table(
        {
            column.name: pa.Array.from_pandas(frame[column.name], type=kinds.get(column.kind, pa.string()))
            for column in columns
        }
    )
