"""Breadth: customers who use more of what we do have more reason to stay."""

from ibis import _

from features.language.declare import YEAR, Reason, count, days_since_last, distinct, feature, in_windows
from features.language.of_rows import Amount, distinct_values
from features.language.rows import orders, placed, signals

reviews = signals.where(_.kind == "review_meeting")


class Breadth(Reason):
    """We do not understand their needs."""

    action = "Hold a review meeting: what did not suit them, and what do they need that they buy elsewhere?"

    product_lines = distinct(
        placed, "product_line", days=YEAR, risk="falls", says="They bought {value:# product line} in {days} days"
    ).shows("fewer_lines")
    lines_dropped = feature(
        distinct_values(placed, "product_line", YEAR) - distinct_values(placed, "product_line", YEAR // 2),
        "count",
        risk="rises",
        says="They dropped {value:# product line} that they bought half a year to a year ago",
    ).shows("fewer_lines")
    share_returned = in_windows(
        lambda window: (
            Amount(orders.once("returned_at"), of="returned_amount", days=window)
            / Amount(placed, of="amount", days=window)
        ),
        "share",
        days=YEAR,
        risk="rises",
        says="They sent back {value:.0%} of what they ordered in {days} days",
    )
    review_meetings = count(reviews, days=YEAR, risk="falls", says="{value:# review meeting} in {days} days")
    days_since_review = days_since_last(reviews, risk="rises", says="{value:# day} since the last review meeting")
    upsells = count(signals.where(_.kind == "upsell"), days=YEAR, risk="falls", says="{value:# upsell} in {days} days")
