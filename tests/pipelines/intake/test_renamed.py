"""Accounts that were given another id are told from leavers, newcomers, seasons, holidays and the ends of the records."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.intake.manifest import Renamed
from pipelines.intake.renamed import change, other_ids
from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)
YEAR = 365
CHANGED = np.datetime64("2025-08-20")
Days = Callable[[np.ndarray], np.ndarray]


def shop(
    accounts: int = 1000,
    cycle: int = 30,
    years: float = 4,
    thinned: Days | None = None,
    placed: Days | None = None,
    leaves: Days | None = None,
    joins: Days | None = None,
) -> pd.DataFrame:
    """account, day (from 1970) of every order: accounts with cycles of their own, of whom one in 700 leaves a day, and a few
    more come.

    thinned: the chance that an order of a day is placed at all. placed: the day on which one is placed instead. leaves:
    other last days, joins: other first days of newcomers, both as days from the first.
    """
    chance = np.random.default_rng(1)
    end = int(YEAR * years)
    newcomers = chance.integers(0, end, chance.poisson(accounts / 560 * end))
    first = np.concatenate([-chance.integers(1, 3 * cycle, accounts), newcomers if joins is None else joins(newcomers)])
    last = first + chance.exponential(700, len(first)).astype(int)
    last = last if leaves is None else np.minimum(last, leaves(first))
    own = np.maximum(2, chance.gamma(4, cycle / 4, len(first)))
    gaps = chance.gamma(3, own[:, None] / 3, (len(first), 60 * end // (10 * cycle))).clip(1)
    day = first[:, None] + gaps.cumsum(axis=1).astype(int)
    account = np.broadcast_to(np.arange(len(first))[:, None], day.shape)
    there = (day >= 0) & (day < np.minimum(last, end)[:, None])
    rows = pd.DataFrame({"account": account[there], "day": day[there] + int(np.datetime64(AS_OF).astype(int)) - end})
    if thinned is not None:
        rows = rows[chance.random(len(rows)) < thinned(_of_year(rows["day"]))]
    return rows if placed is None else rows.assign(day=placed(rows["day"].to_numpy()))


def _of_year(day: pd.Series) -> np.ndarray:
    return pd.to_datetime(day, unit="D").dt.day_of_year.to_numpy()


def renamed(rows: pd.DataFrame, share: float, day: np.datetime64 = CHANGED, over: int = 1) -> pd.DataFrame:
    """The same where a share of accounts has another id from a day on, or from one of so many."""
    chance = np.random.default_rng(2)
    size = rows["account"].max() + 1
    begins = np.where(chance.random(size) < share, day.astype(int) + chance.integers(0, over, size), 10**6)
    return rows.assign(account=rows["account"] + size * (rows["day"] >= begins[rows["account"]]))


def seen(rows: pd.DataFrame, cut: int = 0) -> Renamed | None:
    """What is found in the orders of up to so many days before AS_OF."""
    as_of = int(np.datetime64(AS_OF).astype(int)) - cut
    day = rows[rows["day"] < as_of].groupby("account")["day"].agg(["min", "max"])
    begins = int(day["min"].min())
    firsts, lasts = (np.bincount(day[side] - begins, minlength=as_of - begins) for side in ("min", "max"))
    return change(firsts, lasts, np.datetime64(begins, "D").item())


def first_of_month(day: np.ndarray) -> np.ndarray:
    return day.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(int)


def wave(first: np.ndarray) -> np.ndarray:
    """Three in ten leave within a month."""
    chance = np.random.default_rng(3)
    leaves = (first < 900) & (chance.random(len(first)) < 0.3)
    return np.where(leaves, chance.integers(900, 930, len(first)), 10**6)


def fair(first: np.ndarray) -> np.ndarray:
    """Four in ten newcomers come within a fortnight, from a fair."""
    chance = np.random.default_rng(4)
    return np.where(chance.random(len(first)) < 0.4, chance.integers(900, 914, len(first)), first)


def in_march(first: np.ndarray) -> np.ndarray:
    return first // YEAR * YEAR + YEAR * 3 // 4 + first % 30


def to_june(first: np.ndarray) -> np.ndarray:
    chance = np.random.default_rng(5)
    return first // YEAR * YEAR + YEAR * chance.integers(1, 4, len(first)) + chance.integers(-30, 0, len(first))


SHOPS = {
    "plain": {},
    "every week": {"cycle": 7},
    "every quarter": {"cycle": 90},
    "small": {"accounts": 80},
    "new": {"years": 1.5},
    "on the first of each month": {"placed": first_of_month},
    "every quarter on the first of a month": {"cycle": 90, "placed": first_of_month},
    "closed in August": {"thinned": lambda day: (day < 213) | (day > 238)},
    "closed for Christmas": {"thinned": lambda day: (day > 7) & (day < 355)},
    "closed in winter": {"thinned": lambda day: (day > 90) & (day < 270)},
    "with a season": {"thinned": lambda day: 0.6 + 0.4 * np.sin(2 * np.pi * day / YEAR)},
    "with nothing at all in autumn": {"thinned": lambda day: 0.5 + 0.5 * np.sin(2 * np.pi * day / YEAR)},
    "a wave of leavers": {"leaves": wave},
    "a fair": {"joins": fair},
    "terms of a school": {"joins": in_march, "leaves": to_june},
}


@pytest.fixture(scope="module")
def shops() -> dict[str, pd.DataFrame]:
    return {name: shop(**options) for name, options in SHOPS.items()}


@pytest.mark.parametrize("name", SHOPS)
def test_where_nobody_was_renamed_nothing_is_said_on_any_day(name: str, shops: dict[str, pd.DataFrame]) -> None:
    assert [cut for cut in range(0, 360, 30) if seen(shops[name], cut)] == []


@pytest.mark.parametrize("over", [1, 8])
@pytest.mark.parametrize("share", [0.1, 0.39, 1])
@pytest.mark.parametrize("name", ["plain", "every week", "a wave of leavers", "a fair"])
def test_a_change_of_ids_is_found_on_its_day(
    name: str, share: float, over: int, shops: dict[str, pd.DataFrame]
) -> None:
    found = seen(renamed(shops[name], share, over=over))
    assert found is not None
    assert abs((found.day - CHANGED.item()).days) <= over
    active = shops[name][shops[name]["day"].between(CHANGED.astype(int) - 60, CHANGED.astype(int))]["account"].nunique()
    assert 0.5 * share * active < found.accounts < 1.1 * share * active


@pytest.mark.parametrize("share", [0.39, 1])
@pytest.mark.parametrize(
    "name",
    [
        "every quarter",
        "small",
        "on the first of each month",
        "every quarter on the first of a month",
        "closed for Christmas",
        "with a season",
        "terms of a school",
    ],
)
def test_so_is_one_of_many_accounts_where_rows_are_few_or_far_apart(
    name: str, share: float, shops: dict[str, pd.DataFrame]
) -> None:
    found = seen(renamed(shops[name], share))
    assert found is not None
    assert abs((found.day - CHANGED.item()).days) <= 31


@pytest.mark.parametrize(("cut", "is_seen"), [(0, True), (200, True), (240, True), (287, False)])
def test_it_is_found_as_soon_as_a_month_and_a_cycle_have_passed(
    cut: int, is_seen: bool, shops: dict[str, pd.DataFrame]
) -> None:
    assert (seen(renamed(shops["plain"], 0.39), cut) is not None) == is_seen


def test_two_changes_hide_none(shops: dict[str, pd.DataFrame]) -> None:
    twice = renamed(renamed(shops["plain"], 0.39, np.datetime64("2024-06-05")), 0.39)
    found = seen(twice)
    assert found is not None
    assert str(found.day) in ("2024-06-05", "2025-08-20")


def test_in_less_than_a_year_around_it_nothing_tells_it_from_a_season(shops: dict[str, pd.DataFrame]) -> None:
    assert seen(renamed(shops["new"], 1)) is None


def test_accounts_that_end_or_begin_alone_are_leavers_or_newcomers(shops: dict[str, pd.DataFrame]) -> None:
    size = shops["plain"]["account"].max() + 1
    both = renamed(shops["plain"], 0.39)
    assert seen(both[(both["account"] < size)]) is None
    grown = both[both["account"].ge(size) | ~both["account"].isin(both["account"][both["account"] >= size] - size)]
    assert seen(grown) is None


def counted(*changes: tuple[int, int, int]) -> Renamed | None:
    """Of one account that ends and one that begins each day of 1,500, and on the days of a change (which, how many more end
    in the 28 before it, begin in the 28 from it on).
    """
    firsts, lasts = np.ones(1500, int), np.ones(1500, int)
    for day, ended, begun in changes:
        for counts, from_day, more in ((lasts, day - 28, ended), (firsts, day, begun)):
            counts[from_day : from_day + 28] += np.diff(np.arange(29) * more // 28)
    return change(firsts, lasts, date(2020, 1, 1))


def test_the_day_is_that_before_which_they_end_and_from_which_on_they_begin() -> None:
    found = Renamed(day=date(2021, 12, 29), days=28, ended=140, ended_after=28, begun=140, begun_before=28)
    assert counted((728, 112, 112)) == found


def test_far_more_leavers_than_newcomers_are_no_others_ids() -> None:
    assert counted((728, 112, 56)) is not None
    assert counted((728, 113, 56)) is None
    assert counted((728, 56, 113)) is None


def test_a_change_is_told_from_one_that_comes_every_year() -> None:
    assert counted((728, 112, 112), (364, 28, 28)) is not None
    assert counted((728, 112, 112), (364, 56, 56)) is None
    assert counted((728, 112, 112), (1092, 56, 56)) is None
    assert counted((728, 112, 112), (1106, 0, 112)) is None  # those who begin are as many in that season


def test_a_change_is_told_from_what_the_firm_shows_all_the_time() -> None:
    others = [(day, 28, 28) for day in (128, 228, 480, 580, 900, 1000, 1200, 1300)]
    assert counted((728, 39, 39)) is not None
    assert counted((728, 39, 39), *others) is None
    assert counted((728, 80, 80), *others) is not None


def test_of_whoever_signs_once_a_year_it_takes_a_year_on_both_sides() -> None:
    yearly = shop(accounts=200, cycle=365, years=6)
    assert [cut for cut in range(0, 360, 30) if seen(yearly, cut)] == []
    found = seen(renamed(yearly, 1, np.datetime64("2024-01-15")))
    assert found is not None
    assert found.days == 364
    assert abs((found.day - date(2024, 1, 15)).days) <= 60


def test_nothing_is_said_of_hardly_any_rows() -> None:
    assert change(np.zeros(0, int), np.zeros(0, int), AS_OF) is None
    assert change(np.ones(1, int), np.ones(1, int), AS_OF) is None


def test_ingest_says_so_and_the_manifest_keeps_it(firm: Firm, caplog) -> None:
    rows = renamed(shop(accounts=150, years=2.5), 0.39)
    days = pd.to_datetime(rows["day"], unit="D").dt.strftime("%Y-%m-%d")
    orders = pd.DataFrame({"account_id": rows["account"], "ordered_at": days, "amount": 1})
    firm.table("accounts", orders[["account_id"]].drop_duplicates().to_csv(index=False))
    firm.table("orders", orders.to_csv(index=False))
    found = firm.ingest(as_of=AS_OF).renamed["orders"]
    assert abs((found.day - CHANGED.item()).days) <= 3
    assert other_ids("orders", found) in caplog.messages

    contracts = orders.rename(columns={"ordered_at": "starts_on"}).drop(columns="amount")
    firm.table("contracts", contracts.to_csv(index=False))
    has_new_id = orders["account_id"] > orders["account_id"].max() / 2
    firm.table("orders", orders.assign(amount=(~has_new_id).astype(int)).to_csv(index=False))
    assert firm.ingest(as_of=AS_OF).renamed == {"contracts": found}  # rows without an amount are no orders


def test_in_words() -> None:
    found = Renamed(day=date(2025, 7, 1), days=56, ended=1625, ended_after=41, begun=1622, begun_before=58)
    assert other_ids("orders", found) == (
        "orders: about 1,564 accounts more than usual have their last row in the 56 days before 2025-07-01 (1,625, and 41 "
        "in as many days after), and as many others their first one from that day on (1,622, and 58 in as many days "
        "before); if ids of accounts were changed or merged then, whoever got another one counts as gone, and as a new "
        "customer: map the old ids to the new ones in every SELECT"
    )
