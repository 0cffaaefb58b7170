"""Until when an account was surely there, by its contracts."""

import pandas as pd

from models.last_days import of_contracts, of_starts
from tests.features.worked import table

NEWEST = pd.Timestamp("2025-01-01")


def days(contracts: pd.DataFrame) -> dict[str, tuple[str | None, str | None]]:
    found = of_contracts(contracts, NEWEST)
    shown = [
        [None if pd.isna(day) else str(day.date()) for day in found[name]] for name in ("last_day", "last_day_before")
    ]
    return dict(zip(found["account_id"], zip(*shown, strict=True), strict=True))


def test_the_last_day_is_the_one_before_the_end_where_nothing_goes_on() -> None:
    contracts = table("""
        account    starts_on   ends_on     renews  cancelled_at
        ended      2023-01-01  2023-12-31  no      -
        ended      2024-01-01  2024-06-30  no      -
        renewed    2023-01-01  2023-12-31  no      -
        renewed    2024-01-01  2025-06-30  no      -
        open       2023-01-01  -           no      -
        closed     2023-01-01  -           no      2024-05-05
        by_itself  2023-01-01  2023-01-31  yes     -
        noticed    2023-01-01  2023-12-31  yes     2024-05-05
        lately     2023-01-01  2024-12-15  no      2024-05-05
    """)
    assert days(contracts) == {
        "ended": ("2024-06-29", "2024-06-29"),
        "renewed": (None, "2023-12-30"),
        "open": (None, None),
        "closed": ("2024-05-04", "2024-05-04"),
        "by_itself": (None, None),
        "noticed": ("2024-12-30", None),
        "lately": ("2024-12-14", None),
    }


def test_it_goes_by_the_months_by_which_a_contract_goes_on() -> None:
    contracts = table("""
        account   starts_on   ends_on     renews  renewal_months  cancelled_at
        calendar  2022-05-12  2022-12-31  yes     12              2023-02-05
        own       2022-05-12  2022-12-31  yes     -               2023-02-05
    """)
    assert days(contracts.assign(renewal_months=contracts["renewal_months"].astype(float))) == {
        "calendar": ("2023-12-30", "2023-12-30"),
        "own": ("2023-08-21", "2023-08-21"),
    }


def test_a_contract_that_was_cancelled_before_its_first_day_kept_nobody() -> None:
    contracts = table("""
        account   starts_on   ends_on     renews  cancelled_at
        before    2023-01-01  2023-12-31  no      -
        before    2024-01-01  2025-12-31  no      2023-12-20
        that_day  2023-01-01  2023-12-31  no      -
        that_day  2024-01-01  2025-12-31  no      2024-01-01
        later     2023-01-01  2023-12-31  no      -
        later     2024-01-01  2025-12-31  no      2024-01-02
    """)
    assert days(contracts) == {
        "before": ("2023-12-30", "2023-12-30"),
        "that_day": (None, "2023-12-30"),
        "later": (None, "2023-12-30"),
    }
    found = of_starts(contracts).set_index("account_id")["last_day"]
    assert found.dt.strftime("%Y-%m-%d").to_dict() == {
        "before": "2023-01-01",
        "that_day": "2024-01-01",
        "later": "2024-01-01",
    }


def test_notice_that_is_still_to_come_ends_nothing_and_columns_may_be_missing() -> None:
    later = table("""
        account  starts_on   cancelled_at
        A        2023-01-01  2025-05-05
    """)
    assert days(later) == days(later.drop(columns="cancelled_at")) == {"A": (None, None)}


def test_the_latest_start_is_a_sign_of_life() -> None:
    contracts = table("""
        account  starts_on
        A        2023-01-01
        A        2024-03-01
    """)
    (found,) = of_starts(contracts).to_dict("records")
    assert (found["account_id"], found["last_day"]) == ("A", pd.Timestamp("2024-03-01"))
    assert of_starts(None).empty
