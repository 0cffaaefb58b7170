"""Ids that two tables spell otherwise: what to write so that they meet."""

from collections.abc import Callable

import pytest

from tests.pipelines.conftest import Firm

Stops = Callable[..., str]


def spelt(firm: Firm, accounts: list[str], orders: list[str]) -> None:
    firm.table("accounts", "\n".join(["id", *accounts]), "SELECT id AS account_id FROM accounts")
    lines = [f"{id_},2026-03-{day + 1:02},10" for day, id_ in enumerate(orders)]
    firm.table(
        "orders", "\n".join(["id,day,amount", *lines]), "SELECT id AS account_id, day AS ordered_at, amount FROM orders"
    )


@pytest.mark.parametrize(
    ("accounts", "orders", "written"),
    [
        (["0000012", "0000345"], ["12", "345"], "ltrim(account_id::TEXT, '0')"),
        (["12", "345"], ["0000012", "0000345"], "ltrim(account_id::TEXT, '0')"),
        (["K12a", "k13B"], ["k12A", "K13B"], "upper(account_id::TEXT)"),
        (["001000000000012AAA", "001000000000013AAB"], ["001000000000012", "001000000000013"], "left(account_id::TEXT, 15)"),
        (["K-12", "K-13"], ["k 12", "K13"], "upper(regexp_replace(account_id::TEXT, '[^A-Za-z0-9]', '', 'g'))"),
    ],
)  # fmt: skip
def test_what_is_said_helps(firm: Firm, stops: Stops, accounts: list[str], orders: list[str], written: str) -> None:
    spelt(firm, accounts, orders)
    expected = f" With {written} AS account_id in every SELECT 2 of these 2 ids are known."
    assert stops().endswith(expected)
    as_id = written.replace("account_id", "id")
    firm.sql("accounts", f"SELECT {as_id} AS account_id FROM accounts")  # noqa: S608 - the hint itself
    firm.sql("orders", f"SELECT {as_id} AS account_id, day AS ordered_at, amount FROM orders")  # noqa: S608 - the same
    firm.ingest(max_refused=0)
    assert len(firm.kept("orders")) == 2


def test_half_of_them_must_become_known(firm: Firm, stops: Stops) -> None:
    spelt(firm, ["a", "b"], ["A", "X"])
    assert "1 of these 2 ids are known" in stops()
    spelt(firm, ["a", "b"], ["A", "A", "A", "X", "Y"])  # one of three, however often it orders
    assert "are known" not in stops()


def test_nothing_is_said_that_makes_one_account_of_two(firm: Firm, stops: Stops) -> None:
    spelt(firm, ["a", "A", "b"], ["B"])
    assert "are known" not in stops()


def test_else_it_is_said_what_there_is(firm: Firm, stops: Stops) -> None:
    spelt(firm, ["K2", "K1"], ["4711"])
    assert stops().endswith(" The ids of accounts are such as 'K1'; leave out rows of others in orders.sql (WHERE …).")


@pytest.mark.parametrize("none", ["NULL", "None", "nan", "#N/A", "(null)", "none", "-", "UNKNOWN", "n/a"])
def test_a_word_for_no_id_is_no_account(firm: Firm, stops: Stops, none: str) -> None:
    (firm.folder / "accounts.sql").unlink()
    firm.table("orders", f"account_id,ordered_at,amount\nA,2026-03-01,1\n{none},2026-03-01,2")
    line = stops()
    assert line.startswith(f"orders: 1 of 2 rows have an account_id that stands for none ('{none}'), first at row 2; ")
    assert line.endswith(" Leave out rows without account_id in orders.sql (WHERE …).")
    firm.ingest()
    assert firm.kept("accounts") == [{"account_id": "A"}]
    firm.yaml(f"options: {{nulls: ['{none}']}}\n")
    firm.ingest()
    assert firm.refused("orders") == [(2, "no account_id")]
    firm.yaml()
    firm.sql("orders", f"FROM orders WHERE account_id <> '{none}'")
    firm.ingest(max_refused=0)


def test_where_a_row_need_not_have_an_id_the_row_stays_without_it_and_that_is_said_once(
    firm: Firm, caplog: pytest.LogCaptureFixture
) -> None:
    for name, reps in {"orders": ["7", "N/A"], "contacts": ["NA", " unassigned ", "None", "-", ""]}.items():
        day, more = ("ordered_at", '"amount": 1') if name == "orders" else ("contacted_at", '"channel": "call"')
        id_ = "order_id" if name == "orders" else "rep_id"
        rows = [f'{{"account_id": "A", "{day}": "2026-03-01", {more}, "{id_}": "{rep}"}}' for rep in reps]
        firm.write(f"{name}.jsonl", "\n".join(rows))
        firm.tables[name] = f"{name}.jsonl"
        firm.sql(name, f"FROM {name}")
    firm.yaml()
    firm.ingest(max_refused=0)
    assert sorted(str(row["order_id"]) for row in firm.kept("orders")) == ["7", "None"]
    assert [row["rep_id"] for row in firm.kept("contacts")] == [None, None, None, None, "NA"]
    said = [line for line in caplog.messages if "word for none" in line]
    assert said == [
        "orders: 1 of 2 rows have a word for none as order_id, such as 'N/A'; taken for none",
        "contacts: 3 of 5 rows have a word for none as rep_id, such as '-'; taken for none",
    ]


def test_whom_nobody_looks_after_ends_an_assignment_and_begins_none(firm: Firm, stops: Stops) -> None:
    firm.table("rep_assignments", "account_id,rep_id,starts_at\nA,R1,2026-01-01\nA,Unassigned,2026-02-01")
    line = stops()
    assert "1 of 2 rows have a rep_id that stands for none ('Unassigned'), first at row 2" in line
    assert line.endswith(
        "Leave out rows without rep_id in rep_assignments.sql (WHERE …), and let the assignment before each end with "
        "it (ends_at), as it lasts until the next one."
    )


def test_a_number_that_a_spreadsheet_has_shortened_is_no_account(firm: Firm) -> None:
    (firm.folder / "accounts.sql").unlink()
    lost = ["1.23457E+11", "1,23457E+11", "1E+11", "1.235e+11", "1.23457E11"]
    whole = ["E+11", "1E11", "K1E+2", "123457000000", "1.23456789012E11", "7.5", "A.1", "1,2e5"]
    firm.table(
        "orders", "\n".join(["account_id,ordered_at,amount", *(f'"{id_}",2026-03-01,1' for id_ in lost + whole)])
    )
    firm.ingest()
    assert firm.refused("orders") == [
        (row, "an account_id that a spreadsheet has shortened") for row in range(1, len(lost) + 1)
    ]


@pytest.mark.parametrize("ids", [["1.23E+11", "4.57E+11"], ["1.235e+11"], ["1.23E11", "4.57E11"]])
def test_nor_are_all_of_a_column_and_it_is_said_what_to_do(firm: Firm, stops: Stops, ids: list[str]) -> None:
    (firm.folder / "accounts.sql").unlink()
    firm.table(
        "orders", "\n".join(["account_id,order_id,ordered_at,amount", *(f"{id_},7,2026-03-01,1" for id_ in ids)])
    )
    anew = "Its digits are lost: export it anew, and do not save it from a spreadsheet, or only with the column as text"
    line = stops()
    assert "that a spreadsheet has shortened" in line
    assert f" {anew}." in line
    firm.table("orders", f"account_id,order_id,ordered_at,amount\nA,{ids[0]},2026-03-01,1")
    assert stops().endswith(f" {anew}; or leave order_id out of orders.sql.")


def test_reps_that_are_spelt_otherwise_are_said_and_what_helps(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    firm.table("reps", "rep_id,name\n007,Bond\n008,Bill")
    given = [f"A,2026-03-0{day},call,{rep}" for day, rep in enumerate(["007", "007", "8", "008"], 1)]
    firm.table("contacts", "\n".join(["account_id,contacted_at,channel,rep_id", *given]))
    firm.ingest()
    said = (
        "contacts: 1 of the 4 rows with a rep_id name one that reps does not know, so they tell nothing of reps; with "
        "ltrim(rep_id::TEXT, '0') AS rep_id in every SELECT 1 of these 1 ids are known"
    )
    assert said in caplog.messages
    caplog.clear()
    firm.table("contacts", "\n".join(["account_id,contacted_at,channel,rep_id", *given]).replace(",8", ",99"))
    firm.ingest()
    assert "that reps does not know" not in caplog.text  # who has left before reps begins


@pytest.mark.parametrize(
    ("orders", "written"),
    [
        (["0012", "12", "7"], "ltrim(account_id::TEXT, '0')"),
        (["K1a", "k1a", "K2"], "upper(account_id::TEXT)"),
        (["12.0", "12", "K2"], r"regexp_replace(account_id::TEXT, '\.0+$', '')"),
        (["K1", "K1\u00a0", "K2"], r"regexp_replace(account_id::TEXT, '^[\pZ\pC]+|[\pZ\pC]+$', '', 'g')"),
        (["K1", "\u200bK1", "K2"], r"regexp_replace(account_id::TEXT, '^[\pZ\pC]+|[\pZ\pC]+$', '', 'g')"),
    ],
)
def test_one_account_of_two_spellings_is_said_and_what_helps(
    firm: Firm, caplog: pytest.LogCaptureFixture, orders: list[str], written: str
) -> None:
    (firm.folder / "accounts.sql").unlink()
    spelt(firm, [], orders)
    (firm.folder / "accounts.sql").unlink()
    firm.ingest()
    (line,) = [line for line in caplog.messages if "how they are spelt" in line]
    assert line.startswith("accounts: 2 of 3 ids are another's but for how they are spelt, such as ")
    assert line.endswith(f"; if they are one, write {written} AS account_id in every SELECT")
    as_id = written.replace("account_id", "id")
    firm.sql("orders", f"SELECT {as_id} AS account_id, day AS ordered_at, amount FROM orders")  # noqa: S608 - the hint itself
    caplog.clear()
    firm.ingest()
    assert len(firm.kept("accounts")) == 2
    assert "how they are spelt" not in caplog.text


@pytest.mark.parametrize(
    ("names", "is_said"),
    [(["Xylo", "Zeta"], False), (["Xylo", " xylo"], True), (["", ""], True), (["Xylo", ""], False)],
)
def test_those_of_different_names_are_two(
    firm: Firm, caplog: pytest.LogCaptureFixture, names: list[str], is_said: bool
) -> None:
    firm.table("accounts", f"account_id,name\nA,Abel\nB,Baker\n12,{names[0]}\n012,{names[1]}")
    firm.ingest()
    assert ("accounts: 2 of 4 ids are another's" in caplog.text) is is_said


@pytest.mark.parametrize(
    "orders",
    [
        ["K-1", "K1"],
        ["0015g00000abcdA", "0015g00000abcda"],  # of Salesforce: capitals tell them apart
        ["10", "100", "1"],
        ["A", "a", *(f"K{number}" for number in range(198))],  # two of two hundred
    ],
)
def test_two_accounts_are_not(firm: Firm, caplog: pytest.LogCaptureFixture, orders: list[str]) -> None:
    lines = [f"{id_},2026-03-01,10" for id_ in orders]
    (firm.folder / "accounts.sql").unlink()
    firm.table("orders", "\n".join(["account_id,ordered_at,amount", *lines]))
    firm.ingest()
    assert "how they are spelt" not in caplog.text
