"""What may be so for want of rows leads nobody's reasons, and is told as far as the records go."""

import numpy as np
import pandas as pd

from features.catalogue import catalogue
from features.language.tongue import speaking
from models.doubt import Doubt
from models.explain import Contributions
from models.reasons import reasons
from tests.models.test_reasons import PROFILE

SPEAKING, CALLS, BILLS = "days_since_contact", "unreturned_calls_90d", "billing_errors_90d"


def told(shap_values: dict[str, float], *in_doubt: str) -> pd.Series:
    """The reasons of an account that has 40 of everything, where some features are in doubt."""
    names = tuple(shap_values)
    found = Contributions(np.array([[*shap_values.values()]]), -2.0, names)
    rows = pd.DataFrame([dict.fromkeys(names, 40.0)])
    return reasons(
        found, rows, dict.fromkeys(names, PROFILE), catalogue(), doubt=Doubt(frozenset(in_doubt), frozenset(in_doubt))
    ).iloc[0]


def test_a_reason_in_doubt_stands_behind_the_others_and_says_how_far_it_goes():
    adds = {SPEAKING: 0.9, CALLS: 0.2, BILLS: 0.3}

    account = told(adds, SPEAKING)

    assert told(adds)[["reason_1_code", "reason_2_code", "reason_3_code"]].tolist() == ["contact", "billing", "calls"]
    assert account[["reason_1_code", "reason_2_code", "reason_3_code"]].tolist() == ["billing", "calls", "contact"]
    assert account["reason_3"].endswith("spoken with them for 40 days (usual: 10 days) (as far as the records go)")
    assert "as far" not in f"{account['reason_1']}{account['reason_2']}"
    assert account["reason_4"] is None


def test_one_in_doubt_is_told_where_there_is_no_other_and_a_faint_one_is_not_lost():
    assert told({SPEAKING: 0.9}, SPEAKING)["reason_1_code"] == "contact"
    assert told({CALLS: 0.9, SPEAKING: 0.05, BILLS: 0.01}, SPEAKING)["reason_2_code"] == "contact"


def test_so_it_is_in_another_language():
    with speaking("de"):
        assert told({SPEAKING: 0.9}, SPEAKING)["reason_1"].endswith("(soweit die Daten reichen)")


def test_what_is_told_behind_a_fact_is_in_doubt_by_itself():
    tickets = {"tickets_opened_90d": 31.0, "open_tickets_360d": 2.0}
    names = tuple(tickets)
    found = Contributions(np.array([[0.9, 0.1]]), -2.0, names)
    rows = pd.DataFrame([tickets])

    def told_of(*in_doubt: str) -> str:
        profiles, doubt = dict.fromkeys(names, PROFILE), Doubt(frozenset(in_doubt))
        return str(reasons(found, rows, profiles, catalogue(), doubt=doubt).iloc[0]["reason_1"])

    first, behind = told_of().split(". ")

    assert told_of("open_tickets_360d") == f"{first}. {behind} (as far as the records go)"
    assert told_of("tickets_opened_90d") == f"{first} (as far as the records go). {behind}"


def test_what_holds_an_account_is_in_doubt_where_it_may_look_better_than_it_is():
    names = (BILLS,)
    found = Contributions(np.array([[-0.9]]), -2.0, names)
    rows = pd.DataFrame([{BILLS: 0.0}])

    def held(doubt: Doubt) -> str:
        return str(reasons(found, rows, dict.fromkeys(names, PROFILE), catalogue(), doubt=doubt).iloc[0]["holds_1"])

    assert held(Doubt(worse=frozenset(names))).endswith("(usual: 10)")
    assert held(Doubt(better=frozenset(names))).endswith("(usual: 10) (as far as the records go)")
