"""The model card says what was measured, and says what was not."""

import pytest

from models.card import Card
from models.definition import Left
from models.gate import Check
from models.late import LONGEST_WAIT

METRICS = {"roc_auc": 0.8512, "roc_auc_low": 0.82, "roc_auc_high": 0.88}
PART = {"as_ofs": "2024-01-01 to 2024-06-01", "rows": 12345, "left": 791, "base_rate": 0.0641, "involuntary": 7}
GROUP = {"n": 2000, "accounts": 1234, "mean_risk": 0.065, "base_rate": 0.066}
FIGURES = {
    "test": {
        **METRICS,
        "early": {"n": 10.0},
        "brier": 0.04,
        "log_loss": 0.16,
        "calibration_error": 0.012,
        "mean_risk": 0.056,
        "base_rate": 0.066,
        "by_as_of": {
            "2024-06-01": {
                "n": 1630.0,
                "mean_risk": 0.056,
                "base_rate": 0.066,
                "early_mean_risk": 0.02,
                "early_base_rate": 0.03,
                "roc_auc": 0.851,
            },
            "2024-05-02": {"n": 3.0, "mean_risk": 0.1, "base_rate": 0.0},
        },
        "roc_auc_spread": {"std": 0.0213, "min": 0.8201, "max": 0.8702},
        "by_group": {
            "pace": {"early": {**GROUP, "p_value": 0.8, "differs": False}},
            "segment": {
                "A|B": {**GROUP, "base_rate": 0.04, "p_value": 0.03, "differs": True},
                "Key account": {**GROUP, "base_rate": 0.131, "p_value": 0.001, "differs": True},
                "Public": {**GROUP, "differs": None},
            },
        },
    },
    "baselines": {"own_cycle": {"roc_auc": 0.744, "roc_auc_low": 0.70, "roc_auc_high": 0.78, "early": {}}},
    "reasons": {"orders": {"share": 0.37, "first_for": 701}, "standing": {"share": 0.11}},
    "data": {"labelled": PART, "test": PART, "data_version": "61e9b6e058e2"},
}


def card(figures=FIGURES, **facts) -> str:
    return Card(
        model="leaky-bucket-simulated",
        leaving="no order for 90 days",
        figures=figures,
        descriptions={"own_cycle": "silence in own cycles", "ceiling": "ceiling"},
        titles={"orders": "They order elsewhere", "standing": "Who they are"},
        capacity=100,
        features=86,
        rounds=393,
        checks=(Check("brier", True, "its Brier score is 0.04"), Check("leaks", False, "a leak is suspected")),
        **facts,
    ).markdown()


def test_the_model_stands_beside_the_baselines_with_intervals():
    text = card()

    assert "| **this model** | 0.851 (0.820 to 0.880) | – | – | – |" in text
    assert "| silence in own cycles | 0.744 (0.700 to 0.780) | – | – | – |" in text
    assert "ceiling" not in text  # nobody knows the truth of a real firm


def test_where_nothing_parts_accounts_into_groups_there_is_no_table_of_them():
    text = card(FIGURES | {"test": FIGURES["test"] | {"by_group": {}}})

    assert "Nothing that is known of the accounts parts them into groups." in text
    assert "grouped by" in card()
    assert "grouped by" not in text


def test_what_all_scores_catch_alike_is_left_out():
    """Where all accounts of a day can be called, capacity tells nothing of a ranking."""
    all_caught = {f"recall_at_capacity{end}": 1.0 for end in ("", "_low", "_high")}
    some = all_caught | {"recall_at_capacity_low": 0.9}

    def text(own, rival):
        figures = {
            **FIGURES,
            "test": FIGURES["test"] | own,
            "baselines": {"own_cycle": METRICS | rival | {"early": {}}},
        }
        return card(figures)

    assert "caught at capacity |" in text(all_caught, some)
    everybody = text(all_caught, all_caught).split("### Early accounts")[0]
    assert "caught at capacity |" not in everybody
    assert "With 100 calls a day all accounts can be called" in everybody
    assert "| **this model** | 0.851 (0.820 to 0.880) | – | – |\n" in everybody


def test_early_accounts_are_those_of_the_definition():
    assert "silent for no longer than one of their usual cycles" in card()
    words = Left(by="contract", horizon_days=60).early_in_words({"contracts", "orders"})
    assert "a contract that runs for more than another 60 days" in card(early=words)
    assert "usual cycles" not in card(early=words)
    assert Left(by="losses").early_in_words({"losses"}).startswith("Nothing on record shows")
    assert "contract" in Left(by="losses").early_in_words({"losses", "contracts"})


@pytest.mark.parametrize(
    ("only", "wait", "says"),
    [
        (True, 0, "having stayed."),
        (True, 20, "only 20 days after their outlook, when nearly all"),
        (True, LONGEST_WAIT, "only 180 days after their outlook, though some of its losses are recorded later still."),
        (False, 0, "having left by choice."),
    ],
)
def test_losses_that_are_recorded_late_are_spoken_of(only, wait, says):
    late = {"rows": 40, "late_share": 0.25, "tell_of_leaving": only, "wait_days": wait}
    data = FIGURES["data"] | {"labelled": PART | {"losses": late}}
    text = card({**FIGURES, "data": data})
    assert "stands behind 40 of the rows that left. Of them 25% were on record only after" in text
    assert says in text
    assert "on record only after" not in card()


def test_money_stands_on_it_where_there_is_any_and_only_there():
    figures = {"mp": 3.5, "mp_low": 3.0, "mp_high": 4.0, "fraction_called": 0.08}
    at_capacity = {"at_capacity": 900.0, "at_capacity_low": 800.0, "at_capacity_high": 1000.0}
    backtest = {"n": 200, "days": 2, "left": 9, "without_value": 3, "by": {"priority": figures | at_capacity}}
    assumed = {"cost_of_call": 50.0, "cost_of_offer": 0.0, "margin": 0.3, "success": 0.2}
    money = {"currency": "EUR", "assumed": assumed, "backtest": backtest | {"foretold_at_capacity": 850.0}}
    text = card(FIGURES | {"money": money})

    assert "| **call order: risk × value** | 8% | 3.50 (3.00 to 4.00) | 900 (800 to 1,000) |" in text
    assert "Assumed: a call costs 50 EUR" in text
    assert "3 rows without a value are left out." in text
    assert "EUR" not in card()


def test_what_could_not_be_measured_is_a_dash():
    early = card().split("### Early accounts")[1]

    assert "| **this model** | – | – | – | – |" in early


def test_it_says_what_it_predicts_from_what_and_why():
    text = card()

    assert "*no order for 90 days*" in text
    assert "| tested | 2024-01-01 to 2024-06-01 | 12,345 | 791 (6.4%) | 7 |" in text
    assert "On average it said 5.6%; 6.6% left." in text
    assert "| They order elsewhere | 37% | 701 |" in text
    assert "| Who they are | 11% | never shown |" in text
    assert "| passed | its Brier score is 0.04 |" in text
    assert "| **refused** | a leak is suspected |" in text


def test_what_was_told_and_what_came_stand_side_by_side_for_every_day():
    text = card()

    assert "| 2024-06-01 | 1,630 | 5.6% | 6.6% | 2.0% | 3.0% | 0.851 |" in text
    assert "| 2024-05-02 | 3 | 10.0% | 0.0% | – | – | – |" in text


def test_groups_that_differ_stand_first_and_those_with_too_few_leavers_are_left_out():
    lines = card().split("### Group by group")[1].split("## ")[0].splitlines()

    assert "Of 3 groups with leavers enough to tell, 2 differ beyond chance" in lines[2]
    assert "Accounts are grouped by pace, segment;" in lines[2]
    assert [line for line in lines if line.startswith("| ")][1:] == [
        "| segment | Key account | 1,234 | 6.5% | 13.1% | **told too low** |",
        "| segment | A\\|B | 1,234 | 6.5% | 4.0% | **told too high** |",
        "| pace | early | 1,234 | 6.5% | 6.6% | – |",
    ]


def test_how_far_the_days_lie_apart_stands_beside_the_intervals():
    assert "From day to day it varies: ROC AUC 0.820 to 0.870 (standard deviation 0.021)." in card()
