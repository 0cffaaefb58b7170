"""Sentence: numbers, days and what is usual, as people say them."""

from datetime import date
from math import nan

import numpy as np
import pytest

from features.catalogue import catalogue
from features.language.declare import Feature
from features.language.sentence import as_told, asides_in, is_dated, names_in, rendered, said
from features.language.tongue import speaking

THURSDAY = date(2026, 7, 2)


@pytest.mark.parametrize(
    ("template", "value", "sentence"),
    [
        ("{value:# call} today", 0, "No calls today"),
        ("{value:# call} today", 1, "1 call today"),
        ("{value:# delivery/deliveries} today", 1200, "1,200 deliveries today"),
        ("of these {value:#}", 0, "Of these none"),
        ("it took {value:# of hours}", 0.2, "It took 1 hour"),
        ("it took {value:# of hours}", 47.4, "It took 47 hours"),
        ("it took {value:# of hours}", 99.9, "It took 4 days"),
        ("it took {value:# in days}", 0.4, "It took less than a day"),
        ("it took {value:# in days}", 0.6, "It took 1 day"),
        ("it took {value:# in days}", 3.6, "It took 4 days"),
        ("they order {value:# every}", 0.7, "They order every day"),
        ("they order {value:# every}", 1, "They order every day"),
        ("they order {value:# every}", 1.6, "They order every 2 days"),
        ("they order {value:# every}", 1234, "They order every 1,234 days"),
    ],
)
def test_numbers_have_their_nouns(template: str, value: float, sentence: str) -> None:
    assert rendered(template, {"value": value}) == sentence


@pytest.mark.parametrize(
    ("days", "on", "since"),
    [
        (1, "on Wednesday", "since Wednesday"),
        (6, "on Friday", "since Friday"),
        (7, "on 25 June", "since 25 June"),  # another Thursday
        (300, "on 5 September 2025", "since 5 September 2025"),
    ],
)
def test_a_day_is_named_as_on_the_day_of_the_list(days: int, on: str, since: str) -> None:
    assert rendered("They called {value:# on}", {"value": days}, THURSDAY) == f"They called {on}"
    assert rendered("Open {value:# since}", {"value": days}, THURSDAY) == f"Open {since}"


def test_where_the_day_of_the_list_is_not_known_days_are_counted() -> None:
    assert rendered("They called {value:# on}", {"value": 6}) == "They called 6 days ago"
    assert rendered("Open {value:# since}", {"value": 1}) == "Open for 1 day"


def test_what_stands_in_brackets_is_said_where_its_numbers_are_there_and_not_0() -> None:
    template = "{value:# call}[, of {calls:#} in all][; open {open:# since}]"

    assert rendered(template, {"value": 2, "calls": 5, "open": 3}) == "2 calls, of 5 in all; open for 3 days"
    assert rendered(template, {"value": 2, "calls": 5, "open": 0}) == "2 calls, of 5 in all"
    assert rendered(template, {"value": 2, "open": nan}) == "2 calls"
    assert rendered(template, {"calls": 5}) is None
    assert (names_in(template), asides_in(template)) == ({"value"}, {"calls", "open"})


@pytest.mark.parametrize(
    ("says", "unit", "value", "usual", "sentence"),
    [
        ("{value:# call}", "count", 3, 0, "3 calls (usual: none)"),
        ("{value:# call}[; open {open:# since}]", "count", 3, 1, "3 calls (usual: 1); open for 9 days"),
        ("{value:# day} silent", "days", 70, 18, "70 days silent (usual: 18 days)"),
        ("{value:# of hours} late", "hours", 99.9, 6, "4 days late (usual: 6 hours)"),
        ("{value:.0%} wrong", "share", 0.33, 0.001, "33% wrong (usual: none)"),
        ("{value:# in days} late", "days", 3.2, 0.3, "3 days late (usual: less than a day)"),
    ],
)
def test_what_is_usual_stands_behind_the_fact(says: str, unit: str, value: float, usual: float, sentence: str) -> None:
    assert said(says, "it", unit, {"it": value, "open": 9}, usual=usual) == sentence


@pytest.mark.parametrize(
    ("why", "says", "unit", "value", "usual"),
    [
        ("it is the same number", "{value:# call}", "count", 3, 3.2),
        ("usually nothing lasts", "{value:# day} open", "days", 3, 0),
        ("a ratio has it within", "{value:.0%} of the usual pace", "ratio", 0.3, 1),
        ("no day is usual", "They complained {value:# on}", "days", 3, 90),
        ("nobody knows it", "{value:# call}", "count", 3, nan),
        ("nobody knows it", "{value:# call}", "count", 3, None),
    ],
)
def test_what_is_usual_is_not_said_where(why: str, says: str, unit: str, value: float, usual: float | None) -> None:
    assert "usual:" not in (said(says, "it", unit, {"it": value}, usual=usual) or "usual:"), why


def test_a_fact_that_is_so_or_not_is_said_where_it_is_so() -> None:
    assert said("They have no rep", "no_rep", "yes/no", {"no_rep": 1}) == "They have no rep"
    assert said("They have no rep", "no_rep", "yes/no", {"no_rep": 0}) is None


def test_a_sentence_with_a_day_is_dated() -> None:
    assert is_dated("Open {value:# since}")
    assert is_dated("Seen {value:# on}")
    assert not is_dated("Open for {value:# day}[; a call {open:# since}]")


@pytest.mark.parametrize(
    ("days", "on", "since"),
    [
        (1, "am Mittwoch", "seit Mittwoch"),
        (7, "am 25. Juni", "seit dem 25. Juni"),
        (300, "am 5. September 2025", "seit dem 5. September 2025"),
    ],
)
def test_a_day_in_german(days: int, on: str, since: str) -> None:
    with speaking("de"):
        assert rendered("Rief {value:# on} an", {"value": days}, THURSDAY) == f"Rief {on} an"
        assert rendered("Offen {value:# since}", {"value": days}, THURSDAY) == f"Offen {since}"
        assert rendered("Rief {value:# on} an", {"value": 1}) == "Rief vor 1 Tag an"
        assert rendered("Offen {value:# since}", {"value": 6}) == "Offen seit 6 Tagen"


@pytest.mark.parametrize(
    ("says", "unit", "value", "usual", "sentence"),
    [
        ("{value:# kein Anruf/Anruf/Anrufe}[; offen {open:# since}]", "count", 3, 0, "3 Anrufe (üblich: keine); offen seit 9 Tagen"),
        ("Seit {value:# heute/Tag/Tagen} still", "days", 1, 1200, "Seit 1 Tag still (üblich: 1.200 Tage)"),
        ("{value:# of hours} zu spät", "hours", 99.9, 6, "4 Tage zu spät (üblich: 6 Stunden)"),
        ("{value:.0%} falsch", "share", 0.33, 0.001, "33\xa0% falsch (üblich: keine)"),
        ("{value:.0%} falsch", "share", 0.33, 0.334, "33\xa0% falsch"),
        ("bestellt {value:# every}", "number", 1, 3, "Bestellt jeden Tag"),
        ("bestellt {value:# every}", "number", 21.3, 3, "Bestellt alle 21 Tage"),
        ("dauerte {value:# in days}", "days", 0.3, None, "Dauerte weniger als einen Tag"),
    ],
)  # fmt: skip
def test_what_is_usual_in_german(says: str, unit: str, value: float, usual: float, sentence: str) -> None:
    with speaking("de"):
        assert said(says, "it", unit, {"it": value, "open": 9}, usual=usual) == sentence


@pytest.mark.parametrize(
    ("value", "sentence"), [(0, "No order"), (0.004, "<1% of the usual"), (0.3, "30% of the usual"), (nan, None)]
)
def test_of_none_another_sentence_may_be_said(value: float, sentence: str | None) -> None:
    assert said("No order // {value:.0%} of the usual", "it", "ratio", {"it": value}) == sentence


@pytest.mark.parametrize("feature", [one for one in catalogue().features if one.says], ids=lambda one: one.name)
def test_numbers_that_are_made_one_read_alike(feature: Feature) -> None:
    chance = np.random.default_rng(1)
    thirds, middles = chance.integers(0, 600, 300) / 300, chance.integers(0, 400, 100) / 200
    numbers = np.concatenate([[0.0, np.nan, -3.0, 1e-9], thirds, middles, middles + 1e-12, 100 * thirds, 100 * middles])
    named = (names_in(feature.says or "") | asides_in(feature.says or "")) - {"value", feature.name}
    others = dict.fromkeys(named, 3.0)

    for name in [feature.name, *named]:
        made_one = as_told(feature.says or "", (name, "value") if name == feature.name else (name,), numbers)
        for number, other in zip(numbers, made_one, strict=True):
            one, same = ({**others, feature.name: 3.0, name: each} for each in (number, other))
            assert feature.sentence(same, usual=2.0) == feature.sentence(one, usual=2.0)


def test_shares_that_read_alike_need_one_sentence() -> None:
    told = as_told("{value:.0%} of them", ("value",), np.array([0.121, 0.123, 0.0049, 0.125]))

    assert told.tolist() == [0.12, 0.12, 0.0049, 0.125]  # nearly 0, and between 12% and 13%, stay
    assert as_told("{orders:# order}", ("value",), np.array([0.0, 7.0, 9.0])).tolist() == [
        0,
        1,
        1,
    ]  # how many is not told
