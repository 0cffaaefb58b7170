"""Ends that were written over contracts once notice was given are told from those that were planned."""

import numpy as np
import pandas as pd
import pytest

from models.ends_filled_in import ends_filled_in

DAY = pd.Timedelta(days=1)
NEWEST = pd.Timestamp("2026-01-01")
START = NEWEST - 1000 * DAY
LEAVE = 1200  # contracts that end, one a day, up to long after NEWEST


def open_ended(notice_days: int = 30, *, seen_at: pd.Timestamp = NEWEST) -> pd.DataFrame:
    """Contracts of 1000 days ago; of most of them notice is given one day, and the end written down that day."""
    ends = pd.Series([START + (100 + number) * DAY for number in range(LEAVE)] + [pd.NaT] * 100)
    notice = ends - notice_days * DAY
    return pd.DataFrame(
        {
            "account_id": [f"A{number:04d}" for number in range(LEAVE + 100)],
            "starts_on": START,
            "ends_on": ends.where(notice < seen_at),
            "cancelled_at": notice.where(notice < seen_at),
        }
    )


def by_year(leave_in_a_term: float = 0.0) -> pd.DataFrame:
    """Accounts that begin on days of their own and have a row a year, four of five of which are followed by another.
    Some leave in the middle of a term, and its end is moved to that day on the day itself.
    """
    chance = np.random.default_rng(1)
    rows = []
    for number in range(800):
        begins = START + int(chance.integers(0, 700)) * DAY
        while begins < NEWEST:
            goes_on = chance.random() < 0.8
            ends = begins + 364 * DAY
            if chance.random() < leave_in_a_term and (early := begins + int(chance.integers(20, 340)) * DAY) < NEWEST:
                goes_on, ends = False, early
            rows.append({"account_id": f"Y{number:03d}", "starts_on": begins, "ends_on": ends})
            begins = ends + DAY if goes_on else NEWEST
    return pd.DataFrame(rows)


def found(*contracts: pd.DataFrame, newest: pd.Timestamp = NEWEST) -> list[str]:
    rows = pd.concat(contracts, ignore_index=True)
    return [f"{finding.code} {finding.name}" for finding in ends_filled_in(rows, newest)]


@pytest.mark.parametrize("notice_days", [0, 30, 60])
def test_an_end_that_is_written_down_with_the_notice_was_not_known_before(notice_days: int) -> None:
    assert found(open_ended(notice_days)) == ["b contracts.ends_on"]
    assert found(open_ended(notice_days).drop(columns="cancelled_at")) == ["b contracts.ends_on"]


def test_it_says_what_was_seen_and_how_else_to_give_it() -> None:
    (finding,) = ends_filled_in(open_ended(), NEWEST)
    assert "had an end more than 15 days ahead that came within 90 days" in finding.says
    assert "have one more than 15 days ahead, however far" in finding.says
    assert finding.says.endswith(finding.cure)
    assert "cancelled_at" in finding.cure


def test_ends_that_were_planned_are_honest() -> None:
    planned = open_ended(seen_at=START + 5000 * DAY)
    assert found(planned) == []
    assert found(by_year()) == []


def test_notice_of_half_a_year_is_known_as_far_ahead_as_anybody_looks() -> None:
    assert found(open_ended(180)) == []


def test_terms_that_all_end_on_one_day_of_the_year_are_honest_on_every_other_day() -> None:
    terms = [
        pd.DataFrame(
            {
                "account_id": [f"A{number:03d}" for number in range(300 - 40 * year)],
                "starts_on": pd.Timestamp(f"{2021 + year}-07-01"),
                "ends_on": pd.Timestamp(f"{2022 + year}-06-30"),
            }
        )
        for year in range(5)
    ]
    for days in range(0, 360, 30):
        assert found(*terms, newest=NEWEST - days * DAY) == []


def test_an_early_end_over_the_planned_one_shows_among_terms_of_a_year() -> None:
    assert found(by_year(leave_in_a_term=0.3)) == ["b contracts.ends_on"]


def test_what_renews_itself_has_no_end_of_its_own() -> None:
    assert found(open_ended().assign(renews="yes")) == []
    assert found(open_ended().assign(renews="no")) == ["b contracts.ends_on"]


def test_what_was_recorded_when_it_ended_was_not_there_before() -> None:
    rows = open_ended()
    assert found(rows.assign(recorded_at=rows["cancelled_at"])) == []


def self_renewing(notice_days: int | tuple[int, int], *, switched: bool = True) -> pd.DataFrame:
    """Terms of a year that go on by themselves. A quarter of the accounts leave each year; with the notice, between so
    many days before the end, their contract is set to 'no'.
    """
    chance = np.random.default_rng(2)
    rows = []
    for number in range(1500):
        begins = START - 700 * DAY + int(chance.integers(0, 1500)) * DAY
        ends = begins + (365 * (1 + int(chance.geometric(0.25))) - 1) * DAY
        shortest, longest = notice_days if isinstance(notice_days, tuple) else (notice_days, notice_days)
        is_known = ends - int(chance.integers(shortest, longest + 1)) * DAY < NEWEST
        rows.append(
            {
                "account_id": f"S{number:04d}",
                "starts_on": begins,
                "ends_on": ends if is_known else begins + 364 * DAY,
                "renews": "no" if is_known and switched else "yes",
                "cancelled_at": pd.NaT,
            }
        )
    return pd.DataFrame(rows)[lambda row: row["starts_on"] < NEWEST]


@pytest.mark.parametrize("notice_days", [0, 30, (0, 60)])
def test_renews_that_is_set_to_no_with_the_notice_was_not_so_before(notice_days: int | tuple[int, int]) -> None:
    (finding,) = ends_filled_in(self_renewing(notice_days), NEWEST)
    assert (finding.code, finding.name) == ("b", "contracts.renews")
    assert "set to 'no' afterwards" in finding.says
    assert "cancelled_at" in finding.cure


def test_notice_of_a_quarter_is_known_within_the_look_back() -> None:
    assert found(self_renewing(120)) == []
    assert found(self_renewing((90, 300))) == []


def test_renews_that_was_agreed_is_honest() -> None:
    assert found(self_renewing(0, switched=False)) == []
    assert found(by_year().assign(renews="no"), self_renewing(0, switched=False)) == []
    fixed = by_year().assign(renews="no")
    for days in range(0, 360, 30):
        assert found(fixed, self_renewing(120), newest=NEWEST - days * DAY) == []


def test_renewals_that_are_called_off_at_one_time_of_the_year_are_honest_on_every_other_day() -> None:
    rows = self_renewing(120)
    in_summer = rows["ends_on"].dt.month.isin([6, 7])
    by_season = rows[in_summer | (rows["renews"] == "yes")]
    for days in range(0, 360, 30):
        assert found(by_season, newest=NEWEST - days * DAY) == []


def test_a_firm_that_has_grown_to_five_times_its_size_has_called_off_no_fewer() -> None:
    began = NEWEST - 60 * DAY
    new = pd.DataFrame({"account_id": [f"N{number}" for number in range(6000)], "starts_on": began, "renews": "yes"})
    assert found(self_renewing(120), new.assign(ends_on=began + 364 * DAY)) == []


def test_few_ends_tell_nothing() -> None:
    rows = open_ended()
    few = pd.concat([rows.iloc[:LEAVE:12], rows.iloc[LEAVE:]])
    assert found(few) == []
    assert found(rows.drop(columns="ends_on")) == []
