"""Wording: how numbers and codes are put into plain words, the same in every export."""

from datetime import date, timedelta
from math import exp, isnan, log
from typing import Any

from features.language import tongue
from features.language.tongue import ENGLISH, later, locale, number, spoken, tr
from features.value import Returns, ValueBy

NO_REP = later("No rep")
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "INR": "₹", "CHF": "CHF"}

NEARLY_NONE, NEARLY_ALL = 0.005, 0.995  # shares that would be rounded to nothing, or to a certainty that no model has

# How far a reason raises the odds of leaving by itself: at least twice as high, at least a quarter higher, or less.
STRONG, MEDIUM = log(2), log(1.25)
STRENGTHS = (later("strong"), later("medium"), later("slight"))
# The push that fills a reason's bar: odds four times as high. One scale for all accounts, so that bars can be compared.
FULL = log(4)


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN, NaT or pandas' NA."""
    return value is None or value != value or str(value) in ("<NA>", "NaT")


def day(value: date) -> str:
    """'1 July 2026'."""
    return tongue.day(value)


def watched_until(as_of: date, outlook_days: int) -> date:
    """The last day on which an account's next order would still come in time."""
    return as_of + timedelta(days=outlook_days - 1)


def symbol(currency: str | None) -> str:
    """What stands before an amount: '£', 'SEK ', or nothing where the currency is not known."""
    if not currency:
        return ""
    known = _SYMBOLS.get(currency.upper(), currency.upper())
    return known if len(known) == 1 else f"{known} "


def around(currency: str | None) -> tuple[str, str]:
    """What stands before an amount and behind it: '£' and ''; in German '' and ' €'."""
    before = symbol(currency)
    return ("", f"\xa0{before.strip()}") if before and not _is_before() else (before, "")


def _is_before() -> bool:
    """Whether a currency stands before its amount."""
    return spoken() == ENGLISH or locale().currency_formats["standard"].pattern.startswith("¤")


def money(amount: float, currency: str | None) -> str:
    """An amount to read at a glance: '£1.24 m', '£12,400', '€950'."""
    if isnan(amount):
        return "–"
    size = abs(amount)
    sign = "−" if amount < 0 else ""
    before, behind = around(currency)
    if size >= 1e9:
        text = tr("{amount:.2f} bn", amount=size / 1e9)
    elif size >= 1e6:
        text = tr("{amount:.2f} m", amount=size / 1e6)
    else:
        text = number(size, ",.0f")
    return f"{sign}{before}{text}{behind}"


def percent(share: float) -> str:
    """A share as people say it: '62%', '<1%', '>99%'."""
    if isnan(share):
        return "–"
    if 0 < share < NEARLY_NONE:
        return f"<{number(0.01, '.0%')}"
    if NEARLY_ALL <= share < 1:
        return f">{number(0.99, '.0%')}"
    return number(int(100 * share + 0.5) / 100, ".0%")


def value_explained(by: ValueBy, days: int, returns: Returns) -> str:
    """What an account's value is."""
    if by is ValueBy.contracts:
        return tr("What the account's contracts in force are worth a year. A plan that was replaced does not count.")
    match returns:
        case Returns.dated:
            return tr(
                "What the account ordered in the last {days} days, less credits and what came back in these days.",
                days=days,
            )
        case Returns.undated:
            return tr(
                "What the account ordered in the last {days} days, less credits. What came back is not taken off, as "
                "the records do not say when it did.",
                days=days,
            )
        case Returns.unrecorded:
            return tr(
                "What the account ordered in the last {days} days, less credits. The records do not say what came "
                "back.",
                days=days,
            )


def strength(push: Any) -> str:
    """How strongly a reason moves the score: 'strong', 'medium', 'slight', or '' where it is not known."""
    if is_missing(push):
        return ""
    strong, medium, slight = STRENGTHS
    return strong if push >= STRONG else medium if push >= MEDIUM else slight


LEADS = {"stands_out": later("stands out"), "one_of_several": later("one of several")}


def lead(code: Any) -> str:
    """How clearly the first reason stands before the next, in words; '' where that is not known."""
    return tr(LEADS[code]) if code in LEADS else ""


def strengths_explained() -> str:
    """The sentence that says what strong, medium and slight mean."""
    return tr(
        "Of a reason: how far it moves the model's odds of leaving; strong: to {strong:.0f} times as much or more; "
        "medium: by {medium:.0%} or more; slight: by less.",
        strong=exp(STRONG),
        medium=exp(MEDIUM) - 1,
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
        found.append(
            tr(
                "the {count:,} accounts ranked highest held {share} of all that then left",
                count=capacity,
                share=percent(recall),
            )
        )
    if lift is not None:
        found.append(tr("the highest-ranked tenth left {times:.1f} times as often as the average account", times=lift))
    if not found:
        return None
    sentences = [tr("Tested on recent months that the model had not seen: {found}.", found="; ".join(found))]
    if base is not None:
        sentences.append(tr("On average {share} left.", share=percent(base)))
    early = (test.get("early") or {}).get("lift_top_decile")
    if early is not None and early_are:
        is_weaker = lift is not None and early < lift
        weaker = tr(", so early warnings are less sure") if is_weaker else ""
        sentences.append(
            tr(
                "Of the accounts {early_are}, the highest-ranked tenth left {times:.1f} times as often as the average "
                "of them{weaker}.",
                early_are=early_are,
                times=early,
                weaker=weaker,
            )
        )
    return " ".join(sentences)
