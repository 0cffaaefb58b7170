"""Log-odds: what trees add up, and the probability that it stands for."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def sigmoid(log_odds: Floats) -> Floats:
    """The probability that log-odds stand for; exact at both ends."""
    from scipy.special import expit

    return np.asarray(expit(log_odds), dtype=np.float64)
