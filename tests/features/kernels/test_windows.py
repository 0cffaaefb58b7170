"""Running sums and minima give what a slow walk over the rows gives, for every kind of measure."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from ibis import _

from features.compute.run import blocks
from features.kernels.grid import Grid
from features.language.in_force import REP, DaysHeld, Handovers, OfCurrent
from features.language.measure import Measure
from features.language.of_days import DaysAfter, Gap, GapsLonger
from features.language.of_rows import Amount, Count, DaysSinceFirst, DaysSinceLast, Distinct, OldestOpen
from features.language.rows import assignments, calls, contacts, contracts, invoices, orders
from features.language.shared import REGION, SEGMENT, SELLER, Pooled, at_rep
from features.tables import TABLES
from tests.features.random_firm import ACCOUNTS, DAY, NEWEST, random_firm
from tests.features.worked import InMemory, as_arrow

SNAPSHOTS = 5
SEEDS = range(3)


def computed(measure: Measure, firm: dict[str, pd.DataFrame]) -> np.ndarray:
    engine = InMemory({name: as_arrow(frame, TABLES[name]) for name, frame in firm.items()})
    (block,) = blocks(engine, [measure], Grid(NEWEST.date(), 30, SNAPSHOTS))
    return block.dense(measure)


def as_known(
    frame: pd.DataFrame, happened: str, as_of: pd.Timestamp, second_times: tuple[str, ...] = ()
) -> pd.DataFrame:
    """The rows that the firm knew before as_of; second times that had not come are null."""
    times = [name for name in ("recorded_at", happened) if name in frame]
    known = frame[frame[times].max(axis=1) < as_of].copy()
    for name in second_times:
        known[name] = known[name].where(known[name] < as_of)
    return known.assign(days_ago=(as_of - known[happened].dt.normalize()).dt.days)


def walk(firm, table, happened, number, second_times=()):  # type: ignore[no-untyped-def]
    """[accounts, snapshots]: `number` of each account's rows as known on each as_of."""
    found = np.full((len(ACCOUNTS), SNAPSHOTS), np.nan)
    for snapshot in range(SNAPSHOTS):
        as_of = NEWEST - snapshot * 30 * DAY
        rows = as_known(firm[table], happened, as_of, second_times)
        for position, account in enumerate(ACCOUNTS):
            found[position, SNAPSHOTS - 1 - snapshot] = number(rows[rows["account_id"] == account], as_of)
    return found


def within(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    return rows[rows["days_ago"] <= days]


def gaps(rows: pd.DataFrame) -> np.ndarray:
    return np.diff(np.sort(-rows["days_ago"].unique()))[-16:]


def longer_gaps(rows: pd.DataFrame, than: int, days: int) -> float:
    ago = np.append(np.sort(rows["days_ago"].unique())[::-1], 0)
    return sum(1 for older, newer in pairwise(ago) if older - newer > than and older - than <= days)


def latest(rows: pd.DataFrame, column: str, until: str) -> pd.Series | None:
    rows = rows[rows[until].isna()]
    if rows.empty:
        return None
    return rows.sort_values(["days_ago", column], ascending=[True, column != "rep_id"]).iloc[0]


def rep_code(rows: pd.DataFrame, _: pd.Timestamp) -> float:
    last = latest(rows, "rep_id", "ends_at")
    return np.nan if last is None else float(last["rep_id"].split()[1])


def days_to_end(rows: pd.DataFrame, as_of: pd.Timestamp) -> float:
    rows = rows.assign(until_end=(rows["ends_on"].dt.normalize() - as_of).dt.days)
    last = latest(rows, "until_end", "cancelled_at")
    return np.nan if last is None else float(last["until_end"])


def days_held(rows: pd.DataFrame, as_of: pd.Timestamp) -> float:
    rows = holders(rows)
    if rows.empty or pd.notna(rows["ends_at"].iloc[-1]):
        return np.nan
    began = rows[rows["rep_id"] != rows["rep_id"].shift()]
    return float(began["days_ago"].iloc[-1])


def handovers(rows: pd.DataFrame, _: pd.Timestamp) -> float:
    rows = holders(rows)
    changed = rows["rep_id"] != rows["rep_id"].shift()
    return float((changed & (rows["days_ago"] <= 360)).iloc[1:].sum())


def holders(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows without those that ended while one that had started no later went on, oldest first."""
    day = {"starts_at": rows["starts_at"].dt.normalize(), "ends_at": rows["ends_at"].dt.normalize()}
    rows = rows.assign(**day).sort_values(["starts_at", "rep_id"])
    ends = rows["ends_at"].fillna(pd.Timestamp("2200-01-01"))
    stood_in = [
        bool(((rows["starts_at"] <= row.starts_at) & (ends > row.ends_at)).any()) if pd.notna(row.ends_at) else False
        for row in rows.itertuples()
    ]
    return rows[~np.array(stood_in, dtype=bool)]


CASES = {
    "count": (
        Count(contacts.where(_.channel == "call"), days=90),
        ("contacts", "contacted_at", lambda rows, _: len(within(rows[rows["channel"] == "call"], 90))),
    ),
    "count ever": (Count(orders), ("orders", "ordered_at", lambda rows, _: len(rows))),
    "amount": (
        Amount(orders, of="amount", days=360),
        ("orders", "ordered_at", lambda rows, _: round(within(rows, 360)["amount"].sum(), 2)),
    ),
    "returned calls": (
        Count(calls.once("returned_at"), days=180),
        ("calls", "called_at", lambda rows, _: within(rows, 180)["returned_at"].notna().sum(), ("returned_at",)),
    ),
    "errors corrected": (
        Amount(invoices.once("error_found_at").once("corrected_at"), of="error_amount", days=180),
        (
            "invoices",
            "issued_at",
            lambda rows, _: round(
                within(rows, 180)
                .loc[rows["error_found_at"].notna() & rows["corrected_at"].notna(), "error_amount"]
                .sum(),
                2,
            ),
            ("error_found_at", "corrected_at"),
        ),
    ),
    "days since last": (
        DaysSinceLast(contacts),
        ("contacts", "contacted_at", lambda rows, _: rows["days_ago"].min()),
    ),
    "days since first": (
        DaysSinceFirst(contacts),
        ("contacts", "contacted_at", lambda rows, _: rows["days_ago"].max()),
    ),
    "oldest open": (
        OldestOpen(calls, until="returned_at", days=180),
        (
            "calls",
            "called_at",
            lambda rows, _: within(rows, 180).query("returned_at.isna()")["days_ago"].max(),
            ("returned_at",),
        ),
    ),
    "oldest due": (
        OldestOpen(invoices, until="paid_at", since="due_on"),
        (
            "invoices",
            "issued_at",
            lambda rows, as_of: (as_of - rows.query("paid_at.isna()")["due_on"].dt.normalize()).dt.days.max(),
            ("paid_at",),
        ),
    ),
    "different": (
        Distinct(orders, column="product_line", days=180),
        ("orders", "ordered_at", lambda rows, _: within(rows, 180)["product_line"].nunique()),
    ),
    "rep in charge": (
        OfCurrent(assignments, column="rep_id", until="ends_at"),
        ("rep_assignments", "starts_at", rep_code, ("ends_at",)),
    ),
    "days with the rep": (
        DaysHeld(assignments, holder="rep_id", until="ends_at"),
        ("rep_assignments", "starts_at", days_held, ("ends_at",)),
    ),
    "handovers": (
        Handovers(assignments, holder="rep_id", until="ends_at", days=360),
        ("rep_assignments", "starts_at", handovers, ("ends_at",)),
    ),
    "days to the end": (
        OfCurrent(contracts, column="ends_on", until="cancelled_at"),
        ("contracts", "starts_on", days_to_end, ("cancelled_at",)),
    ),
    "median gap": (
        Gap(orders, what="median"),
        ("orders", "ordered_at", lambda rows, _: np.median(gaps(rows)) if len(gaps(rows)) else np.nan),
    ),
    "largest gap": (
        Gap(orders, what="largest"),
        ("orders", "ordered_at", lambda rows, _: gaps(rows).max() if len(gaps(rows)) else np.nan),
    ),
    "days in touch at the start": (
        DaysAfter(contacts, since=DaysSinceFirst(contacts), days=90),
        (
            "contacts",
            "contacted_at",
            lambda rows, _: (
                rows.loc[rows["days_ago"] > rows["days_ago"].max() - 90, "days_ago"].nunique() if len(rows) else np.nan
            ),
        ),
    ),
    "long silences": (
        GapsLonger(contacts, than=60, days=360),
        ("contacts", "contacted_at", lambda rows, _: longer_gaps(rows, 60, 360)),
    ),
}


@pytest.mark.parametrize("prompt", [False, True], ids=["recorded late", "recorded at once"])
@pytest.mark.parametrize("case", CASES)
def test_every_measure_equals_a_walk_over_the_rows(case: str, prompt: bool) -> None:
    measure, how = CASES[case]
    for seed in SEEDS:
        firm = random_firm(seed, rows=150)
        if prompt:
            for name, frame in firm.items():
                if "recorded_at" in frame:
                    frame["recorded_at"] = frame[TABLES[name].happened or "valid_from"]
        np.testing.assert_allclose(computed(measure, firm), walk(firm, *how), rtol=0, atol=1e-6)


def test_a_sum_and_what_the_current_row_says_may_be_asked_of_the_same_column() -> None:
    firm = random_firm(0, rows=150)
    valuable = contracts.where(_.annual_value > 100)
    added = Amount(valuable, of="annual_value", days=360)
    said = OfCurrent(valuable, column="annual_value", until="cancelled_at").filled(0)
    np.testing.assert_array_equal(computed(added + said, firm), computed(added, firm) + computed(said, firm))


def test_a_pool_adds_up_the_accounts_that_share_a_region() -> None:
    firm = random_firm(0, rows=150)
    orders_of = computed(Count(orders, days=360), firm)
    region = computed(REGION, firm)
    assert len(np.unique(region[~np.isnan(region)])) == 3
    same = region[:, None, :] == region[None, :, :]  # [account, other, snapshot]; the unknown equals nothing
    expected = np.where(np.isnan(region), np.nan, (same * orders_of[None, :, :]).sum(axis=1))
    np.testing.assert_array_equal(computed(Pooled(Count(orders, days=360), by=REGION), firm), expected)


OF_REPS = {
    "different": Distinct(contacts.by("rep_id"), column="channel", days=90),
    "median gap": Gap(contacts.by("rep_id"), what="median"),
    "long silences": GapsLonger(contacts.by("rep_id"), than=5, days=90),
    "count": Count(contacts.by("rep_id"), days=90),
}


@pytest.mark.parametrize("asked", OF_REPS)
def test_any_measure_of_rows_may_be_asked_of_a_rep(asked: str) -> None:
    firm = random_firm(0, rows=150)
    measure = OF_REPS[asked]
    found, in_charge = computed(at_rep(measure), firm), computed(REP, firm)
    # The same measure where each rep is an account.
    reps = sorted(set(firm["rep_assignments"]["rep_id"]))
    by_rep = {
        "accounts": pd.DataFrame({"account_id": reps}),
        "contacts": firm["contacts"].assign(account_id=firm["contacts"]["rep_id"]).dropna(subset="account_id"),
    }
    of_rep = computed(replace(measure, rows=replace(measure.rows, key="account_id")), by_rep)
    codes = np.nan_to_num(in_charge, nan=-1).astype(int)
    expected = np.where(codes >= 0, of_rep[codes, np.arange(SNAPSHOTS)], np.nan)
    np.testing.assert_array_equal(found, expected)


POOLED = {
    "by rep": Pooled(Count(orders, days=360), by=REP) + Gap(orders, what="largest"),
    "of the rep": Pooled(at_rep(Count(contacts.by("rep_id"), days=90)), by=REGION),
    "of the seller": Pooled(REP.equals(SELLER), by=SEGMENT),
}


@pytest.mark.parametrize("asked", POOLED)
def test_blocks_of_accounts_give_what_all_accounts_at_once_give(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    firm = random_firm(0, rows=150)
    measure = POOLED[asked]
    together = computed(measure, firm)
    monkeypatch.setattr("features.compute.run.SNAPSHOTS", 2 * SNAPSHOTS)
    engine = InMemory({name: as_arrow(frame, TABLES[name]) for name, frame in firm.items()})
    parts = []
    for block in blocks(engine, [measure], Grid(NEWEST.date(), 30, SNAPSHOTS)):
        parts.append(block.dense(measure))
        assert engine.rows("orders") == len(firm["orders"])  # it may be asked while the next block is read
    assert len(parts) == 3
    np.testing.assert_array_equal(np.concatenate(parts), together)
