from datetime import date
from math import log, nan

import pytest

from features.value import Returns, ValueBy
from pipelines.exports import wording


@pytest.mark.parametrize(
    ("share", "says"),
    [
        (0.62, "62%"),
        (0.0, "0%"),
        (0.001, "<1%"),
        (0.005, "1%"),
        (0.9999, ">99%"),
        (1.0, "100%"),
        (nan, "–"),
    ],
)
def test_risk_in_words(share, says):
    assert wording.percent(share) == says


@pytest.mark.parametrize(
    ("amount", "currency", "says"),
    [
        (950, "EUR", "€950"),
        (12400.4, "GBP", "£12,400"),
        (1_236_000, "SEK", "SEK 1.24 m"),
        (-5, None, "−5"),
        (2e9, "USD", "$2.00 bn"),
        (nan, "EUR", "–"),
    ],
)
def test_money_at_a_glance(amount, currency, says):
    assert wording.money(amount, currency) == says


@pytest.mark.parametrize(
    ("returns", "end"),
    [
        (Returns.dated, ", less credits and what came back in these days."),
        (Returns.undated, ", less credits. What came back is not taken off, as the records do not say when it did."),
        (Returns.unrecorded, ", less credits. The records do not say what came back."),
    ],
)
def test_what_value_is_says_whether_returns_are_taken_off(returns, end):
    assert wording.value_explained(ValueBy.orders, 90, returns) == f"What the account ordered in the last 90 days{end}"


def test_an_account_is_watched_up_to_the_day_before_its_outlook_ends():
    assert wording.watched_until(date(2024, 7, 1), 90) == date(2024, 9, 28)


@pytest.mark.parametrize(
    ("push", "says"),
    [(log(2), "strong"), (log(2) - 0.01, "medium"), (log(1.25), "medium"), (0.1, "slight"), (None, ""), (nan, "")],
)
def test_strength_of_a_reason(push, says):
    assert wording.strength(push) == says


def test_skill_is_shown_only_where_it_was_measured():
    assert wording.skill(None, 100, None) is None
    assert wording.skill({"test": {"roc_auc": 0.9}}, 100, None) is None
    text = wording.skill({"test": {"recall_at_capacity": 0.61, "lift_top_decile": 5.31, "base_rate": 0.064}}, 100, None)
    assert text == (
        "Tested on recent months that the model had not seen: the 100 accounts ranked highest held 61% of all that then "
        "left; the highest-ranked tenth left 5.3 times as often as the average account. On average 6% left."
    )


def test_skill_among_accounts_on_schedule_stands_apart():
    early = {"lift_top_decile": 2.9}
    text = wording.skill({"test": {"lift_top_decile": 5.9, "early": early}}, 100, "still on schedule")
    assert text.endswith(
        "Of the accounts still on schedule, the highest-ranked tenth left 2.9 times as often as the average of them, so "
        "early warnings are less sure."
    )
    assert "less sure" not in wording.skill(
        {"test": {"lift_top_decile": 2.0, "early": early}}, 100, "still on schedule"
    )
    alike = wording.skill({"test": {"lift_top_decile": 5.9, "early": early}}, 100, None)
    assert alike.endswith("left 5.9 times as often as the average account.")


@pytest.mark.parametrize(("capacity", "is_said"), [(299, True), (300, False), (500, False)])
def test_what_capacity_catches_is_said_only_where_not_all_accounts_can_be_called(capacity, is_said):
    days = {"2024-03-01": {"n": 300.0}, "2024-01-01": {"n": 120.0}}
    test = {"recall_at_capacity": 1.0, "lift_top_decile": 5.0, "by_as_of": days}
    assert ("ranked highest held" in wording.skill({"test": test}, capacity, None)) == is_said
