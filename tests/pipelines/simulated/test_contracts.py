"""Contracts: they overlap, some have no end, and notice is given only by who has left."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def contracts(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The contracts; `until` their end, or what no contract reaches."""
    contracts = tables["contracts"]
    return contracts.assign(until=contracts["ends_on"].fillna(pd.Timestamp("2100-01-01")))


@pytest.fixture(scope="module")
def pairs(contracts: pd.DataFrame) -> pd.DataFrame:
    """Every two contracts of an account that are in force at once, the one that began later as `…_later`."""
    pairs = contracts.merge(contracts, on="account", suffixes=("", "_later"))
    pairs = pairs[(pairs["starts_on"] < pairs["starts_on_later"]) & (pairs["starts_on_later"] < pairs["until"])]
    return pairs.assign(both=(pairs[["until", "until_later"]].min(axis=1) - pairs["starts_on_later"]).dt.days)


def share(pairs: pd.DataFrame, contracts: pd.DataFrame) -> float:
    return pairs["account"].nunique() / contracts["account"].nunique()


def test_some_renewals_are_signed_and_begin_before_the_old_contract_ends(contracts, pairs) -> None:
    early = pairs[pairs["renewed_at"].notna() & (pairs["both"] < 45) & (pairs["until_later"] > pairs["until"])]
    early = early[(early["until_later"] - early["until"]).dt.days == 365]
    assert 0.05 < len(early) / contracts["renewed_at"].notna().sum() < 0.20
    assert (early["renewed_at"] < early["starts_on_later"]).all()


def test_some_accounts_have_contracts_for_two_lines_of_products_at_once(contracts, pairs) -> None:
    yearly = (pairs["ends_on_later"] - pairs["starts_on_later"]).dt.days.between(365, 410)
    assert 0.05 < share(pairs[yearly & (pairs["both"] > 60)], contracts) < 0.20


def test_some_begin_later_and_end_earlier_than_another_one_in_force(contracts, pairs) -> None:
    short = pairs[pairs["until_later"] < pairs["until"]]
    assert 0.05 < share(short, contracts) < 0.25
    days = (short["ends_on_later"] - short["starts_on_later"]).dt.days
    assert (days < 180).mean() > 0.6  # the others lie inside one without an end


def test_a_few_have_no_end_and_end_by_notice_after_the_account_has_left(made, contracts) -> None:
    open_ended = contracts[contracts["ends_on"].isna()]
    assert 0.02 < share(open_ended, contracts) < 0.10
    assert not open_ended["account"].duplicated().any()
    assert open_ended["renewed_at"].isna().all()
    opened = made.clock.days(made.accounts.opened)[open_ended["account"]]
    since = (open_ended["starts_on"] - opened).dt.days
    assert since.between(0, 366).all()
    left = made.clock.times(made.fates.left, made.clock.end)[open_ended["account"]]
    given = open_ended["cancelled_at"].notna()
    assert 0.3 < given.sum() / (~np.isnat(left)).sum() < 0.9
    assert (open_ended["cancelled_at"] > left)[given].all()


def test_every_contract_lasts_some_time_and_is_signed_before_its_account_leaves(made, contracts) -> None:
    assert (contracts["until"] > contracts["starts_on"]).all()
    left = made.clock.times(made.fates.left)[contracts["account"]]
    assert not (contracts["recorded_at"].fillna(contracts["starts_on"]) > left).any()
    assert not contracts["contract_id"].duplicated().any()


def test_half_of_the_renewals_are_entered_weeks_before_they_begin(made, contracts) -> None:
    ahead = contracts[contracts["recorded_at"].notna()]
    assert (ahead["recorded_at"] < ahead["starts_on"]).all()
    weeks = (ahead["starts_on"] - ahead["recorded_at"]).dt.days
    assert 14 < weeks.median() < 40
    signed = contracts.merge(contracts, on="account", suffixes=("", "_next"))
    signed = signed[signed["renewed_at"] == signed["recorded_at_next"]]
    assert len(signed) == len(ahead)
    assert 0.4 < len(signed) / contracts["renewed_at"].notna().sum() < 0.55


def test_whether_one_was_signed_ahead_does_not_tell_that_the_account_stays_until_it_begins(made, contracts) -> None:
    """Who signs and then leaves has its contract as well; else having one would foretell the future."""
    left = pd.Series(made.clock.times(made.fates.left, made.clock.end)[contracts["account"]], contracts.index)
    broken = contracts[(contracts["starts_on"] > left) & (contracts["recorded_at"] < left)]
    signed_by = contracts["renewed_at"] < left
    gone_before_the_end = contracts[signed_by & (left < contracts["ends_on"])]
    assert 0.3 < len(broken) / len(gone_before_the_end) < 0.7


def test_some_are_still_to_begin_at_the_end(made, contracts) -> None:
    to_begin = contracts[contracts["starts_on"] >= pd.Timestamp(made.clock.ends_on)]
    assert len(to_begin) >= 10
    assert (to_begin["recorded_at"] < pd.Timestamp(made.clock.ends_on)).all()
