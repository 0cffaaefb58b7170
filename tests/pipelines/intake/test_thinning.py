"""Newest rows that are too few are told from chance, from a season, from a break and from records that are always late."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from pipelines.intake.manifest import Thinned
from pipelines.intake.thinning import BEFORE, LENGTHS, _chance_of_so_few, known_on, thinned
from tests.pipelines.conftest import Firm

AS_OF = date(2026, 7, 1)
DAYS = 3 * 364


def seen(often: Callable[[np.ndarray], np.ndarray] | float, days: int = DAYS, seed: int = 1) -> Thinned | None:
    """Rows at random, so many a day by age (0: the day before as_of), fewer on weekends."""
    age = np.arange(days)
    rate = np.broadcast_to(often(age) if callable(often) else often, days) * np.where(age % 7 < 2, 0.1, 1)
    rows = np.random.default_rng(seed).poisson(rate)
    return thinned(known_on({(int(day), 0): int(count) for day, count in zip(age, rows, strict=True)}, 203))


def lacking(part: float, newest: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda age: 30 * np.where(age < newest, 1 - part, 1)


@pytest.mark.parametrize("newest", LENGTHS)
def test_newest_rows_that_lack_a_large_part_are_said(newest: int) -> None:
    found = seen(lacking(0.6, newest))
    assert found.days == newest
    assert found.rows < 0.5 * found.usual


def test_what_chance_does_is_not_said() -> None:
    assert [seen(rate, seed=seed) for rate in (0.2, 2, 30) for seed in range(20)] == [None] * 60


def test_a_third_must_be_missing_and_twenty_rows() -> None:
    assert seen(lambda age: 300 * np.where(age < 28, 0.7, 1)) is None
    assert seen(lambda age: 300 * np.where(age < 28, 0.63, 1)) is not None
    assert seen(lambda age: 1.5 * (age >= 14)) is None  # 16
    assert seen(lambda age: 3 * (age >= 14)) is not None


def test_a_season_and_a_break_that_come_every_year_are_usual() -> None:
    assert seen(lambda age: 30 * (1 + 0.9 * np.sin(2 * np.pi * (age - 10) / 364))) is None
    assert seen(lambda age: 30 * (age % 364 >= 12)) is None
    moved = lambda age: 30 * ~((age < 12) | ((age >= 368) & (age < 380)) | ((age >= 724) & (age < 736)))  # noqa: E731
    assert seen(moved) is None


def test_a_peak_of_last_year_that_does_not_come_again_is_no_lack() -> None:
    assert seen(lambda age: 30 * np.where((age >= 350) & (age < 400), 2, 1)) is None


@pytest.mark.parametrize("ago", [10, 40, 81, 121])
def test_after_one_mailing_to_everybody_the_weeks_are_not_thin(ago: int) -> None:
    assert seen(lambda age: 30 + 5000 * (age == ago)) is None
    found = seen(lambda age: (30 + 5000 * (age == ago)) * (age >= 7))
    assert 120 < found.usual <= 5 * 30 + 2 * 3  # the least of a year ago


@pytest.mark.parametrize("ago", [1, 14, 40])
def test_after_a_month_of_offers_the_days_are_not_thin(ago: int) -> None:
    assert seen(lambda age: 30 * np.where((age >= ago) & (age < ago + 31), 5, 1)) is None


def test_rows_that_fall_on_the_ends_of_months_leave_usual_gaps() -> None:
    for ago in range(0, 30, 3):
        assert seen(lambda age, ago=ago: 300 * ((age + ago) % 30 == 29)) is None
        assert seen(lambda age, ago=ago: 300 * ((age + ago) % 35 == 34)) is None


def test_a_firm_that_shrinks_is_no_export_that_lacks_rows() -> None:
    assert seen(lambda age: 30 * np.exp(age / 200)) is None


def test_without_the_same_days_a_year_earlier_nothing_is_said() -> None:
    enough = 364 + 7 + LENGTHS[0] + BEFORE
    assert seen(lambda age: 30 * (age >= 14), days=enough - 1) is None
    assert seen(lambda age: 30 * (age >= 14), days=enough) is not None
    assert thinned(known_on({}, 203)) is None


def test_what_few_stretches_show_of_scatter_may_be_too_little() -> None:
    def chance(stretches: int) -> float:
        past = np.tile([60.0, 140.0, 100.0], stretches)
        return _chance_of_so_few(20, 100, past, np.full(len(past), 100.0))

    assert chance(2) > 4 * chance(4) > 40 * chance(30)
    assert _chance_of_so_few(20, 30, np.full(900, 30.0), np.full(900, 30.0)) == pytest.approx(
        0.035, abs=0.01
    )  # Poisson


def test_a_row_is_known_from_the_day_on_which_it_was_recorded() -> None:
    known = known_on({(0, 0): 1, (1, 0): 2, (1, 1): 4, (2, 2): 8, (3, 0): 16}, days=2)
    assert known[0].tolist() == [1, 6]
    assert known[1].tolist() == [2, 0]
    assert known[2].tolist() == [0, 16]
    assert np.isnan(known[3, 1])


def of_late(recorded: bool, lost: bool) -> pd.DataFrame:
    """Contacts of two years that take ten days on average to be recorded."""
    chance = np.random.default_rng(1)
    age = np.repeat(np.arange(800), 20)
    delay = chance.exponential(10, len(age)).astype(int)
    rows = pd.DataFrame({"account_id": chance.choice(["A", "B"], len(age)), "channel": "call"})
    day = pd.Timestamp(AS_OF) - pd.to_timedelta(age + 1, unit="D")
    rows["contacted_at"], rows["recorded_at"] = day, day + pd.to_timedelta(delay, unit="D")
    rows = rows[rows["recorded_at"] < pd.Timestamp(AS_OF)]
    is_lost = lost & (age[rows.index] < 14) & (chance.random(len(rows)) < 0.7)
    rows = rows[~is_lost]
    return rows if recorded else rows.drop(columns="recorded_at")


def test_ingest_says_so_and_the_manifest_keeps_it(firm: Firm, caplog) -> None:
    def found(**how: bool) -> dict[str, Thinned]:
        firm.table("contacts", of_late(**how).to_csv(index=False))
        return firm.ingest(as_of=AS_OF).thinned

    assert found(recorded=True, lost=False) == {}, "rows are as late as ever"
    assert "are usual" not in caplog.text
    assert list(found(recorded=False, lost=False)) == ["contacts"]
    short = found(recorded=True, lost=True)["contacts"]
    said = f"{short.rows:,} rows in the {short.days} days before 2026-07-01, where {short.usual:,} are usual"
    assert f"contacts: {said}" in caplog.text
