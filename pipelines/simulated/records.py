"""Records: the simulated firm's tables as they come out of its systems, a few of their rows spoilt, and the truth."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from features.tables import TABLES
from pipelines.simulated import dealings, talk, trade
from pipelines.simulated.causes import Trouble, make_trouble
from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.firm import Accounts, make_accounts
from pipelines.simulated.leaving import PARTS, Fates, make_fates
from pipelines.simulated.names import INDUSTRIES, REGIONS, SEGMENTS, firm_names, numbered, people
from pipelines.simulated.reps import Reps, make_reps

_SPOILT = 4000  # one row in so many of each kind of fault


@dataclass(frozen=True)
class Firm:
    """A simulated firm: what its accounts and reps are like, what went wrong, and who left."""

    accounts: Accounts
    reps: Reps
    trouble: Trouble
    fates: Fates
    clock: Clock
    seed: int


def make_firm(number: int, clock: Clock, seed: int) -> Firm:
    """A firm of `number` accounts; the same seed makes the same firm."""
    accounts = make_accounts(number, clock, seed)
    reps = make_reps(accounts, clock, seed)
    trouble = make_trouble(accounts, reps, clock, seed)
    return Firm(accounts, reps, trouble, make_fates(accounts, trouble, clock, seed), clock, seed)


def records(firm: Firm) -> Iterator[tuple[str, pa.Table]]:
    """(name, table) of every table of the contract that the firm keeps, one at a time, as its systems give them out."""
    accounts, reps, trouble, fates, clock, seed = (
        firm.accounts,
        firm.reps,
        firm.trouble,
        firm.fates,
        firm.clock,
        firm.seed,
    )
    names = numbered("A", len(accounts))
    rep_ids = np.append(numbered("R", len(reps)), np.array([None]))  # -1, no rep, takes the last

    yield "accounts", _table("accounts", _accounts_table(firm, names, rep_ids))
    yield "reps", _table("reps", _reps_table(firm, rep_ids))

    orders = trade.make_orders(accounts, trouble, fates, clock, seed)
    known = orders["recorded"] < clock.end
    spoilt = _spoil(trade.orders_table(orders[known], names, clock), "ordered_at", "delivered_at", seed)
    yield "orders", _table("orders", spoilt)
    invoices = trade.make_invoices(orders, accounts, trouble, fates, clock, seed)
    del orders
    contacts = talk.make_contacts(accounts, reps, trouble, fates, invoices[["account", "at"]], clock, seed)
    invoices = invoices.drop(columns="at").assign(account_id=names[invoices["account"]]).drop(columns="account")
    invoices = invoices[invoices["recorded_at"] < pd.Timestamp(clock.ends_on)]
    yield "invoices", _table("invoices", _spoil(invoices, "issued_at", "paid_at", seed))
    del invoices

    contacts = contacts[contacts["recorded"] < clock.end]
    contacts = pd.DataFrame(
        {
            "account_id": names[contacts["account"]],
            "contacted_at": clock.times(contacts["at"].to_numpy()),
            "channel": contacts["channel"],
            "direction": contacts["direction"],
            "rep_id": rep_ids[contacts["rep"]],
            "recorded_at": clock.times(contacts["recorded"].to_numpy()),
        }
    )
    yield "contacts", _table("contacts", _spoil(contacts, "contacted_at", None, seed))
    del contacts

    calls = talk.make_calls(accounts, reps, trouble, fates, clock, seed)
    calls = pd.DataFrame(
        {
            "account_id": names[calls["account"]],
            "called_at": clock.times(calls["at"].to_numpy()),
            "returned_at": clock.times(calls["returned"].to_numpy(), clock.end),
            "rep_id": rep_ids[calls["rep"]],
        }
    )
    yield "calls", _table("calls", _spoil(calls, "called_at", "returned_at", seed))

    tickets = dealings.make_tickets(accounts, trouble, fates, clock, seed)
    tickets = pd.DataFrame(
        {
            "account_id": names[tickets["account"]],
            "opened_at": clock.times(tickets["at"].to_numpy()),
            "resolved_at": clock.times(tickets["resolved"].to_numpy(), clock.end),
            "reopened_at": clock.times(tickets["reopened"].to_numpy(), clock.end),
            "severity": tickets["severity"],
            "category": tickets["category"],
        }
    )
    yield "tickets", _table("tickets", tickets)
    yield "contracts", _table("contracts", dealings.make_contracts(accounts, fates, clock, names, seed))

    # Long after an account has gone, somebody strikes it off its rep's list.
    struck = np.floor(fates.left + 200 + 200 * stream(seed, "struck off").random(len(accounts)))[reps.account]
    held = (reps.starts < clock.end) & (reps.starts < struck)
    assignments = {
        "account_id": names[reps.account[held]],
        "rep_id": rep_ids[reps.rep[held]],
        "starts_at": clock.times(reps.starts[held]),
        "ends_at": clock.times(np.minimum(reps.ends, struck)[held], clock.end),
    }
    yield "rep_assignments", _table("rep_assignments", pd.DataFrame(assignments))
    prospecting = talk.make_prospecting(reps, trouble, clock, seed)
    hours = {
        "rep_id": rep_ids[prospecting["rep"]],
        "occurred_at": clock.times(prospecting["at"].to_numpy()),
    }
    yield "prospecting", _table("prospecting", pd.DataFrame(hours))
    signals = dealings.make_signals(accounts, trouble, fates, clock, seed)
    signals = signals[signals["recorded"] < clock.end]
    signs = {
        "account_id": names[signals["account"]],
        "occurred_at": clock.times(signals["at"].to_numpy()),
        "kind": signals["kind"],
        "recorded_at": clock.times(signals["recorded"].to_numpy()),
    }
    yield "signals", _table("signals", pd.DataFrame(signs))
    yield "losses", _table("losses", dealings.make_losses(fates, clock, names, seed))


def truth(firm: Firm) -> pa.Table:
    """One row an account and month since it was opened: is it still there, and its true probability of leaving.

    The probabilities of an account that has gone are those it would have had: whether it is gone is not theirs to tell.
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


def _accounts_table(firm: Firm, names: np.ndarray, rep_ids: np.ndarray) -> pd.DataFrame:
    accounts = firm.accounts
    chance = stream(firm.seed, "names")
    seller = firm.reps.of(np.arange(len(accounts)), accounts.opened)
    return pd.DataFrame(
        {
            "account_id": names,
            "name": firm_names(chance, accounts.industry, accounts.region),
            "segment": np.array(SEGMENTS, dtype=object)[accounts.segment],
            "industry": np.array(INDUSTRIES, dtype=object)[accounts.industry],
            "region": np.array(REGIONS, dtype=object)[accounts.region],
            "opened_on": firm.clock.days(accounts.opened),
            "sold_by_rep_id": rep_ids[seller],
        }
    )


def _reps_table(firm: Firm, rep_ids: np.ndarray) -> pd.DataFrame:
    reps, chance = firm.reps, stream(firm.seed, "people")
    regions = np.array(REGIONS, dtype=object)
    per_region = np.bincount(reps.region, minlength=len(REGIONS))
    # A team is a region, or half of one where it is large; its manager outlasts the reps.
    team = np.where(reps.seat % 2 == 0, 0, 1) * (per_region[reps.region] > 60)
    managers = people(stream(firm.seed, "managers"), 2 * len(REGIONS)).reshape(len(REGIONS), 2)
    return pd.DataFrame(
        {
            "rep_id": rep_ids[:-1],
            "name": people(chance, len(reps)),
            "hired_on": firm.clock.days(reps.hired),
            "left_on": firm.clock.days(reps.left - 3, firm.clock.end),  # the Friday before
            "manager": managers[reps.region, team],
            "team": [f"{regions[region]} {part + 1}" for region, part in zip(reps.region, team, strict=True)],
        }
    )


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
