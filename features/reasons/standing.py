"""Standing: who the account is; context that nobody can act on."""

from features.language.declare import YEAR, Reason, amount, feature
from features.language.measure import Season
from features.language.of_rows import Count, DaysSinceFirst
from features.language.rows import contracts, placed
from features.language.shared import REGION, SEGMENT, Pooled

is_recent = Count(placed, days=90).clip(0, 1)
is_active = Count(placed, days=YEAR).clip(0, 1)


class Standing(Reason):
    """Who they are."""

    days_as_customer = feature(DaysSinceFirst(placed), "days", says="A customer for {value:# day}")
    days_since_first_contract = feature(
        DaysSinceFirst(contracts), "days", says="Their first contract began {value:# day} ago"
    )
    is_new = feature(1 - (DaysSinceFirst(placed) > 90), "yes/no")
    revenue = amount(placed, "amount", days=YEAR)
    segment_activity = feature(Pooled(is_recent, by=SEGMENT) / Pooled(is_active, by=SEGMENT), "share")
    region_activity = feature(Pooled(is_recent, by=REGION) / Pooled(is_active, by=REGION), "share")
    season_sine = feature(Season("sin"), "number")
    season_cosine = feature(Season("cos"), "number")
