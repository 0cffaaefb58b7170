"""Accounts and reps with a history: several rows an id, each so from its valid_from on."""

# ruff: noqa: DTZ001 - the tables hold the firm's local times, without a zone

from collections.abc import Callable
from datetime import date, datetime

Stops = Callable[..., str]

ALWAYS = datetime(1901, 1, 1)


def accounts(firm, text: str) -> None:
    firm.table("accounts", text)


def history(firm, name: str = "accounts", key: str = "account_id", what: str = "segment") -> list[tuple[object, ...]]:
    return [(row[key], str(row["valid_from"])[:10], row[what]) for row in firm.kept(name)]


def test_several_rows_an_account_are_its_history(firm) -> None:
    accounts(
        firm,
        """
        account_id,segment,valid_from,recorded_at
        A,large,2026-01-15,2026-01-20
        A,small,2024-01-01,
        B,small,2024-01-01,
        """,
    )
    facts = firm.ingest(max_refused=0).tables["accounts"]
    assert history(firm) == [("A", "2024-01-01", "small"), ("A", "2026-01-15", "large"), ("B", "2024-01-01", "small")]
    assert firm.kept("accounts")[1]["recorded_at"] == datetime(2026, 1, 20)
    assert (facts.rows_in, facts.kept, facts.refused) == (3, 3, 0)
    assert facts.columns == ["account_id", "segment", "valid_from", "recorded_at"]


def test_events_refer_to_the_id_whatever_its_rows(firm) -> None:
    accounts(firm, "account_id,segment,valid_from\nA,small,2024-01-01\nA,large,2026-01-15")
    facts = firm.ingest().tables["orders"]
    assert (facts.kept, facts.refused) == (2, 1)
    assert firm.refused("orders") == [(1, "an account_id that accounts does not know")]


def test_without_the_column_an_account_has_one_row(firm) -> None:
    accounts(firm, "account_id,segment\nA,small\nA,large\nB,small")
    firm.ingest()
    assert firm.refused("accounts") == [(2, "an account_id that another row has as well")] or firm.refused(
        "accounts"
    ) == [(1, "an account_id that another row has as well")]
    assert [row["account_id"] for row in firm.kept("accounts")] == ["A", "B"]


def test_one_moment_has_one_row_the_fullest(firm) -> None:
    accounts(
        firm,
        """
        account_id,segment,region,valid_from
        A,small,,2024-01-01
        A,small,north,2024-01-01 00:00:00
        A,small,,2024-01-01 00:00:01
        B,small,,2024-01-01
        """,
    )
    firm.ingest()
    assert firm.refused("accounts") == [(1, "an account_id and valid_from that another row has as well")]
    assert [row["region"] for row in firm.kept("accounts")] == ["north", None, None]


def test_a_row_that_does_not_say_counts_from_the_opening_on_or_else_from_ever(firm) -> None:
    accounts(
        firm,
        """
        account_id,segment,opened_on,valid_from
        A,small,2020-05-01,
        A,large,2020-05-01,2026-01-15
        B,small,,
        B,large,,2026-01-15
        """,
    )
    firm.ingest(max_refused=0)
    assert history(firm) == [
        ("A", "2020-05-01", "small"),
        ("A", "2026-01-15", "large"),
        ("B", "1901-01-01", "small"),
        ("B", "2026-01-15", "large"),
    ]
    firm.table("reps", "rep_id,team,hired_on,valid_from\nR,north,2019-01-01,\nR,south,,2025-01-01\nS,north,,")
    firm.ingest(max_refused=0)
    assert history(firm, "reps", "rep_id", "team") == [
        ("R", "2019-01-01", "north"),
        ("R", "2025-01-01", "south"),
        ("S", "1901-01-01", "north"),
    ]
    assert firm.kept("reps")[2]["valid_from"] == ALWAYS


def test_two_rows_that_do_not_say_are_one_too_many(firm) -> None:
    accounts(firm, "account_id,segment,valid_from\nA,small,\nA,large,\nB,small,")
    firm.ingest()
    assert [cause for _, cause in firm.refused("accounts")] == [
        "an account_id and valid_from that another row has as well"
    ]


def test_a_valid_from_that_is_none_is_a_fault(firm) -> None:
    accounts(
        firm, "account_id,segment,valid_from\nA,small,2024-01-01\nA,large,soon\nB,small,1850-01-01\nB,large,2026-01-01"
    )
    firm.ingest()
    assert firm.refused("accounts") == [(2, "a valid_from that is not a time"), (3, "a valid_from before 1901")]


def test_rows_that_begin_on_as_of_or_later_are_refused_but_no_fault(firm) -> None:
    accounts(
        firm,
        """
        account_id,segment,valid_from
        A,small,2024-01-01
        A,middling,2026-02-28 23:59:59
        A,large,2026-03-01
        A,huge,2027-01-01
        B,small,2024-01-01
        C,small,2026-03-01
        """,
    )
    manifest = firm.ingest(as_of=date(2026, 3, 1), max_refused=0)
    later = "a valid_from on or after as_of"
    assert firm.refused("accounts") == [(3, later), (4, later), (6, later)]
    assert history(firm) == [
        ("A", "2024-01-01", "small"),
        ("A", "2026-02-28", "middling"),
        ("B", "2024-01-01", "small"),
    ]
    facts = manifest.tables["accounts"]
    assert (facts.rows_in, facts.kept, facts.refused) == (6, 3, 3)


def test_they_are_as_well_where_as_of_follows_the_newest_order(firm) -> None:
    accounts(firm, "account_id,segment,valid_from\nA,small,2024-01-01\nA,large,2026-03-03\nB,small,2026-03-02")
    assert firm.ingest(max_refused=0).as_of == date(2026, 3, 3)
    assert firm.refused("accounts") == [(2, "a valid_from on or after as_of")]


def test_a_history_begun_yesterday_loses_no_account_that_ordered_before(firm) -> None:
    accounts(
        firm,
        """
        account_id,segment,valid_from,sold_by_rep_id
        A,small,2026-03-10,R
        A,large,2026-03-11,R
        B,small,2026-03-10,
        C,small,2026-03-10,
        """,
    )
    firm.table(
        "reps", "rep_id,team,valid_from\nR,north,2026-03-10\nR,south,2026-03-11\nS,north,2026-03-10\nT,north,2026-03-10"
    )
    firm.table("prospecting", "rep_id,occurred_at\nS,2026-01-01")
    manifest = firm.ingest(max_refused=0)
    assert manifest.as_of == date(2026, 3, 3)
    assert history(firm) == [("A", "2026-03-10", "small"), ("B", "2026-03-10", "small")]
    assert history(firm, "reps", "rep_id", "team") == [("R", "2026-03-10", "north"), ("S", "2026-03-10", "north")]
    assert manifest.tables["orders"].refused == 0
    later = "a valid_from on or after as_of"
    assert firm.refused("accounts") == [(2, later), (4, later)]
    assert firm.refused("reps") == [(2, later), (4, later)]


def test_the_order_of_rows_changes_no_byte(firm) -> None:
    lines = ["A,small,", "A,large,2026-01-15", "A,,2026-01-15", "B,small,2024-01-01", "B,large,2026-04-01"]
    seen = set()
    for turned in (lines, lines[::-1], lines[2:] + lines[:2]):
        accounts(firm, "account_id,segment,valid_from\n" + "\n".join(turned))
        firm.ingest()
        seen.add((firm.home.manifest.read_bytes(), (firm.home.tables / "accounts.parquet").read_bytes()))
    assert len(seen) == 1
