"""Rep history: reps change teams, teams change managers, and only the last row of a rep says when they left."""

import numpy as np
import pandas as pd
import pytest

from pipelines.simulated.clock import Clock
from pipelines.simulated.names import REGIONS, numbered
from pipelines.simulated.rep_history import reps_table


@pytest.fixture(scope="module")
def history(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of the reps; the first and the last of each, and team and manager as they were in the row before."""
    reps = tables["reps"][tables["reps"]["rep_id"].str.startswith("R")]
    before = reps.groupby("rep_id")[["team", "manager", "role"]].shift().add_prefix("old_")
    last = ~reps["rep_id"].duplicated(keep="last")
    return reps.join(before).assign(is_first=~reps["rep_id"].duplicated(), is_last=last)


def test_a_history_begins_as_the_rep_is_hired_and_goes_forward(made, history) -> None:
    assert history["rep_id"].nunique() == len(made.reps)
    assert history["rep_id"].is_monotonic_increasing
    assert (history.groupby("rep_id")["valid_from"].diff().dropna() > pd.Timedelta(0)).all()
    first = history[history["is_first"]]
    assert (first["valid_from"] == first["hired_on"]).all()
    assert (first["recorded_at"] == first["hired_on"]).all()
    later = history[~history["is_first"]]
    days = (later["recorded_at"] - later["valid_from"]).dt.days
    assert days.min() == 0
    assert 0.15 < (days > 0).mean() < 0.45


def test_only_the_last_row_of_who_left_says_when_and_is_entered_then(made, history) -> None:
    said = history[history["left_on"].notna()]
    assert said["is_last"].all()
    assert not said["is_first"].any()  # nobody knew it before
    assert (said["valid_from"] == said["left_on"]).all()
    assert (said["recorded_at"] >= said["left_on"]).all()
    gone = (made.reps.left - 3 < made.clock.end).sum()
    assert gone - 3 <= len(said) <= gone  # one may be entered only after the records end
    assert 0.5 < gone / len(made.reps) < 0.9


def test_some_reps_change_teams_and_keep_the_rest(history) -> None:
    changed = history[~history["is_first"] & (history["team"] != history["old_team"])]
    assert 0.03 < changed["rep_id"].nunique() / history["rep_id"].nunique() < 0.25
    assert len(history[["rep_id", "name", "hired_on"]].drop_duplicates()) == history["rep_id"].nunique()


def test_a_team_has_one_manager_at_a_time_and_another_one_after_some_years(made, history) -> None:
    following = history.groupby("rep_id")["valid_from"].shift(-1).fillna(pd.Timestamp("2100-01-01"))
    managers: dict[str, set[str]] = {}
    for day in pd.date_range("2020-01-01", "2026-06-01", freq="MS"):
        now = history[(history["valid_from"] <= day) & (following > day) & history["left_on"].isna()]
        leads = now[["team", "manager"]].drop_duplicates()
        assert not leads["team"].duplicated().any(), day
        for team, manager in zip(leads["team"], leads["manager"], strict=True):
            managers.setdefault(team, set()).add(manager)
    number = [len(names) for names in managers.values()]
    assert max(number) >= 3
    assert np.mean(number) > 1.5


def test_every_row_but_the_last_changes_something(history) -> None:
    attributes = ("team", "manager", "role")
    same = pd.concat([history[name] == history[f"old_{name}"] for name in attributes], axis=1).all(axis=1)
    assert history[same]["left_on"].notna().all()


def test_a_reps_last_team_is_that_of_its_region(made, history) -> None:
    last = history[history["is_last"]]
    region = last["team"].str.rsplit(n=1).str[0]
    assert (region == np.array(REGIONS)[made.reps.region]).all()
    elsewhere = history[history["is_first"]]["team"].str.rsplit(n=1).str[0]
    assert (elsewhere != np.array(REGIONS)[made.reps.region]).sum() > 5


@pytest.mark.parametrize("back", range(1, 13))
def test_what_is_entered_only_after_the_records_end_is_not_in_them(made, back) -> None:
    clock = Clock(made.clock.starts_on, made.clock.ends_on, made.clock.edges[:-back])
    reps = reps_table(made.reps, np.append(numbered("R", len(made.reps)), None), clock, made.seed)
    assert (reps["recorded_at"] < pd.Timestamp(clock.starts_on) + pd.Timedelta(days=clock.end)).all()
