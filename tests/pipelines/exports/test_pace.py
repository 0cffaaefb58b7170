"""Firms without orders: what they read speaks of contracts, or leaves out what nobody knows."""

import json
import re
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest

from features.value import ValueBy
from models.definition import Left, PaceBy
from pipelines.exports.pace import pace_words, standing
from pipelines.exports.page import write_page
from pipelines.exports.table import write_table
from pipelines.exports.workbook import write_workbook
from tests.pipelines.exports.conftest import Made, make_up

ORDER = re.compile(r"\border(s|ed|ing)?\b|silent|cycle|schedule|overdue", re.IGNORECASE)


def without_orders(by: PaceBy, value_by: ValueBy) -> Made:
    """A day of scores of a firm that takes no orders; of 60 accounts every fourth has given notice."""
    made = make_up(60)
    rows, others = made.rows, made.not_scored
    rows[["last_order_on", "days_since_order", "usual_cycle"]] = np.nan
    others[["last_order_on", "days_since_order", "value"]] = np.nan
    others["cause"] = "Already gone: no contract in force"
    rows[[column for column in rows if re.match(r"(reason|action)_\d|sign", column)]] = None
    rows["reason_1"], rows["reason_1_code"], rows["reason_1_shap"] = "Nobody spoke with them", "contact", 1.0
    if by is PaceBy.contracts:
        place = np.arange(len(rows))
        rows["has_notice"] = pd.array(place % 4 == 0, dtype="boolean")
        rows["days_to_contract_end"] = np.where(place % 4 < 2, place, np.nan)
        rows["days_to_renewal"] = np.where(place % 4 == 2, place, np.nan)
    if value_by is ValueBy.nothing:
        rows[["value", "value_at_risk"]] = np.nan
    leaves = Left(by="contract" if by is PaceBy.contracts else "losses").in_words()
    context = replace(made.context, value_by=value_by, pace_by=by, leaves=leaves, skill=None)
    reasons = {code: title for code, title in context.reasons.items() if code != "orders"}
    return Made(replace(context, reasons=reasons), rows, others, {}, made.rep_names)


FIRMS = {"contracts": (PaceBy.contracts, ValueBy.contracts), "losses": (PaceBy.nothing, ValueBy.nothing)}


@pytest.fixture(params=FIRMS, scope="module")
def firm(request: pytest.FixtureRequest) -> tuple[str, Made]:
    return request.param, without_orders(*FIRMS[request.param])


def words_of_page(path) -> str:
    """What can be read on the page, and the data that its script shows."""
    text = path.read_text(encoding="utf-8")
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    shown = re.sub(r"<!--.*?-->|<(style|script).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)
    facts = {name: part for name, part in json.loads(data).items() if name != "accounts"}
    facts["paces"] = list(facts["paces"].values())  # beside their codes
    return without_call_order(f"{shown} {json.dumps(facts)}")


def words_of_book(path) -> str:
    sheets = openpyxl.load_workbook(path).worksheets
    cells = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row]
    choices = [str(rule.formula1) for sheet in sheets for rule in sheet.data_validations.dataValidation]
    return without_call_order("\n".join([*choices, *(cell for cell in cells if isinstance(cell, str))]))


def without_call_order(text: str) -> str:
    return re.sub("call order", "", text, flags=re.IGNORECASE)


def test_no_word_of_orders_is_on_the_page_or_in_the_workbook(firm, tmp_path) -> None:
    _, made = firm
    write_page(tmp_path / "a.html", made.context, made.rows, made.not_scored, {}, {})
    write_workbook(tmp_path / "a.xlsx", made.context, made.rows, made.not_scored)
    for words in (words_of_page(tmp_path / "a.html"), words_of_book(tmp_path / "a.xlsx")):
        assert [found.group() for found in ORDER.finditer(words)] == []
        assert "nan" not in words.lower().split()


def test_the_words_of_orders_would_be_found(tmp_path) -> None:
    made = make_up(30)
    write_page(tmp_path / "a.html", made.context, made.rows, made.not_scored, {}, {})
    write_workbook(tmp_path / "a.xlsx", made.context, made.rows, made.not_scored)
    assert ORDER.search(words_of_page(tmp_path / "a.html"))
    assert ORDER.search(words_of_book(tmp_path / "a.xlsx"))


def test_columns_are_those_that_the_firm_has(firm, tmp_path) -> None:
    name, made = firm
    write_workbook(tmp_path / "a.xlsx", made.context, made.rows, made.not_scored)
    write_table(tmp_path / "a.csv", made.rows)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    headings = {cell.value for cell in book["Accounts"][1]}
    listed = set(pd.read_csv(tmp_path / "a.csv", encoding="utf-8-sig").columns)
    of_contracts = {"Contract", "Days to contract end", "Days to renewal", "Notice", "Value, a year", "Value at risk"}
    if name == "contracts":
        assert of_contracts <= headings
        assert {"days_to_contract_end", "days_to_renewal", "has_notice"} <= listed
    else:
        assert not of_contracts & headings
        assert not {"days_to_contract_end", "days_to_renewal", "has_notice"} & listed
    summary = {cell.value for row in book["Summary"].iter_rows() for cell in row}
    assert ({"Value", "Value at risk"} <= summary) == (name == "contracts")
    assert "Expected to leave" in summary
    assert "By sign: how one sees it" not in summary  # nobody shows one here
    assert "Sign" not in headings
    assert {"value", "risk", "pace"} <= listed
    assert not {"last_order_on", "days_since_order", "usual_cycle"} & listed


@pytest.mark.parametrize(
    ("end", "renewal", "notice", "says"),
    [
        (20, None, True, "notice given, ends in 20 days"),
        (1, None, False, "ends in 1 day"),
        (0, None, None, "ends today"),
        (None, 30, False, "renews itself in 30 days"),
        (None, None, False, ""),
        (None, None, True, "notice given"),
    ],
)
def test_where_a_contract_stands_in_words(end, renewal, notice, says) -> None:
    row = {"days_to_contract_end": end, "days_to_renewal": renewal, "has_notice": notice}
    assert standing(row, PaceBy.contracts) == says


def test_where_an_account_with_orders_stands_in_words() -> None:
    row = {"days_since_order": 1, "usual_cycle": 30.4, "pace": "early"}
    assert standing(row, PaceBy.orders) == "1 day silent, an order expected every 30 days"
    assert standing(row | {"pace": "new"}, PaceBy.orders) == "1 day silent"  # the cycle is that of others like it
    assert standing(row | {"days_since_order": None}, PaceBy.orders) == ""


def test_where_nothing_shows_who_is_on_the_way_out_there_are_no_words_for_it() -> None:
    assert pace_words(PaceBy.nothing) is None
    for by in (PaceBy.orders, PaceBy.contracts):
        words = pace_words(by)
        assert words is not None
        assert set(words.names) == set(words.meanings) == {"early", "overdue", "new"}
