"""Laws that every feature obeys, whatever the data."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.catalogue import catalogue
from features.language.sentence import names_in
from features.tables import TABLES, Table
from tests.features.random_firm import ACCOUNTS, DAY, NEWEST, features_of, random_firm, random_rows

# These count for a rep, from a first order on, or where a contract could have been renewed, and are missing otherwise.
COUNTS_THAT_NEED_MORE = (
    "accounts_of_rep",
    "team_departures_360d",
    "days_in_touch_at_start",
    "days_in_touch_before",
    "renewals_720d",
)
SEEDS = st.integers(0, 2**32 - 1)
lawful = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


def known_from(frame: pd.DataFrame, table: Table, happened: str) -> pd.Series:
    """When the firm learned of each row; of what is planned it learns before."""
    recorded = frame["recorded_at"] if "recorded_at" in frame else frame[happened]
    return recorded if table[happened].planned else pd.concat([recorded, frame[happened]], axis=1).max(axis=1)


def with_another_future(firm: dict[str, pd.DataFrame], seed: int, as_of: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """The same firm up to as_of; everything that it learned later is removed, invented or rewritten."""
    chance = np.random.default_rng(seed)
    other = {}
    for name, frame in firm.items():
        table = TABLES[name]
        happened = table.happened or "valid_from"
        changed = frame[known_from(frame, table, happened) < as_of]
        invented = random_rows(chance, table, 40, earliest=-700, latest=300)
        if "recorded_at" not in frame:
            invented[happened] += pd.Timedelta(days=1100)  # what happens later is learned later
        else:
            invented["recorded_at"] = as_of + pd.to_timedelta(chance.integers(0, 60, len(invented)), unit="D")
        if name == "accounts":  # nobody vanishes from the list
            invented["account_id"] = np.resize(ACCOUNTS, len(invented))
        changed = pd.concat([changed, invented[frame.columns]], ignore_index=True)
        for column in table.columns:
            is_second = column.kind in ("date", "time") and column.name not in (happened, "recorded_at")
            is_first = column.name in ("opened_on", "hired_on", "as_of")
            if not is_second or column.planned or is_first or column.name not in changed:
                continue
            times = changed[column.name]
            to_come = times.isna() | (times >= as_of)
            later = pd.Series(as_of + pd.to_timedelta(chance.integers(0, 300, len(changed)), unit="D"))
            rewritten = later.where(chance.random(len(changed)) < 0.5)
            changed[column.name] = times.where(~to_come, rewritten)
        for column in table.columns:
            if column.known_with:
                unknown = changed[column.known_with].isna() | (changed[column.known_with] >= as_of)
                changed[column.name] = changed[column.name].where(~unknown, 1e6)
        other[name] = changed
    return other


@lawful
@given(seed=SEEDS, other_seed=SEEDS)
def test_the_future_changes_no_feature_to_the_last_bit(seed: int, other_seed: int) -> None:
    firm = random_firm(seed)
    changed = with_another_future(firm, other_seed, NEWEST)
    (before,), (after,) = features_of(firm).values(), features_of(changed).values()
    pd.testing.assert_frame_equal(before, after, check_exact=True)


@lawful
@given(seed=SEEDS, other_seed=SEEDS)
def test_what_is_so_today_is_no_feature_without_its_history(seed: int, other_seed: int) -> None:
    today = {
        name: frame.drop_duplicates(TABLES[name].key[0], keep="last").drop(
            columns=["valid_from", "recorded_at"], errors="ignore"
        )
        if name in ("accounts", "reps")
        else frame
        for name, frame in random_firm(seed).items()
    }
    chance = np.random.default_rng(other_seed)
    changed = dict(today)
    for name, columns in (("accounts", ["segment", "region", "sold_by_rep_id"]), ("reps", ["team", "manager"])):
        said = {column: chance.choice(["one", "another"], len(today[name])) for column in columns}
        changed[name] = today[name].assign(**said)
    (before,), (after,) = features_of(today).values(), features_of(changed).values()
    pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_the_law_can_fail() -> None:
    """What was learned the day before does change features, so the law above is no empty one."""
    firm = random_firm(1)
    changed = with_another_future(firm, 2, NEWEST - 30 * DAY)
    (before,), (after,) = features_of(firm).values(), features_of(changed).values()
    differ = {name for name in before if not before[name].equals(after[name])}
    assert len(differ) > len(before.columns) / 2


def test_the_law_is_held_to_contracts_that_were_signed_and_begin_later() -> None:
    """They change features, so that those which are signed later could."""
    differ = set()
    for seed in range(0, 12, 2):  # of firms that say when they learned of things
        firm = random_firm(seed)
        contracts = firm["contracts"]
        is_to_begin = (contracts["recorded_at"] < NEWEST) & (contracts["starts_on"] >= NEWEST + DAY)
        without = firm | {"contracts": contracts[~is_to_begin]}
        (before,), (after,) = features_of(firm).values(), features_of(without).values()
        differ |= {name for name in before if not before[name].equals(after[name])}
    assert {"days_to_contract_end", "has_notice"} <= differ
    assert differ <= {"days_to_contract_end", "days_to_renewal", "has_notice", "cancellations_720d"}


def test_the_law_is_held_to_contracts_that_were_cancelled_before_they_began() -> None:
    """Those that were known, of which the notice counts, and the notice that comes later and could."""
    differ, to_come = set(), 0
    for seed in (2, 14, 28):
        firm = random_firm(seed)
        contracts = firm["contracts"]
        before_first_day = contracts["cancelled_at"].dt.normalize() < contracts["starts_on"].dt.normalize()
        is_ahead = contracts["recorded_at"] < contracts["starts_on"]
        is_withdrawn = before_first_day & is_ahead & (contracts["cancelled_at"] < NEWEST)
        kept = contracts["cancelled_at"].where(~is_withdrawn)
        (before,), (after,) = (
            features_of(rows).values() for rows in (firm, firm | {"contracts": contracts.assign(cancelled_at=kept)})
        )
        differ |= {name for name in before if not before[name].equals(after[name])}
        other = with_another_future(firm, seed, NEWEST)["contracts"]
        known = other["recorded_at"] < NEWEST
        later = (other["cancelled_at"] >= NEWEST) & (other["cancelled_at"].dt.normalize() < other["starts_on"])
        to_come += int((known & later).sum())
    of_terms = {"days_to_contract_end", "days_to_renewal", "has_notice", "contract_value", "contract_value_trend"}
    assert differ == of_terms | {"days_since_first_contract", "cancellations_720d"}
    assert to_come > 0


@lawful
@given(seed=SEEDS)
def test_neither_the_order_of_rows_nor_that_of_columns_changes_a_bit(seed: int) -> None:
    firm = random_firm(seed)
    shuffled = {
        name: frame.sample(frac=1, random_state=seed % 1000, ignore_index=True)[sorted(frame.columns)]
        for name, frame in firm.items()
    }
    (before,), (after,) = features_of(firm).values(), features_of(shuffled).values()
    pd.testing.assert_frame_equal(before, after, check_exact=True)


@lawful
@given(seed=SEEDS, snapshots=st.integers(2, 8), step_days=st.sampled_from([1, 7, 30, 90]))
def test_a_snapshot_of_training_equals_the_scoring_of_that_day(seed: int, snapshots: int, step_days: int) -> None:
    firm = random_firm(seed)
    together = features_of(firm, snapshots=snapshots, step_days=step_days)
    oldest = min(together)
    (alone,) = features_of(firm, pd.Timestamp(oldest)).values()
    pd.testing.assert_frame_equal(together[oldest], alone, check_exact=True)


@lawful
@given(seed=SEEDS)
def test_an_account_without_events_has_counted_nothing_and_knows_nothing_else(seed: int) -> None:
    (found,) = features_of(random_firm(seed)).values()
    silent = found.loc[ACCOUNTS[-1]]
    for feature in catalogue().features:
        if feature.unit == "count" and feature.name not in COUNTS_THAT_NEED_MORE:
            assert silent[feature.name] == 0, feature.name
        if feature.name.startswith("days_since"):
            assert np.isnan(silent[feature.name]), feature.name


@lawful
@given(seed=SEEDS)
def test_every_sentence_renders_wherever_its_feature_has_a_value(seed: int) -> None:
    (found,) = features_of(random_firm(seed)).values()
    for _, row in found.iterrows():
        for feature in catalogue().features:
            sentence = feature.sentence(row.to_dict())
            if sentence is not None:
                assert "{" not in sentence
                assert "nan" not in sentence.lower().split()
            else:
                is_no = feature.unit == "yes/no" and not row[feature.name]
                named = names_in(feature.says or "") - {"value"} | {feature.name}
                assert feature.says is None or is_no or row[list(named)].isna().any(), feature.name


@pytest.mark.parametrize("feature", catalogue().features, ids=lambda feature: feature.name)
def test_every_feature_finds_its_columns_in_the_contract(feature) -> None:  # type: ignore[no-untyped-def]
    for table, column in feature.needs:
        assert column in TABLES[table].column_names


def test_no_feature_is_always_missing_or_always_the_same() -> None:
    found = pd.concat(
        [frame for seed in range(4) for frame in features_of(random_firm(seed, 120), snapshots=4).values()]
    )
    constant = [name for name in found if found[name].nunique(dropna=False) < 2]
    assert constant == []


def test_as_ofs_stand_a_step_apart_counted_back_from_the_newest() -> None:
    assert list(features_of(random_firm(0), snapshots=3)) == [date(2024, 11, 2), date(2024, 12, 2), date(2025, 1, 1)]
