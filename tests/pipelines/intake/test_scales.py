"""Amounts a hundred times those of the same accounts half a year before are said; growth and seasons are not."""

import pytest

from pipelines.intake.scales import FEWEST
from tests.pipelines.conftest import Firm


@pytest.fixture
def said(firm: Firm, caplog: pytest.LogCaptureFixture):
    """What is said of orders on the first of each month of three years, by year and month."""
    (firm.folder / "accounts.sql").unlink()

    def run(amount, accounts: int = FEWEST) -> list[str]:
        lines = [
            f"A{account},{year}-{month:02}-01,{amount(account, year, month)}"
            for account in range(accounts)
            for year in (2023, 2024, 2025)
            for month in range(1, 13)
        ]
        firm.table("orders", "\n".join(["account_id,ordered_at,amount", *lines]))
        caplog.clear()
        firm.ingest()
        return [line for line in caplog.messages if "half a year before" in line]

    return run


def test_a_year_in_cents_is_said(said) -> None:
    (line,) = said(lambda account, year, month: (account + 5) * (100 if year == 2024 else 1))
    assert line == (
        "orders: the amounts of 2024, quarter 1, are for the usual account 100 times more than half a year before; if "
        "some are in cents, or in another currency, bring all to one in orders.sql"
    )
    (line,) = said(lambda account, year, month: (account + 5) * (100 if (year, month) < (2025, 5) else 1))
    assert line.startswith("orders: the amounts of 2025, quarter 3, are for the usual account 100 times less than half")


def test_nothing_is_said_of_growth_seasons_and_one_account(said) -> None:
    assert said(lambda account, year, month: (account + 5) * 10 ** (year - 2023)) == []
    assert said(lambda account, year, month: 5 * (30 if month in (4, 5, 6) else 1)) == []
    assert said(lambda account, year, month: 5 * (1000 if account < 8 and year == 2024 else 1)) == []
    assert said(lambda account, year, month: 5 * (100 if year == 2024 else 1), FEWEST - 1) == []


def test_credits_are_no_other_scale(said) -> None:
    assert said(lambda account, year, month: -4000 if (year, month) == (2024, 5) else 5) == []
