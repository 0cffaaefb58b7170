"""What made a day's scores is found again only while it is the same; and it is called what it is."""

from dataclasses import replace

import pandas as pd
import pytest

from models.churn import Churn
from models.definition import PaceBy
from models.layout import SCORING
from models.rule import Rule
from pipelines.exports.past_risk import COLUMNS, past_risk_lines
from pipelines.exports.scorer import scorer_of
from pipelines.exports.what_if import what_if_lines
from pipelines.home import RULE, Home
from pipelines.intake.manifest import Manifest
from pipelines.scored import Scored


@pytest.fixture
def scored(own_home: Home) -> Scored:
    return Scored.read(own_home, Manifest.read(own_home).as_of)


def made_by(scored: Scored, version: str) -> Scored:
    return replace(scored, scores=scored.scores.assign(model_version=version))


def found(home: Home, scored: Scored) -> Churn | Rule | None:
    return scorer_of(home, Manifest.read(home), scored)


def test_a_rule_is_found_while_its_numbers_are_the_same(own_home: Home, scored: Scored) -> None:
    rule = Rule.load(own_home.model / RULE)
    ranked = replace(made_by(scored, f"rule:{rule.name}"), rule=rule.digest)
    assert found(own_home, ranked) == rule

    replace(rule, typical=rule.typical + 1).save(own_home.model / RULE)
    assert found(own_home, ranked) is None
    (own_home.model / RULE).unlink()
    assert found(own_home, ranked) is None


def test_a_model_is_found_whether_it_was_refused_or_is_champion_while_it_is_the_same(
    own_home: Home, scored: Scored
) -> None:
    version = scored.scores["model_version"].iloc[0]
    own = own_home.model / SCORING / "model.json"
    assert found(own_home, scored) is not None
    own.write_text(own.read_text() + "\n")
    assert found(own_home, scored) is not None, "the home's own is another, the champion is the same"
    (own_home.folder / "mlflow.db").unlink()
    assert found(own_home, scored) is None

    own.write_text(own.read_text().removesuffix("\n"))
    assert found(own_home, made_by(scored, f"refused:{version}")) is not None
    assert found(own_home, made_by(scored, "refused:0123456789ab")) is None


def test_what_a_rule_says_is_said_to_be_the_rules(own_home: Home, scored: Scored) -> None:
    rule, model = Rule.load(own_home.model / RULE), found(own_home, scored)
    deeds = pd.DataFrame({"deed": ["a visit"], "risk_now": 0.4, "risk": 0.3})
    history = pd.DataFrame(columns=COLUMNS)

    def said(scorer: Churn | Rule) -> list[str]:
        return [next(what_if_lines(deeds, scorer)), next(past_risk_lines(history, scorer, PaceBy.orders))]

    assert said(rule) == [
        "What would change it, by the rule of today (no promise)",
        "Its risk on earlier dates, by the rule of today",
    ]
    assert all("model" in line and "rule" not in line for line in said(model))
