"""A firm whose language is not English reads no English: with a catalogue that marks whatever it translates, everything
that people read is marked, but for names from the firm's own records.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from babel import Locale
from babel.messages.pofile import write_po

import leaky
from features.language import tongue
from features.language.sentence import NONE_OR
from features.language.tongue import catalogue_of, told
from features.mistake import Mistake
from leaky.backtest import lines
from models.left import orders_too_rarely
from models.rule import FEATURES, Rule
from pipelines.export import export
from pipelines.exports.account import explain
from pipelines.home import Home
from pipelines.intake.manifest import Manifest, Pause, Thinned
from pipelines.notices import caution, caution_of_rule, closed, gap, missed, mostly_rare, thinned
from pipelines.refusals import refused
from pipelines.score import ranker_of, score
from pipelines.scored import Scored
from pipelines.settings import Settings
from tests.conftest import REPOSITORY
from tests.pipelines.exports.test_page import browser

__all__ = ["browser"]

NAMED = ("account_id", "name", "segment", "industry", "region", "rep_id", "manager", "team")
# Words that are the same in every language: names of files and figures, and codes of columns.
OWN = ("simulated", "as_of", "ROC AUC", "Tabulator")
FORMATS = ("d mmm yyyy", '[>=1000000]0.0,,"m";[>=1000]0,"k";0')  # nothing that is read: a spreadsheet writes by them


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of catalogues with German alone, every text of it between ⟦ and ⟧."""
    german = catalogue_of(tongue.CATALOGUES / "de.po")
    for text in german:
        if text.id and text.id not in FORMATS:
            text.string = NONE_OR.join(f"⟦{part}⟧" for part in text.string.split(NONE_OR))
    (tmp_path / "locale").mkdir()
    with (tmp_path / "locale" / "de.po").open("wb") as file:
        write_po(file, german, omit_header=True)
    monkeypatch.setattr(tongue, "CATALOGUES", tmp_path / "locale")
    return tmp_path / "locale"


@pytest.fixture
def home(own_home: Home, marked: Path, small_settings) -> Home:
    """The small firm, German."""
    speak(own_home, "de")
    score(small_settings, own_home)
    export(small_settings, own_home, metrics=own_home.metrics)
    return own_home


def speak(home: Home, language: str) -> None:
    Manifest.read(home).model_copy(update={"language": language}).write(home.manifest)


@pytest.fixture
def data(home: Home) -> list[str]:
    """Everything that the firm itself has named, longest first."""
    names = set(OWN)
    for table in ("accounts", "reps"):
        rows = pd.read_parquet(home.tables / f"{table}.parquet")
        for column in rows.columns.intersection(NAMED):
            names |= set(rows[column].dropna().astype(str))
    return sorted(names, key=len, reverse=True)


def unmarked(text: str, data: list[str]) -> str:
    """What of a text nobody has translated; '' where that is nothing but numbers, signs, months and names.

    The marks of a text that is cut off or begins a page's line of its own are not closed or opened.
    """
    while (without := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = without
    for name in data:
        text = text.replace(name, "")
    months = Locale("de").months["format"]
    for month in (*months["wide"].values(), *months["abbreviated"].values()):
        text = text.replace(month, "")
    return text.strip() if re.search(r"[^\W\d_]{2,}", text) else ""


def test_an_english_word_is_found() -> None:
    assert unmarked("⟦Rang ⟦1⟧⟧ · 12. Juli 2026, 3 €: Ott KG", ["Ott KG"]) == ""
    assert unmarked("⟦Rang⟧ of 12", []) == "of 12"


def test_the_workbook(home: Home, data: list[str]) -> None:
    book = openpyxl.load_workbook(home.exports(Manifest.read(home).as_of) / "accounts.xlsx")
    found = [unmarked(text, data) for text in texts_of(book)]
    assert len(found) > 1000
    assert [text for text in found if text] == []


def texts_of(book: openpyxl.Workbook) -> Iterator[str]:
    yield book.properties.title
    for sheet in book:
        yield sheet.title
        yield from (cell for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, str))
        yield re.sub(r"&[LCR]|&\d+|&[PN]", " ", f"{sheet.oddHeader.left.text or ''} {sheet.oddFooter.left.text or ''}")
        for rule in sheet.data_validations.dataValidation:
            yield from filter(None, (rule.errorTitle, rule.error, rule.formula1 if rule.type == "list" else None))
        for chart in sheet._charts:
            yield "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r)


def test_the_list(home: Home, data: list[str]) -> None:
    rows = pd.read_csv(home.exports(Manifest.read(home).as_of) / "accounts.csv")
    assert {"rank", "reason_1", "action_1"} <= set(rows.columns)  # programs read them by these names
    told = rows.filter(regex=r"^(sign|reason_\d|action_\d|holds_\d)$").melt()["value"].dropna()
    assert told.str.contains("⟦").all()
    assert {unmarked(text, data) for text in told} == {""}


def test_the_context_of_an_account(home: Home, data: list[str]) -> None:
    told = pd.read_parquet(home.scores(Manifest.read(home).as_of) / "scores.parquet")["context"].dropna()
    assert len(told)
    assert {unmarked(text, data) for text in told} == {""}


def test_an_account_and_the_backtest(home: Home, data: list[str]) -> None:
    scored = Scored.read(home, Manifest.read(home).as_of)
    asked = [*scored.scores["account_id"][:20:3], *scored.not_scored["account_id"][:20:3]]
    printed = [line for account in asked for line in explain(Settings(), home, account).lines]
    printed += lines(home, Settings())
    assert len(printed) > 400
    assert [text for line in printed if (text := unmarked(line, data))] == []


VISIBLE = """() => {
  const said = [document.title];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) said.push(node.textContent);
    if (node.nodeType !== Node.ELEMENT_NODE || ["STYLE", "SCRIPT", "NOSCRIPT"].includes(node.tagName)) return;
    for (const name of ["aria-label", "placeholder", "title", "alt"]) if (node.getAttribute(name)) said.push(node.getAttribute(name));
    node.childNodes.forEach(walk);
  };
  walk(document.body);
  return said.filter((text) => text.trim());
}"""


def test_the_page(home: Home, data: list[str], browser) -> None:
    path = home.exports(Manifest.read(home).as_of) / "accounts.html"
    page = browser.new_context(viewport={"width": 1280, "height": 860}).new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".tabulator-row")
    said = page.evaluate(VISIBLE)
    for place in range(12):
        page.locator(".tabulator-row .name").nth(place).click()
        page.wait_for_selector("dialog[open]")
        said += page.evaluate(VISIBLE)
        page.keyboard.press("Escape")
    page.fill("#search", "nobody is called so")
    said += page.evaluate(VISIBLE)
    page.close()
    assert len(said) > 2000
    assert {text for line in said if (text := unmarked(line, data))} == set()
    assert 'lang="de"' in path.read_text(encoding="utf-8")


def test_scores_in_another_language_than_the_source_are_no_export(own_home: Home, small_settings) -> None:
    speak(own_home, "de")
    with pytest.raises(Mistake, match=r"speak en, and language: in source.yaml is de\. Run: leaky score --as-of"):
        export(small_settings, own_home, metrics=own_home.metrics)
    account = Scored.read(own_home, Manifest.read(own_home).as_of).scores["account_id"].iloc[0]
    with pytest.raises(Mistake, match=r"speak en, and language: in source.yaml is de\. Run: leaky score --as-of"):
        explain(small_settings, own_home, account)


def test_scores_of_another_definition_are_not_explained(own_home: Home, small_settings) -> None:
    account = Scored.read(own_home, Manifest.read(own_home).as_of).scores["account_id"].iloc[0]
    other = small_settings.model_copy(update={"left": small_settings.left.model_copy(update={"horizon_days": 45})})
    with pytest.raises(Mistake, match="for another definition of leaving"):
        explain(other, own_home, account)


def test_the_model_in_python_tells_reasons_in_the_language_of_the_source(home: Home) -> None:
    firm = leaky.open(home.folder)
    told = firm.model.reasons(firm.features(), firm.as_of)
    said = told.filter(regex=r"^(sign|reason_\d|action_\d|holds_\d)$").melt()["value"].dropna()
    assert said.str.contains("⟦").all()


def test_what_keeps_a_model_from_being_champion_is_told_in_the_language_of_the_source(
    own_home: Home, marked: Path, small_settings
) -> None:
    path = own_home.model / "gate.json"
    check = {"name": "calibrated: all", "passed": False, "says": "an English sentence"}
    check |= {
        "told": told(
            "of all accounts {told:.1%} were foretold to leave and {left:.1%} left", told=0.1, left=0.2
        ).as_json()
    }
    path.write_text(json.dumps({"checks": [check], "challenger_files_sha256": "0"}))
    with tongue.speaking("de"):
        said = refused(own_home)
    assert unmarked(said, []) == ""
    assert "⟦" in said
    assert "an English sentence" not in said, "not even among marked words"


def test_what_stands_on_top_of_a_list_is_told_in_the_language_of_the_source(
    own_home: Home, marked: Path, small_settings
) -> None:
    left = small_settings.left
    verdict = json.loads((own_home.model / "gate.json").read_text())
    lately = {"as_of": "2026-04-02", "accounts": 300, "told": 0.1, "left": 0.2}
    by_day = {"days": 8, "too_high": 2, "too_low": 1, "off": 0.04, "uneven": 0.04, "left": 0.1}
    seen = told("of all accounts {told:.1%} were foretold to leave and {left:.1%} left", told=0.1, left=0.2)
    check = {"name": "calibrated: all", "passed": False, "told": seen.as_json()}
    (own_home.folder / "mlflow.db").unlink()
    with tongue.speaking("de"):
        rare = pd.DataFrame({"cause": [orders_too_rarely(left)]})
        rule = replace(Rule.load(own_home.model / "rule.json"), first_as_of="2026-01-01", last_as_of="2026-02-01")
        (own_home.model / "gate.json").write_text(json.dumps(verdict | {"missed_lately": lately}))
        notices = [
            caution({"first_as_of": "2026-01-01", "last_as_of": "2026-02-01"}),
            caution_of_rule(rule),
            missed(own_home),
            mostly_rare(left, rare, scored=0),
            gap("contacts", date(2026, 6, 9)),
            closed(Pause(since=date(2026, 6, 9)), date(2026, 7, 1)),
            closed(Pause(since=date(2026, 6, 2), until=date(2026, 6, 20)), date(2026, 7, 1)),
            thinned("contacts", Thinned(days=14, rows=298, usual=960), date(2026, 7, 1)),
        ]
        (own_home.model / "gate.json").write_text(json.dumps(verdict | {"missed_by_day": by_day}))
        notices.append(missed(own_home))
        rule.save(own_home.model / "rule.json")
        for order_stands in (False, True):
            own = verdict["challenger_files_sha256"] if order_stands else None
            written = verdict | {"checks": [check], "order_files_sha256": own}
            (own_home.model / "gate.json").write_text(json.dumps(written))
            notices.append(ranker_of(small_settings, own_home, Manifest.read(own_home)).notice)
    assert all("⟦" in notice for notice in notices)
    assert [unmarked(notice, ["contacts"]) for notice in notices] == [""] * len(notices)
    assert not [notice for notice in notices if FEATURES[rule.name][2] in notice or seen.parts[0][0][:15] in notice]


def test_reference_says_which_languages_there_are() -> None:
    assert "en or de" in (REPOSITORY / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
