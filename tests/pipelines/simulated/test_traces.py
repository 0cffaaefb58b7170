"""Traces: what goes wrong is seen in who speaks with whom, and who leaves was not foretold by anything else."""

import numpy as np
import pandas as pd
import pytest

from pipelines.simulated.records import Firm

BAD, WELL = 0.6, 0.05


@pytest.fixture(scope="module")
def contacts(made: Firm, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Conversations while the account was there, each with its moment and month."""
    rows = tables["contacts"].query("account >= 0 and channel not in ['invoice', 'newsletter']")
    rows = rows.dropna(subset=["contacted_at"])
    at = ((rows["contacted_at"] - pd.Timestamp(made.clock.starts_on)) / pd.Timedelta(days=1)).to_numpy()
    rows = rows.assign(at=at, month=made.clock.month_of(at))
    return rows[at < made.fates.left[rows["account"]]]


def severity(made: Firm, rows: pd.DataFrame, cause: str) -> np.ndarray:
    return np.asarray(made.trouble.of(cause)[rows["account"], rows["month"]])


def test_before_they_buy_they_are_spoken_with_oftener_than_after(made, contacts) -> None:
    since = contacts["at"] - made.accounts.opened[contacts["account"]]
    came = (made.accounts.opened > 90)[contacts["account"]]
    before, after = (came & since.between(-90, 0)).sum(), (came & since.between(0, 90)).sum()
    assert before > 1.5 * after


def test_a_rep_whose_coming_unsettles_has_not_been_there(made, contacts) -> None:
    reps = contacts[contacts["direction"].eq("outbound") & contacts["rep_id"].notna()]
    bad = severity(made, reps, "reps")
    by_rep = reps["rep_id"].str.startswith("R")
    assert by_rep[bad > 0.4].mean() < by_rep[bad < WELL].mean() - 0.1


def test_managers_speak_with_large_accounts_and_service_where_things_do_not_work(made, tables, contacts) -> None:
    role = tables["reps"].drop_duplicates("rep_id", keep="last").set_index("rep_id")["role"]
    by = contacts["rep_id"].map(role)
    segment = made.accounts.segment[contacts["account"]]
    assert (by[segment == 2] == "management").mean() > 2 * (by[segment == 0] == "management").mean()
    bad = severity(made, contacts, "service")
    assert (by[bad > BAD] == "service").mean() > 2 * (by[bad < WELL] == "service").mean()


def test_requests_of_every_kind_stay_unanswered_where_calls_do(made, tables) -> None:
    calls = tables["calls"].query("account >= 0").dropna(subset=["called_at"])
    at = ((calls["called_at"] - pd.Timestamp(made.clock.starts_on)) / pd.Timedelta(days=1)).to_numpy()
    calls = calls.assign(month=made.clock.month_of(at))
    bad = severity(made, calls, "calls")
    for _, rows in calls.assign(bad=bad).groupby("channel"):
        unanswered = rows["returned_at"].isna()
        assert unanswered[rows["bad"] > BAD].mean() > 0.3 > 0.15 > unanswered[rows["bad"] < WELL].mean()


def test_a_person_speaks_for_one_account_and_no_more_once_gone(tables) -> None:
    named = tables["contacts"].query("account >= 0").dropna(subset=["person", "contacted_at"])
    assert not named.drop_duplicates(["person", "account"])["person"].duplicated().any()
    gone = tables["signals"].query("kind == 'contact_left'")
    assert len(gone) > 50
    last = named.groupby("person")["contacted_at"].max()
    after = last.reindex(gone["about"]).to_numpy() > gone["occurred_at"].to_numpy()
    assert not after.any()


def test_rumours_and_departures_foretell_nobodys_leaving(made, tables) -> None:
    signals = tables["signals"].query("kind in ['contact_left', 'reorganised', 'acquired', 'moving', 'closing']")
    left = np.isfinite(made.fates.left)
    there = np.minimum(made.fates.left, made.clock.end) - np.maximum(made.accounts.opened, 0)
    number = np.bincount(signals["account"], minlength=len(left))
    often = number[left].sum() / there[left].sum(), number[~left].sum() / there[~left].sum()
    assert abs(often[0] / often[1] - 1) < 0.3
