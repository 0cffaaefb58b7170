"""Account history: a row when an account is opened, and one whenever somebody changed what is known of it."""

import numpy as np
import pandas as pd
import pytest

from pipelines.simulated.names import REGIONS, SEGMENTS
from pipelines.simulated.records import Firm


@pytest.fixture(scope="module")
def history(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of the accounts; `is_first` of each, and every attribute as it was in the row before."""
    accounts = tables["accounts"]
    before = accounts.groupby("account")[["segment", "region", "sold_by_rep_id"]].shift()
    return accounts.join(before.add_prefix("old_")).assign(is_first=~accounts["account"].duplicated())


def changes(history: pd.DataFrame, column: str) -> pd.DataFrame:
    """The rows in which it is another one than before; a blank that is filled in counts."""
    now, old = history[column].fillna("-"), history[f"old_{column}"].fillna("-")
    return history[~history["is_first"] & (now != old)]


def account_years(made: Firm) -> float:
    """Years that accounts have been there since the records began."""
    until = np.minimum(made.fates.left, made.clock.end)
    return float(np.maximum(until - np.maximum(made.accounts.opened, 0), 0).sum() / 365)


def test_a_history_begins_as_the_account_is_opened_and_goes_forward(history) -> None:
    assert history["account_id"].nunique() == 3000
    assert history["account"].is_monotonic_increasing
    steps = history.groupby("account")["valid_from"].diff().dropna()
    assert len(steps) > 250
    assert (steps > pd.Timedelta(0)).all()
    first = history[history["is_first"]]
    assert (first["valid_from"] == first["opened_on"]).all()
    assert (first["recorded_at"] == first["opened_on"]).all()


def test_a_change_is_entered_when_it_is_so_or_days_later(history) -> None:
    later = history[~history["is_first"]]
    days = (later["recorded_at"] - later["valid_from"]).dt.days
    assert days.min() == 0
    assert 0.3 < (days > 0).mean() < 0.5
    assert days.max() < 60
    assert (later["recorded_at"] < "2026-07-01").all()


def test_a_few_percent_a_year_grow_or_shrink_by_one_segment(made, history) -> None:
    sized = changes(history, "segment")
    assert 0.01 < (sized["valid_from"] >= "2022-07-01").sum() / account_years(made) < 0.05
    size = {name: at for at, name in enumerate(SEGMENTS)}
    by = sized["segment"].map(size) - sized["old_segment"].map(size)
    assert set(by) == {-1, 1}
    assert min((by == 1).mean(), (by == -1).mean()) > 0.2
    assert sized["account"].duplicated().any()  # some do both
    assert sized["valid_from"].dt.is_quarter_start.all()


def test_few_move_and_now_and_then_a_region_is_enlarged(made, history) -> None:
    moved = changes(history, "region")
    assert 0.003 < (moved["valid_from"] >= "2022-07-01").sum() / account_years(made) < 0.02
    at_once = moved.groupby(["valid_from", "region"]).size()
    assert (at_once > 5).sum() == 2
    assert set(moved["old_region"]) <= set(REGIONS)


def test_some_sellers_were_blank_or_another_rep_before_they_were_put_right(made, history, tables) -> None:
    corrected = changes(history, "sold_by_rep_id")
    assert 0.005 < len(corrected) / len(made.accounts) < 0.03
    assert corrected["sold_by_rep_id"].notna().all()
    assert 0.3 < corrected["old_sold_by_rep_id"].isna().mean() < 0.8
    wrong = corrected.dropna(subset="old_sold_by_rep_id")
    rep = wrong["old_sold_by_rep_id"].str[1:].astype(int).to_numpy() - 1
    opened = made.accounts.opened[wrong["account"]]
    assert ((made.reps.hired[rep] <= opened) & (opened < made.reps.left[rep])).all()


def test_the_rest_never_changes_and_the_last_row_is_what_the_firm_goes_by(made, history) -> None:
    assert len(history[["account", "name", "industry", "opened_on"]].drop_duplicates()) == len(made.accounts)
    last = history.drop_duplicates("account", keep="last")
    for column, values in {
        "segment": np.array(SEGMENTS)[made.accounts.segment],
        "region": np.array(REGIONS)[made.accounts.region],
    }.items():
        filled_in = last[column].notna().to_numpy()
        unlike = (last[column].to_numpy() != values)[filled_in]
        assert unlike.sum() <= 2, column  # the change may be entered only after the records end


def test_nobody_keeps_up_the_data_of_who_has_long_left(made, history) -> None:
    left = made.clock.times(made.fates.left)[history["account"]]
    since = (history["valid_from"] - left)[~history["is_first"]].dt.days
    assert since.max() <= 91
