"""Days that can be months: said where they fall into as few months as only the wrong way would give."""

import pytest

from tests.pipelines.conftest import Firm

DAYS_FIRST, MONTHS_FIRST = "%d/%m/%Y", "%m/%d/%Y"


@pytest.fixture
def note(firm: Firm, caplog):
    """What ingest says of orders of these days, by a format of source.yaml."""

    def run(form: str, days: list[str], sql: str = "FROM orders") -> str:
        firm.table("orders", "\n".join(["account_id,ordered_at,amount", *(f"A,{day},1" for day in days)]), sql)
        firm.yaml(f"options: {{date_format: '{form}'}}\n")
        caplog.clear()
        firm.ingest()
        return "".join(line for line in caplog.messages if "every day can be a month" in line)

    return run


MONTHLY = [f"{month:02}/01/2025" for month in range(1, 13)]  # American: the first of each month


def test_bills_of_the_first_of_each_month_read_the_wrong_way(note, firm: Firm) -> None:
    assert note(DAYS_FIRST, MONTHLY) == (
        "ordered_at of orders.csv: every day can be a month, as in 12/01/2025; read by %d/%m/%Y as source.yaml says. If "
        "this one is written otherwise, write strptime(strftime(ordered_at, '%d/%m/%Y'), '%m/%d/%Y')"
    )
    mended = (
        "SELECT account_id, strptime(strftime(ordered_at, '%d/%m/%Y'), '%m/%d/%Y') AS ordered_at, amount FROM orders"
    )
    note(DAYS_FIRST, MONTHLY, mended)
    assert [str(row["ordered_at"])[5:10] for row in firm.kept("orders")] == [f"{month:02}-01" for month in range(1, 13)]


def test_read_the_right_way_nothing_is_said(note) -> None:
    assert note(MONTHS_FIRST, MONTHLY) == ""
    assert note(DAYS_FIRST, [*MONTHLY, "13/01/2025"]) == ""  # a thirteenth month there is not


def test_days_that_are_the_same_either_way_say_nothing(note) -> None:
    assert note(DAYS_FIRST, ["01/01/2025", "02/02/2025"]) == ""


def test_nor_do_days_in_the_usual_way(note) -> None:
    assert note(DAYS_FIRST, [f"2025-01-{day:02}" for day in range(1, 13)]) == ""
