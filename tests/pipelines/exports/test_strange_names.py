"""Strange names: quotes, markup, emoji, script from right to left and 300 characters stand where they stood before."""

import csv
import json
import re

import openpyxl
import pandas as pd
import pytest

from pipelines.export import WORKBOOK, export
from pipelines.exports.account import explain
from pipelines.home import Home
from pipelines.intake.manifest import Manifest
from pipelines.scored import Scored
from tests.pipelines.exports.test_page import browser  # noqa: F401

NAMES = {
    "quotes": "Müller \"& Söhne\" 'GmbH', Halle",
    "markup": "<b>Bold</b> &amp; <img src=x onerror=alert(1)>",
    "emoji": "Bäckerei 🥐👩‍🍳 Nord",
    "right to left": "شركة الاختبار ١٢",
    "long": "Lang" * 75,
}


@pytest.fixture
def home(own_home: Home, small_settings) -> Home:
    """A firm whose riskiest accounts have such names, exported."""
    manifest = Manifest.read(own_home)
    riskiest = Scored.read(own_home, manifest.as_of).scores["account_id"].head(len(NAMES))
    accounts = pd.read_parquet(own_home.tables / "accounts.parquet")
    names = dict(zip(riskiest, NAMES.values(), strict=True))
    accounts["name"] = accounts["account_id"].map(names).fillna(accounts["name"])
    accounts.to_parquet(own_home.tables / "accounts.parquet")
    export(small_settings, own_home, metrics=own_home.metrics)
    return own_home


def test_list_workbook_and_explain_have_them_as_they_are(home: Home, small_settings) -> None:
    folder = home.exports(Manifest.read(home).as_of)
    with (folder / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = {row["name"] for row in csv.DictReader(file)}
    cells = {
        cell
        for row in openpyxl.load_workbook(folder / WORKBOOK)["Accounts"].iter_rows(values_only=True)
        for cell in row
    }
    account = Scored.read(home, Manifest.read(home).as_of).scores["account_id"].iloc[4]

    assert set(NAMES.values()) <= listed
    assert set(NAMES.values()) <= cells
    assert explain(small_settings, home, NAMES["long"]).lines[0].startswith(f"{NAMES['long']} ({account}): risk ")


def test_the_page_shows_them_and_runs_none_of_them(home: Home, browser) -> None:  # noqa: F811
    path = home.exports(Manifest.read(home).as_of) / "accounts.html"
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', path.read_text(encoding="utf-8"))
    assert set(NAMES.values()) <= {account["name"] for account in json.loads(data)["accounts"]}
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    page.goto(path.as_uri())
    page.wait_for_selector(".tabulator-row")

    shown = page.inner_text("body")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.close()

    for name in NAMES.values():
        assert name[:40] in shown
    assert faults == []
    assert wide <= 0, "a long name makes nothing of the page wider than the window"
