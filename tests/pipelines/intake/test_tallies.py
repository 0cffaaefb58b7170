"""What the rows of a table amount to, in words."""

from pipelines.check import check
from pipelines.settings import Settings
from tests.pipelines.conftest import TODAY, Firm

REPS_UNKNOWN = "name one that reps does not know"


def tallies(firm: Firm) -> list[str]:
    return check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY).tallies


def test_amounts_and_accounts_are_told(firm: Firm) -> None:
    assert tallies(firm) == ["in orders: amount 37.50 EUR in all, usually 10.50; rows of 2 of 2 accounts"]
    firm.table("orders", "account_id,ordered_at,amount\nA,2026-03-02,1250\nA,2026-03-03,-50")
    assert tallies(firm) == [
        "in orders: amount 1,200.00 EUR in all, -50.00 of it negative, usually 600.00; rows of 1 of 2 accounts"
    ]


def test_tables_without_amounts_tell_of_how_many_accounts_and_reps_they_speak(firm: Firm) -> None:
    firm.table("reps", "rep_id\n7\n8")
    firm.table(
        "contacts",
        "account_id,contacted_at,channel,rep_id\nA,2026-01-01,call,7\nA,2026-01-02,call,9\nA,2026-01-03,call,",
    )
    firm.table("contracts", "account_id,starts_on,annual_value\nA,2026-01-01,\nB,2026-01-01,")
    _, contacts, contracts = tallies(firm)
    assert contacts == "in contacts: rows of 1 of 2 accounts; rep_id: 1 of 2 rows name one that reps knows"
    assert contracts == "in contracts: no annual_value; rows of 2 of 2 accounts"
    firm.table("contacts", "account_id,contacted_at,channel,rep_id\nA,2026-01-01,call,")
    assert tallies(firm)[1] == "in contacts: rows of 1 of 2 accounts"


def test_by_how_many_months_contracts_renew_themselves_is_told(firm: Firm) -> None:
    """A firm knows whether its trials of a month are renewed by the month; the table cannot tell."""
    terms = ["2024-01-31", "2024-12-31", "2024-03-31", "2024-06-30", "2024-01-20"]
    rows = [f"A,2024-01-01,{last},yes," for place, last in enumerate(terms) for _ in range(5 - place)]
    more = ["A,2024-01-01,2024-01-31,yes,12", "A,2024-01-01,,yes,", "A,2024-01-01,2024-02-29,no,"]
    firm.table("contracts", "\n".join(["account_id,starts_on,ends_on,renews,renewal_months", *rows, *more]))
    contracts = tallies(firm)[-1]
    assert "16 renew themselves: 5 by 1 month, 5 by 12 months, 3 by 3 months, 3 by other terms" in contracts
    firm.table("contracts", "account_id,starts_on,ends_on,renews\nA,2024-01-01,2024-12-31,no")
    assert "renew" not in tallies(firm)[-1]


def test_it_stands_in_the_report(firm: Firm) -> None:
    lines = check(Settings(), source=str(firm.folder), files=None, as_of=None, today=TODAY).lines()
    assert lines[lines.index("Is that what you know?") + 1].startswith("    in orders: amount 37.50 EUR")


def test_ingest_says_that_most_reps_are_unknown(firm: Firm, caplog) -> None:
    def is_said(*reps: str) -> bool:
        firm.table(
            "contacts",
            "account_id,contacted_at,channel,rep_id\n" + "\n".join(f"A,2026-01-01,call,{rep}" for rep in reps),
        )
        caplog.clear()
        firm.ingest()
        return REPS_UNKNOWN in caplog.text

    firm.table("reps", "rep_id\nR7\nR8")
    assert is_said("7", "8", "R8")
    assert not is_said("7", "8", "R8", "R7")
    assert not is_said("", "")
