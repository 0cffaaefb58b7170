"""Standing: who the account is; context that nobody can act on."""

from features.language.declare import Reason, amount, feature
from features.language.measures import DaysSinceFirst, Pooled, Season, Sum
from features.language.rows import placed

is_recent = Sum(placed, days=90).clip(0, 1)
is_active = Sum(placed, days=360).clip(0, 1)


class Standing(Reason):
    """Who they are."""

    days_as_customer = feature(DaysSinceFirst(placed), "days", says="A customer for {value:# day}")
    is_new = feature(1 - (DaysSinceFirst(placed) > 90), "yes/no")
    revenue = amount(placed, "amount", days=360)
    segment_activity = feature(Pooled(is_recent, by="segment") / Pooled(is_active, by="segment"), "share")
    region_activity = feature(Pooled(is_recent, by="region") / Pooled(is_active, by="region"), "share")
    season_sine = feature(Season("sin"), "number")
    season_cosine = feature(Season("cos"), "number")
