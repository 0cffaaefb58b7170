"""Context: what nobody can act on, in words."""

import numpy as np
import pytest

from features.catalogue import catalogue
from features.language.tongue import speaking
from models.explain import Contributions
from pipelines.exports.context import STANDING, WORDS, context_line


def moved(**pushes: float) -> Contributions:
    return Contributions(np.array([[*pushes.values()]]), 0.0, tuple(pushes))


@pytest.mark.parametrize(
    ("pushes", "said"),
    [
        ({"revenue_360d": 0.3, "season_sine": 0.2}, "raises the risk: their size, the season"),
        (
            {"revenue_360d": 0.3, "is_new": -0.2},
            "raises the risk: their size; lowers it: how long they have been customers",
        ),
        ({"season_sine": 0.06, "season_cosine": 0.06, "is_new": 0.02}, "raises the risk: the season"),
        ({"season_sine": 0.3, "season_cosine": -0.3, "days_since_contact": 2}, ""),
    ],
)
def test_it_names_what_raises_and_what_lowers_the_risk_though_nobody_can_act_on_it(pushes, said):
    assert context_line(moved(**pushes)) == (f"Context, nothing to act on: {said}" if said else "")


def test_what_weighs_little_is_said_to():
    assert context_line(moved(revenue_360d=0.05)) == (
        "Context, nothing to act on and of little weight: raises the risk: their size"
    )
    assert context_line(moved(revenue_360d=0.02)) == ""


def test_it_speaks_german():
    with speaking("de"):
        line = context_line(moved(revenue_360d=0.3))
    assert line == "Umstände, an denen nichts zu ändern ist – erhöht das Risiko: die Größe"


def test_there_are_words_for_all_of_it():
    assert set(WORDS) == {name for name, feature in catalogue().by_name.items() if feature.reason == STANDING}
