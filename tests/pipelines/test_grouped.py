"""Grouped: segment, region and orders of accounts, as each as_of knew them."""

import json
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from features.language.tongue import speaking
from features.tables import TABLES
from pipelines.grouped import known_of, told_falsely
from pipelines.home import GATE, Home
from tests.features.worked import as_arrow, table

ROWS = pd.DataFrame(
    {
        "account_id": ["B", "A", "A", "C"],
        "as_of": pd.to_datetime(["2024-03-01", "2024-03-01", "2024-06-01", "2024-06-01"]),
    },
    index=[7, 3, 5, 1],
)


def write(folder: Path, name: str, text: str) -> None:
    pq.write_table(as_arrow(table(text), TABLES[name]), folder / f"{name}.parquet")


def test_what_counts_is_what_was_known_on_the_day(tmp_path: Path) -> None:
    write(
        tmp_path,
        "accounts",
        """
        account  segment  valid_from  recorded_at
        A        Shop     2023-01-01  2023-01-01
        A        Chain    2024-03-01  2024-03-01
        B        Garage   2023-01-01  2024-03-02
        C        Shop     -           -
        """,
    )
    write(
        tmp_path,
        "orders",
        """
        account  ordered_at  amount  recorded_at
        A        2024-02-01  10      -
        A        2024-02-03  -5      -
        A        2024-02-05  10      2024-03-01
        A        2024-03-01  10      -
        B        2024-02-29  10      -
        """,
    )

    found = known_of(tmp_path, ROWS)

    assert found.index.tolist() == [7, 3, 5, 1]
    assert found["segment"].fillna("-").tolist() == ["-", "Shop", "Chain", "Shop"]
    assert found["orders"].tolist() == [1, 1, 3, 0]
    assert "region" not in found


def on_top(home: Home, *found: tuple[str, str, float, float]) -> list[str]:
    """What is said on top of a list of three accounts, where these kinds were told falsely."""
    wrong = [{"grouping": kind, "group": group, "told": told, "left": left} for kind, group, told, left in found]
    home.model.mkdir(parents=True, exist_ok=True)
    (home.model / GATE).write_text(json.dumps({"missed_by_group": wrong}))
    home.tables.mkdir(exist_ok=True)
    write(home.tables, "accounts", "account  segment\nA  Shop\nB  Garage\nC  Shop")
    write(home.tables, "reps", "rep  name\nR1  Ann")
    rows = pd.DataFrame(
        {"account_id": ["A", "B", "C"], "as_of": date(2024, 3, 1), "pace": "new", "rep_id": ["R1", None, "R1"]}
    )
    return told_falsely(home, rows, pd.Series({"C": 0.75, "A": 0.05, "B": 0.2}))


def test_kinds_that_were_told_falsely_are_named_where_one_of_them_is_on_the_list(tmp_path: Path) -> None:
    chain, shop, rep = ("segment", "Chain", 0.3, 0.1), ("segment", "Shop", 0.052, 0.098), ("rep", "R1", 0.2, 0.1)
    risky = ("risk told", "70% or more", 0.8, 0.6)

    first, second = on_top(Home(tmp_path), chain, shop, rep, risky)

    assert first == (
        "Risks of some accounts (segment: Shop) were too low on earlier days, beyond chance: 5.2% were foretold to leave, "
        "and 9.8% left."
    )
    assert second.startswith("Risks of some accounts (rep: Ann (R1)) were too high on earlier days")
    assert on_top(Home(tmp_path), chain) == on_top(Home(tmp_path)) == []
    (of_risk,) = on_top(Home(tmp_path), risky)
    assert "(risk told: 70% or more) were too high" in of_risk
    with speaking("de"):
        assert "(Segment: Shop) waren" in on_top(Home(tmp_path), shop)[0]
        assert "(Betreuer: keine) waren" in on_top(Home(tmp_path), ("rep", "none", 0.3, 0.1))[0]
    (tmp_path / "model" / GATE).unlink()
    assert told_falsely(Home(tmp_path), ROWS, pd.Series(0.0, ROWS["account_id"])) == []


def test_the_small_ones_that_were_told_falsely_together_are_named_where_one_of_them_is_on_the_list(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    on_top(home)

    def said(*apart: str) -> list[str]:
        others = {"grouping": "segment", "group": "7 others", "apart": list(apart), "told": 0.05, "left": 0.1}
        (home.model / GATE).write_text(json.dumps({"missed_by_group": [others]}))
        rows = pd.DataFrame({"account_id": ["A", "B"], "as_of": date(2024, 3, 1), "pace": "new"})
        return told_falsely(home, rows, pd.Series({"A": 0.05, "B": 0.2}))

    (told,) = said("Shop", "Chain")  # and B is a garage
    assert told.startswith("Risks of some accounts (segment: the 7 small ones together) were too low on earlier days")
    assert said("Shop", "Garage") == []
    with speaking("de"):
        assert "(Segment: die 7 kleinen zusammen) waren" in said("Shop")[0]


def test_tables_that_are_not_there_give_no_column(tmp_path: Path) -> None:
    assert known_of(tmp_path, ROWS).shape == (4, 0)
    assert known_of(tmp_path, ROWS[:0]).empty
