"""Form figures: what each form of the churn model is worth, and how surely it is worth more than the plain one."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

Floats = npt.NDArray[np.float64]

RESAMPLES = 200


def roc_auc(log_odds: Floats, left: Floats, weights: Floats) -> Floats:
    """Of every row of weights, [resamples, rows]."""
    order = np.argsort(log_odds, kind="stable")
    positive, negative = weights[:, order] * left[order], weights[:, order] * (1 - left[order])
    below = np.cumsum(negative, axis=1)
    tied_last = np.searchsorted(log_odds[order], log_odds[order], side="right") - 1
    tied_first = np.searchsorted(log_odds[order], log_odds[order], side="left")
    lower = np.where(tied_first > 0, below[:, np.maximum(tied_first - 1, 0)], 0)
    area = (positive * (lower + below[:, tied_last]) / 2).sum(axis=1)
    return np.asarray(area / (positive.sum(axis=1) * negative.sum(axis=1)))


def average_precision(log_odds: Floats, left: Floats, weights: Floats) -> Floats:
    order = np.argsort(-log_odds, kind="stable")
    weight = weights[:, order]
    found = np.cumsum(weight * left[order], axis=1)
    precision = found / np.maximum(np.cumsum(weight, axis=1), 1e-12)
    return np.asarray((precision * weight * left[order]).sum(axis=1) / found[:, -1])


def report(told: pd.DataFrame, forms: Sequence[str]) -> pd.DataFrame:
    """A row a form: what it is worth, and the 95 % interval of what it is worth more than `plain`."""
    codes, accounts = pd.factorize(told["account_id"])
    chance = np.random.default_rng(1)
    counts = chance.multinomial(len(accounts), np.full(len(accounts), 1 / len(accounts)), size=RESAMPLES)
    weights = np.concatenate([np.ones((1, len(told))), counts[:, codes]])
    left, early = told["left"].to_numpy(np.float64), told["is_early"].to_numpy(bool)
    by_origin = [(told["as_of"] == origin).to_numpy() for origin in told["as_of"].unique()]
    measured = {}
    for name in forms:
        log_odds = told[name].to_numpy(np.float64)
        risk = expit(log_odds)
        measured[name] = {
            "auc": np.mean([roc_auc(log_odds[m], left[m], weights[:, m]) for m in by_origin], axis=0),
            "ap": np.mean([average_precision(log_odds[m], left[m], weights[:, m]) for m in by_origin], axis=0),
            "auc early": np.mean(
                [roc_auc(log_odds[m], left[m], weights[:, m]) for m in (o & early for o in by_origin)], axis=0
            ),
            "brier": (weights * (risk - left) ** 2).sum(axis=1) / weights.sum(axis=1),
            "early told": (weights * risk * early).sum(axis=1) / (weights * early).sum(axis=1),
        }
    table = []
    for name in forms:
        line: dict[str, Any] = {"form": name}
        for key, values in measured[name].items():
            line[key] = f"{values[0]:.4f}"
            if key != "early told" and name != "plain" and "plain" in measured:
                low, high = np.quantile((values - measured["plain"][key])[1:], [0.025, 0.975])
                line[key] += f" ({low:+.4f} {high:+.4f})"
        risk = expit(told[name].to_numpy(np.float64))
        line["by origin"] = " ".join(f"{risk[m & early].mean():.3f}" for m in by_origin)
        table.append(line)
    happened = (weights * left * early).sum(axis=1) / (weights * early).sum(axis=1)
    low, high = np.quantile(happened[1:], [0.025, 0.975])
    table.append(
        {
            "form": "left",
            "early told": f"{happened[0]:.4f} [{low:.3f} {high:.3f}]",
            "by origin": " ".join(f"{left[m & early].mean():.3f}" for m in by_origin),
        }
    )
    return pd.DataFrame(table).fillna("")
