"""Snapshots: what a firm must have for them, and who left by contracts alone."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.mistake import Mistake
from models.definition import Left
from models.target import targets
from pipelines.at_risk import features_at
from pipelines.settings import Settings, Snapshots
from pipelines.snapshots import snapshots

LEFT = {
    "account_id": "string",
    "as_of": "date32[day]",
    "outlook_days": "int32",
    "pace": "string",
    "left": "bool",
    "kind": "string",
    "kind_known_on": "date32[day]",
    "left_known_on": "date32[day]",
    "labelled_on": "date32[day]",
    "value": "double",
}


def only_contracts(firm) -> None:
    (firm.folder / "orders.sql").unlink()
    del firm.tables["orders"]
    firm.table(
        "contracts",
        """
        account_id,starts_on,ends_on,renews,cancelled_at,annual_value,product_line
        A,2023-01-01,2023-12-31,no,,1000,basic
        A,2024-01-10,2025-01-09,no,,1200,basic
        A,2025-01-10,2025-06-30,no,2025-03-01,1200,basic
        B,2023-06-01,2023-06-30,yes,,600,basic
        B,2025-02-01,2026-01-31,no,,300.5,plus
        """,
    )


@pytest.mark.parametrize(
    ("by", "line"),
    [
        ("cycle", "no table of orders, by which left.by: cycle judges leaving; add orders.sql"),
        ("silence", "no table of orders, by which left.by: silence judges leaving; add orders.sql"),
        ("losses", "no table of losses, by which left.by: losses judges leaving; add losses.sql"),
    ],
)
def test_without_the_table_that_leaving_is_judged_by_one_line_says_what_is_missing(firm, by: str, line: str) -> None:
    only_contracts(firm)
    as_of = firm.ingest().as_of
    settings = Settings(left=Left(by=by))
    for run in (lambda: snapshots(settings, firm.home), lambda: features_at(settings, firm.home, as_of)):
        with pytest.raises(Mistake) as caught:
            run()
        assert str(caught.value) == f"{line} to the source, or choose another left.by in source.yaml: contract."


def test_by_contract_a_firm_needs_no_orders(firm) -> None:
    only_contracts(firm)
    firm.table("losses", "account_id,lost_on,kind,recorded_at\nA,2025-06-30,involuntary,2025-08-15")
    firm.yaml("left: {by: contract}\n")
    settings = Settings(snapshots=Snapshots(count=12))
    firm.ingest(date(2026, 1, 1))
    snapshots(settings, firm.home)
    rows = pd.read_parquet(firm.home.left, dtype_backend="pyarrow")
    assert {name: str(kind.pyarrow_dtype) for name, kind in rows.dtypes.items()} == LEFT
    assert (rows["outlook_days"] == 90).all()
    assert (pd.to_datetime(rows["labelled_on"]) - pd.to_datetime(rows["as_of"]) == pd.Timedelta(days=120)).all()
    of_a = rows[rows["account_id"] == "A"].set_index("as_of")
    assert of_a.index.max() == date(2025, 6, 5)  # the last of them with a contract in force
    gone = of_a[of_a["left"] == True]  # noqa: E712 - null is neither
    assert set(of_a["value"].dropna()) == {1200}  # what scoring would have said, see below
    assert gone.index.tolist() == [date(2025, 4, 6), date(2025, 5, 6), date(2025, 6, 5)]
    assert set(gone["kind"]) == {"involuntary"}
    assert set(gone["kind_known_on"]) == {date(2025, 8, 15)}
    assert json.loads(firm.home.contradictions.read_text()) == {
        "left": 3,
        "contract_in_force": 0,
        "ordering_again": None,
    }
    for known_before, count in ((date(2025, 8, 15), 1), (date(2025, 10, 2), 2), (date(2025, 10, 3), 3), (None, 3)):
        voluntary, involuntary = targets(pd.read_parquet(firm.home.left), known_before)
        of_kind = (1, 0) if known_before == date(2025, 8, 15) else (0, count)  # the loss is recorded on that day
        assert (np.nansum(voluntary), np.nansum(involuntary)) == of_kind


def test_the_value_of_a_firm_without_orders_is_that_of_its_contracts_in_force(firm) -> None:
    only_contracts(firm)
    firm.yaml("left: {by: contract}\n")
    firm.ingest(date(2025, 12, 1))
    known, others = features_at(Settings(), firm.home, date(2025, 3, 15))
    assert dict(zip(known["account_id"], known["value"], strict=True)) == {"A": 1200, "B": 900.5}
    assert dict(zip(known["account_id"], known["pace"], strict=True)) == {"A": "overdue", "B": "early"}
    assert known[["last_order_on", "days_since_order", "usual_cycle"]].isna().all(axis=None)
    assert others.empty
    known, others = features_at(Settings(), firm.home, date(2025, 12, 1))
    assert known["account_id"].tolist() == ["B"]
    assert others["cause"].tolist() == ["Already gone: no contract in force"]
    assert others["value"].isna().all()


def test_snapshots_made_twice_are_the_same(firm) -> None:
    only_contracts(firm)
    firm.yaml("left: {by: contract}\n")
    firm.ingest(date(2026, 1, 1))
    made = []
    for _ in range(2):
        snapshots(Settings(), firm.home)
        made.append([path.read_bytes() for path in sorted(firm.home.snapshots.iterdir())])
    assert len(made[0]) == 3
    assert made[0] == made[1]


def test_by_losses_written_down_late_no_label_is_made_before_nearly_all_are_on_record(firm, caplog) -> None:
    """They are written down 30 days late: after 24 of these 6 of 90 + 30 days' losses are still unknown, 5 %."""
    only_contracts(firm)
    firm.table("losses", "account_id,lost_on,recorded_at\nA,2025-08-01,2025-08-31\nB,2025-10-02,2025-11-01")
    firm.yaml("left: {by: losses}\n")
    firm.ingest(date(2026, 1, 1))
    with caplog.at_level("INFO"):
        snapshots(Settings(snapshots=Snapshots(count=12)), firm.home)
    assert "labels wait for them for 24 days after the outlook" in caplog.text
    rows = pd.read_parquet(firm.home.left)
    passed = pd.to_datetime(rows["as_of"]) + pd.Timedelta(days=90 + 24)
    assert (pd.to_datetime(rows["labelled_on"]) == passed).all()
    assert (rows["left"].notna() == (passed <= "2026-01-01")).all()
    assert 0 < rows["left"].notna().sum() < len(rows)
