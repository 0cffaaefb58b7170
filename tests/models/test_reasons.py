"""Reasons: what is said of a score is true, unusual and worth acting on; its sign stands apart."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from features.catalogue import catalogue
from models.churn import FeatureProfile
from models.doubt import Doubt
from models.explain import Contributions, shap_contributions
from models.reasons import ASK, FAINT, LEAST_SHAP, reasons

PROFILE = FeatureProfile(0.0, low=0, lower_quartile=1, median=10, upper_quartile=30, high=100)
MISSING = np.nan


def reasons_of(
    values: dict[str, float],
    shap_values: dict[str, float],
    profile: FeatureProfile = PROFILE,
    *,
    spreads: dict[str, float] | None = None,
    as_of: date | None = None,
) -> pd.Series:
    """The reasons of one account with these values, with these SHAP values."""
    names = tuple(values)
    found = Contributions(np.array([[shap_values.get(name, 0.0) for name in names]]), -2.0, names, spreads or {})
    return reasons(found, pd.DataFrame([values]), dict.fromkeys(names, profile), catalogue(), as_of).iloc[0]


@pytest.mark.parametrize(
    ("regularity", "says"),
    [(MISSING, "1 order in 90 days"), (2.0, "1 order in 90 days; one is expected every 40 days")],
)
def test_a_cycle_that_is_that_of_others_is_not_called_their_own(regularity, says):
    account = reasons_of(
        {"orders_90d": 1.0, "usual_cycle": 40.0, "order_regularity": regularity},
        {"orders_90d": 0.5},
        FeatureProfile(0.0, low=1, lower_quartile=2, median=3, upper_quartile=4, high=9),
    )

    assert account["sign"] == says


@pytest.mark.parametrize(
    ("cycle", "orders", "sign"),
    [
        (55.0, 0.0, None),  # in 30 days they have none more often than not
        (29.0, 0.0, "No orders in 30 days; one is expected every 29 days"),
        (10.0, 2.0, "2 orders in 30 days; one is expected every 10 days"),
        (10.0, 3.0, None),
        (MISSING, 0.0, "No orders in 30 days"),  # nothing but others to go by
    ],
)
def test_fewer_orders_than_others_place_are_a_sign_where_they_are_fewer_than_their_own(cycle, orders, sign):
    wide = FeatureProfile(0.0, low=0, lower_quartile=4, median=5, upper_quartile=6, high=9)
    values = {"orders_30d": orders, "usual_cycle": cycle, "order_regularity": 1.0 if cycle == cycle else MISSING}

    account = reasons_of(values, {"orders_30d": 0.5}, wide)

    assert (account["sign"] or None) == sign


def test_a_young_account_cannot_have_ordered_before_it_was_there():
    wide = FeatureProfile(0.0, low=0, lower_quartile=5, median=6, upper_quartile=7, high=9)
    values = {"orders_360d": 4.0, "usual_cycle": 34.0, "order_regularity": 1.0}

    of_139_days = reasons_of({**values, "days_as_customer": 139.0}, {"orders_360d": 0.5}, wide)
    of_300_days = reasons_of({**values, "days_as_customer": 300.0}, {"orders_360d": 0.5}, wide)

    assert not of_139_days["sign"]
    assert of_300_days["sign"].startswith("4 orders in 300 days; one is expected every 34 days")


@pytest.mark.parametrize(
    ("name", "number", "fact"),
    [
        ("rep_tenure_days", 0.0, "Their rep has been with us for no days (usual: 10 days)"),
        ("rep_tenure_days", 2303.0, None),
        ("size_in_book", 0.1, "They buy 10% of what their rep's accounts buy on average"),
        ("size_in_book", 40.0, None),
        ("team_departures_360d", 31.0, "31 people left their rep's team in 360 days (usual: 10)"),
        ("team_departures_360d", 0.0, None),
    ],
)
def test_what_has_no_direction_is_a_fact_on_the_side_that_could_be_a_reproach(name, number, fact):
    account = reasons_of({name: number}, {name: 0.5})

    assert (account["reason_1"] or None) == fact


def test_fewer_orders_than_their_own_do_not_hold_an_account():
    narrow = FeatureProfile(0.0, low=0, lower_quartile=1, median=2, upper_quartile=3, high=9)
    values = {"orders_360d": 20.0, "order_regularity": 1.0}

    few = reasons_of({**values, "usual_cycle": 16.0}, {"orders_360d": -0.5}, narrow)
    enough = reasons_of({**values, "usual_cycle": 18.0}, {"orders_360d": -0.5}, narrow)

    assert not few["holds_1"]
    assert enough["holds_1"] == "20 orders in 360 days; one is expected every 18 days"


@pytest.mark.parametrize(
    ("age", "says"),
    [(80.0, "1 order in 80 days; the first on record on 12 April"), (360.0, "1 order in 90 days")],
)
def test_of_a_new_account_it_is_said_when_its_first_order_came(age, says):
    account = reasons_of(
        {"orders_90d": 1.0, "days_as_customer": age},
        {"orders_90d": 0.5},
        FeatureProfile(0.0, low=1, lower_quartile=2, median=3, upper_quartile=4, high=9),
        as_of=date(2026, 7, 1),
    )

    assert account["sign"] == says


def test_reasons_stand_by_what_they_add_up_to_each_with_its_fact_and_action():
    account = reasons_of(
        {"days_since_contact": 70.0, "conversations_30d": 0.0, "complaints_180d": 40.0, "unreturned_calls_90d": 35.0},
        {"days_since_contact": 0.4, "conversations_30d": 0.5, "complaints_180d": 0.6, "unreturned_calls_90d": 0.2},
    )

    assert account[["reason_1_code", "reason_2_code", "reason_3_code", "reason_4_code"]].tolist() == [
        "contact",
        "complaints",
        "calls",
        None,
    ]
    assert account["reason_1_shap"] == pytest.approx(0.9)
    assert account["reason_1"] == "No conversations with them in 30 days (usual: 10)"
    assert account["action_2"] == catalogue().reasons["complaints"].action
    assert np.isnan(account["reason_4_shap"])


@pytest.mark.parametrize(
    ("why", "values", "shap_values"),
    [
        ("it lowers the risk", {"complaints_180d": 40.0}, {"complaints_180d": -0.5}),
        ("it is a trifle", {"complaints_180d": 40.0}, {"complaints_180d": LEAST_SHAP - 0.01}),
        ("many conversations are nothing to blame", {"conversations_30d": 12.0}, {"conversations_30d": 0.5}),
        ("few complaints are nothing to blame", {"complaints_180d": 10.0}, {"complaints_180d": 0.5}),
        ("a missing number is no fact", {"complaints_180d": MISSING}, {"complaints_180d": 0.5}),
        ("nobody can act on it", {"days_as_customer": 300.0}, {"days_as_customer": 0.5}),
        (
            "the silence is usual for them",
            {"days_since_order": 90.0, "cycles_since_order": 0.9, "usual_cycle": 20.0},
            {"days_since_order": 0.5},
        ),
    ],
)
def test_no_reason_is_given_where(why, values, shap_values):
    assert reasons_of(values, shap_values)["reason_1"] is None, why


def test_a_silence_longer_than_their_cycle_is_a_sign_and_no_reason():
    account = reasons_of(
        {"days_since_order": 41.0, "cycles_since_order": 3.4, "usual_cycle": 12.0}, {"days_since_order": 0.5}
    )

    assert account["sign"] == "41 days since their last order; one is expected every 12 days"
    assert account["sign_code"] == "silence"
    assert account[["reason_1", "reason_1_code"]].tolist() == [None, None]
    assert account["action_1"] == ASK, "where no reason stands out, they are asked"


def test_of_two_signs_the_stronger_is_told_and_a_usual_silence_is_none():
    values = {"days_since_order": 90.0, "cycles_since_order": 0.9, "usual_cycle": 20.0, "lines_dropped": 40.0}

    assert reasons_of(values, {"days_since_order": 0.9, "lines_dropped": 0.2})["sign_code"] == "fewer_lines"
    assert reasons_of(values, {"days_since_order": 0.9})["sign"] is None


@pytest.mark.parametrize(
    ("cycles", "says"),
    [
        (3.4, "41 days since their last order; one is expected every 12 days"),
        (0.4, "They have not rung or written to us for 50 days"),
    ],
)
def test_a_silence_of_the_order_book_goes_before_one_of_talk(cycles, says):
    account = reasons_of(
        {"days_since_heard": 50.0, "days_since_order": 41.0, "cycles_since_order": cycles, "usual_cycle": 12.0},
        {"days_since_heard": 0.9, "days_since_order": 0.1},
    )

    assert account["sign"] == says
    assert account["sign_code"] == "silence"


def test_every_feature_of_the_order_book_is_a_sign():
    shown = {feature.name for feature in catalogue().features if feature.sign}

    assert {feature.name for feature in catalogue().features if feature.reason == "orders"} <= shown
    assert {"product_lines_360d", "lines_dropped", "days_to_contract_end", "has_notice", "cancellations_720d"} <= shown
    assert "review_meetings_360d" not in shown


def test_what_holds_an_account_is_much_of_what_is_good_or_none_of_what_is_bad():
    account = reasons_of(
        {"conversations_30d": 40.0, "complaints_180d": 0.0, "days_since_contact": 0.0},
        {"conversations_30d": -0.5, "complaints_180d": -0.3, "days_since_contact": -0.9},
    )

    assert account["holds_1"] == "40 conversations with them in 30 days (usual: 10)"
    assert account["holds_2"] == "No complaints in 180 days (usual: 10)"
    assert account["reason_1"] is None


@pytest.mark.parametrize(("median", "holds"), [(1.0, "No complaints in 180 days (usual: 1)"), (0.0, None)])
def test_to_have_none_of_what_is_bad_holds_nobody_where_that_is_usual(median, holds):
    wide = FeatureProfile(0.0, low=0, lower_quartile=0, median=median, upper_quartile=2, high=9)

    account = reasons_of({"complaints_180d": 0.0}, {"complaints_180d": -0.5}, wide)

    assert account["holds_1"] == holds


def test_days_since_something_bad_hold_no_account():
    assert reasons_of({"days_since_complaint": 400.0}, {"days_since_complaint": -0.5})["holds_1"] is None


def test_what_to_do_suits_the_case():
    values = {"unreturned_calls_90d": 35.0, "oldest_open_call": 6.0, "unanswered_requests_90d": 2.0}
    pushes = {"unreturned_calls_90d": 0.5}

    waiting = reasons_of(values, pushes, as_of=date(2026, 7, 2))
    answered = reasons_of(values | {"oldest_open_call": 0.0}, pushes)
    done = reasons_of(values | {"oldest_open_call": 0.0, "unanswered_requests_90d": 0.0}, pushes)

    assert waiting["action_1"] == "Ring them back today: they called on Friday"
    assert answered["action_1"] == "Answer 2 open requests of theirs today, by a call"
    assert done["action_1"] == catalogue().reasons["calls"].action


def test_what_an_open_matter_asks_for_is_asked_of_its_own_reason_alone():
    account = reasons_of({"complaints_180d": 40.0, "oldest_open_call": 6.0}, {"complaints_180d": 0.5})

    assert account["action_1"] == catalogue().reasons["complaints"].action


@pytest.mark.parametrize(
    ("complaints", "contact", "lead"),
    [
        (1.0, 0.4, "stands_out"),  # ten and one spreads
        (0.3, 0.4, "one_of_several"),  # three and one
        (0.3, 0.0, "stands_out"),  # three, alone
        (0.2, 0.0, None),  # two, alone
    ],
)
def test_the_first_reason_stands_out_or_is_one_of_several(complaints, contact, lead):
    values = {"complaints_180d": 40.0, "conversations_30d": 0.0}
    pushes = {"complaints_180d": complaints, "conversations_30d": contact}

    assert reasons_of(values, pushes, spreads={"complaints": 0.1, "contact": 0.4})["reason_1_lead"] == lead
    assert reasons_of(values, pushes)["reason_1_lead"] is None, "spreads are not known"


def test_the_first_reason_stands_out_only_where_every_other_is_far_behind_and_can_be_compared():
    values = {"complaints_180d": 40.0, "conversations_30d": 0.0, "unreturned_calls_90d": 35.0}
    pushes = {"complaints_180d": 0.5, "conversations_30d": 0.12, "unreturned_calls_90d": 0.09}
    far = {"complaints": 0.1, "contact": 0.5, "calls": 0.5}

    assert reasons_of(values, pushes, spreads=far)["reason_1_lead"] == "stands_out"
    faint_but_clear = reasons_of(values, pushes, spreads=far | {"calls": 0.02})
    assert faint_but_clear[["reason_3_code", "reason_1_lead"]].tolist() == ["calls", "one_of_several"]
    assert reasons_of(values, pushes, spreads={"complaints": 0.1})["reason_1_lead"] is None, "of others nobody knows"


def test_nothing_holds_an_account_of_which_everything_raises_the_risk():
    account = reasons_of({"conversations_30d": 40.0}, {"conversations_30d": 0.5})

    assert account[["holds_1", "holds_2"]].tolist() == [None, None]


def test_of_two_facts_the_unusual_one_is_shown():
    values = {"days_since_contact": 20.0, "days_since_visit": 80.0}  # beyond the median; beyond three quarters

    account = reasons_of(values, {"days_since_contact": 0.4, "days_since_visit": 0.3})

    assert account["reason_1"] == "80 days since anyone met them (usual: 10 days)"
    assert account["reason_1_shap"] == pytest.approx(0.7)


def test_no_account_has_more_than_four_reasons_and_none_twice(rows, model):
    found = reasons(shap_contributions(model, rows), rows, model.profiles, catalogue())
    codes = found[[f"reason_{place}_code" for place in range(1, 5)]]
    shap_values = found[[f"reason_{place}_shap" for place in range(1, 5)]].to_numpy()

    assert codes.apply(lambda row: row.dropna().is_unique, axis=1).all()
    assert np.all(np.diff(np.isnan(shap_values), axis=1) >= 0), "no place is left out"
    assert np.nanmin(shap_values[:, 0]) >= LEAST_SHAP
    assert np.nanmin(shap_values) >= FAINT
    assert (codes.notna().to_numpy() == ~np.isnan(shap_values)).all()
    assert not {"orders", "standing"} & set(codes.to_numpy().ravel())
    assert found["reason_1"].notna().mean() > 0.3
    assert (found["action_1"].notna()).all()


def test_rows_at_once_or_one_by_one_are_told_the_same(rows, model, monkeypatch):
    some = rows.head(40)
    found = shap_contributions(model, some)
    together = reasons(found, some, model.profiles, catalogue())
    monkeypatch.setattr("models.reasons.ROWS_AT_ONCE", 1)

    pd.testing.assert_frame_equal(together, reasons(found, some, model.profiles, catalogue()))


def test_that_notice_was_given_stands_behind_another_sign():
    values = {"days_to_contract_end": 5.0, "has_notice": 1.0}
    pushes = {"days_to_contract_end": 2.0, "has_notice": 0.2}

    given = reasons_of(values, pushes)
    kept = reasons_of(values | {"has_notice": 0.0}, pushes)

    assert given["sign"] == "5 days until their contract ends. Notice was given, and no other contract goes on"
    assert kept["sign"] == "5 days until their contract ends"
    alone = reasons_of({"has_notice": 1.0}, {"has_notice": 0.5}, FeatureProfile(0.0, 0, 0, 0, 0, 1))
    assert alone["sign"] == "Notice was given, and no other contract goes on"


@pytest.mark.parametrize(
    ("values", "action"),
    [
        ({"has_notice": 1.0}, "Ask what made them give notice, and what would keep them"),
        (
            {"open_tickets": 2.0},
            "2 tickets open now. Ring and say who works on what is open, and by when it will be solved",
        ),
        ({"oldest_open_call": 6.0}, "Ring them back today: they called on Friday"),
        ({"oldest_open_call": 6.0, "has_notice": 1.0}, "Ask what made them give notice, and what would keep them"),
        ({"oldest_open_call": 0.0, "open_tickets": 0.0, "has_notice": 0.0}, ASK),
        ({"contacts_left_360d": 3.0}, ASK),  # not pressing
    ],
)
def test_without_a_reason_one_does_first_what_is_pressing(values, action):
    names = {"open_tickets": "open_tickets_360d"}
    values = {names.get(name, name): value for name, value in values.items()}

    account = reasons_of(values, {}, as_of=date(2026, 7, 2))

    assert account["reason_1"] is None
    assert account["action_1"] == action
    assert account["action_2"] is None


def test_what_may_have_been_done_and_not_recorded_is_not_pressing():
    found = Contributions(np.array([[0.0]]), -2.0, ("oldest_open_call",), {})
    rows = pd.DataFrame({"oldest_open_call": [6.0]})

    doubt = Doubt(worse=frozenset({"oldest_open_call"}))

    (action,) = reasons(found, rows, {"oldest_open_call": PROFILE}, catalogue(), None, doubt)["action_1"]

    assert action == ASK
