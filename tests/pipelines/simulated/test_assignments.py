"""Assignments: holiday covers lie inside what goes on, and some assignments are closed and opened again."""

import numpy as np
import pandas as pd
import pytest

from pipelines.simulated.records import Firm

END = pd.Timestamp("2026-07-01")


@pytest.fixture(scope="module")
def held(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The assignments; `until` their end or that of the records, `days` between; `inside` says whose."""
    held = tables["rep_assignments"].assign(until=tables["rep_assignments"]["ends_at"].fillna(END))
    held = held.assign(days=(held["until"] - held["starts_at"]) / pd.Timedelta(days=1), row=np.arange(len(held)))
    both = held.merge(held, on="account", suffixes=("", "_outer")).query("row != row_outer")
    both = both[(both["starts_at"] < both["until_outer"]) & (both["starts_at"] >= both["starts_at_outer"])]
    assert not both["row"].duplicated().any()  # never three at once
    outer = both.set_index("row")[["rep_id_outer", "starts_at_outer", "until_outer"]]
    return held.join(outer, on="row").assign(is_cover=held["row"].isin(outer.index))


def test_every_cover_lies_inside_a_longer_assignment_of_another_rep(held) -> None:
    covers = held[held["is_cover"]]
    assert (covers["starts_at"] > covers["starts_at_outer"]).all()
    assert (covers["until"] <= covers["until_outer"]).all()
    assert (covers["rep_id"] != covers["rep_id_outer"]).all()
    over = covers[covers["ends_at"].notna()]
    assert set(over["days"]) == {7, 14, 21}
    assert (over["starts_at"].dt.day_of_week == 0).all()
    assert (over["until"] < over["until_outer"]).mean() > 0.99
    assert covers["ends_at"].isna().sum() > 0  # some are away as the records end


def test_a_tenth_to_a_third_of_the_accounts_are_covered_in_a_year(held) -> None:
    for year in range(2022, 2026):
        covered = held[held["is_cover"] & (held["starts_at"].dt.year == year)]["account"].nunique()
        on_file = held[(held["starts_at"].dt.year <= year) & (held["until"].dt.year >= year)]["account"].nunique()
        assert 0.10 < covered / on_file < 0.33, year


def test_reps_cover_only_while_they_work_there(made, held) -> None:
    covers = held[held["is_cover"]]
    rep = covers["rep_id"].str[1:].astype(int).to_numpy() - 1
    first, last = (
        ((covers[time] - pd.Timestamp(made.clock.starts_on)) / pd.Timedelta(days=1)).to_numpy()
        for time in ("starts_at", "until")
    )
    assert (made.reps.hired[rep] <= first).all()
    assert (made.reps.left[rep] >= last).all()


def test_who_covers_talks_to_the_account(tables, held) -> None:
    contacts = tables["contacts"].query("account >= 0").dropna(subset=["rep_id", "contacted_at"])
    talked = contacts.merge(held[held["is_cover"]], on="account", suffixes=("", "_cover"))
    talked = talked[(talked["contacted_at"] >= talked["starts_at"]) & (talked["contacted_at"] < talked["until"])]
    assert len(talked) > 500
    talked = talked[talked["rep_id"].str.startswith("R")]  # the others are no reps, and cover for nobody
    assert (talked["rep_id"] == talked["rep_id_cover"]).all()


def test_some_assignments_are_opened_again_for_the_same_rep_at_once_or_days_later(held) -> None:
    own = held[~held["is_cover"]].sort_values(["account", "starts_at"])
    following = own.groupby("account")[["rep_id", "starts_at"]].shift(-1)
    again = own.assign(gap=(following["starts_at"] - own["ends_at"]) / pd.Timedelta(days=1))
    again = again[following["rep_id"] == own["rep_id"]]
    assert 0.01 < len(again) / len(own) < 0.05
    assert again["gap"].between(0, 6).all()
    torn = again[again["ends_at"].dt.hour > 0]  # a territory is redrawn at midnight
    assert (torn["gap"] == 0).mean() > 0.2
    assert ((torn["gap"] > 0) & (torn["gap"] < 1)).mean() > 0.1
    assert (torn["gap"] >= 1).mean() > 0.2


def test_nothing_is_torn_while_somebody_covers(made: Firm, held) -> None:
    own = held[~held["is_cover"]].sort_values(["account", "starts_at"])
    torn = own[(own["ends_at"].dt.hour > 0)]
    day = ((torn["ends_at"] - pd.Timestamp(made.clock.starts_on)) / pd.Timedelta(days=1)).to_numpy()
    assert (made.covers.span(torn["account"].to_numpy(), day) == -1).all()
