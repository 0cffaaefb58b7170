"""Every language says everything: a text that the code has and a catalogue lacks is found, and so is one that does not
fit.
"""

import runpy
from pathlib import Path

import pytest

from features.language.tongue import CATALOGUES
from tests.conftest import REPOSITORY

TOOL = runpy.run_path(str(REPOSITORY / "docs" / "catalogues.py"))
SHIPPED = sorted(CATALOGUES.glob("*.po"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_catalogue_has_the_texts_of_today_and_no_others(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == TOOL["updated"](path), "run: make words"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_text_is_translated_and_takes_the_same_values(path: Path) -> None:
    assert TOOL["faults"](path) == []


def faults(tmp_path: Path, text: str, said: str, flags: str = "") -> list[str]:
    path = tmp_path / "de.po"
    path.write_text(f'{flags}msgid "{text}"\nmsgstr "{said}"\n', encoding="utf-8")
    return TOOL["faults"](path)


@pytest.mark.parametrize(
    ("text", "said", "flags", "fault"),
    [
        ("No rep", "", "", "not translated"),
        ("No rep", "Ohne Betreuer", "#, fuzzy\n", "fuzzy"),
        ("{n} of {m}", "{n} von", "", "other values"),
        ("{n:.0%} of it", "{n:.1%} davon", "", "other values"),
        ("{n:# call}", "{n} Anrufe", "", "other values"),
        ("{n:# call}", "{n:# Anruf/Anrufe}", "", "3 forms are wanted, for none and ['one', 'other']"),
        ("{n:0# call}", "{n:0# kein Anruf/Anruf/Anrufe}", "", "2 forms are wanted, for ['one', 'other']"),
        ("{n:# call} in {days} days", "{n:# kein Anruf/Anruf/Anrufe}", "", "other windows or asides"),
        ("{n:# call}[, of {m}]", "{n:# kein Anruf/Anruf/Anrufe}, von {m}", "", "other windows or asides"),
    ],
)
def test_what_does_not_fit_is_found(tmp_path: Path, text: str, said: str, flags: str, fault: str) -> None:
    assert fault in "\n".join(faults(tmp_path, text, said, flags))


def test_what_fits_is_no_fault(tmp_path: Path) -> None:
    assert faults(tmp_path, "In {days} days {n:# call}", "{n:# Kein Anruf/Anruf/Anrufe} in {days} Tagen") == []


def test_a_new_text_stands_there_untranslated_and_one_that_is_gone_is_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "fr.po"
    path.write_text(
        'msgid "No rep"\nmsgstr "Sans commercial"\n\nmsgid "said by nobody"\nmsgstr "x"\n', encoding="utf-8"
    )
    written = TOOL["updated"](path)
    assert 'msgid "No rep"\nmsgstr "Sans commercial"' in written
    assert 'msgid "No region"\nmsgstr ""' in written
    assert "said by nobody" not in written


def test_texts_in_templates_scripts_f_strings_and_declarations_are_found() -> None:
    found = TOOL["texts"]()
    assert found["Which accounts are about to leave, and why"] == ["pipelines/exports/page.html.j2"]
    assert found["They rang, we were out"] == ["pipelines/exports/timeline.js"]
    assert found["avg. precision"] == ["leaky/backtest.py"]
    assert found["They do not hear from us"] == ["features/reasons/contact.py"]
    assert "features/tables.py" in found["competitor seen"]
