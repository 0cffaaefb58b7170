import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from features.language.tongue import speaking
from pipelines.exports import page as page_module
from pipelines.exports.page import as_script_json, write_page

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def write(path, made):
    write_page(path, made.context, made.rows, made.not_scored, made.timelines, made.rep_names)
    return path


@pytest.fixture(scope="module")
def path(made, tmp_path_factory):
    return write(tmp_path_factory.mktemp("page") / "accounts.html", made)


def test_the_page_carries_the_licence_of_the_table_that_it_carries(path):
    (licence,) = Path(page_module.__file__).parent.glob("assets/tabulator-*/LICENSE")
    (comment,) = re.findall(r"<!--.*?-->", path.read_text(encoding="utf-8").split("<style>")[0], re.DOTALL)
    assert licence.read_text(encoding="utf-8").strip() in comment
    assert "Permission is hereby granted, free of charge" in comment


@pytest.fixture(scope="module")
def browser():
    chromium = Path(os.environ.get("LEAKY_CHROMIUM", "/usr/bin/chromium"))
    if not chromium.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{chromium}: no such browser; CI must have one (LEAKY_CHROMIUM says where)")
        pytest.skip(f"no browser at {chromium}; LEAKY_CHROMIUM says where one is")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser, path):
    """The page as somebody opens it from a folder; at the end nothing may have run, failed or left the machine."""
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    page = context.new_page()
    faults, requests = [], []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector(".tabulator-row")
    yield page
    assert page.evaluate("window.hacked") is None
    assert faults == []
    assert {url.split("#")[0] for url in requests} == {path.as_uri()}
    context.close()


def names(page):
    return page.locator(".tabulator-row .name").all_inner_texts()


def listed(rows):
    return rows["name"].head(50).tolist()


def test_the_first_screen_shows_the_figures_and_the_accounts_by_risk(opened, made):
    assert opened.title() == "Accounts at risk, 1 July 2026"
    figures = opened.locator(".figures").inner_text()
    assert f"{made.rows['risk'].sum():.0f}\nof 300 accounts" in figures
    assert names(opened) == listed(made.rows)
    first = opened.locator(".tabulator-row").first.inner_text()
    top = made.rows.iloc[0]
    assert f"{top['risk']:.0%}" in first
    assert made.context.reasons[top["reason_1_code"]] in first
    assert top["reason_1"] in first
    assert top["action_1"] in first
    assert f"€{top['value_at_risk']:,.0f}" in first


def test_names_that_are_markup_are_shown_as_text(opened):
    assert names(opened)[0] == "<img src=x onerror=\"window.hacked='img'\">Acme"
    assert opened.locator("main img, main i i, #rep b").count() == 0
    assert "<b>Bold</b> Rep" in opened.locator("#rep").inner_text()


def test_every_mark_of_the_timeline_is_explained_beneath_it(opened):
    seen = set()
    for name in opened.locator(".tabulator-row .name").all()[:20]:
        name.click()
        drawn = {mark for mark in ("good", "bad") if opened.locator(f".timeline polygon.{mark}").count()}
        key = opened.locator(".timeline .key").inner_text() if drawn else ""
        assert ("speaks for them staying" in key) == ("good" in drawn)
        assert ("speaks for them leaving" in key) == ("bad" in drawn)
        seen |= drawn
        opened.keyboard.press("Escape")
    assert seen == {"good", "bad"}


CUT_OFF = """() => [...document.querySelectorAll(".tabulator-row .tabulator-cell > *")].filter((part) =>
  part.getBoundingClientRect().bottom > part.closest(".tabulator-row").getBoundingClientRect().bottom + 1).length"""


@pytest.mark.parametrize("wide", [390, 1000])
def test_no_row_is_cut_off_where_the_window_becomes_narrower(opened, wide):
    assert opened.evaluate(CUT_OFF) == 0
    opened.set_viewport_size({"width": wide, "height": 860})
    opened.wait_for_timeout(600)
    assert opened.evaluate(CUT_OFF) == 0
    assert names(opened)


def test_what_to_do_has_nearly_as_much_room_as_the_reason(opened):
    opened.set_viewport_size({"width": 1400, "height": 860})
    opened.wait_for_timeout(600)
    widths = opened.evaluate(
        """() => ["do", "main_title"].map((field) =>
          document.querySelector(`.tabulator-row [tabulator-field="${field}"]`).clientWidth)"""
    )
    assert widths[0] > 0.75 * widths[1]


def test_search_finds_names_numbers_and_reps_whatever_the_accents(opened, made):
    opened.fill("#search", "backerei grosse")
    assert names(opened) == []
    opened.fill("#search", "BACKEREI große")
    assert names(opened) == ["Bäckerei Größe & Übermut 🥐"]
    opened.fill("#search", "A00005")
    assert names(opened) == [made.rows.set_index("account_id")["name"]["A00005"]]
    opened.fill("#search", "luis souza")
    assert names(opened) == listed(made.rows[made.rows["rep"] == "Luís Á. Souza"])
    assert re.match(r"\d+ of 300 accounts, €[\d,]+ at risk", opened.inner_text("#shown"))


def test_filters_by_rep_region_pace_sign_and_reason(opened, made):
    rows = made.rows
    opened.select_option("#rep", "=cmd|calc")
    rows = rows[rows["rep"] == "=cmd|calc"]
    assert names(opened) == listed(rows)
    opened.select_option("#region", "<i>West</i>")
    rows = rows[rows["region"] == "<i>West</i>"]
    assert names(opened) == listed(rows)
    opened.select_option("#pace", "early")
    rows = rows[rows["pace"] == "early"]
    assert names(opened) == listed(rows)
    code = rows["reason_1_code"].iloc[0]
    opened.select_option("#reason", code)
    assert names(opened) == listed(rows[rows["reason_1_code"] == code])
    opened.click("#reset")
    opened.locator(".tabulator-row").nth(49).wait_for()
    assert names(opened) == listed(made.rows)
    opened.select_option("#sign", "silence")
    assert names(opened) == listed(made.rows[made.rows["sign_code"] == "silence"])


def test_accounts_without_a_rep_can_be_found(opened, made):
    opened.select_option("#rep", label="No rep")
    assert names(opened) == listed(made.rows[made.rows["rep"].isna()])


def test_a_filter_can_be_bookmarked(opened, made, path):
    opened.select_option("#rep", "Jo Li")
    address = opened.url
    opened.goto("about:blank")
    opened.goto(address)
    opened.wait_for_selector(".tabulator-row")
    assert opened.input_value("#rep") == "Jo Li"
    assert names(opened) == listed(made.rows[made.rows["rep"] == "Jo Li"])
    opened.goto("about:blank")
    opened.goto(path.as_uri())
    opened.wait_for_selector(".tabulator-row")


def test_sorts_by_column_with_mouse_and_keyboard(opened, made):
    opened.click(".tabulator-col[tabulator-field=at_risk]")
    assert names(opened) == listed(made.rows.sort_values("priority"))
    opened.focus(".tabulator-col[tabulator-field=days]")
    opened.keyboard.press("Enter")
    longest = made.rows["days_since_order"].max()
    assert f"{longest:.0f} days silent" in opened.locator(".tabulator-row").first.inner_text()


def test_an_account_opens_with_its_reasons_and_its_past(opened, made):
    opened.locator(".name").nth(8).click()
    account = made.rows.iloc[8]
    dialog = opened.locator("dialog[open]")
    assert dialog.locator("h2").inner_text() == account["name"]
    codes = [account[f"reason_{n}_code"] for n in range(1, 5) if isinstance(account[f"reason_{n}_code"], str)]
    assert dialog.locator(".reasons strong").all_inner_texts() == [made.context.reasons[code] for code in codes]
    assert dialog.locator(".reasons .bar").count() == len(codes)
    assert account["reason_1"] in dialog.inner_text()
    past = made.timelines[account["account_id"]]
    assert dialog.locator("svg rect.order").count() == len(past["orders"])
    assert dialog.locator("svg circle.good").count() == len(past["contacts"])
    assert dialog.locator("svg line.billing").count() == len(past["mailings"])
    assert dialog.locator("svg rect.returned").count() == len(past["returns"])
    assert "not rung back" in dialog.locator("svg").get_attribute("aria-label")
    assert "push" not in dialog.inner_html().lower()


def test_sign_and_what_holds_an_account_stand_beside_its_reasons(opened, made):
    for is_there in (True, False):
        place = int((made.rows["sign"].notna() == is_there).to_numpy().argmax())
        account = made.rows.iloc[place]
        opened.fill("#search", account["account_id"])
        opened.locator(".name").first.click()
        text = opened.locator("dialog[open]").inner_text()
        assert ("How one sees it" in text) == is_there
        assert (made.rows["sign"].dropna().iloc[0] in text) == is_there
        assert account["holds_1"] in text
        assert ("Context, nothing to act on" in text) == (account["pace"] != "overdue")
        opened.keyboard.press("Escape")


def test_where_no_reason_stands_out_the_page_says_so_and_what_to_ask(opened, made):
    account = made.rows[made.rows["reason_1"].isna()].iloc[0]
    opened.fill("#search", account["account_id"])
    assert "No reason stands out" in opened.locator(".tabulator-row").first.inner_text()
    opened.locator(".name").first.click()
    text = opened.locator("dialog[open]").inner_text()
    assert "No reason stands out in our records" in text
    assert account["action_1"] in text


def test_accounts_can_be_read_by_keyboard_alone(opened, made):
    opened.locator(".name").first.focus()
    opened.keyboard.press("Enter")
    assert opened.locator("dialog h2").inner_text() == made.rows["name"][0]
    opened.keyboard.press("ArrowRight")
    assert opened.locator("dialog h2").inner_text() == made.rows["name"][1]
    opened.keyboard.press("Escape")
    assert opened.locator("dialog[open]").count() == 0


def test_on_a_phone_nothing_is_wider_than_the_screen(browser, path, made):
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector(".tabulator-row")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    row = page.locator(".tabulator-row").first.inner_text()
    assert made.context.reasons[made.rows["reason_1_code"][0]] in row
    assert f"€{made.rows['value_at_risk'][0]:,.0f}" in row
    page.locator(".name").first.click()
    assert page.evaluate("document.querySelector('dialog').scrollWidth") <= 360
    context.close()


def test_contracts_and_losses_are_drawn_in_the_past_and_an_end_that_was_renewed_is_none(browser, made, tmp_path):
    first = made.rows["account_id"].iloc[0]
    lanes = {"contracts": [[400, 365]], "ends": [[300, 10], [35, None]], "notices": [[90, 55]], "losses": [[30, None]]}
    lanes["withdrawals"] = [[20, 5]]
    page = browser.new_page()
    page.goto(write(tmp_path / "accounts.html", replace(made, timelines={first: lanes})).as_uri())
    page.wait_for_selector(".tabulator-row")
    page.locator(".name").first.click()
    drawn = page.locator("dialog svg")
    assert (drawn.locator("polygon.good").count(), drawn.locator("polygon.bad").count()) == (1, 4)
    whole = "Contracts: 1 begun or renewed, 4 given notice, ended or lost"
    assert whole in drawn.get_attribute("aria-label")
    (label,) = [lane for lane in drawn.locator("text.lane").all() if lane.text_content().startswith("Contracts")]
    assert label.locator("tspan").text_content() == "1 begun, 4 over"
    assert label.locator("title").text_content() == whole
    page.close()


DAYS = range(540, 1, -2)
# Of every lane many events, so that all numbers are long.
FULL = {
    lane: [[day, None] for day in DAYS] for lane in ("calls", "requests", "errors", "tickets", "contracts", "ends")
} | {
    "orders": [[day, 123456] for day in DAYS],
    "returns": [[day, 123456] for day in DAYS],
    "contacts": [[day + 200, "call"] for day in DAYS],
    "signals": [[day, "complaint"] for day in DAYS],
}


@pytest.mark.parametrize(("language", "wide"), [("en", 1280), ("de", 1280), ("de", 400)])
def test_no_label_runs_into_the_drawing(browser, made, tmp_path, language, wide):
    first = made.rows["account_id"].iloc[0]
    with speaking(language):
        path = write(tmp_path / "accounts.html", replace(made, timelines={first: FULL}))
    page = browser.new_page(viewport={"width": wide, "height": 900})
    page.goto(path.as_uri())
    page.wait_for_selector(".tabulator-row")
    page.locator(".name").first.click()
    drawing = page.locator("dialog svg").bounding_box()
    edge = drawing["x"] + (190 if drawing["width"] >= 560 else drawing["width"])
    labels = page.locator("dialog svg text.lane").all()
    assert len(labels) == 9
    assert [label.text_content() for label in labels if right_of(label) > edge] == []
    page.close()


def right_of(label):
    box = label.bounding_box()
    return box["x"] + box["width"]


def test_a_firm_that_names_no_reps_or_regions_gets_no_filters_for_them(browser, made, tmp_path):
    bare = replace(made, rows=made.rows.assign(rep=None, region=None), timelines={})
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(write(tmp_path / "accounts.html", bare).as_uri())
    page.wait_for_selector(".tabulator-row")
    assert page.locator("#rep, #region, .tabulator-col[tabulator-field=rep]").count() == 0
    page.select_option("#pace", "overdue")
    assert names(page) == listed(made.rows[made.rows["pace"] == "overdue"])
    page.locator(".name").first.click()
    assert "No events on record" in page.locator("dialog .timeline").inner_text()
    assert faults == []
    page.close()


def test_the_figures_lead_to_the_accounts_that_they_are_about(opened, made):
    opened.click("#by-value")
    assert names(opened) == listed(made.rows.sort_values("priority"))
    opened.click(".tabulator-col[tabulator-field=rank]")
    opened.click("#on-schedule")
    assert names(opened) == listed(made.rows[made.rows["pace"] == "early"].sort_values("priority"))


def test_accounts_without_a_score_stand_below_with_cause_value_and_last_order(opened, made):
    opened.click("text=40 accounts without a score")
    below = opened.locator(".others")
    assert below.locator("tbody tr").count() == 40
    cause = "Already gone: no order for longer than its outlook"
    assert below.locator("tbody tr").first.locator("td").all_inner_texts() == [
        "N000", cause, "13 December 2025", "200", "€900",
    ]  # fmt: skip
    assert below.locator("tbody tr").last.locator("td").all_inner_texts() == ["N039", "Never ordered", "–", "–", "€0"]
    assert f"{cause}; worth €26,565" in opened.inner_text(".below")


def test_only_paces_that_some_account_has_can_be_chosen(opened):
    assert opened.locator("#pace option").all_inner_texts() == ["All", "On schedule", "Overdue"]


def test_nothing_in_the_page_can_reach_the_network(path):
    page = path.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page).group(1).replace("&#39;", "'")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert set(rules) == {"default-src", "script-src", "style-src", "base-uri", "form-action"}
    assert "unsafe" not in policy
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", page)
    assert "sourceMappingURL" not in page


def test_data_inside_the_page_cannot_end_its_script():
    hostile = {"name": "</script><!-- <script> & \u2028\u2029 \" \\ 'é"}
    text = as_script_json(hostile)
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == hostile


def test_the_same_scores_give_the_same_bytes(path, made, tmp_path):
    assert write(tmp_path / "again.html", made).read_bytes() == path.read_bytes()


def test_of_a_large_firm_the_page_shows_the_foremost_and_says_so(made, tmp_path, monkeypatch):
    monkeypatch.setattr(page_module, "MOST_ACCOUNTS", 20)
    monkeypatch.setattr(page_module, "MOST_NOT_SCORED", 10)
    page = write(tmp_path / "accounts.html", made).read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', page).group(1))
    assert len(data["accounts"]) == len(data["timelines"]) == 20
    assert "This page shows 20 of 300 accounts" in page
    assert "Here are the 10 of most value; accounts.xlsx has more." in page
    assert "N009" in page
    assert "N010" not in page
