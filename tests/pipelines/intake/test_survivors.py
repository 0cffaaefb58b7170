"""Records of active accounts alone are known by this: that nobody in them has gone."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from pipelines.intake.survivors import first_that_sees_some_go
from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)
STEPS = range(24)  # two years of 30 days


def accounts(ordered: int, gone: dict[int, int]) -> tuple[pd.Series, pd.Series]:
    return pd.Series(ordered, index=STEPS), pd.Series(gone, dtype=float)


def test_nobody_went_before_a_day_from_which_on_many_did() -> None:
    later = dict.fromkeys(range(3, 10), 40)
    assert first_that_sees_some_go(*accounts(2000, later)) == 9
    assert first_that_sees_some_go(*accounts(2000, later | {15: 4, 18: 4, 20: 3})) == 9  # 11 of 560
    assert first_that_sees_some_go(*accounts(2000, later | {15: 4, 18: 4, 20: 4})) is None


def test_where_accounts_went_at_all_times_nothing_is_said() -> None:
    assert first_that_sees_some_go(*accounts(200, dict.fromkeys(STEPS, 4))) is None
    assert first_that_sees_some_go(*accounts(200, {})) is None
    assert first_that_sees_some_go(pd.Series(dtype=float), pd.Series(dtype=float)) is None


def test_that_nobody_went_in_the_first_months_is_nothing_strange() -> None:
    assert first_that_sees_some_go(*accounts(2000, dict.fromkeys(range(3, 14), 40))) is None  # 10 of 21 steps
    assert first_that_sees_some_go(*accounts(2000, dict.fromkeys(range(3, 13), 40))) == 12  # 11 of 21


def test_of_few_who_should_have_gone_none_is_chance() -> None:
    went = dict.fromkeys(range(3, 10), 1.0)  # 7 of 700
    before = dict.fromkeys(range(10, 24), 100.0)
    enough, one_too_few = pd.Series(went) * 20 / 14, pd.Series(went) * 19 / 14
    ordered = pd.Series(dict.fromkeys(range(10), 100.0) | before)
    assert first_that_sees_some_go(ordered, enough) == 9
    assert first_that_sees_some_go(ordered, one_too_few) is None


def orders(of_active: bool) -> pd.DataFrame:
    """600 accounts that order every 20 days and leave, one in 300 days, in two years; or those who are still there."""
    chance = np.random.default_rng(1)
    rows = []
    for number in range(600):
        ends = min(int(chance.exponential(300)), 730)
        days = np.arange(int(chance.integers(20)), ends + 1, 20)
        if len(days) and not (of_active and days[-1] < 730 - 200):
            rows += [(f"A{number}", AS_OF - timedelta(days=int(730 - day))) for day in days if day < 730]
    return pd.DataFrame(rows, columns=["account_id", "ordered_at"]).assign(amount=1)


def give(firm: Firm, rows: pd.DataFrame) -> None:
    firm.table("accounts", rows[["account_id"]].drop_duplicates().to_csv(index=False))
    firm.table("orders", rows.to_csv(index=False))


def test_ingest_says_so_and_the_manifest_keeps_it(firm: Firm, caplog) -> None:
    give(firm, orders(of_active=True))
    manifest = firm.ingest(as_of=AS_OF)
    assert manifest.gone_since == AS_OF - timedelta(days=210)
    assert f"orders: hardly any account on record ordered for the last time before {manifest.gone_since}" in caplog.text
    caplog.clear()

    give(firm, orders(of_active=False))
    assert firm.ingest(as_of=AS_OF).gone_since is None
    assert "hardly any account" not in caplog.text


def test_who_orders_once_a_year_has_not_gone_in_half_of_one(firm: Firm) -> None:
    chance = np.random.default_rng(1)
    rows = [
        (f"A{number}", AS_OF - timedelta(days=365 * year + int(chance.integers(1, 360))))
        for number in range(400)
        for year in range(5)
    ]
    give(firm, pd.DataFrame(rows, columns=["account_id", "ordered_at"]).assign(amount=1))
    assert firm.ingest(as_of=AS_OF).gone_since is None
