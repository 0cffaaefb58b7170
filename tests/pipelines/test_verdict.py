"""What evaluate writes of the gate's verdict, by which score goes."""

import json
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from features.language.tongue import told
from models.backtest import Backtest
from models.check_names import CALIBRATED
from models.evaluation import Evaluation
from models.gate import Check, Verdict
from models.lately import Lately
from models.missed import Missed, kinds_missed
from models.registry import Version
from models.rule import Rule
from pipelines.evaluate import _gate_json, _kinds, _missed, _missed_by_rule
from pipelines.settings import Settings

NOTHING = Missed()
TESTED, CHAMPION = Version("2", "aaaa"), Version("1", "bbbb")


def written(
    *refused: str,
    champion: Version | None = None,
    missed: Missed = NOTHING,
    by_rule: Missed = NOTHING,
    kinds: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    checks = [Check("enough leavers", True, told("90 accounts left"))]
    checks += [Check(name, False, told("it is not so")) for name in refused]
    found: dict[str, Any] = json.loads(
        _gate_json(Verdict(tuple(checks)), TESTED, champion, missed, by_rule, kinds or [])
    )
    return found


@pytest.mark.parametrize(
    ("refused", "champion", "ranks"),
    [
        ([f"{CALIBRATED}early"], None, "aaaa"),
        ([f"{CALIBRATED}all", f"{CALIBRATED}early"], None, "aaaa"),
        ([f"{CALIBRATED}early"], CHAMPION, None),
        ([f"{CALIBRATED}early", "leaks"], None, None),
        (["above own_cycle"], None, None),
    ],
)
def test_a_refused_model_ranks_where_only_its_probabilities_were_refused_and_there_is_no_champion(
    refused: list[str], champion: Version | None, ranks: str | None
) -> None:
    found = written(*refused, champion=champion)

    assert found["order_files_sha256"] == ranks
    assert found["champion_files_sha256"] == (champion and "bbbb")
    assert (found["without_champion"] is None) == (champion is not None)


def test_kinds_of_accounts_told_falsely_beyond_chance_are_written_the_worst_first() -> None:
    def group(n: int, told: float, left: float, *, differs: bool | None) -> dict[str, Any]:
        return {"n": n, "accounts": n, "mean_risk": told, "base_rate": left, "p_value": 0.01, "differs": differs}

    segments = {"small": group(1000, 0.1, 0.15, differs=True), "large": group(500, 0.2, 0.05, differs=True)}
    others = {"North": group(9000, 0.1, 0.2, differs=False), "South": group(9000, 0.1, 0.2, differs=None)}
    high = {"70% or more": group(2000, 0.85, 0.92, differs=True), "below 2%": group(9000, 0.01, 0.014, differs=True)}

    kinds = kinds_missed({"segment": segments, "region": others, "risk told": high}, calibration=0.25)

    assert kinds == [
        {"grouping": "segment", "group": "large", "told": 0.2, "left": 0.05},
        {"grouping": "segment", "group": "small", "told": 0.1, "left": 0.15},
    ], "not what the gate allows"
    assert len(kinds_missed({"risk told": high}, calibration=0.07)) == 1


def test_kinds_of_accounts_are_written_of_what_ranks_though_another_recipe_made_it() -> None:
    def by_group(risk: np.ndarray) -> dict[str, Any]:
        figures = {"n": 1000, "accounts": 1000, "mean_risk": risk.mean(), "base_rate": 0.15, "p_value": 0.001}
        return {"segment": {"small": figures | {"differs": True}}}

    risk = np.array([0.02, 0.04])
    tested = cast("Evaluation", SimpleNamespace(by_group=by_group, tested=SimpleNamespace(risk=risk)))
    figures = {"test": {"by_group": by_group(risk)}}
    assert _kinds(tested, figures, np.array([0.1, 0.05]), 0.25) == [
        {"grouping": "segment", "group": "small", "told": 0.075, "left": 0.15}
    ]
    assert _kinds(tested, figures, np.array([0.1, 0.2]), 0.25) == []
    assert [kind["told"] for kind in _kinds(tested, figures, risk, 0.25)] == [0.03], "its own"
    assert _kinds(tested, figures, None, 0.25) == [], "no model ranks"
    kinds = [{"grouping": "segment", "group": "large", "told": 0.2, "left": 0.05}]
    assert written(champion=CHAMPION, kinds=kinds)["missed_by_group"] == kinds


def test_what_was_missed_is_written_of_the_model_and_of_the_rule() -> None:
    missed = Lately("2026-04-02", 300, 0.1, 0.2, 0.001)

    found = written(missed=Missed(lately=missed))
    assert (found["missed_lately"], found["missed_by_day"]) == (asdict(missed), None)
    assert found["rule"] == {"missed_lately": None, "missed_by_day": None}
    assert written()["missed_lately"] is None
    assert written(by_rule=Missed(lately=missed))["rule"] == {"missed_lately": asdict(missed), "missed_by_day": None}


class Foretells:
    def risk(self, rows: pd.DataFrame) -> np.ndarray:
        return np.full(len(rows), 0.1)


def test_what_was_missed_is_that_of_what_ranks_and_not_of_a_refused_model() -> None:
    days = pd.date_range("2025-01-01", periods=4, freq="90D")
    left = np.concatenate([np.r_[np.ones(gone), np.zeros(400 - gone)] for gone in (80, 10, 80, 80)])
    rows = pd.DataFrame({"as_of": np.repeat(days, 400), "left": pd.array(left, "Float64"), "kind": None})
    rows = rows.assign(kind_known_on=pd.NaT)
    even = np.full(len(left), 0.1)
    tested = Backtest(rows, rows, left, left * 0, even, even * 0, (), Foretells())

    own = _missed(Settings(), rows, tested, tested.risk)
    assert own.lately.as_of == "2025-09-28"
    assert own.by_day.days == 4
    # The champion's recipe foretold what came of each day; of its newest day nothing is known.
    assert _missed(Settings(), rows, tested, left * 0.9 + 0.01) == Missed()
    other = _missed(Settings(), rows, tested, even + 0.01)
    assert (other.lately, other.by_day.days) == (None, 4)
    assert _missed(Settings(), rows, tested, None) == Missed()


def test_the_days_of_the_rule_are_held_against_its_own_risks() -> None:
    days = pd.date_range("2025-01-01", periods=4, freq="90D")
    left = np.concatenate([np.r_[np.ones(gone), np.zeros(400 - gone)] for gone in (80, 10, 80, 10)])
    rows = pd.DataFrame({"as_of": np.repeat(days, 400), "left": pd.array(left, "Float64"), "days_since_order": 1.0})
    rows = rows.assign(pace="new", kind=None, kind_known_on=pd.NaT)
    rule = Rule.fit("days_since_order", rows, left, np.zeros(len(left)), ["days_since_order"], "")
    busy = rows["as_of"].isin(days[[0, 2]]).to_numpy()

    found = _missed_by_rule(Settings(), rows, rule, np.ones(len(rows), dtype=bool))
    assert (found.by_day.days, found.by_day.too_high, found.by_day.too_low) == (4, 2, 2)
    assert found.lately.as_of == "2025-09-28"
    assert _missed_by_rule(Settings(), rows, rule, busy).by_day is None, "these two miss alike"
    assert _missed_by_rule(Settings(), rows, None, busy) == Missed()
