import pandas as pd

from pipelines.exports.figures import by_pace, by_reason, by_region, by_rep, by_sign, figures, holding_half
from pipelines.exports.ranked import foremost, most_valuable, not_ranked, ranked

SCORES = pd.DataFrame(
    {
        "account_id": ["B", "A", "C"],
        "risk": [0.2, 0.5, 0.1],
        "rank": [2, 1, 3],
        "priority": [1, 3, 2],
        "pace": ["early", "overdue", "early"],
        "value": [1000.0, 100.0, 600.0],
        "value_at_risk": [200.0, 50.0, 60.0],
        "rep_id": ["R1", None, "R2"],
        "reason_1": ["Why B", "Why A", None],
        "reason_1_code": ["contact", "billing", None],
        "sign_code": ["silence", None, "silence"],
    }
)


def test_rows_stand_by_rank_with_names_where_names_are_known():
    accounts = pd.DataFrame({"account_id": ["A", "B"], "name": ["Alder", None], "region": ["North", "South"]})
    reps = pd.DataFrame({"rep_id": ["R1"], "name": ["Rita"]})
    rows = ranked(SCORES, accounts, reps)
    assert rows["account_id"].tolist() == ["A", "B", "C"]
    assert rows["name"].tolist() == ["Alder", "B", "C"]
    assert rows["rep"].fillna("-").tolist() == ["-", "Rita", "R2"]
    assert rows["region"].fillna("-").tolist() == ["North", "South", "-"]


def test_without_accounts_and_reps_ids_are_shown():
    rows = ranked(SCORES)
    assert rows["name"].tolist() == ["A", "B", "C"]
    assert rows["rep"].fillna("-").tolist() == ["-", "R1", "R2"]


def test_two_reps_of_one_name_stay_two():
    reps = pd.DataFrame({"rep_id": ["R1", "R2"], "name": ["Rita", "rita"]})
    assert ranked(SCORES, reps=reps)["rep"].fillna("-").tolist() == ["-", "Rita (R1)", "rita (R2)"]


def test_a_shortened_list_keeps_the_foremost_by_risk_and_by_value_at_risk():
    assert foremost(ranked(SCORES), 2)["account_id"].tolist() == ["A", "B"]
    assert foremost(ranked(SCORES), 3)["account_id"].tolist() == ["A", "B", "C"]


def test_accounts_without_a_score_stand_by_cause_value_and_name():
    causes = ["Gone", "Gone", "Blank", "Gone"]
    not_scored = pd.DataFrame({"account_id": ["Y", "X", "Z", "W"], "cause": causes, "value": [5.0, 5.0, 9.0, 7.0]})
    rows = not_ranked(not_scored, pd.DataFrame({"account_id": ["Y"], "name": ["Aspen"]}))
    assert rows["name"].tolist() == ["Z", "W", "Aspen", "X"]


def test_a_shortened_list_of_accounts_without_a_score_keeps_the_most_valuable_in_place():
    rows = pd.DataFrame({"account_id": ["A", "B", "C"], "value": [1.0, 3.0, 2.0]})
    assert most_valuable(rows, 2)["account_id"].tolist() == ["B", "C"]
    assert most_valuable(rows, 3)["account_id"].tolist() == ["A", "B", "C"]


def test_totals():
    rows = ranked(SCORES, pd.DataFrame({"account_id": ["A", "B"], "region": ["North", "South"]}))
    total = figures(rows)
    assert (total.accounts, round(total.leaving, 6), total.value, total.value_at_risk) == (3, 0.8, 1700, 310)
    assert holding_half(rows) == 1  # B alone holds 200 of 310
    assert {pace: group.accounts for pace, group in by_pace(rows).items()} == {"early": 2, "overdue": 1, "new": 0}
    by_title = {"The bills": 50, "No reason stands out": 60, "contact": 200}
    assert {k: g.value_at_risk for k, g in by_reason(rows, {"billing": "The bills"}).items()} == by_title
    signs = {title: group.accounts for title, group in by_sign(rows, {"silence": "They are silent"}).items()}
    assert signs == {"They are silent": 2, "No sign yet": 1}
    assert list(by_rep(rows)) == ["R1", "R2", "No rep"]
    assert list(by_region(rows)) == ["South", "No region", "North"]


def test_without_regions_or_reps_there_is_no_breakdown_by_them():
    assert by_region(ranked(SCORES)) == {}
    assert by_rep(ranked(SCORES.assign(rep_id=None))) == {}


def test_where_nothing_is_at_risk_no_account_holds_half():
    assert holding_half(ranked(SCORES.assign(value_at_risk=0.0))) == 0
