"""Billing: an invoice is wrong from the day on which the error was found, and put right on the day of its correction."""

from features.reasons.billing import Billing
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

INVOICES = table("""
    account  issued_at   amount  error_found_at  corrected_at  error_amount
    A        2024-01-10  100     2024-02-01      2024-02-11    10
    A        2024-02-05  300     2024-03-01      -             30
    A        2023-06-01  600     2023-06-11      2024-03-10    50
    B        2024-01-10  100     -               -             -
    C        2023-01-10  100     2023-01-11      -             5
""")


def test_an_invoice_is_not_wrong_before_the_error_is_found() -> None:
    assert value(Billing.billing_errors[90], INVOICES, as_of="2024-03-01") == {"A": 1, "B": 0, "C": 0}
    assert value(Billing.billing_errors[90], INVOICES, as_of="2024-03-02") == {"A": 2, "B": 0, "C": 0}
    assert value(Billing.billing_errors[360], INVOICES, as_of="2024-03-01") == {"A": 2, "B": 0, "C": 0}


def test_the_share_wrong_is_missing_for_those_who_got_no_invoice() -> None:
    assert value(Billing.invoices_sent, INVOICES, as_of="2024-03-01") == {"A": 3, "B": 1, "C": 0}
    assert value(Billing.share_of_invoices_wrong[360], INVOICES, as_of="2024-03-01") == {
        "A": 0.666667,
        "B": 0,
        "C": None,
    }


def test_an_error_is_open_until_the_day_after_its_correction() -> None:
    open_errors = values(Billing.open_billing_errors, INVOICES, as_of="2024-03-11", snapshots=2, step_days=1)
    assert open_errors == {"A": [1, 2], "B": [0, 0], "C": [0, 0]}


def test_a_correction_made_later_changes_later_dates_only() -> None:
    days = values(Billing.days_to_correct[360], INVOICES, as_of="2024-03-31", snapshots=2)
    assert days == {"A": [(10 + 273) / 2, 10], "B": [None, None], "C": [None, None]}


def test_the_amount_of_an_error_is_known_with_the_error() -> None:
    assert value(Billing.share_of_amount_wrong, INVOICES, as_of="2024-03-01") == {"A": 0.06, "B": 0, "C": None}
    assert value(Billing.share_of_amount_wrong, INVOICES, as_of="2024-03-02") == {"A": 0.09, "B": 0, "C": None}


def test_where_nothing_was_billed_no_share_of_it_is_wrong() -> None:
    invoices = table("""
        account  issued_at   amount  error_found_at  error_amount
        A        2024-01-10  0       2024-02-01      10
    """)
    assert value(Billing.share_of_amount_wrong, invoices, as_of="2024-03-01") == {"A": None}


def test_amounts_are_added_up_to_the_cent() -> None:
    invoices = table("""
        account  issued_at   amount  error_found_at  error_amount
        A        2024-01-10  0.10    2024-02-01      0.10
        A        2024-01-11  0.20    2024-02-01      0.20
        A        2024-01-12  0.70    -               -
    """)
    assert values(Billing.share_of_amount_wrong, invoices, as_of="2024-03-01") == {"A": [0.3]}


def test_an_invoice_recorded_later_was_not_sent_yet() -> None:
    invoices = table("""
        account  issued_at   amount  error_found_at  recorded_at
        A        2024-02-01  100     2024-02-10      2024-03-01
        A        2024-01-01  100     -               2024-01-01
    """)
    assert value(Billing.billing_errors[90], invoices, as_of="2024-03-01") == {"A": 0}
    assert value(Billing.share_of_invoices_wrong[360], invoices, as_of="2024-03-02") == {"A": 0.5}


def test_days_past_due_are_those_of_the_oldest_unpaid_invoice() -> None:
    invoices = table("""
        account   issued_at   amount  due_on      paid_at
        A         2024-01-01  100     2024-01-31  2024-03-01
        A         2024-01-20  100     2024-02-19  -
        not_due   2024-02-20  100     2024-03-20  -
        due_now   2024-02-01  100     2024-03-01  -
        paid      2024-01-01  100     2024-01-31  2024-02-29
        no_terms  2024-01-01  100     -           -
    """)
    days = values(Billing.days_past_due, invoices, as_of="2024-03-02", snapshots=2, step_days=1)
    assert days == {
        "A": [12, 30],  # the older one was paid on 1 March, which that day does not know yet
        "not_due": [0, 0],
        "due_now": [1, 0],
        "paid": [0, 0],
        "no_terms": [0, 0],
    }


def test_paying_on_the_due_day_is_not_late() -> None:
    invoices = table("""
        account   issued_at   amount  due_on      paid_at
        A         2024-01-01  100     2024-01-31  2024-01-31T23:59
        A         2024-01-02  100     2024-01-31  2024-02-01T00:00
        A         2024-01-03  100     2024-01-31  2024-03-01T00:00
        unpaid    2024-01-01  100     2024-01-31  -
        no_terms  2024-01-01  100     -           2024-02-20T00:00
    """)
    assert value(Billing.share_paid_late, invoices, as_of="2024-03-01") == {"A": 0.5, "unpaid": None, "no_terms": None}


def test_the_oldest_error_waits_until_the_day_after_its_correction() -> None:
    waits = values(Billing.oldest_billing_error, INVOICES, as_of="2024-03-11", snapshots=2, step_days=1)
    assert waits == {"A": [10, 273], "B": [0, 0], "C": [0, 0]}  # an invoice of more than a year ago no longer counts


def test_a_wrong_invoice_is_unspoken_from_the_day_on_which_the_error_was_found() -> None:
    contacts = table("""
        account  contacted_at  channel  recorded_at
        A        2024-02-05    call     2024-03-11
        A        2024-01-31    call     -
    """)
    found = values(Billing.days_billing_error_unspoken, INVOICES, contacts, as_of="2024-03-12", snapshots=2)
    # On 2024-02-11 the word of the 5th was not known; a month later only the error of March was still open.
    assert found["A"] == [11, 10]


def test_in_words() -> None:
    assert said("days_billing_error_unspoken", 1) == (
        "An invoice of theirs has been known to be wrong for 1 day, without a word from us"
    )
    assert said("share_of_invoices_wrong_90d", 1, open_billing_errors_360d=2) == (
        "100% of their invoices in 90 days were wrong; 2 are still to be put right"
    )
    assert said("billing_errors_90d", 1) == "1 wrong invoice in 90 days"
    assert said("billing_errors_360d", 0) == "No wrong invoices in 360 days"
    assert said("share_of_invoices_wrong_360d", 0.333) == "33% of their invoices in 360 days were wrong"
    assert said("open_billing_errors_360d", 0) == "No wrong invoices still to be put right"
    assert said("open_billing_errors_360d", 2) == "2 wrong invoices still to be put right"
    assert said("days_to_correct_360d", 23.5) == "It took us 24 days on average to put their invoices right"
    assert said("share_of_amount_wrong_360d", 0.004) == "<1% of what we billed them in 360 days was wrong"
    assert said("share_of_invoices_wrong_90d", 1) == "100% of their invoices in 90 days were wrong"
    assert said("share_of_invoices_wrong_180d", 0.5) == "50% of their invoices in 180 days were wrong"
    assert said("oldest_billing_error", 30) == "They have waited for 30 days for an invoice to be put right"
    assert said("days_to_correct_180d", 8) == "It took us 8 days on average to put their invoices right"
