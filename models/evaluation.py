"""Evaluation: a model, the baselines and the ceiling, measured side by side on the same unseen rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue
from models.baselines import Baseline, baselines
from models.churn import Churn
from models.explain import Contributions, reasons, shap_contributions
from models.metrics import EvaluationSet, Floats, Metrics, metrics
from models.split import Split

Mask = npt.NDArray[np.bool_]

CEILING = "ceiling: what the hidden truth of the made-up firm would give"
_DIGITS = 6  # of a figure: finer than any interval, coarser than the noise of adding floats up in another order


@dataclass(frozen=True)
class Evaluation:
    """What is measured, and on which rows.

    rows: the test rows that count. is_early: which of them are silent for no longer than one of their usual cycles.
    risk: the model's calibrated probabilities. ceiling: those of the hidden truth, None where nobody knows it.
    contributions: the model's SHAP values of the rows.
    """

    model: Churn
    rows: pd.DataFrame
    evaluation_set: EvaluationSet
    is_early: Mask
    risk: Floats
    baselines: tuple[Baseline, ...]
    ceiling: Floats | None
    contributions: Contributions

    def figures(self, catalogue: Catalogue) -> dict[str, Any]:
        """{"test": {...}, "baselines": {name: {...}}, "ceiling": {...} where it is known, "reasons": {code: {...}}}."""
        found: dict[str, Any] = {
            "test": self._metrics(self.risk) | {"mean_risk": float(self.risk.mean())},
            "baselines": {known.name: self._metrics(known.score, known.is_risk) for known in self.baselines},
        }
        if self.ceiling is not None:
            found["ceiling"] = self._metrics(self.ceiling)
        return found | {"reasons": self._reasons(catalogue)}

    def labelled_scores(self) -> dict[str, Floats]:
        """Every score under the name that a legend gives it, the model's first."""
        scores = {"this model": self.risk} | {known.label: known.score for known in self.baselines}
        return scores if self.ceiling is None else scores | {"ceiling: hidden truth": self.ceiling}

    def descriptions(self) -> dict[str, str]:
        """What each baseline and the ceiling is, by name."""
        return {known.name: known.description for known in self.baselines} | {"ceiling": CEILING}

    def _metrics(self, score: Floats, is_risk: bool = True) -> dict[str, Any]:
        """The metrics of a score over all rows, with those over early and overdue ones."""
        parts: dict[str, Metrics] = {
            name: metrics(self.evaluation_set.subset(mask), score[mask], is_risk=is_risk)
            for name, mask in (("early", self.is_early), ("overdue", ~self.is_early))
        }
        return {**metrics(self.evaluation_set, score, is_risk=is_risk), **parts}

    def _reasons(self, catalogue: Catalogue) -> dict[str, dict[str, float]]:
        """Each reason's share of what moves scores, and how often it comes first in the newest test snapshot."""
        shares = self.contributions.shares({name: catalogue.by_name[name].reason for name in self.model.features})
        newest = (self.rows["as_of"] == self.rows["as_of"].max()).to_numpy()
        shown = reasons(self.contributions.subset(newest), self.rows[newest], self.model.profiles, catalogue)
        first = shown["reason_1_code"].value_counts()
        return {
            code: {"share": share} | ({"first_for": int(first.get(code, 0))} if catalogue.reasons[code].action else {})
            for code, share in shares.items()
        }


def evaluation_of(
    model: Churn,
    rows: pd.DataFrame,
    parts: Split,
    counted: Mask,
    *,
    ceiling: Floats | None,
    capacity: int,
    resamples: int,
    seed: int,
) -> Evaluation:
    """The model and the baselines on the test rows; baselines that are fitted are so on what stands before the test.

    rows: snapshots as they were split. counted: which of them count, in training and in every figure. ceiling: the true
    risks of the test rows that count, in their order.
    """
    test = parts.test & counted
    tested = rows[test]
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    return Evaluation(
        model=model,
        rows=tested,
        evaluation_set=EvaluationSet.of(
            tested.assign(left=left[test]), capacity=capacity, resamples=resamples, seed=seed
        ),
        is_early=(tested["pace"] == "early").to_numpy(dtype=bool),
        risk=model.risk(tested),
        baselines=tuple(baselines(rows, left, train=parts.before_test & counted, test=test)),
        ceiling=ceiling,
        contributions=shap_contributions(model, tested),
    )


def data_figures(rows: pd.DataFrame, parts: Split, counted: Mask) -> dict[str, Any]:
    """What it was trained, validated and tested on: as_ofs, rows, the share that left, and rows that do not count."""
    left = rows["left"].to_numpy(np.float64, na_value=np.nan)
    data: dict[str, Any] = {
        "rows": len(rows),
        "snapshots": int(rows["as_of"].nunique()),
        "accounts": int(rows["account_id"].nunique()),
    }
    for name, mask, as_ofs in (
        ("train", parts.train, parts.train_as_ofs),
        ("validation", parts.validation, parts.validation_as_ofs),
        ("test", parts.test, parts.test_as_ofs),
    ):
        data[name] = {
            "as_ofs": f"{as_ofs[0].date()} to {as_ofs[-1].date()}",
            "snapshots": len(as_ofs),
            "rows": int((mask & counted).sum()),
            "base_rate": float(left[mask & counted].mean()),
            "involuntary": int((mask & ~counted).sum()),
        }
    return data


def by_score(figures: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The metrics of the model, of each baseline and of the ceiling, by name."""
    found = {"model": figures["test"], **figures["baselines"]}
    return found | {"ceiling": figures["ceiling"]} if "ceiling" in figures else found


def ranking_table(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The ranking metrics of each score over all and over early accounts, for a table with a row each."""
    return {
        name: {
            f"{prefix}{metric}": part[metric]
            for prefix, part in (("", found), ("early_", found["early"]))
            for metric in ("roc_auc", "average_precision", "recall_at_capacity")
            if metric in part
        }
        for name, found in by_score(figures).items()
    }


def rounded(figures: Any) -> Any:
    """The same, with every float rounded."""
    if isinstance(figures, Mapping):
        return {name: rounded(value) for name, value in figures.items()}
    return round(figures, _DIGITS) if isinstance(figures, float) else figures
