"""Billing: customers leave when invoices are wrong."""

from ibis import _

from features.language.declare import Reason, count, feature, in_windows, mean, oldest_open, share, still_open
from features.language.measures import Sum
from features.language.rows import invoices

wrong = invoices.once("error_found_at")
paid = invoices.once("paid_at").where(_.due_on.notnull())


class Billing(Reason):
    """The bills are wrong."""

    action = "Put the invoice right and say sorry"

    invoices_sent = count(invoices, days=360)
    billing_errors = count(wrong, days=(90, 360), risk="rises", says="{value:# wrong invoice} in {days} days")
    share_of_invoices_wrong = share(
        wrong, of=invoices, days=360, risk="rises", says="{value:.0%} of their invoices in {days} days were wrong"
    )
    open_billing_errors = still_open(
        wrong, until="corrected_at", days=360, risk="rises", says="{value:# wrong invoice} still to be put right"
    )
    days_to_correct = mean(
        wrong.once("corrected_at"),
        _.corrected_at.delta(_.error_found_at, unit="day"),
        "days",
        days=360,
        risk="rises",
        says="It took us {value:,.1f} days on average to put their invoices right",
    )
    share_of_amount_wrong = in_windows(
        lambda window: Sum(wrong, days=window, amount="error_amount") / Sum(invoices, days=window, amount="amount"),
        "share",
        days=360,
        risk="rises",
        says="{value:.1%} of what we billed them in {days} days was wrong",
    )
    days_past_due = oldest_open(
        invoices,
        until="paid_at",
        since="due_on",
        days=360,
    )
    share_paid_late = feature(
        Sum(paid.where(_.paid_at.cast("date") > _.due_on), days=360) / Sum(paid, days=360),
        "share",
    )
