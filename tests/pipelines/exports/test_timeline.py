from datetime import date

import pandas as pd

from pipelines.exports.timeline import silence, timelines

AS_OF = date(2024, 7, 1)


def write(folder, name, text):
    """A small text table as Parquet; a column ending in _at is a time, '-' is nothing, amounts are numbers."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    rows = pd.DataFrame([[None if cell == "-" else cell for cell in line] for line in lines], columns=head)
    for column in head:
        if column.endswith("_at"):
            rows[column] = pd.to_datetime(rows[column], format="ISO8601").astype("datetime64[us]")
        elif column == "amount":
            rows[column] = rows[column].astype(float)
    folder.mkdir(exist_ok=True)
    rows.to_parquet(folder / f"{name}.parquet")


def test_orders_are_told_by_day_up_to_the_day_before_as_of(tmp_path):
    write(
        tmp_path,
        "orders",
        """
        account_id  ordered_at        amount
        A           2024-06-30T18:00  100.4
        A           2024-06-30T09:00  50
        A           2024-06-01        10
        A           2024-07-01        999
        A           2020-01-01        999
        B           2023-01-15        7
        C           2024-06-30        7
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A", "B"]) == {
        "A": {"orders": [[30, 10], [1, 150]]},
        "B": {"orders": [[533, 7]]},
    }
    told = silence(tmp_path, AS_OF).set_index("account_id")
    assert told["days_since_order"].to_dict() == {"A": 1, "B": 533, "C": 1}
    assert told.loc["A", "last_order_on"] == date(2024, 6, 30)


def test_what_was_recorded_or_answered_later_is_not_known_yet(tmp_path):
    write(
        tmp_path,
        "calls",
        """
        account_id  called_at   returned_at  recorded_at
        A           2024-06-10  2024-06-13   2024-06-10
        A           2024-06-20  2024-07-02   2024-06-20
        A           2024-06-25  2024-06-26   2024-07-01
        A           2024-06-27  -            -
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"calls": [[21, 3], [11, None], [4, None]]}}


def test_an_invoice_error_stands_on_the_day_it_was_found(tmp_path):
    write(
        tmp_path,
        "invoices",
        """
        account_id  issued_at   amount  error_found_at  corrected_at
        A           2024-05-01  10      2024-06-21      2024-06-30
        A           2024-05-02  10      2024-07-05      -
        A           2024-05-03  10      -               -
        """,
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"errors": [[10, 9]]}}


def test_columns_and_tables_that_the_source_does_not_give_are_left_out(tmp_path):
    write(tmp_path, "tickets", "account_id opened_at\nA 2024-06-30")
    write(tmp_path, "invoices", "account_id issued_at amount\nA 2024-06-30 5")
    write(
        tmp_path,
        "contacts",
        "account_id contacted_at channel\nA 2024-06-30 visit\nA 2024-06-30 visit\nA 2024-06-30 call",
    )
    assert timelines(tmp_path, AS_OF, ["A"]) == {"A": {"tickets": [[1, None]], "contacts": [[1, "call"], [1, "visit"]]}}
    assert silence(tmp_path, AS_OF) is None
