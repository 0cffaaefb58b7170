"""Evaluation: a model, the baselines and the ceiling, measured side by side on the same unseen rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue
from features.language.tongue import later
from models.backtest import Backtest
from models.baselines import Baseline
from models.explain import Contributions, shap_contributions
from models.groupings import RISK_TOLD, by_risk, groupings
from models.groups import nested, told_by_group
from models.metrics import EvaluationSet, Floats, Metrics, metrics
from models.origins import Origin
from models.reasons import reasons
from models.target import late_losses, targets

Mask = npt.NDArray[np.bool_]

CEILINGS = {  # by name: a few words for a legend, and what they know
    "ceiling": ("ceiling: hidden truth", "ceiling: what the hidden truth of the made-up firm would give"),
    "ceiling_of_records": (
        "ceiling of records",
        "ceiling of records: the same, but not how much an account minds each cause, which nothing records",
    ),
}
_OF_AN_AS_OF = ("n", "base_rate", "roc_auc", "average_precision", "brier", "calibration_error")
SPREAD = {"roc_auc": "ROC AUC", "average_precision": later("average precision"), "brier": later("Brier score")}
_DIGITS = 6  # of a figure: finer than any interval, coarser than the noise of adding floats up in another order
_TOLD_DIGITS = 9  # of what was told of a row: with fewer, small risks tie that rank one after the other


@dataclass(frozen=True)
class Evaluation:
    """A backtest, with what its figures are taken from.

    is_early: which rows are silent for no longer than one of their usual cycles. ceilings: risks of the hidden truth,
    by name (see `CEILINGS`) and row; none where nobody knows it. contributions: SHAP values of the rows that are
    explained, by the newest model. groups: the group of each row, a column a grouping.
    """

    tested: Backtest
    evaluation_set: EvaluationSet
    ceilings: Mapping[str, Floats]
    contributions: Contributions
    groups: pd.DataFrame

    @classmethod
    def of(
        cls,
        tested: Backtest,
        *,
        capacity: int,
        resamples: int,
        seed: int,
        ceilings: Mapping[str, Floats] = MappingProxyType({}),
        known: pd.DataFrame | None = None,
    ) -> "Evaluation":
        """known: what was known of the accounts beyond their features, by row; see `models.groupings.groupings`."""
        return cls(
            tested,
            EvaluationSet.of(tested.rows.assign(left=tested.left), capacity=capacity, resamples=resamples, seed=seed),
            ceilings,
            shap_contributions(tested.model, tested.explained),
            groupings(tested.rows, known).join(by_risk(tested.risk)),
        )

    @property
    def is_early(self) -> Mask:
        return (self.tested.rows["pace"] == "early").to_numpy(dtype=bool)

    def figures(self, catalogue: Catalogue) -> dict[str, Any]:
        """{"test": {...}, "baselines": {name: {...}}, "reasons": {code: {...}}}, and known ceilings by name."""
        risk = self.tested.risk
        by_as_of = self._by_as_of()
        found: dict[str, Any] = {
            "test": self._metrics(risk)
            | {
                "mean_risk": float(risk.mean()),
                **spreads(by_as_of),
                "by_as_of": by_as_of,
                "by_group": self.by_group(risk),
                "involuntary": self._involuntary(),
            },
            "baselines": {known.name: self._metrics(known.score, known.is_risk) for known in self.tested.baselines},
        }
        found |= {name: self._metrics(risk) for name, risk in self.ceilings.items()}
        return found | {"reasons": self._reasons(catalogue)}

    def by_group(self, risk: Floats) -> dict[str, dict[str, dict[str, Any]]]:
        """What risks told of groups beside what came, as `models.groups.nested` gives it. risk: of the tested rows, by
        the tested model or by another recipe.
        """
        return nested(
            told_by_group(self.groups.assign(**by_risk(risk)), risk, self.tested.left, self.evaluation_set.account)
        )

    def labelled_scores(self) -> dict[str, Floats]:
        """Every score under the name that a legend gives it, the model's first."""
        scores = {"this model": self.tested.risk} | {known.label: known.score for known in self.tested.baselines}
        return scores | {CEILINGS[name][0]: risk for name, risk in self.ceilings.items()}

    def descriptions(self) -> dict[str, str]:
        """What each baseline and each ceiling is, by name."""
        described = {known.name: known.description for known in self.tested.baselines}
        return described | {name: words for name, (_, words) in CEILINGS.items()}

    def _metrics(self, score: Floats, is_risk: bool = True) -> dict[str, Any]:
        return by_pace(self.evaluation_set, self.tested.rows["pace"], score, is_risk)

    def _by_as_of(self) -> dict[str, dict[str, float]]:
        """Each origin by itself: how many, what was foretold, what came, and how well it was ranked."""
        rows = self.evaluation_set
        as_of = self.tested.rows["as_of"]
        found = {}
        for day in as_of.unique():
            mask = (as_of == day).to_numpy()
            measured = metrics(rows.subset(mask), self.tested.risk[mask])
            early = mask & self.is_early
            found[str(day.date())] = {
                "mean_risk": float(self.tested.risk[mask].mean()),
                **{name: measured[name] for name in (*_OF_AN_AS_OF, *_intervals("roc_auc")) if name in measured},
            } | (
                {
                    "early_n": float(early.sum()),
                    "early_mean_risk": float(self.tested.risk[early].mean()),
                    "early_base_rate": float(rows.left[early].mean()),
                }
                if early.any()
                else {}
            )
        return found

    def _involuntary(self) -> dict[str, float]:
        """The competing way of leaving: the share foretold, and the share that came."""
        return {
            "mean_risk": float(self.tested.risk_involuntary.mean()),
            "base_rate": float(self.tested.involuntary.mean()),
        }

    def _reasons(self, catalogue: Catalogue) -> dict[str, dict[str, float]]:
        """Each reason's share of what moves scores on the newest origin, and how often it comes first there."""
        model, rows = self.tested.model, self.tested.explained
        shares = self.contributions.shares({name: catalogue.by_name[name].reason for name in model.features})
        shown = reasons(self.contributions, rows, model.profiles, catalogue)
        first = shown["reason_1_code"].value_counts()
        return {
            code: {"share": share} | ({"first_for": int(first.get(code, 0))} if catalogue.reasons[code].action else {})
            for code, share in shares.items()
        }


def spreads(by_as_of: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """How far origins lie apart: the standard deviation between them, the lowest and the highest; of two or more.

    >>> spreads({"2024-01-01": {"brier": 0.04}, "2024-04-01": {"brier": 0.06}})["brier_spread"]["max"]
    0.06
    """
    found = {}
    for name in SPREAD:
        values = np.array([facts[name] for facts in by_as_of.values() if name in facts])
        if len(values) > 1:
            spread = {"std": values.std(ddof=1), "min": values.min(), "max": values.max()}
            found[f"{name}_spread"] = {which: float(value) for which, value in spread.items()}
    return found


def _intervals(name: str) -> tuple[str, str]:
    return f"{name}_low", f"{name}_high"


def foretold(evaluation: Evaluation) -> pd.DataFrame:
    """What was foretold of each account on each origin, by the model and by its rivals, what came, and the account's
    groups.
    """
    tested = evaluation.tested
    numbers = {
        "left": tested.left,
        "involuntary": tested.involuntary,
        "risk": tested.risk,
        "risk_involuntary": tested.risk_involuntary,
        **{known.name: known.score for known in tested.baselines},
        **evaluation.ceilings,
    }
    keys = tested.rows[["account_id", "as_of", "pace", "outlook_days"]]
    foretold = keys.assign(**{name: values.round(_TOLD_DIGITS) for name, values in numbers.items()})
    return pd.concat([foretold, evaluation.groups.drop(columns=["pace", RISK_TOLD])], axis=1)


def figures_of_rules(
    rows: pd.DataFrame, rivals: Sequence[Baseline], *, capacity: int, resamples: int, seed: int
) -> dict[str, Any]:
    """The figures where there is no model: those of the rules, on rows whose outcome is known (left: 1 or 0)."""
    evaluation_set = EvaluationSet.of(rows, capacity=capacity, resamples=resamples, seed=seed)
    return {
        "test": {"n": 0.0, "early": {"n": 0.0}},
        "baselines": {
            known.name: by_pace(evaluation_set, rows["pace"], known.score, known.is_risk) for known in rivals
        },
        "reasons": {},
    }


def by_pace(rows: EvaluationSet, pace: pd.Series, score: Floats, is_risk: bool = True) -> dict[str, Any]:
    """The metrics of a score over all rows, with those over each pace; early ones always."""
    masks = {name: (pace == name).to_numpy(dtype=bool) for name in ("early", "overdue", "new")}
    parts: dict[str, Metrics] = {
        name: metrics(rows.subset(mask), score[mask], is_risk=is_risk)
        for name, mask in masks.items()
        if mask.any() or name == "early"
    }
    return {**metrics(rows, score, is_risk=is_risk), **parts}


def data_figures(rows: pd.DataFrame, origins: Sequence[Origin]) -> dict[str, Any]:
    """What there is to learn from, and on which days that was measured: rows, as_ofs, the shares that left."""
    left, involuntary = targets(rows)
    known = ~np.isnan(left)
    tested = np.any([origin.test for origin in origins], axis=0) if origins else np.zeros(len(rows), dtype=bool)
    data: dict[str, Any] = {
        "rows": len(rows),
        "snapshots": int(rows["as_of"].nunique()),
        "accounts": int(rows["account_id"].nunique()),
    }
    for name, mask in (("labelled", known), ("test", tested)):
        if not mask.any():
            continue
        as_ofs = rows.loc[mask, "as_of"]
        data[name] = {
            "as_ofs": f"{as_ofs.min().date()} to {as_ofs.max().date()}",
            "snapshots": int(as_ofs.nunique()),
            "rows": int(mask.sum()),
            "left": int(left[mask].sum()),
            "base_rate": float(left[mask].mean()),
            "involuntary": int(involuntary[mask].sum()),
        }
    if "labelled" in data and (losses := late_losses(rows)):
        data["labelled"]["losses"] = losses
    data["train"] = {str(origin.as_of.date()): int(origin.train.sum()) for origin in origins}
    return data


def by_score(figures: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The metrics of the model, of each baseline and of each ceiling, by name."""
    return {
        "model": figures["test"],
        **figures["baselines"],
        **{name: figures[name] for name in CEILINGS if name in figures},
    }


def ranking_table(figures: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The ranking metrics of each score over all and over early accounts, for a table with a row each."""
    return {
        name: {
            f"{prefix}{metric}": part[metric]
            for prefix, part in (("", found), ("early_", found.get("early", {})))
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
