"""What people are told is in their language, and so are its numbers, plurals and days."""

from datetime import date
from pathlib import Path

import pytest

from features.language import tongue
from features.language.tongue import Told, day, filled, languages, number, short_day, speaking, spoken, told, tr


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of catalogues, in the place of those that are shipped."""
    monkeypatch.setattr(tongue, "CATALOGUES", tmp_path)
    return tmp_path


def write(folder: Path, language: str, text: str, said: str) -> None:
    (folder / f"{language}.po").write_text(f'msgid "{text}"\nmsgstr "{said}"\n', encoding="utf-8")


def test_german_is_shipped_beside_english() -> None:
    assert languages() == ["en", "de"]


def test_a_text_is_told_in_the_language_that_is_spoken_and_else_in_english(catalogue: Path) -> None:
    write(catalogue, "de", "{count:# call} today", "heute {count:# kein Anruf/Anruf/Anrufe}")
    assert tr("{count:# call} today", count=2) == "2 calls today"
    with speaking("de"):
        assert tr("{count:# call} today", count=2) == "heute 2 Anrufe"
        with speaking("en"):
            assert tr("{count:# call} today", count=2) == "2 calls today"
        assert tr("nothing that the catalogue has") == "nothing that the catalogue has"
        assert spoken() == "de"
    assert spoken() == "en"


def test_a_language_is_left_after_a_mistake_too() -> None:
    with pytest.raises(KeyError), speaking("de"):
        tr("{count}", other=1)
    assert spoken() == "en"


@pytest.mark.parametrize(
    ("count", "english", "zero", "german"),
    [(0, "no calls", "0 calls", "kein Anruf"), (1, "1 call", "1 call", "1 Anruf"), (1200, "1,200 calls", "1,200 calls", "1.200 Anrufe")],
)  # fmt: skip
def test_none_one_and_many(count: int, english: str, zero: str, german: str) -> None:
    assert filled("{n:# call}", {"n": count}) == english
    assert filled("{n:0# call}", {"n": count}) == zero
    with speaking("de"):
        assert filled("{n:# kein Anruf/Anruf/Anrufe}", {"n": count}) == german


def test_a_german_zero_that_is_written() -> None:
    with speaking("de"):
        assert filled("{n:0# Tag/Tage}", {"n": 0}) == "0 Tage"


@pytest.mark.parametrize(
    ("count", "says"), [(0, "żadnej"), (1, "1 faktura"), (3, "3 faktury"), (5, "5 faktur"), (22, "22 faktury")]
)
def test_a_language_with_more_plurals_has_a_form_for_each(count: int, says: str) -> None:
    with speaking("pl"):
        assert filled("{n:# żadnej/faktura/faktury/faktur/faktury}", {"n": count}) == says


@pytest.mark.parametrize(
    ("value", "spec", "english", "german"),
    [
        (1234.56, ",.1f", "1,234.6", "1.234,6"),
        (1234.0, ",.0f", "1,234", "1.234"),
        (3.0, ",.1f", "3.0", "3,0"),
        (0.125, ".0%", "12%", "12\xa0%"),
        (0.0115, ".1%", "1.1%", "1,1\xa0%"),  # as a float it lies below
        (2.5, "g", "2.5", "2,5"),
        (2.0, "g", "2", "2"),
        (-0.0123, "+.3f", "-0.012", "-0,012"),
        (0.0123, "+.3f", "+0.012", "+0,012"),
        (1234, "", "1234", "1234"),
        (float("nan"), ".1f", "nan", "nan"),
    ],
)
def test_numbers_are_the_same_in_every_language_and_written_in_its_way(value, spec, english, german) -> None:
    assert number(value, spec) == english
    with speaking("de"):
        assert number(value, spec) == german


def test_days() -> None:
    assert (day(date(2026, 3, 1)), short_day(date(2026, 3, 1))) == ("1 March 2026", "2026-03-01")
    with speaking("de"):
        assert (day(date(2026, 3, 1)), short_day(date(2026, 3, 1))) == ("1. März 2026", "01.03.2026")


@pytest.mark.parametrize(
    ("hours", "english", "german"),
    [(0.2, "1 hour", "1 Stunde"), (47.0, "47 hours", "47 Stunden"), (99.9, "4 days", "4 Tage")],
)
def test_spans(hours: float, english: str, german: str) -> None:
    assert filled("{n:# of hours}", {"n": hours}) == english
    with speaking("de"):
        assert filled("{n:# of hours}", {"n": hours}) == german


def test_what_is_told_later_is_told_in_the_language_of_then(catalogue: Path) -> None:
    write(catalogue, "de", "{share:.1%} left", "{share:.1%} gingen")
    kept = told("{share:.1%} left", share=0.1234) + told(" in {place}", place="Ulm")
    assert str(kept) == "12.3% left in Ulm"
    with speaking("de"):
        assert str(Told.from_json(kept.as_json())) == "12,3\xa0% gingen in Ulm"
