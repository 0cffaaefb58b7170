"""What was written over once accounts had gone is told from what brought them to leave, and from what time brings."""

import numpy as np
import pandas as pd
import pytest

from features.tables import TABLES
from models.last_days import DAY, Leave
from models.overwritten import overwritten

NEWEST = pd.Timestamp("2026-01-01")
BEGAN = NEWEST - 1200 * DAY
GONE, STAYED = [f"G{number:03d}" for number in range(120)], [f"S{number:03d}" for number in range(200)]
FATES = pd.DataFrame(
    {"is_gone": True, "until": [NEWEST - (150 + 6 * number) * DAY for number in range(len(GONE))]}, index=GONE
)
FATES = pd.concat([FATES, pd.DataFrame({"is_gone": False, "until": NEWEST - 95 * DAY}, index=STAYED)])
FATES["last_day"] = FATES["until"]
FIRST = pd.Series(BEGAN, FATES.index)


def contacts(every: int = 40) -> pd.DataFrame:
    """A contact in so many days with every account, as long as it is there."""
    rows = pd.DataFrame({"account_id": np.repeat(FATES.index, 1200 // every)})
    rows["contacted_at"] = BEGAN + every * DAY * rows.groupby("account_id").cumcount()
    rows["until"] = FATES["until"].reindex(rows["account_id"]).to_numpy()
    rows["person"] = rows["account_id"] + np.where(rows.index % 3, "-1", "-2")
    return (
        rows[rows["contacted_at"] <= rows["until"]].drop(columns="until").assign(channel="call").reset_index(drop=True)
    )


def is_gone(rows: pd.DataFrame) -> pd.Series:
    return rows["account_id"].isin(GONE)


def found(
    rows: pd.DataFrame, table: str = "contacts", fates: pd.DataFrame = FATES, first: pd.Series = FIRST
) -> list[str]:
    columns = TABLES[table].column_names
    leaks = overwritten(TABLES[table], rows, fates, first, NEWEST, Leave.order, columns)
    return [f"{leak.code} {leak.name}" for leak in leaks]


def assignments() -> pd.DataFrame:
    return pd.DataFrame(
        {"account_id": FATES.index, "rep_id": [f"R{n % 9}" for n in range(len(FATES))], "starts_at": BEGAN}
    )


def tickets() -> pd.DataFrame:
    rows = contacts(every=100)[["account_id", "contacted_at"]].rename(columns={"contacted_at": "opened_at"})
    return rows.assign(resolved_at=rows["opened_at"] + 5 * DAY, severity="low")


def test_an_honest_firm_gives_no_alarm() -> None:
    assert [*found(contacts()), *found(assignments(), "rep_assignments"), *found(tickets(), "tickets")] == []


def test_rows_of_leavers_that_were_deleted_stop_with_their_table_and_what_to_do() -> None:
    rows = contacts()
    kept = rows[~is_gone(rows)]
    (leak,) = overwritten(TABLES["contacts"], kept, FATES, FIRST, NEWEST, Leave.order, ["account_id"])
    assert leak.line.startswith(
        "contacts.account_id: 120 of 120 leavers had no row 90 days before the last order, and 0.0% of the others: rows "
        "of those who left were taken out. Give the rows of accounts that have left as well, or leave the table out; "
    )
    a_year_on = rows["account_id"].map(FATES["until"]) > NEWEST - 450 * DAY
    assert found(rows[~is_gone(rows) | a_year_on]) == ["a contacts.account_id"]  # more than half, of the earlier half


def test_what_holds_for_most_leavers_of_one_half_of_the_time_stops_and_for_a_quarter_of_them_does_not() -> None:
    rows = contacts()
    long_gone = rows["account_id"].map(FATES["until"]) < NEWEST - 560 * DAY
    assert (FATES.loc[GONE, "until"] < NEWEST - 560 * DAY).mean() < 0.5
    assert found(rows[~is_gone(rows) | ~long_gone]) == ["a contacts.account_id"]
    assert found(rows[~is_gone(rows) | (rows["account_id"].str[1:].astype(int) % 4 > 0)]) == []


def test_a_few_others_prove_nothing() -> None:
    rows = contacts()
    assert found(rows[~is_gone(rows)], fates=FATES.loc[GONE + STAYED[:12]]) == []
    assert found(rows[~is_gone(rows)], fates=FATES.loc[GONE + STAYED[:60]]) == ["a contacts.account_id"]


def test_leavers_are_held_against_others_of_the_same_day_and_of_the_same_tenure() -> None:
    number = pd.Series(range(len(STAYED)), STAYED)
    later = pd.concat([FIRST[GONE], BEGAN + pd.to_timedelta(600 + number, "D")])
    rows = contacts()
    rows = rows[rows["contacted_at"] >= rows["account_id"].map(later)]
    assert found(rows[rows["contacted_at"] >= NEWEST - 500 * DAY], first=later) == []  # others of that tenure have some
    young = pd.concat([FATES.loc[GONE, "until"] - 300 * DAY, FIRST[STAYED] + pd.to_timedelta(number, "D")])
    rows = contacts()
    rows = rows[rows["contacted_at"] >= rows["account_id"].map(young) + 350 * DAY]  # they hear from us from then on
    assert found(rows, first=young) == []


def test_calls_that_were_not_returned_stop_where_accounts_with_several_show_it() -> None:
    rows = contacts(every=200)[["account_id", "contacted_at"]].rename(columns={"contacted_at": "called_at"})
    rows = rows[(rows["account_id"].str[1:].astype(int) % 4 == 0) | ~rows["account_id"].duplicated()].reset_index(
        drop=True
    )
    rows["returned_at"] = (rows["called_at"] + DAY).where(np.random.default_rng(1).random(len(rows)) > 0.25)
    assert found(rows, "calls") == []
    assert found(rows.assign(returned_at=rows["returned_at"].mask(is_gone(rows))), "calls") == ["a calls.returned_at"]


def test_rows_that_began_late_or_are_deleted_by_age_for_everybody_are_honest() -> None:
    rows = contacts()
    assert found(rows[rows["contacted_at"] >= NEWEST - 500 * DAY]) == []


def test_fewer_rows_of_most_leavers_are_a_cause_and_no_leak() -> None:
    rows = contacts()
    number = rows["account_id"].str[1:].astype(int)
    quiet = is_gone(rows) & (number % 10 < 8) | ~is_gone(rows) & (number % 10 < 3)
    assert found(rows[~quiet]) == []
    known = rows["account_id"].str[1:].astype(int) % 100
    quiet = is_gone(rows) & (known < 85) | ~is_gone(rows) & (known < 13)
    assert found(rows[~quiet]) == []
    one_each = rows[~is_gone(rows) | ~rows["account_id"].duplicated()]
    assert found(one_each.assign(direction=np.where(one_each.index % 2, "inbound", "outbound"))) == []


def test_a_house_account_in_place_of_the_rep_of_those_who_left_stops() -> None:
    rows = assignments()
    assert found(rows.assign(rep_id=rows["rep_id"].mask(is_gone(rows), "HOUSE")), "rep_assignments") == [
        "a rep_assignments.rep_id"
    ]
    known = rows["account_id"].map(FATES["until"]).where(is_gone(rows))
    handed_over = rows[is_gone(rows)].assign(rep_id="HOUSE", starts_at=known + 40 * DAY)
    assert found(pd.concat([rows, handed_over]), "rep_assignments") == []  # it says so itself


def test_a_rep_who_took_the_accounts_along_or_whom_others_have_as_well_is_no_leak() -> None:
    rows = assignments()
    left = rows["account_id"].map(FATES["until"])
    along = is_gone(rows) & left.between(NEWEST - 500 * DAY, NEWEST - 420 * DAY)
    fates = FATES[~FATES["is_gone"] | along.to_numpy() | (FATES["until"] > NEWEST - 200 * DAY)]
    assert found(rows.assign(rep_id=rows["rep_id"].mask(along, "R77")), "rep_assignments", fates) == []
    bad = is_gone(rows) & (rows.index % 10 < 7) | ~is_gone(rows) & (rows.index % 10 < 2)
    assert found(rows.assign(rep_id=rows["rep_id"].mask(bad, "R77")), "rep_assignments") == []


def test_names_that_were_taken_out_of_the_rows_of_leavers_stop() -> None:
    rows = contacts()
    assert found(rows.assign(person=rows["person"].mask(is_gone(rows)))) == ["a contacts.person"]
    assert found(rows.assign(person=rows["person"].mask(rows["contacted_at"] < NEWEST - 300 * DAY))) == []
    assert found(rows.assign(person=None)) == []


@pytest.mark.parametrize("days_after", [30, None])
def test_tickets_closed_once_the_account_had_gone_stop_whatever_the_day(days_after: int | None) -> None:
    rows = tickets()
    closed = rows["account_id"].map(FATES["until"]) + (days_after or 0) * DAY if days_after else pd.NaT
    assert found(rows.assign(resolved_at=rows["resolved_at"].mask(is_gone(rows), closed)), "tickets") == [
        "a tickets.resolved_at"
    ]


def test_what_happened_to_others_only_after_the_day_says_nothing_yet() -> None:
    rows = pd.DataFrame({"account_id": FATES.index, "starts_on": BEGAN, "renewed_at": NEWEST - 60 * DAY})
    rows["renewed_at"] = rows["renewed_at"].mask(is_gone(rows))
    assert found(rows, "contracts") == []


def test_values_and_terms_of_leavers_that_were_overwritten_stop_and_contracts_that_were_to_end_do_not() -> None:
    rows = pd.DataFrame({"account_id": FATES.index, "starts_on": BEGAN, "annual_value": 100.0, "renews": "yes"})
    rows["renews"] = rows["renews"].mask(is_gone(rows), "no")
    assert found(rows, "contracts") == []
    zero = rows.assign(annual_value=rows["annual_value"].mask(is_gone(rows), 0))
    assert found(zero, "contracts") == ["a contracts.annual_value"]
    bills = contacts()[["account_id", "contacted_at"]].rename(columns={"contacted_at": "issued_at"})
    bills["due_on"] = bills["issued_at"] + 30 * DAY
    prepaid = bills["due_on"].mask(is_gone(bills), bills["issued_at"])
    assert found(bills, "invoices") == []
    assert found(bills.assign(due_on=prepaid), "invoices") == ["a invoices.due_on"]


def test_columns_that_no_feature_reads_and_a_few_leavers_prove_nothing() -> None:
    rows = tickets()
    emptied = rows.assign(severity=rows["severity"].mask(is_gone(rows)))
    assert found(emptied, "tickets") == ["a tickets.severity"]
    assert not list(overwritten(TABLES["tickets"], emptied, FATES, FIRST, NEWEST, Leave.order, ["opened_at"]))
    assert found(emptied, "tickets", FATES.loc[GONE[::14] + STAYED]) == []
    assert found(emptied, "tickets", FATES.loc[STAYED]) == []
