"""Every feature: none goes without a worked example, and none without a look at its sentence."""

import re
from pathlib import Path

import pytest

from features.catalogue import catalogue

EXAMPLES = Path(__file__).parent


def examples_of(code: str) -> str:
    """What the tests of a reason say; those of many features are more than one file."""
    paths = [EXAMPLES / f"test_{code}.py", *sorted(EXAMPLES.glob(f"test_{code}_*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@pytest.mark.parametrize("code", catalogue().reasons)
def test_every_feature_has_a_worked_example(code: str) -> None:
    reason = catalogue().reasons[code]
    asked = set(re.findall(rf"values?\({reason.__name__}\.(\w+)", examples_of(code)))
    assert set(reason.declared) - asked == set()


@pytest.mark.parametrize("code", catalogue().reasons)
def test_every_sentence_is_shown(code: str) -> None:
    shown = set(re.findall(r'said\("(\w+)"', examples_of(code)))
    assert {feature.name for feature in catalogue().reasons[code].features() if feature.says} - shown == set()


def test_no_sentence_is_silent_about_a_zero() -> None:
    everything_is_zero = dict.fromkeys(catalogue().by_name, 0.0)
    speaking = [feature for feature in catalogue().features if feature.says and feature.unit != "yes/no"]
    assert [feature.name for feature in speaking if not feature.sentence(everything_is_zero)] == []


def test_only_reasons_that_a_rep_is_needed_for_ask_for_one() -> None:
    asked = {(code, reason.action) for code, reason in catalogue().reasons.items()}
    asked |= {(feature.reason, feature.act) for feature in catalogue().features}
    assert {code for code, action in asked if re.search(r"\btheir rep\b", action or "")} == {"attention", "reps"}


def test_without_a_rep_one_is_named_before_anything_else_is_asked_of_one() -> None:
    first = next(feature for feature in catalogue().features if feature.reason == "reps" and feature.act)
    assert first.name == "has_no_rep"
