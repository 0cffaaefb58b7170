"""Reps: customers leave when the face keeps changing."""

from features.kernels.grid import OLDEST
from features.language.declare import Reason, feature, in_windows
from features.language.in_force import REP, DaysHeld, Handovers
from features.language.measure import IfGiven, Measure
from features.language.of_rows import DaysSinceLast, Distinct
from features.language.of_words import DaysSinceRepSpoke
from features.language.rows import assignments, departures, hirings
from features.language.sentence import NONE_OR
from features.language.shared import SELLER, at_rep, at_team
from features.reasons.contact import spoken

tenure = at_rep(DaysSinceLast(hirings))
# Without the days on which assignments end, each lasts until the account's next one begins.
with_rep = IfGiven(
    DaysHeld(assignments, holder="rep_id", until="ends_at"),
    DaysHeld(assignments, holder="rep_id"),
)
since_rep_spoke = DaysSinceRepSpoke(spoken, rep=REP)


def _changes(window: int) -> Measure:
    """Without the days on which assignments end nobody can tell a stand-in from a successor."""
    return IfGiven(
        Handovers(assignments, holder="rep_id", until="ends_at", days=window),
        Handovers(assignments, holder="rep_id", days=window),
    )


class Reps(Reason):
    """They do not know their rep."""

    action = "Have their rep ring this week, with a question and no offer"

    rep_changes = in_windows(
        _changes,
        "count",
        days=(360, 540, 720),
        risk="rises",
        says="{value:# change} of rep in {days} days[; the present one has had them for {days_with_rep:# day}]",
    )
    days_with_rep = feature(with_rep, "days", risk="falls", says="They have had their rep for {value:# day}")
    has_no_rep = feature(REP.is_missing(), "yes/no", risk="rises", says="They have no rep at the moment").then(
        "Name a rep today; until then the manager rings", pressing=True
    )
    days_since_rep_spoke = feature(
        since_rep_spoke, "days", risk="rises", says="Their rep last spoke with them {value:# day} ago"
    )
    days_unmet_since_takeover = feature(
        # A word before they took over, as a stand-in, was none as their rep.
        with_rep * (since_rep_spoke.filled(OLDEST) > with_rep),
        "days",
        risk="rises",
        says="Their rep has had them for {value:# day} without a word with them",
    ).then(
        "Whoever sold to them brings the new rep along",
        suits=("rep_changes", "days_with_rep", "rep_tenure_days", "rep_tenure_at_takeover"),
    )
    rep_tenure_days = feature(tenure, "days", says="Their rep has been with us for {value:# day}").tells("low")
    rep_tenure_at_takeover = feature(
        (tenure - with_rep).clip(0),
        "days",
        says=f"Their rep was new with us when taking them over{NONE_OR}"
        "Their rep had been with us for {value:# day} when taking them over",
    ).tells("low")
    is_seller_in_charge = feature(REP.equals(SELLER), "yes/no")
    team_departures = in_windows(
        lambda window: at_team(Distinct(departures.by("team"), column="rep_id", days=window)),
        "count",
        days=360,
        says="{value:# person/people} left their rep's team in {days} days",
    ).tells("high")
