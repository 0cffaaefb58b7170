"""MBG/NBD, fitted to how often and how lately accounts have ordered; for the model itself see `features.mbg_nbd`."""

import logging
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import digamma, expit, gammaln

from features.mbg_nbd import chance_of_no_order, log_odds_active

Floats = npt.NDArray[np.float64]

log = logging.getLogger(__name__)

_FARTHEST = 12.0  # of the logarithm of a parameter from 0; beyond, nothing changes any more
_ITERATIONS = 500


@dataclass(frozen=True)
class Histories:
    """The orders of each account so far, all [accounts].

    repeats: days with an order after the first one. last, age: days from the first order to the last one, and to the
    end of what is known.
    """

    repeats: Floats
    last: Floats
    age: Floats

    @property
    def told(self) -> tuple[Floats, Floats, Floats]:
        return self.repeats, self.last, self.age

    @classmethod
    def known_on(cls, rows: pd.DataFrame, as_of: pd.Timestamp) -> "Histories":
        """Of every account that was at risk on that day or an earlier one, as its newest snapshot until then knew it.

        rows: account_id, as_of, order_days, days_as_customer and days_since_order. Who is no longer at risk has been
        silent since, for an order would have brought it back; but for the few that have come to order too rarely to be
        judged. Who had gone before the oldest snapshot is not there, nor are the first orders of who was a customer
        before the records begin: both make accounts look a little more faithful than they are.
        """
        newest = (
            rows[rows["as_of"] <= as_of].sort_values("as_of", kind="stable").drop_duplicates("account_id", keep="last")
        )
        return cls.of(newest, silent_for=(as_of - newest["as_of"]).dt.days.to_numpy(np.float64))

    @classmethod
    def of(cls, rows: pd.DataFrame, *, silent_for: Floats | float = 0.0) -> "Histories":
        """Of the account of each row, on its as_of or so many days of silence later."""
        age, silence = (rows[name].to_numpy(np.float64) for name in ("days_as_customer", "days_since_order"))
        return cls(rows["order_days"].to_numpy(np.float64) - 1, age - silence, age + silent_for)


@dataclass(frozen=True)
class MbgNbd:
    """The model's four parameters; alpha in days."""

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, histories: Histories) -> "MbgNbd | None":
        """By maximum likelihood; None, and a line in the log, where nothing is to be fitted or it does not converge."""
        if not histories.repeats.any():
            log.warning("mbg_nbd: left out, since no account has ordered twice")
            return None
        unit = float(histories.age.mean())  # so that all parameters are of the order of 1
        scaled = Histories(histories.repeats, histories.last / unit, histories.age / unit)
        found = minimize(
            lambda logarithms: _loss(np.exp(logarithms), scaled),
            np.zeros(4),
            jac=True,
            method="L-BFGS-B",
            bounds=[(-_FARTHEST, _FARTHEST)] * 4,
            options={"maxiter": _ITERATIONS},
        )
        if not found.success or not np.isfinite(found.fun):
            log.warning("mbg_nbd: left out, since its fit does not converge: %s", found.message)
            return None
        r, alpha, a, b = np.exp(found.x).tolist()
        return cls(r, alpha * unit, a, b)

    def log_likelihood(self, histories: Histories) -> Floats:
        """The logarithm of each history's probability density, [accounts], as ordered in time."""
        return _log_likelihood(np.array(astuple(self)), histories)[0]

    def active(self, histories: Histories) -> Floats:
        """The probability that each account has not dropped out, [accounts]."""
        return np.asarray(expit(log_odds_active(astuple(self), *histories.told)), dtype=np.float64)

    def silence(self, histories: Histories, days: Floats) -> Floats:
        """The probability that each account orders nothing in the next `days`, [accounts]."""
        return chance_of_no_order(astuple(self), *histories.told, days)


def _log_likelihood(parameters: Floats, histories: Histories) -> tuple[Floats, Floats]:
    """The log-likelihood, [accounts], and its slope in each parameter, [parameters, accounts]."""
    r, alpha, a, b = parameters
    x = histories.repeats
    since_first, since_last = np.log(alpha + histories.age), np.log(alpha + histories.last)
    odds = log_odds_active((r, alpha, a, b), *histories.told)
    active = expit(odds)
    dropped = np.log(a) - (r + x) * since_last - np.log(a + b + x)
    value = (
        _by_count(gammaln, r, x)
        - gammaln(r)
        + r * np.log(alpha)
        + _by_count(gammaln, b, x)
        - gammaln(b)
        - _by_count(gammaln, a + b, x)
        + gammaln(a + b)
        + dropped
        + np.logaddexp(0, odds)
    )
    both = digamma(a + b) - _by_count(digamma, a + b, x) - 1 / (a + b + x)
    slopes = [
        _by_count(digamma, r, x) - digamma(r) + np.log(alpha) - active * since_first - (1 - active) * since_last,
        r / alpha - (r + x) * (active * np.exp(-since_first) + (1 - active) * np.exp(-since_last)),
        both + (1 - active) / a,
        both + _by_count(digamma, b, x) - digamma(b) + active / (b + x),
    ]
    return value, np.stack(slopes)


def _by_count(function: np.ufunc, parameter: float, counts: Floats) -> Floats:
    """A slow function of parameter + count, taken once a count and not once an account."""
    table = function(parameter + np.arange(counts.max(initial=0) + 1))
    return np.asarray(table[counts.astype(np.intp)], dtype=np.float64)


def _loss(parameters: Floats, histories: Histories) -> tuple[float, Floats]:
    """The mean negative log-likelihood, and its slope in the logarithm of each parameter."""
    value, slopes = _log_likelihood(parameters, histories)
    return -float(value.mean()), -slopes.mean(axis=1) * parameters
