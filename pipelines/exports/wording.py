"""Wording: how numbers and codes are put into plain words, the same in every export."""

from datetime import date, timedelta
from math import exp, isnan, log
from typing import Any

from features.value import Returns, ValueBy

NO_REP = "No rep"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "CHF": "CHF"}

NEARLY_NONE, NEARLY_ALL = 0.005, 0.995  # shares that would be rounded to nothing, or to a certainty that no model has

# How far a reason raises the odds of leaving by itself: at least twice as high, at least a quarter higher, or less.
STRONG, MEDIUM = log(2), log(1.25)
# The push that fills a reason's bar: odds four times as high. One scale for all accounts, so that bars can be compared.
FULL = log(4)


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT or pandas' NA."""
    return value is None or value != value or str(value) in ("<NA>", "NaT")


def number_of(count: float, noun: str) -> str:
    """'1 day', '12 days'."""
    return f"{round(count):,} {noun}{'' if round(count) == 1 else 's'}"


def day(value: date) -> str:
    """'1 July 2026'."""
    return f"{value.day} {value:%B %Y}"


def watched_until(as_of: date, outlook_days: int) -> date:
    """The last day on which an account's next order would still come in time."""
    return as_of + timedelta(days=outlook_days - 1)


def symbol(currency: str | None) -> str:
    """What stands before an amount: '£', 'SEK ', or nothing where the currency is not known."""
    if not currency:
        return ""
    known = _SYMBOLS.get(currency.upper(), currency.upper())
    return known if len(known) == 1 else f"{known} "


def money(amount: float, currency: str | None) -> str:
    """An amount to read at a glance: '£1.24 m', '£12,400', '€950'."""
    if isnan(amount):
        return "–"
    size = abs(amount)
    sign = "−" if amount < 0 else ""
    if size >= 1e9:
        return f"{sign}{symbol(currency)}{size / 1e9:.2f} bn"
    if size >= 1e6:
        return f"{sign}{symbol(currency)}{size / 1e6:.2f} m"
    return f"{sign}{symbol(currency)}{size:,.0f}"


def percent(share: float) -> str:
    """A share as people say it: '62%', '<1%', '>99%'."""
    if isnan(share):
        return "–"
    if 0 < share < NEARLY_NONE:
        return "<1%"
    if NEARLY_ALL <= share < 1:
        return ">99%"
    return f"{int(100 * share + 0.5)}%"


def value_explained(by: ValueBy, days: int, returns: Returns) -> str:
    """What an account's value is."""
    if by is ValueBy.contracts:
        return "What the account's contracts in force are worth a year. A plan that was replaced does not count."
    net = f"What the account ordered in the last {days} days, less credits"
    match returns:
        case Returns.dated:
            return f"{net} and what came back in these days."
        case Returns.undated:
            return f"{net}. What came back is not taken off, as the records do not say when it did."
        case Returns.unrecorded:
            return f"{net}. The records do not say what came back."


def strength(push: Any) -> str:
    """How strongly a reason moves the score: 'strong', 'medium', 'slight', or '' where it is not known."""
    if is_missing(push):
        return ""
    return "strong" if push >= STRONG else "medium" if push >= MEDIUM else "slight"


LEADS = {"stands_out": "stands out", "one_of_several": "one of several"}


def lead(code: Any) -> str:
    """How clearly the first reason stands before the next, in words; '' where that is not known."""
    return LEADS.get(code, "")


def strengths_explained() -> str:
    """The sentence that says what strong, medium and slight mean."""
    return (
        f"how far it moves the model's odds of leaving; strong: to {exp(STRONG):.0f} times as much or more; "
        f"medium: by {exp(MEDIUM) - 1:.0%} or more; slight: by less"
    )


def skill(metrics: dict[str, Any] | None, capacity: int, early_are: str | None) -> str | None:
    """How good the ranking proved on months the model had not seen, or None where that was not measured.

    Early accounts stand apart: among all accounts the overdue ones, easy to call and late to save, shine. early_are:
    what they are, as the end of the sentence "Of the accounts …"; None where all accounts are alike. capacity: calls a
    day; where all accounts can be called, nothing is said of it.
    """
    test = (metrics or {}).get("test") or {}
    found = []
    recall, lift, base = (test.get(name) for name in ("recall_at_capacity", "lift_top_decile", "base_rate"))
    a_day = max((day["n"] for day in test.get("by_as_of", {}).values()), default=capacity + 1)
    if recall is not None and a_day > capacity:
        found.append(f"the {capacity:,} accounts ranked highest held {percent(recall)} of all that then left")
    if lift is not None:
        found.append(f"the highest-ranked tenth left {lift:.1f} times as often as the average account")
    if not found:
        return None
    sentences = [f"Tested on recent months that the model had not seen: {'; '.join(found)}."]
    if base is not None:
        sentences.append(f"On average {percent(base)} left.")
    early = (test.get("early") or {}).get("lift_top_decile")
    if early is not None and early_are:
        weaker = ", so early warnings are less sure" if lift is not None and early < lift else ""
        sentences.append(
            f"Of the accounts {early_are}, the highest-ranked tenth left {early:.1f} times as often as the "
            f"average of them{weaker}."
        )
    return " ".join(sentences)
