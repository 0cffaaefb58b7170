"""What people do without a model."""

import numpy as np
import pandas as pd
import pytest

from models.baselines import baselines, rules
from models.churn import fit
from models.recipe import Recipe
from models.tree_params import TreeParams
from tests.models.conftest import RECIPE

ROWS = pd.DataFrame(
    {
        "days_since_order": [10.0, 100.0, 30.0, 70.0],
        "cycles_since_order": [1.0, 2.0, np.nan, 3.5],
        "days_since_contact": [60.0, 61.0, 5.0, np.nan],
        "orders_360d": [12.0, 2.0, 9.0, 1.0],
        "amount_360d": [9000.0, 100.0, 5000.0, -20.0],
    }
)
ALL = np.ones(4, dtype=bool)


def scores(rows: pd.DataFrame = ROWS) -> dict[str, list[float]]:
    return {found.name: found.score.tolist() for found in rules(rows, train=ALL, test=ALL)}


def test_each_rule_by_hand():
    found = scores()

    assert found["days_since_order"] == [10, 100, 30, 70]
    assert found["own_cycle"] == [1, 2, 2, 3.5]  # without a cycle: the median of the others
    assert found["sixty_days"] == [0, 1, 0, 1]  # sixty days keep the rule; never spoken with breaks it


@pytest.mark.parametrize("since", ["days_as_customer", "days_since_first_contract"])
def test_whom_nobody_has_spoken_with_yet_breaks_the_rule_once_it_has_been_there_for_so_long(since):
    never = ROWS.assign(days_since_contact=[np.nan, np.nan, np.nan, 61.0], **{since: [2.0, 61.0, np.nan, 900.0]})
    assert scores(never)["sixty_days"] == [0, 1, 1, 1]


def test_without_contacts_the_rule_looks_at_orders_and_says_so():
    found = {rule.name: rule for rule in rules(ROWS.drop(columns="days_since_contact"), train=ALL, test=ALL)}

    assert found["sixty_days"].score.tolist() == [0, 1, 0, 1]
    assert "for want of contacts" in found["sixty_days"].description
    assert not found["sixty_days"].is_risk


def test_without_orders_there_is_only_what_contacts_allow():
    assert list(scores(ROWS[["days_since_contact"]])) == ["sixty_days"]


def test_a_contract_without_an_end_in_sight_comes_last():
    rows = pd.DataFrame({"days_to_contract_end": [30.0, np.nan, 400.0, 0.0]})
    assert np.argsort(scores(rows)["contract_end"]).tolist() == [1, 2, 0, 3]


def test_where_contracts_tell_who_came_last_is_a_rule_as_well():
    tenure = pd.DataFrame({"days_since_first_contract": [900.0, 10.0, np.nan, 400.0]})
    for known in ({}, {"days_to_contract_end": 5.0}, {"days_since_contact": 5.0}):
        newest = -np.array(scores(tenure.assign(**known))["newest_first"])
        assert np.argsort(newest, kind="stable").tolist() == [1, 2, 3, 0]  # 400 days where it is not known
    assert "newest_first" not in scores(tenure.assign(days_since_order=5.0))


def test_the_base_rate_by_tenure_is_that_of_accounts_of_about_the_same_tenure(rows, origin):
    """Of those in their first year half left, of the others none."""
    days = np.tile([100.0, 900.0], len(rows))[: len(rows)]
    left = np.where(days < 365, np.arange(len(rows)) // 2 % 2, 0).astype(float)
    firm = rows.drop(columns="days_since_order").assign(days_since_first_contract=days)
    recipe = Recipe({"days_since_contact": None}, RECIPE.params)
    (tenure,) = (
        rival for rival in baselines(firm, left, recipe, train=origin.train, test=origin.test) if rival.name == "tenure"
    )
    of_test = days[origin.test]
    assert tenure.is_risk
    assert tenure.score[of_test < 365] == pytest.approx(0.5, abs=0.02)
    assert tenure.score[of_test > 365] == pytest.approx(0.0, abs=0.02)


@pytest.fixture(scope="module")
def rivals(rows, origin):
    found = baselines(rows, rows["left"].to_numpy(), RECIPE, train=origin.train, test=origin.test)
    return {rival.name: rival for rival in found}


def test_the_regression_learns_from_recency_frequency_and_amount(rows, origin, rivals):
    regression = rivals["logistic_rfm"]

    assert regression.is_risk
    assert len(regression.score) == origin.test.sum()
    assert regression.score.mean() == pytest.approx(rows["left"][origin.train].mean(), rel=0.1)


def test_test_rows_teach_nobody_anything(rows, origin, rivals):
    turned = np.where(origin.test, 1 - rows["left"], rows["left"])

    again = baselines(rows, turned, RECIPE, train=origin.train, test=origin.test)

    for rival in again:
        np.testing.assert_array_equal(rival.score, rivals[rival.name].score)


def ordering(rows: pd.DataFrame) -> pd.DataFrame:
    """The same, with what MBG/NBD learns from: orders come at the pace of the usual cycle."""
    known = (rows["days_as_customer"] - rows["days_since_order"]).clip(lower=0)
    return rows.assign(
        order_days=1 + (known / rows["usual_cycle"]).round(), days_as_customer=known + rows["days_since_order"]
    )


def test_mbg_nbd_foretells_silence_where_leaving_is_judged_by_orders_and_is_left_out_elsewhere(rows, origin, rivals):
    known = ordering(rows)
    found = {
        rival.name: rival
        for rival in baselines(known, rows["left"].to_numpy(), RECIPE, train=origin.train, test=origin.test)
    }

    active = found["mbg_nbd"]
    assert "mbg_nbd" not in rivals
    assert active.is_risk
    assert ((active.score > 0) & (active.score < 1)).all()
    silent = known.loc[origin.test, "cycles_since_order"]
    assert active.score[silent > 3].mean() > active.score[silent < 0.5].mean()


def test_mbg_nbd_knows_no_order_after_the_tested_day(rows, origins):
    origin, *_ = origins
    known = ordering(rows)
    later = known["as_of"] > origin.as_of
    before, after = (
        next(
            rival.score
            for rival in baselines(frame, rows["left"].to_numpy(), RECIPE, train=origin.train, test=origin.test)
            if rival.name == "mbg_nbd"
        )
        for frame in (known, known.assign(order_days=known["order_days"].mask(later, 999)))
    )

    assert later.any()
    np.testing.assert_array_equal(before, after)


def test_the_base_rate_is_the_same_for_everybody(rows, origin, rivals):
    assert rivals["base_rate"].score.tolist() == [rows["left"][origin.train].mean()] * int(origin.test.sum())


def test_the_best_feature_is_found_whichever_way_round_it_ranks(rows, origin):
    oracle = rows.assign(conversations_30d=-rows["left"] + np.random.default_rng(1).normal(0, 0.1, len(rows)))

    found = baselines(oracle, rows["left"].to_numpy(), RECIPE, train=origin.train, test=origin.test)

    (best,) = [rival for rival in found if rival.name == "best_feature"]
    assert best.score.tolist() == (-oracle.loc[origin.test, "conversations_30d"]).tolist()


def test_of_many_rows_the_best_feature_is_found_by_a_sample_that_is_always_the_same(rows, origin, rivals, monkeypatch):
    from models import baselines as module

    ranked = []
    monkeypatch.setattr(module, "ROWS_LOOKED_AT", 500)
    monkeypatch.setattr(module, "roc_auc", lambda values, left: ranked.append((left, values)) or 0.5 + len(values))

    for _ in range(2):
        baselines(rows, rows["left"].to_numpy(), RECIPE, train=origin.train, test=origin.test)

    assert {len(values) for _, values in ranked} == {500}
    once, again = np.array_split(np.stack([values for _, values in ranked]), 2)
    np.testing.assert_array_equal(once, again)


def test_of_many_rows_noise_is_learned_from_a_sample(rows, origin, monkeypatch):
    from models import baselines as module

    learned = []
    monkeypatch.setattr(module, "ROWS_LOOKED_AT", 500)
    monkeypatch.setattr(
        module,
        "fit",
        lambda rows, left, *, train, **rest: learned.append(left[train]) or fit(rows, left, train=train, **rest),
    )

    baselines(rows, rows["left"].to_numpy(), RECIPE, train=origin.train, test=origin.test)

    (outcomes,) = learned
    assert len(outcomes) == 500
    assert outcomes.mean() == pytest.approx(rows["left"][origin.train].mean(), abs=0.06)


def test_from_shuffled_outcomes_it_learns_next_to_nothing(rows, origin):
    from sklearn.metrics import roc_auc_score

    free = Recipe(dict.fromkeys(RECIPE.directions), TreeParams(rounds=30))  # directions alone would rank a little
    found = baselines(rows, rows["left"].to_numpy(), free, train=origin.train, test=origin.test)

    (shuffled,) = [rival for rival in found if rival.name == "shuffled"]
    assert abs(roc_auc_score(rows["left"][origin.test], shuffled.score) - 0.5) < 0.12
