"""Complaints: how many of late, and how long ago the last."""

from features.reasons.complaints import Complaints
from tests.features.reasons.said import said
from tests.features.worked import table, value


def test_complaints_of_half_a_year_count() -> None:
    signals = table("""
        account  occurred_at  kind
        A        2023-09-03   complaint
        A        2023-09-02   complaint
        A        2024-02-29   complaint
        B        2024-03-01   complaint
        B        2024-02-01   referral
    """)
    assert value(Complaints.complaints[180], signals, as_of="2024-03-01") == {"A": 2, "B": 0}


def test_praise_is_no_complaint() -> None:
    signals = table("""
        account  occurred_at  kind
        A        2024-02-10   complaint
        A        2024-02-20   referral
        B        2024-02-20   upsell
    """)
    assert value(Complaints.days_since_complaint, signals, as_of="2024-03-01") == {"A": 20, "B": None}


def test_in_words() -> None:
    assert said("complaints_180d", 2) == "2 complaints in 180 days"
    assert said("complaints_360d", 0) == "No complaints in 360 days"
    assert said("days_since_complaint", 1) == "They last complained 1 day ago"
