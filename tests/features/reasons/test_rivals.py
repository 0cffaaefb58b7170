"""Rivals: signs that somebody else is courting an account."""

from features.reasons.rivals import Rivals
from tests.features.reasons.said import said
from tests.features.worked import table, value, values

SIGNALS = table("""
    account  occurred_at  kind
    A        2024-02-10   competitor_seen
    A        2024-02-10   competitor_seen
    A        2023-12-02   competitor_seen
    A        2023-12-01   competitor_seen
    A        2023-09-03   competitor_seen
    A        2023-09-02   competitor_seen
    B        2024-02-10   complaint
    B        2023-09-03   complaint
    B        2023-09-02   complaint
    C        2022-03-12   referral
    D        2024-03-01   complaint
    D        2024-03-01   competitor_seen
""")


def test_competitors_are_counted_each_time_they_are_seen() -> None:
    assert value(Rivals.competitors_seen[90], SIGNALS, as_of="2024-03-01") == {"A": 3, "B": 0, "C": 0, "D": 0}
    assert value(Rivals.competitors_seen[180], SIGNALS, as_of="2024-03-01") == {"A": 5, "B": 0, "C": 0, "D": 0}


def test_a_competitor_heard_of_later_counts_where_it_was_seen() -> None:
    signals = table("""
        account  occurred_at  kind             recorded_at
        A        2023-12-02   competitor_seen  2024-03-01
        B        2023-12-03   competitor_seen  2024-03-01
    """)
    seen = values(Rivals.competitors_seen[90], signals, as_of="2024-03-02", snapshots=2, step_days=1)
    assert seen == {"A": [0, 0], "B": [1, 0]}  # when A's is told, it is older than 90 days


def test_a_competitor_seen_on_as_of_is_not_known_yet() -> None:
    assert value(Rivals.days_since_competitor_seen, SIGNALS, as_of="2024-03-01") == {
        "A": 20,
        "B": None,
        "C": None,
        "D": None,
    }


def test_in_words() -> None:
    assert said("competitors_seen_90d", 0) == "No sightings of a competitor with them in 90 days"
    assert said("competitors_seen_180d", 1) == "1 sighting of a competitor with them in 180 days"
    assert said("competitors_seen_360d", 2) == "2 sightings of a competitor with them in 360 days"
    assert said("days_since_competitor_seen", 12) == "A competitor was last seen with them 12 days ago"
