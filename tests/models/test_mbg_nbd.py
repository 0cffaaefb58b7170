"""MBG/NBD: made-up customers who order and drop out as the model says, and integrals over what nobody sees of them."""

from dataclasses import astuple, replace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import beta, gamma

from models import mbg_nbd
from models.mbg_nbd import Histories, MbgNbd

TRUE = MbgNbd(r=1.2, alpha=60.0, a=0.8, b=6.0)
AHEAD = 90.0


def customers(model: MbgNbd, number: int, seed: int) -> tuple[Histories, np.ndarray, np.ndarray]:
    """What is known of customers between 100 and 1500 days after the first order; who is active, who orders next."""
    random = np.random.default_rng(seed)
    rate = random.gamma(model.r, 1 / model.alpha, number)
    drops = random.beta(model.a, model.b, number)
    age = random.uniform(100, 1500, number)
    repeats, last, now = np.zeros(number), np.zeros(number), np.zeros(number)
    orders_next = np.zeros(number, dtype=bool)
    going = random.random(number) > drops  # the first order may be the last
    active = going
    while going.any():
        now = np.where(going, now + random.exponential(1 / rate), np.inf)
        known = now <= age
        orders_next |= ~known & (now < age + AHEAD)
        repeats, last = repeats + known, np.where(known, now, last)
        stays = random.random(number) > drops
        active = np.where(known, stays, active)
        going = known & stays
    return Histories(repeats, last, age), active, orders_next


@pytest.fixture(scope="module")
def known():
    return customers(TRUE, 20_000, seed=1)


def one(repeats: float, last: float, age: float) -> Histories:
    return Histories(np.array([repeats]), np.array([last]), np.array([age]))


def test_the_parameters_of_made_up_customers_are_found_again(known):
    histories, _, _ = known

    found = MbgNbd.fit(histories)

    assert astuple(found) == pytest.approx(astuple(TRUE), rel=0.15)
    assert found.log_likelihood(histories).sum() >= TRUE.log_likelihood(histories).sum()


@pytest.mark.parametrize("asked", ["active", "silence"])
def test_of_those_given_a_probability_so_many_are_active_or_silent(known, asked):
    histories, active, orders_next = known
    told = TRUE.active(histories) if asked == "active" else TRUE.silence(histories, np.full(len(active), AHEAD))
    came = active if asked == "active" else ~orders_next

    for tenth in np.array_split(np.argsort(told), 10):
        assert came[tenth].mean() == pytest.approx(told[tenth].mean(), abs=4 * np.sqrt(0.25 / len(tenth)))


@pytest.mark.parametrize(("repeats", "last", "age"), [(0, 0, 200), (1, 50, 60), (7, 300, 900), (12, 400, 400)])
def test_the_likelihood_is_the_integral_over_rates_and_dropouts(repeats, last, age):
    def rates(until: float) -> float:
        def density(rate: float) -> float:
            prior = TRUE.alpha**TRUE.r * rate ** (TRUE.r - 1) * np.exp(-TRUE.alpha * rate) / gamma(TRUE.r)
            return prior * rate**repeats * np.exp(-rate * until)

        return quad(density, 0, 3, epsabs=0, limit=200, points=[0.01, 0.05, 0.2])[0]

    def dropouts(stays: int, drops: int) -> float:
        def density(chance: float) -> float:
            prior = chance ** (TRUE.a - 1) * (1 - chance) ** (TRUE.b - 1) / beta(TRUE.a, TRUE.b)
            return prior * (1 - chance) ** stays * chance**drops

        return quad(density, 0, 1)[0]

    by_hand = dropouts(repeats + 1, 0) * rates(age) + dropouts(repeats, 1) * rates(last)

    assert TRUE.log_likelihood(one(repeats, last, age))[0] == pytest.approx(np.log(by_hand), abs=1e-5)


def test_silence_grows_with_the_days_since_the_last_order_and_shrinks_with_the_days_asked_for():
    histories = Histories(np.full(3, 10.0), np.array([500.0, 400.0, 300.0]), np.full(3, 500.0))

    silences = TRUE.silence(histories, np.full(3, AHEAD))

    assert (np.diff(silences) > 0).all()
    assert (TRUE.silence(histories, np.full(3, 10 * AHEAD)) < silences).all()
    assert TRUE.silence(histories, np.zeros(3)).tolist() == [1, 1, 1]


def test_the_slope_of_the_likelihood_is_what_small_steps_give(known):
    histories = Histories(*(numbers[:50] for numbers in astuple(known[0])))
    at, step = np.array(astuple(TRUE)), 1e-6

    value, slopes = mbg_nbd._loss(at, histories)

    for place in range(4):
        moved = at * np.exp(step * (np.arange(4) == place))
        assert (mbg_nbd._loss(moved, histories)[0] - value) / step == pytest.approx(slopes[place], abs=1e-5)


def test_where_nobody_ordered_twice_there_is_no_model_and_the_log_says_so(caplog):
    assert MbgNbd.fit(one(0, 0, 200)) is None
    assert "no account has ordered twice" in caplog.text


def test_a_fit_that_does_not_converge_is_left_out_and_the_log_says_so(known, caplog, monkeypatch):
    monkeypatch.setattr(mbg_nbd, "_ITERATIONS", 1)

    assert MbgNbd.fit(known[0]) is None
    assert "does not converge" in caplog.text


def test_who_is_no_longer_at_risk_has_been_silent_since_its_last_snapshot():
    rows = pd.DataFrame(
        {
            "account_id": ["A", "B", "A", "A"],
            "as_of": pd.to_datetime(["2024-01-01", "2024-01-01", "2024-01-31", "2024-03-01"]),
            "order_days": [4, 3, 5, 6],
            "days_as_customer": [100.0, 80.0, 130.0, 160.0],
            "days_since_order": [10.0, 30.0, 5.0, 1.0],
        }
    )

    of_b, of_a = zip(*astuple(Histories.known_on(rows, pd.Timestamp("2024-01-31"))), strict=True)

    assert [float(number) for number in of_a] == [4, 125, 130], "its newest snapshot until then"
    assert [float(number) for number in of_b] == [2, 50, 110], "thirty days older than when it was last at risk"
    assert replace(TRUE, a=1e-9).active(Histories.of(rows)) == pytest.approx(1)
