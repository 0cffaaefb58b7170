"""What stands on top of a list is all that there is to say of whoever ranks it, and reaches the scores."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from features.language.tongue import speaking, tr
from features.mistake import Mistake
from models.competing import Involuntary
from models.definition import PaceBy
from models.rule import Curve, Rule
from pipelines.home import GATE, RULE, Home
from pipelines.intake.manifest import Manifest, Pause, Thinned
from pipelines.intake.thinning import too_few
from pipelines.notices import AS_AN_ORDER, caution_of_rule, missed, on_top, rule_ranks, thinned
from pipelines.score import Ranker, ranker_of, score
from pipelines.scored import Scored
from pipelines.settings import Settings


def ranker(settings: Settings, home: Home) -> Ranker:
    return ranker_of(settings, home, Manifest.read(home))


def without_champion(home: Home, **verdict: object) -> None:
    """No model is champion; of the last one the gate says more than it did."""
    (home.folder / "mlflow.db").unlink()
    said = json.loads((home.model / GATE).read_text())
    (home.model / GATE).write_text(json.dumps(said | verdict))


def test_that_most_accounts_order_too_rarely_stands_in_the_scores(own_home: Home, small_settings, monkeypatch) -> None:
    asked = []
    monkeypatch.setattr(
        "pipelines.score.mostly_rare",
        lambda left, others, scored: asked.append((left, len(others), scored)) or "Most order too rarely.",
    )

    score(small_settings, own_home)

    found = Scored.read(own_home, Manifest.read(own_home).as_of)
    assert found.notice == "Most order too rarely."
    assert asked == [(small_settings.left, len(found.not_scored), len(found.scores))]


def test_a_rule_of_less_than_a_year_says_so_behind_why_no_model_ranks(own_home: Home, small_settings) -> None:
    refused = {"name": "brier", "passed": False, "says": "its Brier score is poor."}
    passed = {"name": "enough leavers", "passed": True, "says": "90 accounts left"}
    without_champion(own_home, checks=[passed, refused])
    rule = replace(Rule.load(own_home.model / RULE), first_as_of="2026-01-01", last_as_of="2026-02-01")
    rule.save(own_home.model / RULE)

    assert ranker(small_settings, own_home) == Ranker(
        rule,
        f"rule:{rule.name}",
        f"No model ranks these accounts; they stand by {rule.in_words}, with risks of their own for early, overdue and "
        "new ones. The last model was refused: its percentages miss "
        f"by more than one and the same for everybody would. The details: the model card. {caution_of_rule(rule)}",
    )


def test_of_whom_a_rule_has_risks_of_their_own_is_said_in_the_words_of_the_list() -> None:
    one = Rule("contract_end", Curve((0.0,), (0.1,)), {"early": Curve((0.0,), (0.1,))}, 0.0, Involuntary(), {}, "")
    two = replace(one, by_pace={**one.by_pace, "new": one.curve})
    assert rule_ranks(two, PaceBy.orders).endswith(
        "contract ends, with risks of their own for early, overdue and new ones."
    )
    assert "for those whose contract runs on, ends, or is in its first term." in rule_ranks(two, PaceBy.contracts)
    assert rule_ranks(one, PaceBy.contracts).endswith("the days until their contract ends.")


LATELY = {"as_of": "2026-04-02", "accounts": 300, "told": 0.1, "left": 0.2, "p_value": 0.001}
BY_DAY = {"days": 8, "too_high": 2, "too_low": 1, "off": 0.056, "uneven": 0.05, "left": 0.1}


def test_what_was_told_and_did_not_come_stands_behind_why_a_rule_ranks(own_home: Home, small_settings) -> None:
    of_rule = {"rule": {"missed_lately": LATELY, "missed_by_day": BY_DAY}}
    without_champion(own_home, **of_rule, missed_lately=LATELY | {"accounts": 999}, missed_by_day=None)

    found = ranker(small_settings, own_home).notice

    assert "No model ranks" in found
    assert found.endswith(missed(own_home, by_rule=True))
    assert "Of 300 accounts seen on 2026-04-02 10.0% were foretold to leave and 20.0% left" in found
    assert "What was told on earlier days was off by about 6 in 100 accounts, where 10 left, now too high" in found
    assert "999" not in found


def test_so_it_does_behind_why_a_model_is_only_an_order(own_home: Home, small_settings) -> None:
    own = json.loads((own_home.model / GATE).read_text())["challenger_files_sha256"]
    without_champion(own_home, order_files_sha256=own, missed_lately=LATELY, missed_by_day=BY_DAY)

    found = ranker(small_settings, own_home)

    assert found.version == f"refused:{own[:12]}"
    assert found.notice.endswith(missed(own_home))
    assert "Of 300 accounts" in found.notice
    assert "6 in 100 accounts" in found.notice


def test_what_several_notices_ask_for_is_said_once_behind_the_last_of_them(own_home: Home, small_settings) -> None:
    refused = {"name": "brier", "passed": False, "says": "its Brier score is poor."}
    without_champion(own_home, checks=[refused], rule={"missed_lately": LATELY, "missed_by_day": BY_DAY})
    manifest = Manifest.read(own_home)
    manifest.model_copy(update={"gone_since": date(2026, 1, 1), "ended": {"calls": date(2026, 1, 1)}}).write(
        own_home.manifest
    )

    score(small_settings, own_home)

    notice = Scored.read(own_home, manifest.as_of).notice
    assert notice.count("order in which to call") == notice.count("Take the risks") == 1
    assert notice.index("The last model was refused") < notice.index("Of 300 accounts") < notice.index("off by about 6")
    assert notice.index("Hardly any account") < notice.index("Take the risks") < notice.index("The records (calls) end")


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_said_once_is_left_as_it_is(language: str) -> None:
    with speaking(language):
        ask = tr(AS_AN_ORDER)
        assert on_top(["One.", "", f"Two. {ask}", "Three."]) == f"One. Two. {ask} Three."
        assert on_top([f"One. {ask}", f"{ask} Two. {ask}", "Three."]) == f"One. Two. {ask} Three."
        assert on_top(["One.", ""]) == "One."
        assert on_top([]) == ""


def test_kinds_that_a_model_told_falsely_stand_above_its_list_and_above_no_rules(own_home, small_settings) -> None:
    verdict = json.loads((own_home.model / GATE).read_text())
    found = [{"grouping": "pace", "group": "overdue", "told": 0.4, "left": 0.3}]
    (own_home.model / GATE).write_text(json.dumps(verdict | {"missed_by_group": found}))

    def notice() -> str:
        score(small_settings, own_home)
        return Scored.read(own_home, Manifest.read(own_home).as_of).notice

    assert "Risks of some accounts (pace: overdue) were too high on earlier days" in notice()
    without_champion(own_home)
    assert "Risks of some accounts" not in notice()


@pytest.mark.parametrize(
    ("too_high", "too_low", "ways"),
    [(2, 1, "now too high, now too low"), (3, 0, "at times too high"), (0, 3, "at times too low")],
)
def test_which_way_days_were_off_is_told(tmp_path: Path, too_high: int, too_low: int, ways: str) -> None:
    home = Home(tmp_path)
    home.model.mkdir(parents=True)
    found = BY_DAY | {"too_high": too_high, "too_low": too_low}
    (home.model / GATE).write_text(json.dumps({"missed_by_day": found}))
    assert f"where 10 left, {ways}. Take the risks for" in missed(home)


def test_how_far_off_days_were_is_told_of_so_many_accounts_that_it_can_be(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.model.mkdir(parents=True)

    def said(off: float, left: float) -> str:
        (home.model / GATE).write_text(json.dumps({"missed_by_day": BY_DAY | {"off": off, "left": left}}))
        return missed(home)

    assert "about 2 in 100 accounts, where 5 left" in said(0.016, 0.049)
    assert "about 14 in 1,000 accounts, where 49 left" in said(0.014, 0.049)
    assert "about 6 in 1,000 accounts, where 20 left" in said(0.006, 0.02)
    (home.model / GATE).write_text("{}")
    assert missed(home) == missed(home, by_rule=True) == ""
    (home.model / GATE).unlink()
    assert missed(home) == ""


def test_neither_a_rule_nor_a_refused_model_of_another_definition_ranks(own_home: Home, small_settings) -> None:
    own = json.loads((own_home.model / GATE).read_text())["challenger_files_sha256"]
    without_champion(own_home, order_files_sha256=own)
    sooner = small_settings.model_copy(update={"left": small_settings.left.model_copy(update={"k": 3})})

    assert ranker(small_settings, own_home).version == f"refused:{own[:12]}"
    with pytest.raises(Mistake, match="no champion"):
        ranker(sooner, own_home)


def test_a_table_that_thins_out_stands_in_the_scores_of_that_day(own_home: Home, small_settings) -> None:
    manifest = Manifest.read(own_home)
    assert manifest.thinned == {}
    short = Thinned(days=14, rows=1298, usual=2960)
    manifest.model_copy(update={"thinned": {"orders": short}}).write(own_home.manifest)
    earlier = manifest.as_of - timedelta(days=30)

    for day in (manifest.as_of, earlier):
        score(small_settings, own_home, day)

    hold = (
        f"The records (orders) hold 1,298 rows of the 14 days before {manifest.as_of}, where 2,960 are usual: if rows"
    )
    assert hold in Scored.read(own_home, manifest.as_of).notice
    assert "The records" not in Scored.read(own_home, earlier).notice


@pytest.mark.parametrize(
    ("rows", "english", "german"),
    [(0, "no rows", "keine Zeilen"), (1, "1 row", "1 Zeile"), (1298, "1,298 rows", "1.298 Zeilen")],
)
def test_so_many_rows_are_said_as_people_say_them(rows: int, english: str, german: str) -> None:
    short, as_of = Thinned(days=7, rows=rows, usual=2960), date(2026, 3, 1)
    assert f"hold {english} of the 7 days" in thinned("orders", short, as_of)
    assert too_few("orders", short, as_of).startswith(f"orders: {english} in the 7 days before 2026-03-01")
    with speaking("de"):
        assert f"enthalten {german} der 7 Tage" in thinned("orders", short, as_of)


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (None, "No order has come since {since}, as in earlier pauses of the firm's. Whoever was due in these 21"),
        (5, "No order came in the 16 days before {until}. Whoever was due by then and has not ordered since seems"),
    ],
)
def test_that_the_firm_is_or_was_closed_stands_in_the_scores_of_that_day(
    own_home: Home, small_settings, until: int | None, says: str
) -> None:
    manifest = Manifest.read(own_home)
    assert manifest.pause is None
    again = manifest.as_of - timedelta(days=until) if until else None
    pause = Pause(since=manifest.as_of - timedelta(days=22), until=again)
    manifest.model_copy(update={"pause": pause}).write(own_home.manifest)
    earlier = manifest.as_of - timedelta(days=30)

    for day in (manifest.as_of, earlier):
        score(small_settings, own_home, day)

    notice = Scored.read(own_home, manifest.as_of).notice
    assert says.format(since=pause.since, until=again) in notice
    assert "No order" not in Scored.read(own_home, earlier).notice


def test_which_rule_made_the_scores_is_kept_beside_them(own_home: Home, small_settings) -> None:
    without_champion(own_home)

    score(small_settings, own_home)

    found = Scored.read(own_home, Manifest.read(own_home).as_of)
    assert found.rule == Rule.load(own_home.model / RULE).digest
