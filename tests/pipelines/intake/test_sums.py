"""A line of totals, and an order's total on each of its lines, are said; amounts that are their own are not."""

from collections.abc import Callable

import pytest

from tests.pipelines.conftest import Firm

Said = Callable[[list[str]], str]

TOTALS, REPEATED = "as in a line of totals", "have the same amount in each"


@pytest.fixture
def said(firm: Firm, caplog) -> Said:
    """What ingest says of orders with such lines."""
    (firm.folder / "accounts.sql").unlink()

    def run(lines: list[str], columns: str = "account_id,ordered_at,amount") -> str:
        firm.table("orders", "\n".join([columns, *lines]))
        caplog.clear()
        firm.ingest()
        return str(caplog.text)

    return run


def test_an_amount_that_is_the_sum_of_more_than_twenty_others_is_said(said: Said) -> None:
    lines = [f"A,2026-01-{day:02},{day}.1" for day in range(1, 21)]
    assert f"the amount 212.00 of account 'Total' on 2026-02-01 is the sum of all others, {TOTALS}" in said(
        [*lines, "Total,2026-02-01,212"]
    )
    assert TOTALS not in said([*lines, "Total,2026-02-01,212.01"])
    assert TOTALS not in said([*lines[1:], "Total,2026-02-01,210.9"])  # twenty rows in all
    assert TOTALS not in said([*lines, "Total,2026-02-01,0"])
    assert TOTALS not in said(
        ["A,2026-01-01,0"] * 30 + ["A,2026-01-02,5", "B,2026-01-03,5"]
    )  # two that are worth something


def order(number: int, *amounts: float, of: str = "A") -> list[str]:
    return [
        f"{of},{number},2026-01-{number % 28 + 1:02} 10:{number % 60:02},{amount},line {place}"
        for place, amount in enumerate(amounts)
    ]


COLUMNS = "account_id,order_id,ordered_at,amount,product_line"
BY_TIME = "account_id,recorded_at,ordered_at,amount,product_line"


def lines_of(orders: list[list[str]]) -> list[str]:
    return [line for lines in orders for line in lines]


def test_a_total_on_each_line_is_said(said: Said) -> None:
    totals = [order(number, 5, 5) for number in range(18)]
    true = [order(90, 1, 2), order(91, 2, 1)]
    words = said(lines_of(totals + true), COLUMNS)
    assert f"orders: of 20 with several rows of one order_id 18 {REPEATED}" in words
    assert REPEATED not in said(lines_of([*totals[1:], *true, order(92, 3, 4)]), COLUMNS)  # three of twenty differ
    assert REPEATED not in said(lines_of(totals + true[:1]), COLUMNS)  # nineteen
    assert REPEATED not in said(lines_of([order(number, 5) for number in range(40)]), COLUMNS)  # one line each
    assert REPEATED not in said(lines_of([order(number, 5, 0) for number in range(40)]), COLUMNS)  # on the first line


def test_without_numbers_rows_of_one_moment_are_an_order(said: Said) -> None:
    lines = [line.replace(f",{number},", ",,", 1) for number in range(25) for line in order(number, 5, 5)]
    assert f"of 25 with several rows of one account_id and ordered_at 25 {REPEATED}" in said(lines, BY_TIME)
    assert REPEATED not in said(lines, COLUMNS)  # numbers that are all blank tell nothing


def test_only_orders_of_late_tell(said: Said) -> None:
    lines = lines_of([order(number, 5, 5) for number in range(40)])
    assert REPEATED in said([*lines, "A,99,2026-04-01,7,line"], COLUMNS)
    assert REPEATED not in said([*lines, "A,99,2026-06-01,7,line"], COLUMNS)


def test_rows_that_are_alike_in_all_are_no_lines(said: Said) -> None:
    assert REPEATED not in said(lines_of([order(number, 5) * 2 for number in range(40)]), COLUMNS)


SUBTOTALS, TAXED = "as in lines of subtotals", "as gross and net of one amount"


def test_subtotals_of_most_accounts_are_said(said: Said) -> None:
    lines = [f"A{account:02},2026-01-{day:02},{day}.{account:02}" for account in range(20) for day in (1, 2, 4)]
    sums = [f"A{account:02},2026-01-31,{7 + 3 * account / 100:.2f}" for account in range(20)]
    expected = (
        "orders: for 20 of 20 accounts one amount is the sum of all their others, such as for 'A00', as in lines of"
    )
    assert expected in said([*lines, *sums])
    assert SUBTOTALS not in said([*lines, *sums[1:]])  # nineteen, of twenty accounts of which one has three rows
    others = [f"B{account:02},2026-01-{day:02},5" for account in range(21) for day in range(1, 5)]
    assert SUBTOTALS not in said([*lines, *sums, *others])


def test_nor_are_amounts_that_happen_to_be_the_sum_of_two_others(said: Said) -> None:
    assert SUBTOTALS not in said([f"A{account},2026-01-{day:02},{day}" for account in range(30) for day in (1, 2, 3)])


@pytest.mark.parametrize(
    ("rate", "columns", "is_said"),
    [
        (lambda order: 1.19, "order_id", True),
        (lambda order: (1.19, 1.07)[order % 2], "order_id", True),
        (lambda order: 1.19, "product_line", True),  # by the moment of the order
        (lambda order: 1.01 + order / 100, "order_id", False),  # two lines of an order
        (lambda order: 1.5, "order_id", False),  # no tax is as high
    ],
)
def test_net_and_gross_are_said(said: Said, rate, columns: str, is_said: bool) -> None:
    nets = {order: 100 + 7 * order for order in range(20)}
    lines = [
        f"A,2026-01-{order + 1:02},{amount:.2f},O{order}"
        for order, net in nets.items()
        for amount in (net, net * rate(order))
    ]
    text = said(lines, f"account_id,ordered_at,amount,{columns}")
    assert (TAXED in text) is is_said
    if is_said:
        assert "orders: 20 of 20 have two rows, of which one is " in text


def test_nor_are_two_things_that_are_always_ordered_together(said: Said) -> None:
    lines = [f"A{order},2026-01-{order + 1:02},{amount},O{order}" for order in range(20) for amount in (100, 119)]
    assert TAXED not in said(lines, "account_id,ordered_at,amount,order_id")


def test_nor_are_such_pairs_among_other_orders(said: Said) -> None:
    pairs = [f"A,2026-01-{n + 1:02},{amount:.2f},O{n}" for n in range(20) for amount in (100 + n, 1.19 * (100 + n))]
    single = [f"A,2026-02-{n + 1:02},{50 + n},S{n}" for n in range(3)]
    assert TAXED not in said([*pairs, *single], "account_id,ordered_at,amount,order_id")
