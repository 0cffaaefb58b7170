"""Contract: customers leave when it is up for renewal and nobody asked."""

from ibis import _

from features.language.declare import Reason, count, feature
from features.language.in_force import OfCurrent
from features.language.of_rows import Amount, Count
from features.language.rows import contracts

# Notice ends no contract: it is in force until the day on which it ends.
days_to_end = OfCurrent(contracts, column="ends_on", until="ends_on")
annual_value = OfCurrent(contracts, column="annual_value", until="ends_on")
usual_value = Amount(contracts, of="annual_value") / Count(contracts.where(_.annual_value.notnull()))


class Contract(Reason):
    """It is up for renewal."""

    action = "Talk about the renewal before it is due"

    days_to_contract_end = feature(
        days_to_end,
        "days",
        risk="falls",
        says="{value:# day} until their contract ends",
    )
    contract_value = feature(annual_value, "money", says="Their contract is worth {value:,.0f} a year")
    contract_value_trend = feature(
        annual_value / usual_value,
        "ratio",
        risk="falls",
        says="Their contract is worth {value:.0%} of what theirs were worth on average",
    )
    cancellations = count(
        contracts.at("cancelled_at"), days=720, risk="rises", says="{value:# contract} cancelled in {days} days"
    )
    renewals = count(contracts.at("renewed_at"), days=720, risk="falls", says="{value:# renewal} in {days} days")
