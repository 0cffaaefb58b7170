"""Delivery: customers leave when things do not get done."""

from ibis import _

from features.language.declare import Reason, feature, in_windows, mean
from features.language.of_days import OfDays
from features.language.of_rows import Count
from features.language.of_words import DaysUnspoken, Followed
from features.language.rows import orders, placed
from features.language.sentence import NONE_OR
from features.reasons.contact import began, since_we_began

due = orders.at("promised_at")
delivered = due.once("delivered_at")
on_time = delivered.where(_.delivered_at.cast("date") <= _.promised_at.cast("date"))
ASKED_WITHIN = 30  # days from delivery in which somebody should ask how it turned out


class Delivery(Reason):
    """Things do not get done."""

    action = "Ring after the next delivery: ask whether it came in time and works out"

    late_deliveries = in_windows(
        lambda window: Count(due, days=window).without(Count(on_time, days=window)),
        "count",
        days=(90, 360),
        risk="rises",
        says="{value:# late delivery/late deliveries} in {days} days",
    )
    share_delivered_late = in_windows(
        lambda window: 1 - Count(on_time, days=window) / Count(due, days=window),
        "share",
        days=(60, 90, 180, 360),
        risk="rises",
        says="{value:.0%} of their deliveries in {days} days were late"
        "[; {late_deliveries_360d:# late delivery/late deliveries} in 360 days]",
    )
    days_late = mean(
        delivered,
        _.delivered_at.cast("date").delta(_.promised_at.cast("date"), unit="day").clip(lower=0),
        "days",
        days=360,
        risk="rises",
        says="Their deliveries came {value:# in days} late on average",
    )
    overdue_deliveries = feature(
        Count(due, days=180) - Count(delivered, days=180),
        "count",
        risk="rises",
        says="{value:# delivery/deliveries} overdue now",
    ).then("Ring today and say when it will be there, before they ask", suits=("days_overdue_unspoken",), pressing=True)
    days_overdue_unspoken = feature(
        DaysUnspoken(due, until="delivered_at", days=180, word=since_we_began),
        "days",
        risk="rises",
        says="A delivery has been overdue {value:# since}, without a word from us",
    )
    share_asked_after = in_windows(
        lambda window: Followed(
            placed.once("delivered_at"), since="delivered_at", words=OfDays(began), within=ASKED_WITHIN, days=window
        ),
        "share",
        days=180,
        risk="falls",
        says=f"After none of their orders in {{days}} days did we get in touch within {ASKED_WITHIN} days of delivery"
        f"{NONE_OR}We got in touch within {ASKED_WITHIN} days of delivery after {{value:.0%}} of their orders "
        "in {days} days",
    )
