"""Reps: customers leave when the face keeps changing."""

from features.language.declare import Reason, at_rep, at_team, feature, in_windows
from features.language.measures import REP, DaysSinceFirst, DaysSinceLast, SellerInCharge, Sum
from features.language.rows import assignments, departures, hirings

tenure = at_rep(DaysSinceLast(hirings))
with_rep = DaysSinceLast(assignments).only_if(1 - REP.is_missing())


class Reps(Reason):
    """They do not know their rep."""

    action = "Introduce the new rep in person"

    rep_changes = in_windows(
        # Every assignment but the first is a change.
        lambda window: Sum(assignments, days=window) - (1 - (DaysSinceFirst(assignments) > window)).filled(0),
        "count",
        days=(360, 720),
        risk="rises",
        says="{value:# change} of rep in {days} days",
    )
    days_with_rep = feature(with_rep, "days", risk="falls", says="They have had their rep for {value:# day}")
    has_no_rep = feature(REP.is_missing(), "yes/no", risk="rises", says="They have no rep at the moment")
    rep_tenure_days = feature(tenure, "days", says="Their rep has been with us for {value:# day}")
    rep_tenure_at_takeover = feature(
        (tenure - with_rep).clip(0),
        "days",
        says="Their rep had been with us for {value:# day} when taking them over",
    )
    is_seller_in_charge = feature(SellerInCharge(), "yes/no")
    team_departures = in_windows(
        lambda window: at_team(Sum(departures.by("team"), days=window)),
        "count",
        days=360,
        says="{value:# person/people} left their rep's team in {days} days",
    )
