"""Snapshots: what a firm must have for them."""

import pytest

from features.mistake import Mistake
from pipelines.at_risk import features_at
from pipelines.settings import Settings
from pipelines.snapshots import snapshots


def test_without_orders_one_line_says_what_is_missing(firm) -> None:
    (firm.folder / "orders.sql").unlink()
    del firm.tables["orders"]
    firm.table("contracts", "account_id,starts_on,ends_on\nA,2025-01-01,2026-01-01\nB,2025-06-01,2026-06-01")
    as_of = firm.ingest().as_of
    for run in (lambda: snapshots(Settings(), firm.home), lambda: features_at(Settings(), firm.home, as_of)):
        with pytest.raises(Mistake, match=r"^no table of orders, .* add orders\.sql to the source\.$"):
            run()
