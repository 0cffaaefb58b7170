"""Refusals: why the gate refused the last model, for those who call and for who runs it."""

import json
from collections.abc import Mapping
from typing import Any

from features.language.tongue import ENGLISH, Told, later, speaking, tr
from models.check_names import (
    ABOVE,
    BESIDE_CHAMPION,
    BRIER,
    CALIBRATED,
    EARLY_NOT_BELOW,
    ENOUGH,
    LEAKS,
    NOISE,
    NOT_BELOW,
    NOTHING_LOST,
    UP_TO_DATE,
)
from pipelines.home import GATE, Home
from pipelines.notices import as_an_order

_PLAINLY = {
    BRIER: later("its percentages miss by more than one and the same for everybody would"),
    ENOUGH: later("too few accounts left on earlier days to tell whether it is of use"),
    LEAKS: later("some records seem to have been written down only once accounts had left"),
    NOTHING_LOST: later("records are missing that the model before it had"),
    UP_TO_DATE: later("it knows less of late than the model before it"),
    BESIDE_CHAMPION: later("the model before it is better"),
}


def refused(home: Home) -> str:
    """That the last model was refused, and the first thing that it lacked, for those who call; '' where none was."""
    verdict, refusals = _read(home)
    if not refusals:
        return ""
    if verdict["challenger_files_sha256"] is None:
        return as_an_order(tr("The records do not reach back far enough yet to test a model."))
    why = _plainly(refusals[0])
    return as_an_order(tr("The last model was refused: {why}. The details: the model card.", why=why))


def refused_because(home: Home) -> str:
    """Everything that the last model was refused for, as the gate says it, in English, for who runs it; '' where none
    was.
    """
    verdict, refusals = _read(home)
    with speaking(ENGLISH):
        why = "; ".join(_seen(check) for check in refusals).removesuffix(".")
    if refusals and verdict["challenger_files_sha256"] is None:
        return "The records do not reach back far enough yet to test a model; leaky evaluate says what is needed."
    return f"The last model was refused: {why}." if refusals else ""


def _read(home: Home) -> tuple[Mapping[str, Any], list[Mapping[str, Any]]]:
    """What the gate wrote, and the checks that were not passed."""
    path = home.model / GATE
    verdict: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return verdict, [check for check in verdict.get("checks", []) if not check["passed"]]


def _plainly(check: Mapping[str, Any]) -> str:
    """What the gate saw without its measures of skill and settings, of which a caller knows nothing."""
    name = check["name"]
    if name.startswith(NOT_BELOW):
        return tr("another way of learning ranks these accounts better")
    if name == f"{ABOVE}{NOISE}":
        return tr("chance alone might rank these accounts as well")
    if name.startswith((ABOVE, EARLY_NOT_BELOW)):
        return tr("it does not surely rank these accounts better than a simple rule")
    if name.startswith(CALIBRATED):
        return tr("its percentages were too high or too low on earlier days")
    return tr(_PLAINLY[name]) if name in _PLAINLY else _seen(check).removesuffix(".")


def _seen(check: Mapping[str, Any]) -> str:
    """What the gate saw; in English where it was judged by an older version."""
    return str(Told.from_json(check["told"])) if "told" in check else str(check["says"])
