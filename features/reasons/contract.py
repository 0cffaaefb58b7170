"""Contract: customers leave when it is up for renewal and nobody asked."""

from features.language.declare import Reason, count, feature
from features.language.measures import OfCurrent, Sum
from features.language.rows import contracts

annual_value = OfCurrent(contracts, column="annual_value", until="cancelled_at")
until_end = OfCurrent(contracts, column="ends_on", until="cancelled_at")


class Contract(Reason):
    """It is up for renewal."""

    action = "Talk about the renewal before it is due"

    days_to_contract_end = feature(
        until_end.only_if(until_end + 1),  # a contract that has run out is no longer in force
        "days",
        risk="falls",
        says="{value:# day} until their contract ends",
    )
    contract_value = feature(
        annual_value.only_if(until_end + 1), "money", says="Their contract is worth {value:,.0f} a year"
    )
    contract_value_trend = feature(
        (annual_value / (Sum(contracts, amount="annual_value") / Sum(contracts))).only_if(until_end + 1),
        "ratio",
        risk="falls",
        says="Their contract is worth {value:.0%} of what theirs were worth on average",
    )
    cancellations = count(
        contracts.at("cancelled_at"), days=720, risk="rises", says="{value:# contract} cancelled in {days} days"
    )
    renewals = count(contracts.at("renewed_at"), days=720, risk="falls", says="{value:# renewal} in {days} days")
