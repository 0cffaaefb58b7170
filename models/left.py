"""Left: when an account counts as gone, who can still leave, and who did."""

from dataclasses import dataclass

import numpy as np

from features.compute.block import Block
from features.cycle import OWN_GAPS, cycle, gaps, since_order
from features.kernels.gaps import Days
from features.kernels.grid import OLDEST, Floats, Grid
from features.kernels.terms import spells
from features.kernels.windows import in_window
from features.language.measure import Columns, Measure
from features.language.of_rows import DaysSinceFirst
from features.language.of_terms import OfContracts, contract_terms, days_since_first, days_since_taken
from features.language.rows import calls, contacts, invoices, openings, placed, signals, tickets
from features.language.tongue import tr
from models.definition import Left, PaceBy
from models.losses import Losses, days_since_loss, loss_measures

_TAKEN = OfContracts(days_since_taken, ())
_BEGINNINGS: dict[str, Measure] = {
    "orders": DaysSinceFirst(placed),
    "contracts": OfContracts(days_since_first, ()),
}
_FIRST_SEEN = {rows.table.name: DaysSinceFirst(rows) for rows in (contacts, calls, invoices, tickets, signals)}
_OPENED = DaysSinceFirst(openings)


@dataclass(frozen=True)
class Watch:
    """Who is watched, for how long, and why the others are not; all [accounts, snapshots].

    outlook: days from as_of, 0 where not watched. cause: why not, '' where watched. pace: one of PACES. By orders,
    early ones are silent for no longer than one usual cycle, new ones have too few gaps for a cycle of their own. By
    contracts, early ones have more than a horizon to the end of one of which nobody gave notice, new ones are in their
    first term. Whoever is neither early nor new is overdue.
    """

    outlook: np.ndarray
    cause: np.ndarray
    pace: np.ndarray

    @property
    def at_risk(self) -> np.ndarray:
        return self.outlook > 0


@dataclass(frozen=True)
class Outcome:
    """What became of each watched account, by what is known on the newest as_of; all [accounts, snapshots].

    left: 1, 0, or NaN while the label is not complete. kind: position in KINDS of the loss that explains a leaving; -1:
    none does, or it has no kind. known_age: the age of the day on which that loss was recorded; NaN: none does.
    told_age: the age of the day on which the first of all losses that tell of a leaving was recorded, where nothing but
    losses tells; NaN elsewhere.
    """

    left: Floats
    kind: np.ndarray
    known_age: Floats
    told_age: Floats


def needed(left: Left, columns: Columns) -> tuple[Measure, ...]:
    """What a block must be asked for, so that it can be said who is watched and who left."""
    found: list[Measure] = []
    if "orders" in columns:
        found += [since_order, cycle, gaps]
    if "contracts" in columns:
        found += [contract_terms(columns), _TAKEN]
    if left.by == "losses":
        found += _signs_of_a_customer(columns)
    return (*found, *loss_measures(columns))


def watch(block: Block, left: Left) -> Watch:
    """Who could still leave on each as_of, by what was known then. The block must have been asked for `needed`."""
    outlook = np.full((block.keys, block.grid.snapshots), left.horizon_days, dtype=np.int64)
    cause = np.full(outlook.shape, "", dtype=object)
    match left.by:
        case "cycle":
            usual = np.nan_to_num(block.dense(cycle))
            outlook = np.maximum(outlook, np.ceil(left.k * usual).astype(np.int64))
            cause[block.dense(since_order) > outlook] = tr("Already gone: silent for longer than its outlook")
            rare = outlook > left.longest_outlook
            cause[rare] = orders_too_rarely(left)
        case "silence":
            gone = tr("Already gone: no order in {days} days", days=left.active_days)
            cause[block.dense(since_order) > left.active_days] = gone
        case "contract":
            known = contract_terms(block.columns).in_force(block, left.grace_days)
            lapsed = known.days_lapsed
            cause[lapsed > 0] = tr("Between contracts, for no longer than {days} days so far", days=left.grace_days)
            cause[lapsed > left.grace_days] = tr("Already gone: no contract in force")
            cause[np.isnan(lapsed)] = tr("Never had a contract")
            cause[known.is_to_begin & ~(lapsed <= 0)] = tr("Its contract is signed and still to begin")
        case "losses":
            cause[~_is_customer(block)] = tr("No customer yet")
    if left.by != "contract":  # there, who has a contract in force is there, whatever is on record
        cause[_is_lost(block)] = tr("Already gone: recorded as lost")
    if left.table == "orders":
        cause[np.isnan(block.dense(since_order))] = tr("Never ordered")
    return Watch(np.where(cause == "", outlook, 0).astype(np.int32), cause, _pace(block, left))


def orders_too_rarely(left: Left) -> str:
    """Why an account with too long an outlook is not watched."""
    return tr("Orders too rarely to be judged within {days} days", days=left.longest_outlook)


def outcome(block: Block, outlook: np.ndarray, left: Left, wait: int = 0) -> Outcome:
    """Who left and, where a loss on record explains it, in which way. The block must have been asked for `needed`.

    The outlook was fixed by what was known on as_of, and whether it has passed by the calendar, so no outcome decides
    which rows count. A loss explains the silence in which it falls, and no other: from the account's last sign of life
    before it left (an order, a contract taken) until its next one. Where losses decide, so does one of before
    as_of of which nobody knew yet, if there was no sign of life since: the account had gone already, or went in time.

    wait: days after the outlook until its losses usually are on record, `models.late.days_to_wait`.
    """
    ages = block.grid.ages
    passed = (outlook > 0) & (outlook + left.days_of_grace + wait <= ages)
    known = Losses.of(block)
    told = np.full(outlook.shape, np.nan)
    match left.by:
        case "cycle" | "silence":
            next_order = days_until_next(gaps.days_of(block), block.keys, block.grid)
            gone = next_order >= outlook
            found = known.latest(ages + block.dense(since_order), ages - next_order)
        case "contract":
            lasting = spells(contract_terms(block.columns).terms_of(block), left.grace_days)
            spell = lasting.at(block.keys, ages)
            gone = np.append(lasting.ends, np.inf)[spell] - 1 > ages - outlook
            found = known.latest(np.append(lasting.last_starts, np.nan)[spell], lasting.next_begins(spell))
        case "losses":
            # On whoever is at risk no loss since the last sign of life is on record, so these are all still to come to
            # light.
            since, before = ages + _days_silent(block), ages - outlook
            found, told = known.first(since, before), known.first_recorded(since, before)
            gone = found >= 0
    found = np.where(passed & gone, found, -1)
    return Outcome(
        np.where(passed, gone.astype(np.float64), np.nan),
        np.append(known.kinds, -1)[found],
        np.append(known.known.astype(np.float64), np.nan)[found],
        np.where(passed, told, np.nan),
    )


def _pace(block: Block, left: Left) -> np.ndarray:
    match left.pace_by(block.columns):
        case PaceBy.orders:
            is_early = block.dense(since_order) <= block.dense(cycle)
            is_new = block.dense(gaps) < OWN_GAPS
        case PaceBy.contracts:
            known = contract_terms(block.columns).in_force(block, left.grace_days)
            is_early, is_new = known.days_left > left.horizon_days, known.is_first_term
        case PaceBy.nothing:
            is_early, is_new = np.ones((block.keys, block.grid.snapshots), dtype=bool), np.zeros(1, dtype=bool)
    return np.where(is_new, "new", np.where(is_early, "early", "overdue"))


def _is_lost(block: Block) -> np.ndarray:
    """Whether a loss was on record on each as_of, and no sign of life on a later day."""
    return np.asarray(days_since_loss(block) <= _days_silent(block))


def _days_silent(block: Block) -> Floats:
    """Days since the last order, or since a contract was signed or began, to each as_of; inf: none was known."""
    silent = np.full((block.keys, block.grid.snapshots), np.inf)
    for table, last in (("orders", since_order), ("contracts", _TAKEN)):
        if table in block.columns:
            silent = np.fmin(silent, block.dense(last))
    return silent


def _is_customer(block: Block) -> np.ndarray:
    """Whether an account was a customer on each as_of, as far as anything tells; everybody where nothing does."""
    signs = [block.dense(measure) for measure in _signs_of_a_customer(block.columns)]
    if not signs:
        return np.ones((block.keys, block.grid.snapshots), dtype=bool)
    return np.asarray(~np.isnan(signs).all(axis=0))


def _signs_of_a_customer(columns: Columns) -> list[Measure]:
    """Its opening, orders and contracts; anything that is on record about it where nobody says when it was opened."""
    found: list[Measure] = [measure for table, measure in _BEGINNINGS.items() if table in columns]
    if "opened_on" in columns.get("accounts", set()):
        return [*found, _OPENED]
    return [*found, *(measure for table, measure in _FIRST_SEEN.items() if table in columns)]


def order_days(block: Block) -> Floats:
    """On how many different days each account had ordered, as each as_of knew it, [accounts, snapshots].

    As far back as the records go: of whoever was a customer before they begin, the first orders are missing. The block
    must have been asked for `needed`, and have orders.
    """
    days = gaps.days_of(block)
    codes, once = days.codes.astype(np.int32), np.ones(len(days.ages))
    return in_window(codes, days.ages, days.enters, once, OLDEST, block.keys, block.grid.ages)


def days_until_next(days: Days, keys: int, grid: Grid) -> Floats:
    """Days from each as_of to the account's next day with a row (0: that day), [keys, snapshots]; inf: none so far."""
    longest = int(max(days.ages.max(initial=0), grid.ages.max())) + 1
    timeline = days.codes * (longest + 1) - days.ages  # ascending: by account, oldest first
    wanted = np.arange(keys)[:, None] * (longest + 1) - grid.ages
    following = np.searchsorted(timeline, wanted, side="left")
    codes = np.append(days.codes, -1)[following]
    ages = np.append(days.ages, 0)[following]
    return np.where(codes == np.arange(keys)[:, None], grid.ages - ages, np.inf)
