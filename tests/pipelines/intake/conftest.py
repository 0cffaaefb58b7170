"""Orders in a file that says something of each in more columns than the contract knows."""

from collections.abc import Callable

import pytest

from tests.pipelines.conftest import Firm

SELECT = "SELECT account_id, ordered_at, amount FROM sales"
WriteSales = Callable[..., None]


@pytest.fixture
def write_sales(firm: Firm) -> WriteSales:
    """Writes sales.csv with an order a day, and what the firm says of each in one more column, or some (A,B)."""

    def write(column: str, values: list[str], sql: str = SELECT, amount: object = 10) -> None:
        lines = [f"A,2026-03-0{day + 1},{amount},{value}" for day, value in enumerate(values)]
        firm.tables.pop("orders", None)
        firm.write("sales.csv", "\n".join([f"account_id,ordered_at,amount,{column}", *lines]))
        firm.tables["sales"] = "sales.csv"
        firm.yaml()
        firm.sql("orders", sql)

    return write
