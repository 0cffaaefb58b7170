"""Billing: customers leave when invoices are wrong."""

from ibis import _

from features.language.declare import (
    Reason,
    count,
    feature,
    in_windows,
    mean,
    oldest_open,
    share,
    still_open,
)
from features.language.of_rows import Amount, Count
from features.language.of_words import DaysUnspoken
from features.language.rows import invoices
from features.reasons.contact import since_we_began

wrong = invoices.once("error_found_at")
paid = invoices.once("paid_at").where(_.due_on.notnull())


class Billing(Reason):
    """The bills are wrong."""

    action = "Ask whether their bills are right now, and look through the next one before it goes out"

    invoices_sent = count(invoices, days=360)
    billing_errors = count(wrong, days=(90, 360), risk="rises", says="{value:# wrong invoice} in {days} days")
    share_of_invoices_wrong = share(
        wrong,
        of=invoices,
        days=(90, 180, 360),
        risk="rises",
        says="{value:.0%} of their invoices in {days} days were wrong"
        "[; {billing_errors_360d:# wrong invoice} in 360 days]"
        "[; {open_billing_errors_360d:# is/are} still to be put right]",
    )
    open_billing_errors = still_open(
        wrong, until="corrected_at", days=360, risk="rises", says="{value:# wrong invoice} still to be put right"
    ).then(
        "Ring before it is put right, and say by when it will be",
        suits=("oldest_billing_error", "days_billing_error_unspoken"),
        pressing=True,
    )
    oldest_billing_error = oldest_open(
        wrong,
        until="corrected_at",
        since="error_found_at",
        days=360,
        risk="rises",
        says="They have waited {value:# since} for an invoice to be put right",
    )
    days_billing_error_unspoken = feature(
        DaysUnspoken(wrong, until="corrected_at", since="error_found_at", days=360, word=since_we_began),
        "days",
        risk="rises",
        says="An invoice of theirs has been known to be wrong {value:# since}, without a word from us",
    )
    days_to_correct = mean(
        wrong.once("corrected_at"),
        _.corrected_at.delta(_.error_found_at, unit="day"),
        "days",
        days=(180, 360),
        risk="rises",
        says="It took us {value:# in days} on average to put their invoices right",
    )
    share_of_amount_wrong = in_windows(
        lambda window: Amount(wrong, of="error_amount", days=window) / Amount(invoices, of="amount", days=window),
        "share",
        days=360,
        risk="rises",
        says="{value:.0%} of what we billed them in {days} days was wrong",
    )
    days_past_due = oldest_open(
        invoices,
        until="paid_at",
        since="due_on",
        days=360,
    )
    share_paid_late = feature(
        Count(paid.where(_.paid_at.cast("date") > _.due_on), days=360) / Count(paid, days=360),
        "share",
    )
