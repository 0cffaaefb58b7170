"""The simulated firm's truth: rates that a firm like it would have."""

from datetime import date

import numpy as np
import pytest

from pipelines.simulated.clock import Clock, stream
from pipelines.simulated.cycles import order_moments
from pipelines.simulated.firm import CAUSES
from pipelines.simulated.leaving import PARTS
from pipelines.simulated.records import Firm, make_firm

CLOCK = Clock.of(date(2026, 7, 1), 48)
YEARS = CLOCK.end / 365


@pytest.fixture(scope="module", params=[(3000, 7), (6000, 21)], ids=["default", "larger"])
def firm(request: pytest.FixtureRequest) -> Firm:
    number, seed = request.param
    return make_firm(number, CLOCK, seed)


def there(firm: Firm) -> np.ndarray:
    """[months + 1] how many accounts the firm had when each month began."""
    return np.array([((firm.accounts.opened <= edge) & (firm.fates.left > edge)).sum() for edge in firm.clock.edges])


def test_the_clock_counts_calendar_months():
    clock = Clock.of(date(2024, 3, 31), 2)
    assert clock.starts_on == date(2024, 1, 31)
    assert clock.edges.tolist() == [0, 29, 60]  # 31 January, 29 February, 31 March
    assert clock.month_of(np.array([-5.0, 0, 28.9, 29, 60, 99])).tolist() == [0, 0, 0, 1, 1, 1]
    assert np.isnat(clock.times(np.array([60.0, np.nan]), clock.end)).all()
    assert clock.times(np.array([0.5]))[0] == np.datetime64("2024-01-31T12:00")


def test_work_is_done_on_weekdays_and_never_before_it_was_there_to_do():
    clock = Clock.of(date(2026, 7, 1), 1)  # 1 June 2026 was a Monday
    at = np.arange(0, 28, 0.01)
    for moved in (clock.at_work(stream(1, "a"), at), clock.on_workdays(stream(1, "b"), at)):
        assert ((np.floor(moved) % 7) < 5).all()
        assert (np.floor(moved) >= np.floor(at)).all()
        assert (np.floor(moved) <= np.floor(at) + 2).all()


def test_12_to_25_percent_of_accounts_leave_in_a_year(firm):
    assert 0.12 < np.isfinite(firm.fates.left).sum() / there(firm).mean() / YEARS < 0.25
    for first in range(0, 48, 12):
        within = (firm.fates.left >= CLOCK.edges[first]) & (firm.fates.left < CLOCK.edges[first + 12])
        assert 0.12 < within.sum() / there(firm)[first : first + 13].mean() < 0.28


def test_2_to_5_percent_leave_involuntarily(firm):
    forced = (firm.fates.why == PARTS.index("involuntary")).sum()
    assert 0.02 < forced / there(firm).mean() / YEARS < 0.05


def test_every_cause_drives_some_off_and_some_go_without_any(firm):
    left = firm.fates.why[firm.fates.why >= 0]
    shares = dict(zip(PARTS, np.bincount(left, minlength=len(PARTS)) / len(left), strict=True))
    assert all(0.05 < shares[cause] < 0.2 for cause in CAUSES), shares
    assert 0.03 < shares["base"] < 0.12


def test_accounts_join_as_others_leave(firm):
    assert 0.85 < there(firm)[-1] / there(firm)[0] < 1.25
    assert (firm.accounts.opened >= 0).mean() > 0.3


def test_reps_stay_12_to_18_months_and_20_to_50_percent_leave_in_a_year(firm):
    reps = firm.reps
    left = (reps.left >= 0) & (reps.left < CLOCK.end)
    assert 12 < np.median((reps.left - reps.hired)[left]) / 30.44 < 18
    working = np.mean([((reps.hired <= edge) & (reps.left > edge)).sum() for edge in CLOCK.edges])
    assert 0.2 < left.sum() / working / YEARS < 0.5


def test_bouts_last_for_months_grow_worse_and_hit_some_more_than_others(firm):
    for cause in ("contact", "calls", "billing", "service", "rivals"):
        severity = firm.trouble.of(cause)[firm.accounts.opened < 0]
        bad = severity > 0
        begins = ~bad[:, :-1] & bad[:, 1:]
        lasts = bad[:, 1:].sum() / begins.sum()
        assert 5 < lasts < 15, cause
        account, month = np.nonzero(begins[:, : 47 - 3])
        assert (severity[account, month + 3] > severity[account, month + 1]).mean() > 0.95
        worst = np.sort(severity.sum(axis=1))[::-1]
        assert worst[: len(worst) // 10].sum() > 0.35 * worst.sum(), cause


def test_orders_follow_the_accounts_own_cycle_and_pause_at_christmas(firm):
    account, at = order_moments(firm.accounts, CLOCK, firm.seed)
    days = CLOCK.end - np.maximum(firm.accounts.opened, 0)
    long = days > 20 * firm.accounts.cycle
    orders = np.bincount(account, minlength=len(firm.accounts))
    ratio = orders[long] * firm.accounts.cycle[long] / days[long]
    assert 0.9 < np.median(ratio) < 1.05
    assert np.quantile(np.abs(ratio - 1), 0.9) < 0.25
    month = CLOCK.month_of(at)
    per_month = np.bincount(month, minlength=48).reshape(4, 12)  # July first
    assert (per_month[:, 5] < 0.9 * per_month.mean(axis=1)).all()  # December
    assert (per_month[:, 1] < per_month.mean(axis=1)).all()  # August
    assert (per_month[:, 3] > per_month.mean(axis=1)).all()  # October
