from datetime import date

import pandas as pd
import pytest

from features.language.rows import tickets
from pipelines.exports.account import WORDS
from pipelines.exports.timeline import Lane, timelines

AS_OF = date(2024, 7, 1)
NUMBERS = ("amount", "returned_amount")


def write(folder, name, text):
    """A small text table as Parquet; a column ending in _at is a time, '-' is nothing, amounts are numbers."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    rows = pd.DataFrame([[None if cell == "-" else cell for cell in line] for line in lines], columns=head)
    for column in head:
        if column.endswith(("_at", "_on")):
            rows[column] = pd.to_datetime(rows[column], format="ISO8601").astype("datetime64[us]")
        elif column in NUMBERS:
            rows[column] = rows[column].astype(float)
    folder.mkdir(exist_ok=True)
    rows.to_parquet(folder / f"{name}.parquet")


def test_orders_are_shown_by_day_up_to_the_day_before_as_of(tmp_path):
    write(
        tmp_path,
        "orders",
        """
        account_id  ordered_at        amount
        A           2024-06-30T18:00  100.4
        A           2024-06-30T09:00  50.4
        A           2024-06-01        10
        A           2024-07-01        999
        A           2022-12-31        7
        A           2022-12-30        999
        A           2020-01-01        999
        B           2023-01-15        7
        C           2024-06-30        7
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A", "B"]) == {
        "A": {"orders": [[548, 7], [30, 10], [1, 151]]},
        "B": {"orders": [[533, 7]]},
    }


def test_what_is_no_order_to_the_features_is_none_here(tmp_path):
    write(
        tmp_path,
        "orders",
        """
        account_id  ordered_at  amount
        A           2024-05-01  70
        A           2024-06-20  0
        A           2024-06-29  -30
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"orders": [[61, 70]], "credits": [[2, -30]]}}


def test_goods_that_came_back_stand_on_the_day_on_which_they_did_once_it_has_come(tmp_path):
    write(
        tmp_path,
        "orders",
        """
        account_id  ordered_at  amount  returned_at  returned_amount  recorded_at
        A           2024-05-01  70      -            -                2024-05-01
        A           2024-05-01  0       2024-06-20   30               2024-06-20
        A           2024-05-01  0       2024-06-21   5                2024-07-01
        A           2024-05-01  0       2024-07-02   9                2024-05-01
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"orders": [[61, 70]], "returns": [[11, 30]]}}


# Every lane: a row that was recorded on as_of is unknown, one that was recorded the day before is known, and one that
# does not say when it was recorded was known when it happened; a second time that comes on as_of has not come.
CLOCKS = {
    "contacts": ("channel", "visit visit visit", [[19, "visit"], [11, "visit"]]),
    "signals": ("kind", "upsell complaint upsell", [[19, "upsell"], [11, "complaint"]]),
    "rep_assignments": ("rep_id", "R1 R2 R3", [[19, "R1"], [11, "R2"]]),
    "calls": ("returned_at", "2024-06-13 2024-07-01 2024-06-26", [[19, 1], [11, None]]),
    "tickets": ("resolved_at", "2024-06-13 2024-07-01 2024-06-26", [[19, 1], [11, None]]),
}
HAPPENED = {
    "contacts": "contacted_at",
    "signals": "occurred_at",
    "rep_assignments": "starts_at",
    "calls": "called_at",
    "tickets": "opened_at",
}


@pytest.mark.parametrize("table", CLOCKS)
def test_what_was_recorded_or_came_later_is_not_known_yet(tmp_path, table):
    column, cells, events = CLOCKS[table]
    first, second, third = cells.split()
    write(
        tmp_path,
        table,
        f"""
        account_id  {HAPPENED[table]}  recorded_at  {column}
        A           2024-06-12         2024-06-30   {first}
        A           2024-06-20         -            {second}
        A           2024-06-25         2024-07-01   {third}
        A           2024-07-01         2024-06-01   {first}
        """,
    )
    lane = "reps" if table == "rep_assignments" else table
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {lane: events}}


def test_an_invoice_error_stands_on_the_day_it_was_found(tmp_path):
    write(
        tmp_path,
        "invoices",
        """
        account_id  issued_at   amount  error_found_at  corrected_at  recorded_at
        A           2024-05-01  10      2024-06-21      2024-06-30    -
        A           2024-05-02  10      2024-07-05      -             -
        A           2024-05-03  10      -               -             -
        A           2024-05-04  10      2024-06-22      2024-07-01    -
        A           2024-05-05  10      2024-06-23      -             2024-07-01
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"errors": [[10, 9], [9, None]]}}


def test_who_was_spoken_with_stands_apart_from_what_was_sent(tmp_path):
    write(
        tmp_path,
        "contacts",
        "account_id contacted_at channel\n"
        + "\n".join(f"A 2024-06-2{n} {channel}" for n, channel in enumerate(["visit", "letter", "call", "invoice"])),
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {
        "A": {"contacts": [[11, "visit"], [9, "call"]], "mailings": [[10, "letter"], [8, "invoice"]]}
    }


def test_two_calls_on_one_day_are_two(tmp_path):
    write(tmp_path, "calls", "account_id called_at returned_at\nA 2024-06-30T09:00 -\nA 2024-06-30T10:00 -")
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"calls": [[1, None], [1, None]]}}


def test_columns_and_tables_that_the_source_does_not_give_are_left_out(tmp_path):
    write(tmp_path, "tickets", "account_id opened_at\nA 2024-06-30")
    write(tmp_path, "invoices", "account_id issued_at amount\nA 2024-06-30 5")
    write(tmp_path, "orders", "account_id ordered_at amount returned_at\nA 2024-06-30 5 2024-06-30")
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"tickets": [[1, None]], "orders": [[1, 5]]}}


def test_a_lane_that_names_no_column_of_its_table_fails_at_once():
    with pytest.raises(KeyError, match="tickets has no column 'solved_at'"):
        Lane(tickets, "solved_at")


def test_contracts_stand_there_with_start_renewal_notice_and_end(tmp_path):
    write(
        tmp_path,
        "contracts",
        """
        account_id  starts_on   ends_on     renews  cancelled_at  renewed_at
        A           2024-01-01  2024-06-01  no      -             -
        A           2024-02-01  2024-12-31  yes     2024-06-20    2024-05-01
        A           2024-03-01  -           -       2024-07-01    -
        A           2024-07-01  2024-12-31  no      -             -
        A           2023-12-01  2024-12-31  no      -             -
        A           2023-06-02  2024-06-01  yes     -             -
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {
        "A": {
            "contracts": [[395, 365], [213, 396], [182, 152], [151, 334], [122, None]],
            "renewals": [[61, 244]],
            "notices": [[11, 194]],
            "ends": [[30, None]],
        }
    }


def test_notice_and_end_of_a_plan_that_another_one_replaced_are_none(tmp_path):
    """The monthly plan of A renews itself: notice of 2024-03-10 ends it on 2024-03-31."""
    write(
        tmp_path,
        "contracts",
        """
        account_id  starts_on   ends_on     renews  cancelled_at
        A           2023-06-01  2023-06-30  yes     2024-03-10
        A           2024-04-20  2025-04-19  no      -
        B           2023-05-01  2024-04-30  no      -
        B           2024-05-01  2024-06-10  no      -
        C           2023-06-01  2023-06-30  yes     2024-03-10
        C           2024-05-02  2025-05-01  no      -
        D           2023-06-01  2024-06-20  no      2024-06-10
        E           2024-06-15  2024-12-31  no      -
        """,
    )
    found = timelines(tmp_path, AS_OF, list("ABCD"))
    assert found["A"] == {"contracts": [[396, 29], [72, 364]]}
    assert found["B"]["ends"] == [[21, None]]
    assert found["C"]["notices"] == [[113, -254]]
    assert found["D"]["notices"] == [[21, 10]]


def test_a_plan_ends_by_the_months_by_which_it_goes_on(tmp_path):
    """Notice of 2024-03-10 ends A's trial, which goes on by the year, on 2024-05-31, and by the month on 2024-03-31."""
    write(
        tmp_path,
        "contracts",
        """
        account_id  starts_on   ends_on     renews  renewal_months  cancelled_at
        A           2023-05-01  2023-05-31  yes     12              2024-03-10
        A           2024-05-15  2025-05-14  no      -               -
        B           2023-05-01  2023-05-31  yes     -               2024-03-10
        B           2024-05-15  2025-05-14  no      -               -
        """,
    )
    found = timelines(tmp_path, AS_OF, list("AB"))
    assert "notices" not in found["A"]
    assert found["B"]["notices"] == [[113, -284]]


def test_a_plan_is_replaced_as_soon_as_the_next_one_is_signed_which_is_not_drawn_before_it_begins(tmp_path):
    write(
        tmp_path,
        "contracts",
        """
        account_id  starts_on   ends_on     cancelled_at  recorded_at
        signed      2023-07-21  2024-07-20  2024-06-20    -
        signed      2024-07-21  2025-07-20  -             2024-06-30
        too_late    2023-07-21  2024-07-20  2024-06-20    -
        too_late    2024-07-21  2025-07-20  -             2024-07-01
        unsaid      2023-07-21  2024-07-20  2024-06-20    -
        unsaid      2024-07-21  2025-07-20  -             -
        """,
    )
    found = timelines(tmp_path, AS_OF, ["signed", "too_late", "unsaid"])
    begun, notice = {"contracts": [[346, 365]]}, {"notices": [[11, 30]]}
    assert found == {"signed": begun, "too_late": begun | notice, "unsaid": begun | notice}


def test_a_contract_that_was_withdrawn_neither_began_nor_ended_nor_took_the_place_of_another_and_is_called_so(tmp_path):
    write(
        tmp_path,
        "contracts",
        """
        account_id  starts_on   ends_on     cancelled_at      recorded_at
        before      2023-07-21  2024-07-20  2024-04-20        -
        before      2024-05-21  2024-06-20  2024-05-11        2024-05-01
        that_day    2023-07-21  2024-07-20  2024-04-20        -
        that_day    2024-05-21  2024-06-20  2024-05-21T09:30  2024-05-01
        ahead       2023-07-21  2024-07-20  2024-04-20        -
        ahead       2024-07-21  2025-07-20  2024-06-20        2024-05-01
        """,
    )
    began = {"contracts": [[346, 365]]}
    assert timelines(tmp_path, AS_OF, ["before", "that_day", "ahead"]) == {
        "before": began | {"notices": [[72, 91]], "withdrawals": [[51, 10]]},
        # notice to the end of a term that took the other's place
        "that_day": {"contracts": [[346, 365], [41, 30]], "notices": [[41, 30]], "ends": [[11, None]]},
        "ahead": began | {"notices": [[72, 91]], "withdrawals": [[11, 31]]},
    }
    words = WORDS["withdrawals"](10, "EUR")
    assert words == "a contract withdrawn 10 days before its first day; it never began"


def test_a_recorded_loss_of_the_past_stands_there_once_it_has_come(tmp_path):
    write(
        tmp_path,
        "losses",
        """
        account_id  lost_on     kind
        A           2024-01-01  voluntary
        A           2024-07-01  voluntary
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"losses": [[182, "voluntary"]]}}
    assert timelines(tmp_path, AS_OF, ["A"], days_back=181) == {}
