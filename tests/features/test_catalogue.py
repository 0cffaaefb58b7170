"""The catalogue: what is declared is found, checked, and written down."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest
from ibis import _

from features.catalogue import catalogue, reasons_in
from features.language.declare import Reason, count, feature
from features.language.of_rows import Amount, DaysSinceLast
from features.language.rows import calls, invoices

PARKING = '''
"""Parking: customers leave when they find no place to park."""
from features.language.declare import Reason, count
from features.language.rows import contacts

class Parking(Reason):
    """They find no place to park."""
    action = "Keep a place free"
    visits = count(contacts, days=90, risk="falls", says="{value:# visit} in {days} days")
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """An empty folder of reasons."""
    folder = tmp_path / "more_reasons"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.startswith("more_reasons")]:
        monkeypatch.delitem(sys.modules, name)
    return importlib.import_module("more_reasons")


def test_a_reason_dropped_into_the_folder_is_found(package: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "more_reasons" / "parking.py").write_text(PARKING)
    found = reasons_in(package)
    assert list(found) == ["parking"]
    assert found["parking"].title == "They find no place to park"
    assert [feature.name for feature in found["parking"].features()] == ["visits_90d"]


def test_a_module_without_a_reason_is_refused(package: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "more_reasons" / "empty.py").touch()
    with pytest.raises(TypeError, match="declares 0 reasons"):
        reasons_in(package)


def test_a_condition_may_not_read_what_is_not_known_yet() -> None:
    with pytest.raises(ValueError, match=r'write calls.once\("returned_at"\) first'):
        calls.where(_.returned_at.notnull())
    with pytest.raises(ValueError, match=r'write invoices.once\("error_found_at"\) first'):
        Amount(invoices, of="error_amount")


def test_a_fact_without_a_direction_must_say_on_which_side_it_tells() -> None:
    with pytest.raises(TypeError, match="may be shown: it needs a direction, or a side on which it tells"):

        class Unsaid(Reason):
            """Nobody knows."""

            action = "Ask"
            calls = count(calls, days=90, says="{value:# call}")

    class Said(Reason):
        """Nobody knows."""

        action = "Ask"
        calls = count(calls, days=90, says="{value:# call}").tells("high")

    assert Said.features()[0].side == "high"


def test_a_reason_that_people_cannot_read_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a docstring"):

        class Wordless(Reason):
            calls = count(calls, days=30)

    with pytest.raises(TypeError, match="it needs a sentence"):

        class Mute(Reason):
            """They are mute."""

            days_since_call = feature(DaysSinceLast(calls), "days", risk="rises")

    with pytest.raises(TypeError, match="gives no number"):

        class Vague(Reason):
            """They are vague."""

            days_since_call = feature(DaysSinceLast(calls), "days", risk="rises", says="It has been a while")


def test_a_window_is_a_whole_number_of_days() -> None:
    with pytest.raises(ValueError, match="from 1 on"):
        count(calls, days=())


def test_only_features_whose_columns_are_given_are_computed() -> None:
    given = catalogue().given({"orders": {"account_id", "ordered_at", "amount"}, "accounts": {"account_id"}})
    names = {feature.name for feature in given}
    assert {"days_since_order", "usual_cycle", "orders_90d"} <= names
    assert not {"late_deliveries_90d", "product_lines_360d", "days_since_contact"} & names
