"""Standing: who the account is; context that nobody can act on."""

from ibis import _

from features.language import of_terms
from features.language.declare import YEAR, Reason, amount, count, feature
from features.language.measure import Season
from features.language.of_rows import Count, DaysSinceFirst
from features.language.of_terms import OfContracts
from features.language.rows import placed, signals
from features.language.shared import REGION, SEGMENT, Pooled
from features.reasons.contract import annual_value

is_recent = Count(placed, days=90).clip(0, 1)
is_active = Count(placed, days=YEAR).clip(0, 1)


class Standing(Reason):
    """Who they are."""

    days_as_customer = feature(DaysSinceFirst(placed), "days", says="A customer for {value:# day}")
    days_since_first_contract = feature(
        OfContracts(of_terms.days_since_first, ()), "days", says="Their first contract began {value:# day} ago"
    )
    is_new = feature(1 - (DaysSinceFirst(placed) > 90), "yes/no")
    contract_value = feature(annual_value, "money", says="Their contracts are worth {value:,.0f} a year")
    revenue = amount(placed, "amount", days=YEAR)
    segment_activity = feature(Pooled(is_recent, by=SEGMENT) / Pooled(is_active, by=SEGMENT), "share")
    region_activity = feature(Pooled(is_recent, by=REGION) / Pooled(is_active, by=REGION), "share")
    recommendations = count(
        # That nobody has asked them for one is no rival's doing, nor anything to act on.
        signals.where(_.kind.isin(["referral", "reference"])),
        days=720,
        risk="falls",
        says="{value:# recommendation} from them in {days} days",
    )
    signs_of_an_end = count(
        signals.where(_.kind.isin(["acquired", "moving", "closing"])),
        days=180,
        says="{value:# sign} in {days} days that they close, move or were bought",
    )
    season_sine = feature(Season("sin"), "number")
    season_cosine = feature(Season("cos"), "number")
