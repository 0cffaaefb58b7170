"""Table: the ranked list as CSV, for those who carry it on into other tools."""

import re
from pathlib import Path

import pandas as pd

from pipelines.scored import HOLDS, PLACES

# OWASP's list of what makes a spreadsheet read a cell as a formula, full-width forms included; also after a semicolon
# or a tab, where a spreadsheet set to another separator would begin a new cell.
_FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@＝＋－＠]|[\t\r\n])")

_IDS = ["account_id", "rep_id"]
_FIRST = ["rank", "account_id", "name", "segment", "industry", "region", "rep_id", "rep", "risk", "pace"]
_ORDERS = ["last_order_on", "days_since_order", "usual_cycle"]
_CONTRACTS = ["days_to_contract_end", "days_to_renewal", "has_notice"]
_VALUE = ["value", "value_at_risk", "priority"]
_SIGN = ["sign", "sign_code"]
_HOLDS = [f"holds_{n}" for n in HOLDS]
_REASONS = [column for n in PLACES for column in (f"reason_{n}", f"reason_{n}_code", f"action_{n}")]
_LAST = ["as_of", "outlook_days", "model_version", "data_version"]


def without_formulas(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would take it for a formula.

    >>> without_formulas("=HYPERLINK(1)"), without_formulas("Smith + Sons"), without_formulas("a;@b")
    ("'=HYPERLINK(1)", 'Smith + Sons', "a;'@b")
    """
    return _FORMULA.sub(r"\1'", text)


def write_table(path: Path, rows: pd.DataFrame) -> None:
    """The ranked list with everything but the model's inner numbers, as UTF-8 with a byte order mark, so that Excel
    reads names right. Orders or contracts, which a firm may not have, then have no columns. Names and sentences are
    never formulas; numbers and ids are as they are, so that other programs find the accounts by them.
    """
    told = [column for group in (_ORDERS, _CONTRACTS) if rows[group].notna().any(axis=None) for column in group]
    listed = rows[[*_FIRST, *told, *_VALUE, *_SIGN, *_REASONS, "reason_1_lead", *_HOLDS, *_LAST]].copy()
    for column in listed.columns.difference(_IDS):
        if not pd.api.types.is_numeric_dtype(listed[column]):
            listed[column] = listed[column].map(lambda cell: without_formulas(cell) if isinstance(cell, str) else cell)
    listed.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
