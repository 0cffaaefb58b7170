"""Refusals: what a caller is told of a model that was refused, and what whoever runs it."""

import json

import pytest

from features.language.tongue import speaking
from models.check_names import (
    ABOVE,
    BESIDE_CHAMPION,
    BRIER,
    CALIBRATED,
    EARLY_NOT_BELOW,
    ENOUGH,
    LEAKS,
    NOT_BELOW,
    NOTHING_LOST,
    UP_TO_DATE,
)
from pipelines.home import GATE, Home
from pipelines.refusals import refused, refused_because

SEEN = "over all accounts its ROC AUC is 0.701, that of days_since_order 0.702."


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    home.model.mkdir()
    return home


def write(home: Home, *names: str, challenger: str | None = "aaaa") -> None:
    checks = [{"name": "leaks", "passed": True, "says": "none"}]
    checks += [{"name": name, "passed": False, "says": SEEN} for name in names]
    (home.model / GATE).write_text(json.dumps({"checks": checks, "challenger_files_sha256": challenger}))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (f"{ABOVE}days_since_order", "it does not surely rank these accounts better than a simple rule"),
        (f"{ABOVE}shuffled", "chance alone might rank these accounts as well"),
        (f"{EARLY_NOT_BELOW}own_cycle", "it does not surely rank these accounts better than a simple rule"),
        (f"{NOT_BELOW}mbg_nbd", "another way of learning ranks these accounts better"),
        (BRIER, "its percentages miss by more than one and the same for everybody would"),
        (f"{CALIBRATED}early", "its percentages were too high or too low on earlier days"),
        (ENOUGH, "too few accounts left on earlier days to tell whether it is of use"),
        (LEAKS, "some records seem to have been written down only once accounts had left"),
        (NOTHING_LOST, "records are missing that the model before it had"),
        (UP_TO_DATE, "it knows less of late than the model before it"),
        (BESIDE_CHAMPION, "the model before it is better"),
    ],
)
def test_a_caller_is_told_the_first_thing_that_was_lacking_in_plain_words(home, name, why):
    write(home, name, "no feature lost")

    assert refused(home) == (
        f"The last model was refused: {why}. The details: the model card. Take the risks for an order in which to call, "
        "rather than for chances."
    )
    assert refused_because(home) == f"The last model was refused: {SEEN}; {SEEN}"


def test_so_it_is_in_another_language_and_the_log_stays_english(home):
    write(home, BRIER)

    with speaking("de"):
        assert "wurde abgelehnt: seine Prozentwerte liegen weiter daneben" in refused(home)
        assert refused_because(home).startswith("The last model was refused: ")


def test_of_no_model_that_could_be_tested_the_history_is_named(home):
    write(home, "tested", challenger=None)

    assert refused(home).startswith("The records do not reach back far enough yet to test a model. Take the risks for")
    assert refused_because(home).startswith("The records do not reach back far enough yet")


def test_where_none_was_refused_nothing_is_said(home):
    assert (refused(home), refused_because(home)) == ("", "")
    write(home)
    assert (refused(home), refused_because(home)) == ("", "")
