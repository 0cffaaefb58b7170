"""Firms without orders are looked through as well: when an account left is told by its contracts, or by its loss."""

from pathlib import Path

import pandas as pd
import pytest

from models.last_days import Leave
from models.leaks import Finding, Leaks
from pipelines.dataset import read_rows
from pipelines.leaks import find_leaks, gone_accounts
from pipelines.settings import Leak
from tests.pipelines.leavers import AS_OF, DAY, ends_of, home_of, tables

WAYS = ["contract", "losses"]
Tables = dict[str, pd.DataFrame]


def found(made: Tables, by: str, folder: Path) -> Leaks:
    home = home_of(made, by, folder)
    return find_leaks(Leak(), home, read_rows(home))


def names(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.code, finding.name) for finding in findings]


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_honest_firm_all_of_whose_leavers_give_notice_gives_no_alarm(by: str, seed: int, tmp_path: Path) -> None:
    assert found(tables(by, seed=seed), by, tmp_path) == Leaks()


@pytest.mark.parametrize("by", WAYS)
def test_who_has_gone_and_when_is_told_without_orders(by: str, tmp_path: Path) -> None:
    made = tables(by)
    home = home_of(made, by, tmp_path)
    gone = gone_accounts(home, read_rows(home))
    ends = ends_of(made).reindex(gone.index)
    assert len(gone) > 60
    misses = (gone["last_day"] - (ends - DAY)).abs()
    assert misses.max() < 20 * DAY  # a term that happens to be of whole months goes by the calendar
    assert (misses == 0 * DAY).mean() > 0.85


@pytest.mark.parametrize("by", WAYS)
def test_a_segment_that_claims_to_be_old_stops(by: str, tmp_path: Path) -> None:
    made = tables(by)
    accounts = made["accounts"].drop_duplicates("account_id").copy()
    accounts.loc[accounts["account_id"].isin(ends_of(made).index), "segment"] = "former customer"
    leaks = found({**made, "accounts": accounts}, by, tmp_path)
    assert ("a", "accounts.segment") in names(leaks.stops)
    leave = Leave.contract if by == "contract" else Leave.loss
    assert f"it says 'former customer' before {leave}, " in leaks.stops[0].line


@pytest.mark.parametrize("by", WAYS)
def test_rows_that_were_written_anew_after_the_leaving_stop(by: str, tmp_path: Path) -> None:
    made = tables(by)
    contacts = made["contacts"].copy()
    at = contacts["account_id"].map(ends_of(made)) + 100 * DAY
    contacts["recorded_at"] = contacts["recorded_at"].where(at.isna(), at)
    assert ("a", "contacts.recorded_at") in names(found({**made, "contacts": contacts}, by, tmp_path).stops)


@pytest.mark.parametrize("by", WAYS)
def test_assignments_closed_on_one_day_for_leavers_alone_stop(by: str, tmp_path: Path) -> None:
    made = tables(by)
    assignments = made["rep_assignments"].copy()
    assignments["ends_at"] = assignments["ends_at"].where(assignments["ends_at"].isna(), pd.Timestamp("2025-03-03"))
    leaks = found({**made, "rep_assignments": assignments}, by, tmp_path)
    assert ("b", "rep_assignments.ends_at") in names(leaks.stops)


def test_notice_on_the_last_day_of_the_contract_stops(tmp_path: Path) -> None:
    made = tables("contract")
    contracts = made["contracts"].copy()
    ends = contracts["account_id"].map(ends_of(made))
    contracts["cancelled_at"] = contracts["cancelled_at"].where(contracts["cancelled_at"].isna(), ends)
    (finding,) = found({**made, "contracts": contracts}, "contract", tmp_path).stops
    assert (finding.code, finding.name) == ("b", "contracts.cancelled_at")
    assert finding.seen.startswith("it lies on the day of the end of the last contract for ")


def test_a_change_at_one_distance_before_the_end_stops_and_one_at_the_end_is_honest(tmp_path: Path) -> None:
    made = tables("contract")
    assignments = made["rep_assignments"].copy()
    assignments["ends_at"] = assignments["account_id"].map(ends_of(made))
    assert found({**made, "rep_assignments": assignments}, "contract", tmp_path / "at") == Leaks()
    assignments["ends_at"] -= 10 * DAY
    (finding,) = found({**made, "rep_assignments": assignments}, "contract", tmp_path / "before").stops
    assert (finding.code, finding.name) == ("b", "rep_assignments.ends_at")
    assert finding.seen.startswith("it lies 10 days before the end of the last contract for ")


def test_what_is_dated_to_a_loss_that_was_written_down_later_stops(tmp_path: Path) -> None:
    made = tables("losses")
    assignments = made["rep_assignments"].copy()
    assignments["ends_at"] = assignments["account_id"].map(ends_of(made))
    (finding,) = found({**made, "rep_assignments": assignments}, "losses", tmp_path).stops
    assert (finding.code, finding.name) == ("b", "rep_assignments.ends_at")
    assert "it is the day of the loss" in finding.seen


@pytest.mark.parametrize("by", WAYS)
def test_that_the_next_contract_was_signed_weeks_ahead_is_no_leak(by: str, tmp_path: Path) -> None:
    """All renewals by a row of their own were entered forty days before, those that are still to begin as well."""
    made = tables(by)
    contracts = made["contracts"]
    is_next = contracts["account_id"].duplicated()
    last = contracts[(contracts["renews"] == "no") & contracts["cancelled_at"].isna() & contracts["ends_on"].notna()]
    last = last[(last["ends_on"] >= AS_OF) & (last["ends_on"] < AS_OF + 39 * DAY)].assign(
        starts_on=lambda row: row["ends_on"] + DAY, ends_on=lambda row: row["ends_on"] + 120 * DAY
    )
    contracts = pd.concat([contracts.assign(is_next=is_next), last.assign(is_next=True)], ignore_index=True)
    recorded = (contracts["starts_on"] - 40 * DAY).where(contracts["is_next"])
    ahead = contracts.drop(columns="is_next").assign(recorded_at=recorded)
    assert (ahead["starts_on"] > AS_OF).sum() >= 10
    assert found({**made, "contracts": ahead}, by, tmp_path) == Leaks()


@pytest.mark.parametrize("by", WAYS)
def test_contracts_that_all_bear_the_day_of_the_first_one_stop(by: str, tmp_path: Path) -> None:
    made = tables(by)
    contracts = made["contracts"]
    first = contracts.groupby("account_id")["starts_on"].transform("min")
    leaks = found({**made, "contracts": contracts.assign(recorded_at=first)}, by, tmp_path)
    assert names(leaks.stops) == [("a", "contracts.recorded_at")]


def test_what_is_short_and_booked_weeks_ahead_is_no_leak(tmp_path: Path) -> None:
    """Beside the contracts: ten days each, entered forty days before, when the contract beside them had begun."""
    made = tables("losses")
    contracts = made["contracts"]
    starts = contracts["starts_on"] + 60 * DAY
    booked = contracts.assign(starts_on=starts, ends_on=starts + 10 * DAY, renews="no", cancelled_at=pd.NaT)
    booked = booked.assign(recorded_at=starts - 40 * DAY)[starts < AS_OF]
    both = pd.concat([contracts, booked], ignore_index=True)
    assert found({**made, "contracts": both}, "losses", tmp_path) == Leaks()


@pytest.mark.parametrize("by", WAYS)
def test_ends_that_were_written_down_with_the_notice_stop(by: str, tmp_path: Path) -> None:
    """Every contract is open-ended, and gets its end ten days before it comes."""
    made = tables(by)
    first = made["contracts"].drop_duplicates("account_id")
    ends = first["account_id"].map(ends_of(made))
    open_ended = first.assign(ends_on=ends.where(ends < AS_OF + 10 * DAY), renews=None, cancelled_at=pd.NaT)
    (finding,) = found({**made, "contracts": open_ended}, by, tmp_path).stops
    assert (finding.code, finding.name) == ("b", "contracts.ends_on")
    as_notice = open_ended.assign(cancelled_at=open_ended["ends_on"], ends_on=pd.NaT)
    assert ("b", "contracts.ends_on") not in names(
        found({**made, "contracts": as_notice}, by, tmp_path / "cured").stops
    )
