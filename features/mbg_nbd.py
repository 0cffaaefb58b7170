"""MBG/NBD: the chances that it gives an account, from how often and how lately it has ordered.

While a customer is active it orders at random at a rate of its own, and after every order, the first one included, it
drops out for good with a probability of its own; rates are spread among customers as a gamma distribution (r, alpha),
the probabilities of dropping out as a beta distribution (a, b). Batislam, Denizel & Filiztekin (2007), "Empirical
validation and comparison of models for customer base analysis"; BG/NBD (Fader, Hardie & Lee 2005) is the same, but that
nobody drops out after the first order.
"""

import numpy as np
import numpy.typing as npt
from scipy.special import expit

Floats = npt.NDArray[np.float64]
Parameters = tuple[float, float, float, float]  # r, alpha in days, a, b


def log_odds_active(parameters: Parameters, repeats: Floats, last: Floats, age: Floats) -> Floats:
    """Of being active: it did not drop out after the last order, against it did and so could not order since.

    repeats: days with an order after the first one. last, age: days from the first order to the last one, and to the
    end of what is known.
    """
    r, alpha, a, b = parameters
    fewer = (r + repeats) * np.log((alpha + last) / (alpha + age))
    return np.asarray(np.log((b + repeats) / a) + fewer, dtype=np.float64)


def chance_of_no_order(
    parameters: Parameters, repeats: Floats, last: Floats, age: Floats, days: Floats | float
) -> Floats:
    """The probability that an account orders nothing in the next `days`.

    It has dropped out; or it has not, and a rate of Gamma(r + repeats, alpha + age) gives no order in so many days,
    which no later dropping out changes, as that needs an order first.
    """
    r, alpha, _, _ = parameters
    none = np.exp((r + repeats) * np.log((alpha + age) / (alpha + age + days)))
    active = expit(log_odds_active(parameters, repeats, last, age))
    return np.asarray(1 - active * (1 - none), dtype=np.float64)
