"""Context: what nobody can act on, in words."""

import numpy as np
import pytest

from features.catalogue import catalogue
from features.language.tongue import speaking
from models.context import WORDS, contexts
from models.explain import Contributions


def context_of(**pushes: float) -> str | None:
    (line,) = contexts(Contributions(np.array([[*pushes.values()]]), 0.0, tuple(pushes)))
    return line


@pytest.mark.parametrize(
    ("pushes", "said"),
    [
        ({"revenue_360d": 0.3, "season_sine": 0.2}, "the risk is raised by their size, the season"),
        (
            {"revenue_360d": 0.3, "is_new": -0.2},
            "the risk is raised by their size; lowered by how long they have been customers",
        ),
        ({"season_sine": 0.06, "season_cosine": 0.06, "is_new": 0.02}, "the risk is raised by the season"),
        ({"season_sine": 0.3, "season_cosine": -0.3, "days_since_contact": 2}, ""),
    ],
)
def test_it_names_what_raises_and_what_lowers_the_risk_though_nobody_can_act_on_it(pushes, said):
    assert context_of(**pushes) == (f"Context, nothing to act on: {said}" if said else None)


def test_what_weighs_little_is_said_to():
    assert context_of(revenue_360d=0.05) == (
        "Context, nothing to act on and of little weight: the risk is raised by their size"
    )
    assert context_of(revenue_360d=0.02) is None


def test_many_accounts_are_told_as_each_by_itself():
    names = ("revenue_360d", "season_sine", "season_cosine", "is_new", "days_since_contact")
    pushes = np.random.default_rng(1).normal(0, 0.1, (500, len(names)))
    together = contexts(Contributions(pushes, 0.0, names))

    assert together.tolist() == [context_of(**dict(zip(names, row, strict=True))) for row in pushes]
    assert len(set(together)) > 20


def test_a_model_that_knows_nothing_of_who_they_are_says_nothing():
    assert context_of(days_since_contact=2.0) is None
    assert contexts(Contributions(np.empty((0, 1)), 0.0, ("revenue_360d",))).tolist() == []


def test_it_speaks_german():
    with speaking("de"):
        line = context_of(revenue_360d=0.3)
    assert line == "Umstände, an denen nichts zu ändern ist – mehr Risiko durch die Größe"


def test_there_are_words_for_all_of_it():
    assert set(WORDS) == {name for name, feature in catalogue().by_name.items() if feature.reason == "standing"}
