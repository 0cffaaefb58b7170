"""Risks held against what came, group by group: what is true stays unmarked, what is not is found."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm, poisson

from models.groupings import by_risk
from models.groups import LEAST, LISTED, holm, in_words, marked, nested, told_by_group, unnested, verdict, worst

ORIGINS = 6


def firm(seed: int, accounts: int = 500, alike: float = 0.6) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Groups, risks, who left and whose row it is, of accounts on six origins; everybody leaves with the risk told.

    alike: how much of an account's luck is the same on all origins.
    """
    random = np.random.default_rng(seed)
    shape = (ORIGINS, accounts)
    strained = random.normal(0, 1, accounts)
    risk = 1 / (1 + np.exp(3 - strained - random.normal(0, 0.7, shape)))
    luck = np.sqrt(alike) * random.normal(size=accounts) + np.sqrt(1 - alike) * random.normal(size=shape)
    left = (norm.cdf(luck) < risk).astype(float)

    def on_all(of_account: np.ndarray) -> np.ndarray:
        return np.broadcast_to(of_account, shape).ravel()

    groups = pd.DataFrame(
        {
            "pace": np.where(random.random(shape) < 2 * risk, "overdue", "early").ravel(),
            "value": on_all(np.where(strained > 0, "lowest quarter", "highest quarter")),
            "segment": on_all(random.choice(["Garage", "Shop", "Chain"], accounts, p=[0.6, 0.3, 0.1])),
            "region": on_all(random.choice(["North", "South", "West", "East"], accounts)),
        }
    )
    groups = groups.join(by_risk(risk.ravel()))
    return groups, risk.ravel(), left.ravel(), on_all(np.arange(accounts))


def runs_with_a_mark(runs: int, dependent: bool = True) -> float:
    """The share of made-up firms, all of whose risks are true, in which any group is marked."""
    found = []
    for seed in range(runs):
        groups, risk, left, account = firm(seed)
        found.append(len(marked(told_by_group(groups, risk, left, account if dependent else np.arange(len(risk))))) > 0)
    return float(np.mean(found))


def test_where_all_risks_are_true_hardly_any_firm_gets_a_mark():
    assert runs_with_a_mark(80) <= 0.05


def test_if_rows_counted_as_so_many_accounts_true_risks_would_be_marked():
    assert runs_with_a_mark(30, dependent=False) > 0.2


def test_risks_too_near_to_the_mean_are_found_where_they_are_high_though_the_mean_is_true():
    random = np.random.default_rng(4)
    true = random.normal(-1.5, 1.8, 4000)
    left = (random.random(4000) < expit(true)).astype(float)
    timid = expit(0.7 * true + brentq(lambda shift: expit(0.7 * true + shift).mean() - left.mean(), -3, 3))
    found = told_by_group(by_risk(timid), timid, left, np.arange(4000))

    assert verdict(found.loc[("risk told", "70% or more")]) == "told too low"
    assert verdict(found.loc[("risk told", "under 10%")]) == "told too high"
    assert not told_by_group(by_risk(expit(true)), expit(true), left, np.arange(4000))["differs"].any()


@pytest.mark.parametrize(("factor", "says"), [(0.5, "told too low"), (2.0, "told too high")])
def test_a_group_that_is_told_half_or_twice_of_what_leaves_is_found_and_no_other(factor, says):
    groups, risk, left, account = firm(seed=3, accounts=1500)
    wrong = (groups["segment"] == "Shop").to_numpy()

    found = told_by_group(groups, np.where(wrong, risk * factor, risk), left, account)

    assert marked(found).index.tolist()[0] == ("segment", "Shop")
    assert verdict(found.loc[("segment", "Shop")]) == says
    assert not found.loc[("segment", "Garage"), "differs"]
    assert not marked(told_by_group(groups, risk, left, account)).size
    low, high = found.loc[("segment", "Shop"), ["low", "high"]]
    assert low * high > 0, "its interval is on one side of none"


def groups_of(**sizes: int) -> pd.Series:
    return pd.Series(np.repeat(list(sizes), list(sizes.values())))


def test_figures_of_a_group_by_hand():
    groups = pd.DataFrame({"pace": groups_of(early=400, overdue=100)})
    risk = np.repeat([0.1, 0.5], [400, 100])
    left = np.zeros(500)
    left[:40], left[400:430] = 1, 1

    found = told_by_group(groups, risk, left, np.arange(500))

    early, overdue = found.loc[("pace", "early")], found.loc[("pace", "overdue")]
    assert early[["n", "accounts", "mean_risk", "base_rate"]].tolist() == pytest.approx([400, 400, 0.1, 0.1])
    assert early["p_value"] == pytest.approx(1, abs=0.05)
    assert overdue[["n", "accounts", "mean_risk", "base_rate"]].tolist() == pytest.approx([100, 100, 0.5, 0.3])
    z = -20 / 5  # 30 instead of 50 of 100, which is 5 give or take
    assert overdue["p_value"] == pytest.approx(2 * 2 * norm.cdf(z))  # both tails, and the first of two looks
    assert overdue["low"] == pytest.approx(-0.2 - 1.96 * 0.05, abs=1e-5)


@pytest.mark.parametrize("came", [14, 16, 47, 50])
def test_of_rare_leavers_either_tail_is_that_of_their_count(came):
    groups = pd.DataFrame({"pace": groups_of(early=30_000, overdue=3000)})
    risk, left = np.repeat([0.001, 0.01], [30_000, 3000]), np.zeros(33_000)
    left[:came], left[30_000:30_030] = 1, 1

    p_value = told_by_group(groups, risk, left, np.arange(33_000)).loc[("pace", "early"), "p_value"]

    tail = poisson.cdf(came, 30) if came < 30 else poisson.sf(came, 30) + poisson.pmf(came, 30) / 2
    looks, tails = 2, 2
    assert p_value / looks / tails == pytest.approx(tail, rel=0.35)
    normal = norm.sf(abs(came - 30) / np.sqrt(30))
    assert abs(np.log(normal / tail)) > 0.3, "a normal tail is too thin or too thick"


def test_an_account_that_stands_there_twice_tells_as_much_as_one():
    groups = pd.DataFrame({"pace": groups_of(early=400, overdue=400)})
    risk, left = np.full(800, 0.2), np.zeros(800)
    left[:110], left[400:480] = 1, 1
    once = told_by_group(groups, risk, left, np.arange(800))
    twice = told_by_group(pd.concat([groups, groups]), np.tile(risk, 2), np.tile(left, 2), np.tile(np.arange(800), 2))

    assert once["p_value"].between(0.001, 1).any()
    assert twice["p_value"].to_numpy() == pytest.approx(once["p_value"].to_numpy())
    assert twice["accounts"].tolist() == once["accounts"].tolist()


def test_a_group_of_few_accounts_that_stand_there_often_tells_no_more_than_these_accounts():
    groups = pd.DataFrame({"pace": groups_of(early=3000, overdue=600)})
    left, account = np.zeros(3600), np.r_[np.arange(3000), 3000 + np.arange(600) // 10]
    left[:600], left[3000:3180] = 1, 1  # of 60 accounts 18 instead of 12, ten times each

    found = told_by_group(groups, np.full(3600, 0.2), left, account)
    by_rows = told_by_group(groups, np.full(3600, 0.2), left, np.arange(3600))

    assert not found.loc[("pace", "overdue"), "differs"]
    assert by_rows.loc[("pace", "overdue"), "differs"]


def test_groups_with_too_few_leavers_or_accounts_are_listed_and_not_tested():
    groups = pd.DataFrame({"segment": groups_of(many=500, few=100, hardly_any_accounts=500)})
    account = np.r_[np.arange(600), 600 + np.arange(500) % 20]

    found = told_by_group(groups, np.full(1100, 0.1), np.ones(1100), account)

    assert found["differs"].isna().to_dict() == {
        ("segment", "many"): False,
        ("segment", "hardly_any_accounts"): True,
        ("segment", "few"): True,
    }
    assert found.loc[("segment", "many"), "differs"]
    assert verdict(found.loc[("segment", "few")]) == "too few to tell"
    assert found.loc[("segment", "few"), ["low", "high", "p_value"]].isna().all()
    assert 500 * 0.1 > LEAST > 100 * 0.1
    assert in_words(found) == "of 1 groups with leavers enough to tell, 1 differs beyond chance"


def test_many_small_groups_are_one_and_if_all_are_small_it_is_not_tested():
    small = {f"R{number}": 60 for number in range(LISTED + 1)}
    reps = told_by_group(pd.DataFrame({"rep": groups_of(R99=600, **small)}), *_all_leave(600 + 60 * len(small)))
    all_small = told_by_group(pd.DataFrame({"rep": groups_of(**small)}), *_all_leave(60 * len(small)))
    fewer = dict(list(small.items())[:LISTED])
    named = told_by_group(pd.DataFrame({"rep": groups_of(R99=600, **fewer)}), *_all_leave(600 + 60 * LISTED))

    assert reps["n"].to_dict() == {("rep", "R99"): 600, ("rep", "7 others"): 420}
    assert reps["differs"].all()
    assert all_small["n"].to_dict() == {("rep", "7 others"): 420}
    assert all_small["differs"].isna().all()
    assert named.index.get_level_values("group").tolist() == ["R99", *fewer]


def test_groups_of_few_accounts_are_small_however_often_these_stand_there():
    often = {f"R{number}": 400 for number in range(LISTED + 1)}
    risk, left, _ = _all_leave(600 + 400 * len(often))
    account = np.r_[np.arange(600), 600 + np.arange(400 * len(often)) // 40]  # ten of each rep, forty times

    reps = told_by_group(pd.DataFrame({"rep": groups_of(R99=600, **often)}), risk, left, account)

    assert reps["accounts"].to_dict() == {("rep", "R99"): 600, ("rep", "7 others"): 70}


def _all_leave(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.full(rows, 0.1), np.ones(rows), np.arange(rows)


def test_a_grouping_that_parts_nothing_is_left_out():
    nothing = told_by_group(pd.DataFrame({"segment": groups_of(Shop=500)}), *_all_leave(500))

    assert len(nothing) == 0
    assert in_words(nothing) == "no group has leavers enough to tell whether its risks are true"
    assert nested(nothing) == {}
    assert len(unnested({})) == 0


def test_groups_that_stand_in_an_order_are_listed_by_it_and_others_by_size():
    groups = pd.DataFrame(
        {
            "pace": groups_of(new=100, overdue=300, early=200),
            "region": groups_of(East=100, West=200, North=300),
        }
    )
    found = told_by_group(groups, *_all_leave(600))

    assert found.loc["pace"].index.tolist() == ["early", "overdue", "new"]
    assert found.loc["region"].index.tolist() == ["North", "West", "East"]


def test_the_more_groups_are_looked_at_the_more_a_difference_must_be():
    one = holm(np.array([0.02]))
    many = holm(np.array([0.02, *np.full(19, 0.5)]))

    assert one.tolist() == [0.02]
    assert many[0] == pytest.approx(0.4)
    assert holm(np.array([0.6, 0.7])).tolist() == [1, 1]
    assert holm(np.array([0.02, 0.001, 0.02])).tolist() == pytest.approx([0.04, 0.003, 0.04])


def test_what_is_written_can_be_read_back():
    groups, risk, left, account = firm(seed=1)
    groups["region"] = groups["region"].where(np.arange(len(groups)) % 100 > 0, "Isles")
    table = told_by_group(groups, risk, left, account)
    written = nested(table)

    assert table["differs"].isna().any()
    assert written["region"]["Isles"]["differs"] is None
    assert "p_value" not in written["region"]["Isles"]
    pd.testing.assert_frame_equal(unnested(written), table)


def test_how_many_differ_is_said_in_words():
    groups = pd.DataFrame({"pace": groups_of(early=400, overdue=400)})
    risk, left = np.full(800, 0.2), np.zeros(800)
    left[:80] = 1
    none, one = (told_by_group(groups, risk, found, np.arange(800)) for found in (np.tile([1, 0, 0, 0, 0], 160), left))
    left[400:480] = 1

    assert in_words(none) == "of 2 groups with leavers enough to tell, none differ beyond chance"
    assert in_words(one) == "of 2 groups with leavers enough to tell, 1 differs beyond chance"
    assert marked(one).index.tolist() == [("pace", "overdue")]


def test_of_small_groups_taken_together_the_worst_say_which_are_apart():
    figures = {"n": 100, "accounts": 50, "mean_risk": 0.1, "low": 0.0, "high": 0.1, "p_value": 0.01}
    by_group = {
        "region": {
            "North": figures | {"base_rate": 0.1, "differs": False},
            "9 others": figures | {"base_rate": 0.3, "differs": True},
        },
        "segment": {"Shop": figures | {"base_rate": 0.2, "differs": True}},
    }

    assert worst(by_group) == [
        {"grouping": "region", "group": "9 others", "told": 0.1, "left": 0.3, "apart": ["North"]},
        {"grouping": "segment", "group": "Shop", "told": 0.1, "left": 0.2},
    ]
