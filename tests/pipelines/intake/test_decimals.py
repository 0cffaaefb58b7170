"""Numbers that seem to be written with another sign before their decimals than they are read with are said."""

import pytest

from pipelines.intake.decimals import ENOUGH
from tests.pipelines.conftest import Firm


@pytest.fixture
def said(firm: Firm, caplog: pytest.LogCaptureFixture):
    """What is said of how amounts of files are written, by the options of source.yaml."""

    def run(*files: list[str], decimal: str = "") -> list[str]:
        for number, amounts in enumerate(files):
            lines = [f'A,2026-03-01,"{amount}"' for amount in amounts]
            firm.write(f"sales_{number}.csv", "\n".join(["account_id,ordered_at,amount", *lines]))
        firm.tables["orders"] = "sales_*.csv"
        firm.yaml(f"options: {{decimal: {decimal}}}\n" if decimal else "")
        caplog.clear()
        firm.ingest()
        return [line for line in caplog.messages if " are read as " in line]

    return run


# As they are added up from prices: one of ten ends in a nought.
OF_THREE = [f"{number}.{number:03}" for number in range(100, 900)]
OF_TWO = [f"{number}.{number % 100:02}" for number in range(100, 900)]
IN_GROUPS = [f"{number}.{number:03}" for number in range(101, 101 + ENOUGH)]


def with_commas(values: list[str]) -> list[str]:
    return [value.replace(".", ",") for value in values]


def test_an_option_that_the_values_contradict_is_said(said) -> None:
    (line,) = said([*OF_THREE, "1234.560"], decimal="','")
    assert line == (
        "amount of sales_0.csv: 800 values such as 899.899 are read as 899899, with a decimal comma, though 1 such as "
        "1234.560 can only have a decimal point; if so, write options: {decimal: {orders: '.'}} in source.yaml"
    )
    # A comma before whatever is no three digits can be read by nobody, and the numbers stay texts.
    (line,) = said(with_commas([*OF_THREE, "1234.560"]), decimal="'.'")
    assert line == (
        "amount of orders: 800 values such as 899,899 are read as 899899, with a decimal point, though 1 such as "
        "1234,560 can only have a decimal comma; if so, write options: {decimal: {its table: ','}} in source.yaml"
    )


def test_nor_is_it_where_one_word_makes_texts_of_them(said) -> None:
    (line,) = said([*OF_THREE, "1234.560", "none"], decimal="','")
    assert line.startswith(
        "amount of orders: 800 values such as 899.899 are read as 899899, with a decimal comma, though"
    )


def test_numbers_in_groups_of_three_are_not_taken_for_such_with_three_decimals(said) -> None:
    (line,) = said([*IN_GROUPS, "950"], decimal="'.'")
    assert line == (
        "amount of sales_0.csv: 132 values such as 232.232 are read as 232.232, with a decimal point, though all have "
        "three digits after it, as between thousands, and none of the 1 values without one is above 999; if so, write "
        "options: {decimal: {orders: ','}} in source.yaml"
    )
    assert said([*IN_GROUPS, "1234"], decimal="'.'") == []  # nothing stands between its thousands
    assert said(IN_GROUPS, decimal="'.'") == []  # all may be above 1000, or all have three decimals
    assert said([*IN_GROUPS[1:], "950"], decimal="'.'") == []


def test_a_file_that_is_written_unlike_the_others_is_said(said) -> None:
    (line,) = said([*IN_GROUPS, "950"], OF_TWO)
    assert line == (
        "amount of sales_0.csv: 132 values such as 232.232 are read as 232.232, with a decimal point, though all have "
        "three digits after it, as between thousands, and none of the 1 values without one is above 999; if so, give "
        "that file a table of its own in source.yaml, with options: {decimal: {its name: ',', orders: '.'}}, and take "
        "the rows of both (UNION ALL)"
    )


def test_what_is_said_helps(firm: Firm) -> None:
    for name, amount in {"old": "1.234", "new": "1234.560"}.items():
        firm.write(f"{name}.csv", f"account_id,ordered_at,amount\nA,2026-03-01,{amount}")
        firm.tables[name] = f"{name}.csv"
    del firm.tables["orders"]
    firm.sql("orders", "FROM old UNION ALL FROM new")
    firm.yaml("options: {decimal: {old: ',', new: '.'}}\n")
    firm.ingest(max_refused=0)
    assert sorted(row["amount"] for row in firm.kept("orders")) == [1234, 1234.56]


def test_both_ways_side_by_side_are_said(said) -> None:
    own = [f"{number},5" for number in range(10)]
    other = [f"{number}.5" for number in range(10)]
    (line,) = said([*own, *other, "1.234", "2.345"], decimal="','")
    assert line.endswith(
        "2 values such as 2.345 are read as 2345, with a decimal comma, though 10 such as 9.5 can only have a decimal "
        "point; both ways stand side by side, and nothing tells of such a value which it is: have it exported in one"
    )
    assert said([*own, *other, "1.234"], decimal="','") == []  # as likely as not it is read rightly
    assert (
        said([*own, "1.5", *["1.234"] * 9], decimal="','") == []
    )  # the one is a slip, and of the nine none is likely to be
    (line,) = said([*IN_GROUPS, *with_commas(IN_GROUPS), "950"], decimal="','")
    assert "132 values such as 232,232 are read as 232.232, with a decimal comma, though" in line
    assert line.endswith("have it exported in one")


@pytest.mark.parametrize(
    ("values", "decimal"),
    [
        (OF_TWO, "'.'"),
        (OF_TWO, ""),
        ([*OF_THREE, "1234.560", "12"], "'.'"),
        (with_commas(OF_TWO), "','"),
        ([f"1.{number:03},50" for number in range(900)] + with_commas(OF_TWO) + ["1.234"], "','"),
        ([f"1,{number:03}.50" for number in range(900)] + ["1,234", "12"], "'.'"),
        ([*with_commas(OF_THREE), "1234,560"], "','"),
        ([str(number) for number in range(900)], "','"),
        ([f"{number}" for number in range(900)] + ["1.234"] * 9, "','"),
        (["1'234.50", "1 234.50", "-12.5", "1.234"], "'.'"),
    ],
)
def test_nothing_is_said_of_honest_numbers(said, values: list[str], decimal: str) -> None:
    assert said(values, decimal=decimal) == []


def test_nor_of_files_that_end_in_other_digits(said) -> None:
    """A day's file of few rows, and one of a program that writes three decimals."""
    assert said(OF_TWO, ["1.234", "12"], ["950.125"] * 40) == []


def test_two_ways_in_one_column_are_not_answered_by_one_option_and_then_by_the_other(firm: Firm, stops) -> None:
    lines = [f'A,2026-03-01,"1.{number:03},50"' for number in range(100)] + ['A,2026-03-01,"1,234.50"'] * 40
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *lines]))
    for options in ("", "options: {decimal: ','}\n"):
        firm.yaml(options)
        assert "amount is written in two ways, with a decimal point and with a decimal comma; if they are of" in stops()
