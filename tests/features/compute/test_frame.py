"""Measures as a data frame: a row an account and as_of."""

from datetime import date

from features.catalogue import catalogue
from features.compute.frame import frame_of
from features.kernels.grid import Grid
from features.language.of_rows import Count, DaysSinceLast
from features.language.rows import orders
from tests.features.worked import engine_of, table


def test_a_frame_has_a_row_for_every_account_and_as_of_oldest_first() -> None:
    ordered = table("""
        account  ordered_at  amount
        B        2024-02-20  5
        A        2024-01-20  5
    """)
    measures = {"orders": Count(orders, days=30), "days_since": DaysSinceLast(orders)}
    found = frame_of(engine_of(ordered), measures, Grid(date(2024, 3, 1), step_days=30, snapshots=2))
    assert found.drop(columns="rep_id").to_csv(index=False) == (
        "account_id,as_of,orders,days_since\n"
        "A,2024-01-31,1.0,11.0\nA,2024-03-01,0.0,41.0\nB,2024-01-31,0.0,\nB,2024-03-01,1.0,10.0\n"
    )
    assert found["rep_id"].isna().all()


def test_where_nobody_says_when_assignments_end_the_rep_of_the_newest_one_is_in_charge() -> None:
    orders_of_one = table("""
        account  ordered_at  amount
        A        2024-02-20  5
    """)
    assigned = table("""
        account  rep  starts_at
        A        R1   2023-05-01
        A        R2   2024-02-01
    """)
    engine = engine_of(orders_of_one, assigned)
    features = {feature.name: feature.measure for feature in catalogue().given(engine.columns)}
    found = frame_of(engine, features, Grid(date(2024, 3, 1), step_days=30, snapshots=1))
    assert found["rep_changes_360d"].tolist() == [1]
    assert found["rep_id"].tolist() == ["R2"]
