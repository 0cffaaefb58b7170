"""Contracts signed ahead: who says when a contract was signed has it known from then on, whenever it begins."""

from datetime import date

HINT = "Give recorded_at, the day on which it was signed, and it counts from then on"


def test_a_contract_that_begins_on_as_of_or_later_is_kept_if_it_was_recorded_before(firm) -> None:
    firm.table(
        "contracts",
        """
        account_id,starts_on,ends_on,recorded_at
        A,2026-02-01,2027-01-31,
        A,2027-02-01,2028-01-31,2026-02-28 17:00:00
        A,2026-03-01,2027-01-31,2026-02-28
        B,2027-02-01,2028-01-31,2026-03-01 00:00:00
        B,2026-03-01,2027-02-28,
        B,2026-02-01,2027-01-31,2026-03-05
        """,
    )
    firm.ingest(as_of=date(2026, 3, 1), max_refused=0)
    assert firm.refused("contracts") == [
        (4, "a starts_on on or after as_of and a recorded_at on or after as_of"),
        (5, "a starts_on on or after as_of"),
    ]


def test_where_nobody_sets_the_day_those_recorded_by_today_are_kept(firm) -> None:
    firm.table(
        "contracts",
        """
        account_id,starts_on,recorded_at
        A,2030-01-01,2026-07-01 18:00:00
        A,2030-01-01,2026-07-02
        B,2030-01-01,
        """,
    )
    firm.ingest(max_refused=0)
    assert firm.refused("contracts") == [
        (2, "a starts_on after today and a recorded_at after today"),
        (3, "a starts_on after today"),
    ]


def test_nothing_else_is_known_before_it_happens(firm) -> None:
    firm.table("tickets", "account_id,opened_at,recorded_at\nA,2026-03-01,2026-02-01")
    firm.ingest(as_of=date(2026, 3, 1), max_refused=0)
    assert firm.refused("tickets") == [(1, "an opened_at on or after as_of")]


def test_without_orders_the_day_follows_the_signing_and_not_what_is_to_begin(firm) -> None:
    (firm.folder / "orders.sql").unlink()
    many = [f"A,2025-{month:02}-01,2025-{month:02}-28," for month in range(1, 13)] * 100
    head = "account_id,starts_on,ends_on,recorded_at"
    firm.table("contracts", "\n".join([head, *many, "A,2026-01-01,2026-12-31,2025-12-15", "B,2027-06-01,,2025-12-20"]))
    manifest = firm.ingest(max_refused=0)
    assert manifest.as_of == date(2025, 12, 21)
    assert manifest.tables["contracts"].kept == 1202  # what begins long after all others is no slip of the pen


def test_what_was_recorded_late_is_known_from_then_on(firm) -> None:
    (firm.folder / "orders.sql").unlink()
    firm.table("contracts", "account_id,starts_on,recorded_at\nA,2026-01-01,2026-02-10\nB,2026-02-01,")
    assert firm.ingest().as_of == date(2026, 2, 11)


def test_who_does_not_say_when_it_was_signed_is_told_what_that_would_do(firm, caplog) -> None:
    caplog.set_level("INFO")
    firm.table("contracts", "account_id,starts_on,recorded_at\nA,2026-01-01,\nA,2027-01-01,\nB,2027-01-01,2026-07-01")
    firm.ingest(as_of=date(2026, 3, 1), max_refused=0)
    assert (
        "contracts: 3 rows in, 1 kept, 2 refused (1 have a starts_on on or after as_of; 1 have a starts_on on or after "
        f"as_of and a recorded_at on or after as_of). {HINT}."
    ) in caplog.messages


def test_that_is_no_advice_to_who_has_faulty_rows(firm, stops) -> None:
    firm.table("contracts", "account_id,starts_on\nA,2026-01-01\nA,2027-01-01\nX,2026-01-01")
    assert HINT not in stops(as_of=date(2026, 3, 1))
